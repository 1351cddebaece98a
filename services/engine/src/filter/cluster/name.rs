//! `clusterRules.include` and `exclude` choose clusters by name.

use super::{ClusterContext, ClusterRule};

/// `clusterRules.include` and `exclude` choose clusters by name.
pub(super) struct ClusterNames;

impl ClusterRule for ClusterNames {
    fn name(&self) -> &'static str {
        "ClusterNames"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        let rules = &context.request.clusters;
        (rules.include.is_empty() || rules.include.contains(context.name))
            && !rules.exclude.contains(context.name)
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let excluded = context.request.clusters.exclude.contains(context.name);
        if excluded {
            "clusterRules.exclude names it"
        } else {
            "clusterRules.include does not name it"
        }
        .to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("clusterRules.include and exclude let in cluster {}", context.name)
    }
}
