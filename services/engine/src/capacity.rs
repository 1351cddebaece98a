//! How many more of a request would fit, and where: decided as if it had as many replicas as one likes.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, Epoch, NodeName, Slot, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

use crate::decide::{DecideInput, Draft, Place, SlotWanted, place_while};
use crate::explain::{self, Explanation};
use crate::scan::{self, Prepared};
use crate::state::FleetState;

/// How many more would fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityAnswer {
    /// The state that it speaks of.
    pub snapshot: SnapshotId,
    /// Replicas that fit one after the other.
    pub total: usize,
    /// Counting ended before the end: more may fit.
    pub limited: bool,
    /// Clusters that take any, by name.
    pub clusters: Vec<ClusterCapacity>,
    /// Why the next one does not fit; none when counting ended before that.
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

/// Counts how many more of a request would fit, up to `limit` and as long as `go_on` says so before each of them, without
/// moving anybody. The slots of `input` do not matter, nor does it whether the request is a gang. Changes nothing.
#[must_use]
pub fn capacity(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    limit: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> CapacityAnswer {
    let one = [SlotWanted {
        slot: Slot(0),
        epoch: Epoch(1),
    }];
    let input = DecideInput {
        slots: &one,
        ..*input
    };
    let prepared = scan::prepare(state, request, &input, None);
    let mut stopped = false;
    let places = place_while(&prepared, limit, &mut || {
        let go_on = go_on();
        stopped |= !go_on;
        go_on
    });
    let total = places.len();
    let limited = stopped || total >= limit;
    CapacityAnswer {
        snapshot: state.snapshot_id(),
        total,
        limited,
        clusters: by_cluster(&places),
        next: (!limited).then(|| next(&prepared, places)),
    }
}

fn by_cluster(places: &[Place<'_>]) -> Vec<ClusterCapacity> {
    let mut by_cluster: BTreeMap<&ClusterName, BTreeMap<&NodeName, usize>> = BTreeMap::new();
    for place in places {
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
    by_cluster.into_iter().map(cluster).collect()
}

/// Why one more does not fit, with all the others in place.
fn next<'a>(prepared: &Prepared<'a>, places: Vec<Place<'a>>) -> Explanation {
    // Places that were found through the index count clusters in their own order.
    let clusters = prepared.eligible.iter().enumerate();
    let order: BTreeMap<&ClusterName, usize> = clusters.map(|(at, eligible)| (eligible.name, at)).collect();
    let mut draft = Draft::new(prepared, None);
    for place in places {
        if let Some(index) = order.get(place.cluster) {
            draft.take(
                prepared,
                &Place {
                    index: *index,
                    ..place
                },
            );
        }
    }
    explain::of_next(prepared, &draft)
}

#[cfg(test)]
mod tests;
