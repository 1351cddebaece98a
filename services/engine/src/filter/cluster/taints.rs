//! Taints of the cluster must be tolerated by `clusterRules.tolerations`.

use super::{ClusterContext, ClusterRule};
use hourglass_model::labels::Taint;

/// Every taint that keeps the request away.
pub(crate) fn untolerated<'a>(context: &ClusterContext<'a>) -> impl Iterator<Item = &'a Taint> + use<'a> {
    let tolerations = &context.request.clusters.tolerations;
    let taints = context.cluster.settings().taints.iter();
    taints.filter(|taint| taint.repels() && !tolerations.iter().any(|one| one.tolerates(taint)))
}

/// Taints of the cluster must be tolerated by `clusterRules.tolerations`.
pub(super) struct ClusterTaints;

impl ClusterRule for ClusterTaints {
    fn name(&self) -> &'static str {
        "ClusterTaints"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        untolerated(context).next().is_none()
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        untolerated(context)
            .next()
            .map(|taint| format!("its taint {taint} is not tolerated"))
            .unwrap_or_default()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let taints: Vec<String> = untolerated(context).map(ToString::to_string).collect();
        format!(
            "clusterRules.tolerations tolerates {} of cluster {}",
            taints.join(" and "),
            context.name
        )
    }
}
