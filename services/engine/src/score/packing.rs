//! What the node would lose of its worth to typical requests, in hundredths of a GPU: the least capacity is stranded.

use super::{Score, ScoreContext};

/// What the node would lose of its worth to typical requests, in hundredths of a GPU: the least capacity is stranded.
pub(super) struct PackingCost;

impl Score for PackingCost {
    fn name(&self) -> &'static str {
        "packing"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        context.packing.cost(&context.room)
    }
}
