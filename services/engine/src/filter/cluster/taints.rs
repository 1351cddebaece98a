//! Taints of the cluster must be tolerated by `clusterRules.tolerations`.

use super::{ClusterContext, ClusterRule};
use hourglass_model::labels::{Taint, first_untolerated};

fn untolerated<'a>(context: &ClusterContext<'a>) -> Option<&'a Taint> {
    first_untolerated(
        &context.cluster.settings().taints,
        &context.request.clusters.tolerations,
    )
}

/// Taints of the cluster must be tolerated by `clusterRules.tolerations`.
pub(super) struct ClusterTaints;

impl ClusterRule for ClusterTaints {
    fn name(&self) -> &'static str {
        "ClusterTaints"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        untolerated(context).is_none()
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        untolerated(context)
            .map(|taint| format!("its taint {taint} is not tolerated"))
            .unwrap_or_default()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let taint = untolerated(context).map(ToString::to_string).unwrap_or_default();
        format!(
            "clusterRules.tolerations tolerates {taint} of cluster {}",
            context.name
        )
    }
}
