//! Weights of the preferred node affinity that the node does not fulfil, and of the wishes about other placements that it
//! leaves unmet.

use super::{Score, ScoreContext};

/// Weights of the preferred node affinity and of the wishes about other placements that the node does not fulfil.
pub(super) struct PreferenceMissed;

impl Score for PreferenceMissed {
    fn name(&self) -> &'static str {
        "preference_missed"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let at = &context.room.at;
        let name = at.node.name().as_str();
        let missed = at
            .request
            .nodes
            .preferred
            .iter()
            .filter(|wish| !wish.matches(at.node, name));
        let missed: i64 = missed.map(|wish| i64::from(wish.weight)).sum();
        missed.saturating_add(context.fleet.wishes_missed)
    }
}
