//! `clusterRules.selector` must match the labels of the cluster.

use super::{ClusterContext, ClusterRule};

/// `clusterRules.selector` must match the labels of the cluster.
pub(super) struct ClusterSelector;

impl ClusterRule for ClusterSelector {
    fn name(&self) -> &'static str {
        "ClusterSelector"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context
            .request
            .clusters
            .selector
            .matches(&context.cluster.settings().labels)
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let _ = context;
        "its labels do not match clusterRules.selector".to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!(
            "clusterRules.selector matches the labels of cluster {}",
            context.name
        )
    }
}
