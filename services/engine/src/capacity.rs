//! How many more of a request would fit, and where: decided as if it had as many replicas as one likes.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

use crate::decide::{DecideInput, Placed, place};
use crate::explain::{self, Explanation};
use crate::scan;
use crate::state::FleetState;

/// How many more would fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityAnswer {
    /// The state that it speaks of.
    pub snapshot: SnapshotId,
    /// Replicas that fit one after the other.
    pub total: usize,
    /// Counting ended at the limit: more may fit.
    pub limited: bool,
    /// Clusters that take any, by name.
    pub clusters: Vec<ClusterCapacity>,
    /// Why the next one does not fit; none when counting ended at the limit.
    pub next: Option<Explanation>,
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

/// Counts how many more of a request would fit, up to `limit`, without moving anybody. The slots of `input` do not matter,
/// nor does it whether the request is a gang. Changes nothing.
#[must_use]
pub fn capacity(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    limit: usize,
) -> CapacityAnswer {
    let prepared = scan::prepare(state, request, input, None);
    let placed = place(&prepared, limit, None);
    let total = placed.places.len();
    let mut by_cluster: BTreeMap<&ClusterName, BTreeMap<&NodeName, usize>> = BTreeMap::new();
    for place in &placed.places {
        let nodes = by_cluster.entry(place.cluster).or_default();
        *nodes.entry(place.node.name()).or_default() += 1;
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
    CapacityAnswer {
        snapshot: state.snapshot_id(),
        total,
        limited: total >= limit,
        clusters: by_cluster.into_iter().map(cluster).collect(),
        next: (total < limit)
            .then(|| next(state, request, input, &placed))
            .flatten(),
    }
}

/// Why one more does not fit, with all the others in place.
fn next<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    placed: &Placed<'a>,
) -> Option<Explanation> {
    let one = [crate::SlotWanted {
        slot: hourglass_model::ids::Slot(0),
        epoch: hourglass_model::ids::Epoch(1),
    }];
    let input = DecideInput {
        slots: &one,
        ..*input
    };
    let prepared = scan::prepare(state, request, &input, None);
    placed
        .draft
        .as_ref()
        .map(|draft| explain::of_next(&prepared, draft))
}

#[cfg(test)]
mod tests;
