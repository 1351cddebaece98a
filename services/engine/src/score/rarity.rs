//! What the node has that the request has no use for: GPUs weigh 4, confidential GPUs 2, each TEE kind 1.

use super::{Score, ScoreContext};

/// What the node has that the request has no use for: GPUs weigh 4, confidential GPUs 2, each TEE kind 1.
pub(super) struct Rarity;

impl Score for Rarity {
    fn name(&self) -> &'static str {
        "rarity"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let at = &context.room.at;
        let derived = at.node.derived();
        let has_gpu = derived.has_gpu();
        let confidential = derived.has_confidential_gpu();
        let wanted = at.request.gpu.as_ref();
        let idle_gpu = has_gpu && wanted.is_none();
        let idle_confidential = confidential && !wanted.is_some_and(|gpu| gpu.confidential);
        let idle_kinds = derived
            .tee_kinds
            .iter()
            .filter(|kind| Some(*kind) != at.variant.kind.as_ref())
            .count();
        4 * i64::from(idle_gpu)
            + 2 * i64::from(idle_confidential)
            + i64::try_from(idle_kinds).unwrap_or(i64::MAX / 8)
    }
}
