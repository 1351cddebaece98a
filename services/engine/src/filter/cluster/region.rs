//! `clusterRules.regions` must name the region of the cluster.

use super::{ClusterContext, ClusterRule};

/// The label in which a cluster names its region.
const LABEL: &str = "topology.kubernetes.io/region";

fn region<'a>(context: &ClusterContext<'a>) -> Option<&'a String> {
    context.cluster.settings().labels.get(LABEL)
}

/// `clusterRules.regions` must name the region of the cluster.
pub(super) struct ClusterRegion;

impl ClusterRule for ClusterRegion {
    fn name(&self) -> &'static str {
        "ClusterRegion"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        let regions = &context.request.clusters.regions;
        regions.is_empty() || region(context).is_some_and(|region| regions.contains(region))
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        match region(context) {
            Some(region) => format!("its region {region} is none of clusterRules.regions"),
            None => format!("it has no label {LABEL}, and clusterRules.regions is given"),
        }
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let name = context.name;
        match region(context) {
            Some(region) => format!("clusterRules.regions names {region} too, the region of cluster {name}"),
            None => format!("cluster {name} has a label {LABEL} that clusterRules.regions names"),
        }
    }
}
