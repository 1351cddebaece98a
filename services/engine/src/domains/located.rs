//! Numbers and regions of clusters and zones of nodes, as claims there were counted by.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName};

use super::Site;
use crate::index::ClusterIx;

/// What is known of places that claims stand in; a claim outlives node and cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Located(BTreeMap<ClusterName, LocatedCluster>);

#[derive(Debug, Clone, Default)]
struct LocatedCluster {
    /// While it is one of the fleet's.
    number: Option<ClusterIx>,
    region: Option<String>,
    zones: BTreeMap<NodeName, String>,
}

impl Located {
    pub(super) fn site<'a>(&'a self, cluster: &'a ClusterName, node: &'a NodeName) -> Site<'a> {
        let located = self.0.get(cluster);
        Site {
            cluster,
            number: located.and_then(|located| located.number),
            region: located.and_then(|located| located.region.as_deref()),
            zone: located.and_then(|located| located.zones.get(node).map(String::as_str)),
            // Nothing is counted by clique.
            clique: None,
            node,
        }
    }

    /// Number and region of a cluster.
    pub(super) fn cluster(&self, cluster: &ClusterName) -> (Option<ClusterIx>, Option<&str>) {
        let located = self.0.get(cluster);
        let region = located.and_then(|located| located.region.as_deref());
        (located.and_then(|located| located.number), region)
    }

    pub(super) fn set_cluster(
        &mut self,
        cluster: &ClusterName,
        number: Option<ClusterIx>,
        region: Option<&str>,
    ) {
        if number.is_some() || region.is_some() || self.0.contains_key(cluster) {
            let located = self.0.entry(cluster.clone()).or_default();
            located.number = number;
            located.region = region.map(ToOwned::to_owned);
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
