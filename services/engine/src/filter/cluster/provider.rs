//! `clusterRules.providers` must name the provider of the cluster.

use super::{ClusterContext, ClusterRule};

/// The label in which a cluster names its provider.
const LABEL: &str = "hourglass.eigenlayer.io/provider";

fn provider<'a>(context: &ClusterContext<'a>) -> Option<&'a String> {
    context.cluster.settings().labels.get(LABEL)
}

/// `clusterRules.providers` must name the provider of the cluster.
pub(super) struct ClusterProvider;

impl ClusterRule for ClusterProvider {
    fn name(&self) -> &'static str {
        "ClusterProvider"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        let wanted = &context.request.clusters.providers;
        wanted.is_empty() || provider(context).is_some_and(|provider| wanted.contains(provider))
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        match provider(context) {
            Some(provider) => format!("its provider {provider} is none of clusterRules.providers"),
            None => format!("it has no label {LABEL}, and clusterRules.providers is given"),
        }
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let name = context.name;
        match provider(context) {
            Some(provider) => {
                format!("clusterRules.providers names {provider} too, the provider of cluster {name}")
            }
            None => format!("cluster {name} has a label {LABEL} that clusterRules.providers names"),
        }
    }
}
