//! GPUs, slices, or thousandths of devices, that would be left on the node: the tightest block is taken, large ones are kept whole.

use super::{Score, ScoreContext};
use crate::filter::node::GpuWay;

/// GPUs, or slices, that would be left on the node: the tightest block is taken, large ones are kept whole.
pub(super) struct GpuLeft;

impl Score for GpuLeft {
    fn name(&self) -> &'static str {
        "gpu_left"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        match context.room.gpu {
            None => 0,
            Some(GpuWay::Counted { resource, units }) => {
                context.room.free.get(resource).saturating_sub(units)
            }
            Some(GpuWay::Devices) => context
                .room
                .pick()
                .and_then(Result::ok)
                .map_or(0, |pick| pick.left),
        }
    }
}
