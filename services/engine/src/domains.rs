//! Claims counted by place: what spread, affinity and anti-affinity between placements ask about.
//!
//! A *domain* is one value of a topology: a cluster, a region, a zone or a node. A claim stands in the domains of the
//! node that it is charged to. Only claims of the same tenant ever matter to each other.
//!
//! - [`census`]: counters kept with the claims, for every selector that a claim's owner counts by.
//! - [`view`]: those counters as one request sees them, with what its decision has changed so far.

pub(crate) mod by_cluster;
pub(crate) mod census;
mod change;
mod clique;
pub(crate) mod counts;
mod located;
mod selector_map;
pub(crate) mod spread;
mod text;
pub(crate) mod view;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::labels::LabelSelector;
use hourglass_model::placement::Topology;
use serde::{Deserialize, Serialize};

pub(crate) use change::DomainChange;
pub(crate) use clique::{Clique, Cliques};
pub(crate) use text::{domain_text, selector_text, topology_word};
pub(crate) use view::DomainView;

use crate::index::ClusterIx;
use crate::state::{ClusterState, NodeState};

/// Label of a cluster that names its region.
pub(crate) const REGION_LABEL: &str = "topology.kubernetes.io/region";
/// Label of a node that names its zone.
pub(crate) const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// The clique that a node's devices name where its labels name none.
fn device_clique(node: &NodeState) -> Option<&str> {
    let mut kinds = node.derived().device_kinds.iter();
    kinds.find_map(|kind| kind.clique.as_deref())
}

/// Label of a node that names its NVLink clique.
const CLIQUE_LABEL: &str = "nvidia.com/gpu.clique";

/// Placements of a selector, counted by the domains of a topology.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    /// Over labels of the tenant's placements.
    pub selector: LabelSelector,
    /// What counts as one domain.
    pub topology: Topology,
}

/// One domain: the name of a cluster, region or zone and nothing, or cluster and node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Domain<'a> {
    pub(crate) first: &'a str,
    pub(crate) second: &'a str,
}

/// Where a node stands in every topology.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) cluster: &'a ClusterName,
    /// Number of the cluster, while it is one of the fleet's.
    pub(crate) number: Option<ClusterIx>,
    pub(crate) region: Option<&'a str>,
    pub(crate) zone: Option<&'a str>,
    pub(crate) clique: Option<&'a str>,
    pub(crate) node: &'a NodeName,
}

impl<'a> Site<'a> {
    pub(crate) fn of(cluster: &'a ClusterName, state: &'a ClusterState, node: &'a NodeState) -> Self {
        Self {
            cluster,
            number: Some(state.ix()),
            region: region(state),
            zone: zone(node),
            clique: node.label(CLIQUE_LABEL).or_else(|| device_clique(node)),
            node: node.name(),
        }
    }

    /// Its domain; none when the label that names it is missing.
    pub(crate) fn domain(&self, topology: Topology) -> Option<Domain<'a>> {
        let named = |first: &'a str| Domain { first, second: "" };
        match topology {
            Topology::Cluster => Some(named(self.cluster.as_str())),
            Topology::Region => self.region.map(named),
            Topology::Zone => self.zone.map(named),
            Topology::Node => Some(Domain {
                first: self.cluster.as_str(),
                second: self.node.as_str(),
            }),
        }
    }
}

/// The region of a cluster.
pub(crate) fn region(cluster: &ClusterState) -> Option<&str> {
    cluster.settings().labels.get(REGION_LABEL).map(String::as_str)
}

/// The zone of a node.
pub(crate) fn zone(node: &NodeState) -> Option<&str> {
    node.label(ZONE_LABEL)
}

#[cfg(test)]
mod tests;
