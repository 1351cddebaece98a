//! Whether a placement that waits would take room that others are about to leave: for whoever comes after it and counts on that
//! room.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;

use super::domains_by_class::domains_by_class;
use super::in_place::quota_without;
use super::{DecideInput, Draft, Place};
use crate::claims::ClaimRecord;
use crate::explain::Relaxation;
use crate::scan::{self, Demands, Prepared};
use crate::state::{FleetState, NodeState};

/// How often it is asked what spread constraints allow once more replicas have their places; what is not answered by then counts
/// as taken.
const ROUNDS: usize = 8;

/// A node that claims are on their way out of.
#[derive(Debug, Clone)]
pub struct LeftNode<'a> {
    /// Its cluster.
    pub cluster: &'a ClusterName,
    /// The node.
    pub node: &'a NodeName,
    /// Those that leave it.
    pub going: BTreeSet<ClaimId>,
}

/// For each of these nodes whether a placement that waits, of which `input` says which slots, would take it once all have gone
/// who leave any of them. Nobody is moved.
///
/// Every rule holds as in any decision: a node that is kept for somebody else is not taken. Of a namespace's quota those that go
/// give back what they take. Which node comes free first is not known, so all count as taken that the next replica could have;
/// and where replicas are to be spread, those that the ones after it could have then.
///
/// Where a spread constraint goes together with nodes that are called by name only all nodes of the fleet could tell which domains
/// count; that is not looked into, and all count as taken.
#[must_use]
pub fn would_take<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    left: &[LeftNode<'a>],
) -> Vec<bool> {
    let going: BTreeSet<&ClaimId> = left.iter().flat_map(|left| &left.going).collect();
    let going: Vec<&ClaimRecord> = going.into_iter().filter_map(|id| state.ledger.get(id)).collect();
    let named = left.iter().map(|left| left.cluster);
    let clusters: BTreeMap<_, _> = named
        .filter_map(|name| Some((name, state.cluster(name)?)))
        .collect();
    let mut prepared = scan::prepare_some(state, request, input, clusters, Some(&Relaxation::QuotaApart));
    for eligible in &mut prepared.eligible {
        eligible.quota = quota_without(eligible, &going);
    }
    let mut draft = Draft::growing(&prepared);
    let spreads = !draft.domains.spread.is_empty();
    if spreads {
        let Some(domains) = domains_by_class(state, request, input) else {
            return vec![true; left.len()];
        };
        draft.domains = domains;
    }
    for record in going {
        draft.remove(&prepared, record);
    }
    let places: Vec<_> = left.iter().map(|left| place_of(&prepared, left)).collect();
    let mut trial = Trial {
        prepared,
        draft,
        demands: Demands::default(),
    };
    let mut taken = vec![false; left.len()];
    let mut slots = input.slots.len();
    for _ in 0..ROUNDS {
        let mut news = Vec::new();
        for (taken, place) in taken.iter_mut().zip(&places).filter(|(taken, _)| !**taken) {
            if let Some(at) = place.filter(|at| slots > 0 && trial.place(*at).is_some()) {
                *taken = true;
                news.push(at);
            }
        }
        for at in &news {
            if let Some(place) = trial.place(*at).filter(|_| slots > 0) {
                trial.draft.take(&trial.prepared, &place);
                slots -= 1;
            }
        }
        if news.is_empty() || slots == 0 || !spreads {
            return taken;
        }
    }
    vec![true; left.len()]
}

/// A node among the clusters that may take the request.
fn place_of<'a>(prepared: &Prepared<'a>, left: &LeftNode<'_>) -> Option<(usize, &'a NodeState)> {
    let mut clusters = prepared.eligible.iter();
    let index = clusters.position(|eligible| eligible.name == left.cluster)?;
    let node = prepared.eligible.get(index)?.state.node(left.node)?;
    Some((index, node))
}

/// The nodes as they are once those have gone.
struct Trial<'a> {
    prepared: Prepared<'a>,
    draft: Draft<'a>,
    demands: Demands,
}

impl<'a> Trial<'a> {
    /// One more replica there, where it fits.
    fn place(&mut self, (index, node): (usize, &'a NodeState)) -> Option<Place<'a>> {
        let Self {
            prepared,
            draft,
            demands,
        } = self;
        Place::on(prepared, draft, (index, node.name()), None, demands)
    }
}

#[cfg(test)]
mod tests;
