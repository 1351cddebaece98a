//! Milli-cores that would be left on the node: a fine tie-break of the tightest fit.

use hourglass_model::resources::CPU;

use super::{Score, ScoreContext};

/// Milli-cores that would be left on the node: a fine tie-break of the tightest fit.
pub(super) struct CpuLeft;

impl Score for CpuLeft {
    fn name(&self) -> &'static str {
        "cpu_left_milli"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        context
            .room
            .free
            .get(&CPU)
            .saturating_sub(context.room.demand.get(&CPU))
    }
}
