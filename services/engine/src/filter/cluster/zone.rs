//! `clusterRules.zones` must name the zone of the cluster.

use super::{ClusterContext, ClusterRule};

/// The label in which a cluster names its zone.
const LABEL: &str = "topology.kubernetes.io/zone";

fn zone<'a>(context: &ClusterContext<'a>) -> Option<&'a String> {
    context.cluster.settings().labels.get(LABEL)
}

/// `clusterRules.zones` must name the zone of the cluster.
pub(super) struct ClusterZone;

impl ClusterRule for ClusterZone {
    fn name(&self) -> &'static str {
        "ClusterZone"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        let wanted = &context.request.clusters.zones;
        wanted.is_empty() || zone(context).is_some_and(|zone| wanted.contains(zone))
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        match zone(context) {
            Some(zone) => format!("its zone {zone} is none of clusterRules.zones"),
            None => format!("it has no label {LABEL}, and clusterRules.zones is given"),
        }
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let name = context.name;
        match zone(context) {
            Some(zone) => format!("clusterRules.zones names {zone} too, the zone of cluster {name}"),
            None => format!("cluster {name} has a label {LABEL} that clusterRules.zones names"),
        }
    }
}
