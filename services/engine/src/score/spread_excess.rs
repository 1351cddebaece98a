//! By how much one more replica here would break the spread constraints that only wish, added up.

use super::{Score, ScoreContext};

/// By how much one more replica here would break the spread constraints that only wish, added up.
pub(super) struct SpreadExcess;

impl Score for SpreadExcess {
    fn name(&self) -> &'static str {
        "spread_excess"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        context.fleet.spread_excess
    }
}
