//! Placing replicas one after the other, each on the best node that is left.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hourglass_model::ids::{ClusterName, Namespace};
use hourglass_model::render::{NodeOffer, Pin};
use hourglass_model::request::{CanonicalRequest, PinScope};
use hourglass_model::resources::ResourceVector;

use super::search::Search;
use super::{DecideInput, SlotDecision, SlotWanted};
use crate::explain::Relaxation;
use crate::scan::{self, Demands, Fit, Prepared, Spot};
use crate::score::{ScoreContext, Scores, named, scores};
use crate::state::{FleetState, NodeState};

/// One replica's place.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    pub(crate) cluster: &'a ClusterName,
    pub(crate) namespace: &'a Namespace,
    pub(crate) node: &'a NodeState,
    pub(crate) offer: NodeOffer,
    pub(crate) vector: ResourceVector,
    pub(crate) scores: Scores,
}

impl Place<'_> {
    pub(super) fn decision(&self, slot: SlotWanted, request: &CanonicalRequest) -> SlotDecision {
        let node = self.node.name().clone();
        SlotDecision {
            slot: slot.slot,
            epoch: slot.epoch,
            cluster: self.cluster.clone(),
            namespace: self.namespace.clone(),
            pin: match request.pin {
                PinScope::Node => Pin::Node(node.clone()),
                PinScope::Cluster => Pin::Cluster,
            },
            node,
            vector: self.vector.clone(),
            offer: self.offer.clone(),
            scores: named(&self.scores),
        }
    }
}

/// Places up to `wanted` replicas, each on the best node that is left.
pub(crate) fn find<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    wanted: usize,
) -> Vec<Place<'a>> {
    let mut memo = state.memo.lock();
    let known = memo.known(state, request, input);
    match known.and_then(|known| Search::new(state, request, input, known)) {
        Some(search) => by_index(search, wanted),
        None => place(&scan::prepare(state, request, input, None), wanted, None),
    }
}

fn by_index<'a>(mut search: Search<'a, '_>, wanted: usize) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    while places.len() < wanted {
        let Some(found) = search.best() else { break };
        let Some(place) = search.place(&found) else { break };
        search.take(&found, &place.vector);
        places.push(place);
    }
    places
}

/// A node that can take the next replica.
struct Candidate<'a> {
    cluster: usize,
    node: &'a NodeState,
    free: ResourceVector,
    fit: Fit,
}

impl<'a> Candidate<'a> {
    fn spot<'s>(&'s self) -> Spot<'s>
    where
        'a: 's,
    {
        Spot {
            cluster: self.cluster,
            node: self.node,
            free: &self.free,
        }
    }
}

/// Places up to `wanted` replicas. A node's verdict and scores depend on that node only, so after each replica only the
/// node that took it is judged again.
pub(crate) fn place<'a>(
    prepared: &Prepared<'a>,
    wanted: usize,
    relaxed: Option<&Relaxation>,
) -> Vec<Place<'a>> {
    let mut demands = Demands::default();
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let more = relaxed.and_then(|relaxed| relaxed.more_free(eligible.name, node));
            let free = more.unwrap_or_else(|| node.free());
            let spot = Spot {
                cluster,
                node,
                free: &free,
            };
            if let Ok(fit) = prepared.evaluate(&spot, &mut demands, relaxed) {
                candidates.push(Candidate {
                    cluster,
                    node,
                    free,
                    fit,
                });
            }
        }
    }
    // Candidates stand in the order of cluster and node names, so their index is the last tie-break.
    let mut queue: BinaryHeap<Reverse<(Scores, usize)>> = BinaryHeap::with_capacity(candidates.len());
    for (index, candidate) in candidates.iter().enumerate() {
        queue.extend(score(prepared, candidate, &mut demands).map(|scores| Reverse((scores, index))));
    }
    let mut places = Vec::with_capacity(wanted.min(candidates.len()));
    while places.len() < wanted {
        let Some(Reverse((scores, index))) = queue.pop() else {
            break;
        };
        let Some(candidate) = candidates.get_mut(index) else {
            break;
        };
        let Some(eligible) = prepared.eligible.get(candidate.cluster) else {
            break;
        };
        let Some(offer) = prepared
            .room_of(&candidate.spot(), candidate.fit.variant, &mut demands)
            .map(|room| room.at.offer())
        else {
            break;
        };
        let Some(vector) = demands.get(candidate.fit.demand).cloned() else {
            break;
        };
        candidate.free = candidate.free.saturating_sub(&vector);
        let (cluster, namespace, node) = (eligible.name, eligible.namespace, candidate.node);
        places.push(Place {
            cluster,
            namespace,
            node,
            offer,
            vector,
            scores,
        });
        let again = prepared.evaluate(&candidate.spot(), &mut demands, relaxed);
        if let Ok(fit) = again {
            candidate.fit = fit;
            queue.extend(score(prepared, candidate, &mut demands).map(|scores| Reverse((scores, index))));
        }
    }
    places
}

fn score(prepared: &Prepared<'_>, candidate: &Candidate<'_>, demands: &mut Demands) -> Option<Scores> {
    let claims_in_cluster = prepared.eligible.get(candidate.cluster)?.claims;
    let room = prepared.room_of(&candidate.spot(), candidate.fit.variant, demands)?;
    Some(scores(&ScoreContext {
        room,
        claims_in_cluster,
    }))
}
