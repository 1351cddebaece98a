//! Claims in the cluster when the decision began: between equal nodes the emptier cluster is taken.

use super::{Score, ScoreContext};

/// Claims in the cluster when the decision began: between equal nodes the emptier cluster is taken.
pub(super) struct ClusterClaims;

impl Score for ClusterClaims {
    fn name(&self) -> &'static str {
        "cluster_claims"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        i64::try_from(context.fleet.claims_in_cluster).unwrap_or(i64::MAX)
    }
}
