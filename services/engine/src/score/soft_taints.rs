//! PreferNoSchedule taints of the node that the request does not tolerate.

use super::{Score, ScoreContext};

/// PreferNoSchedule taints of the node that the request does not tolerate.
pub(super) struct SoftTaints;

impl Score for SoftTaints {
    fn name(&self) -> &'static str {
        "soft_taints"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let at = &context.room.at;
        let soft = at.node.taints().iter().filter(|taint| {
            !taint.repels()
                && !at
                    .variant
                    .tolerations
                    .iter()
                    .any(|toleration| toleration.tolerates(taint))
        });
        i64::try_from(soft.count()).unwrap_or(i64::MAX)
    }
}
