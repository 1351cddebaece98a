//! Place of the cluster in `clusterPreferences`; those that no entry takes in come last.

use super::{Score, ScoreContext};

/// Place of the cluster in `clusterPreferences`; those that no entry takes in come last.
pub(super) struct ClusterTier;

impl Score for ClusterTier {
    fn name(&self) -> &'static str {
        "cluster_tier"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        i64::try_from(context.fleet.cluster_tier).unwrap_or(i64::MAX)
    }
}
