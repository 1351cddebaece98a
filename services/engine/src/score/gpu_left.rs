//! GPUs, or slices, that would be left on the node: the tightest block is taken, large ones are kept whole.

use super::{Score, ScoreContext};

/// GPUs, or slices, that would be left on the node: the tightest block is taken, large ones are kept whole.
pub(super) struct GpuLeft;

impl Score for GpuLeft {
    fn name(&self) -> &'static str {
        "gpu_left"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let units = context.room.at.gpu_units();
        units.map_or(0, |(resource, units)| {
            context.room.free.get(resource).saturating_sub(units)
        })
    }
}
