//! Regions of clusters and zones of nodes, as claims there were counted by.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName};

use super::Site;

/// What is known of places that claims stand in; a claim outlives node and cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Located(BTreeMap<ClusterName, LocatedCluster>);

#[derive(Debug, Clone, Default)]
struct LocatedCluster {
    region: Option<String>,
    zones: BTreeMap<NodeName, String>,
}

impl Located {
    pub(super) fn site<'a>(&'a self, cluster: &'a ClusterName, node: &'a NodeName) -> Site<'a> {
        let located = self.0.get(cluster);
        Site {
            cluster,
            region: located.and_then(|located| located.region.as_deref()),
            zone: located.and_then(|located| located.zones.get(node).map(String::as_str)),
            // Nothing is counted by clique.
            clique: None,
            node,
        }
    }

    pub(super) fn region(&self, cluster: &ClusterName) -> Option<&str> {
        self.0.get(cluster)?.region.as_deref()
    }

    pub(super) fn set_region(&mut self, cluster: &ClusterName, region: Option<&str>) {
        if region.is_some() || self.0.contains_key(cluster) {
            self.0.entry(cluster.clone()).or_default().region = region.map(ToOwned::to_owned);
        }
    }

    pub(super) fn set_zone(&mut self, cluster: &ClusterName, node: &NodeName, zone: Option<&str>) {
        match zone {
            Some(zone) => {
                let located = self.0.entry(cluster.clone()).or_default();
                located.zones.insert(node.clone(), zone.to_owned());
            }
            None => {
                if let Some(located) = self.0.get_mut(cluster) {
                    located.zones.remove(node);
                }
            }
        }
    }
}
