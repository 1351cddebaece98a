//! How many more of a request would fit, and where: decided as if it had as many replicas as one likes.

mod count;

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

pub use count::CapacityCount;

use crate::decide::{DecideInput, NamedPlace};
use crate::explain::Explanation;
use crate::state::FleetState;

/// How many more would fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityAnswer {
    /// The state that it speaks of: all of them fit there at the same time.
    pub snapshot: SnapshotId,
    /// Replicas that fit one after the other.
    pub total: usize,
    /// What ended the count before its end, so that more may fit.
    pub limited_by: Option<CapacityBound>,
    /// Clusters that take any, by name.
    pub clusters: Vec<ClusterCapacity>,
    /// Why the next one does not fit; none when counting ended before that.
    pub next: Option<Explanation>,
}

/// What ends a count before nothing more fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CapacityBound {
    /// As many fit as were to be counted.
    Limit,
    /// Whoever counts has no more time for it.
    Time,
}

/// What one cluster takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterCapacity {
    /// The cluster.
    pub cluster: ClusterName,
    /// Replicas.
    pub total: usize,
    /// Of them by node.
    pub nodes: Vec<NodeCapacity>,
}

/// What one node takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeCapacity {
    /// The node.
    pub node: NodeName,
    /// Replicas.
    pub total: usize,
}

/// Counts how many more of a request would fit, up to `limit`, without moving anybody; [`CapacityCount`] does so in turns. The
/// slots of `input` do not matter, nor does it whether the request is a gang. Where all replicas must be in one NVLink clique
/// it is the clique that holds the most. Changes nothing.
#[must_use]
pub fn capacity(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    limit: usize,
) -> CapacityAnswer {
    let mut count = CapacityCount::up_to(limit);
    while !count.turn(state, request, input, &mut || true) {}
    count.answer()
}

fn by_cluster(places: &[NamedPlace]) -> Vec<ClusterCapacity> {
    let mut by_cluster: BTreeMap<&ClusterName, BTreeMap<&NodeName, usize>> = BTreeMap::new();
    for place in places {
        let nodes = by_cluster.entry(&place.cluster).or_default();
        *nodes.entry(&place.node).or_default() += 1;
    }
    let cluster = |(cluster, nodes): (&ClusterName, BTreeMap<&NodeName, usize>)| ClusterCapacity {
        cluster: cluster.clone(),
        total: nodes.values().sum(),
        nodes: nodes
            .into_iter()
            .map(|(node, total)| NodeCapacity {
                node: node.clone(),
                total,
            })
            .collect(),
    };
    by_cluster.into_iter().map(cluster).collect()
}

#[cfg(test)]
mod tests;
