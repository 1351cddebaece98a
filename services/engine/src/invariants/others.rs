//! Affinity and anti-affinity between placements, judged claim by claim.

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, TenantId};
use hourglass_model::labels::LabelSelector;
use hourglass_model::placement::Topology;
use hourglass_model::request::CanonicalRequest;

use super::Breach;
use crate::claims::{Claim, ClaimPhase};
use crate::decide::Decision;
use crate::state::FleetState;

/// The name of a node's domain, if it has one.
pub(super) fn domain(
    state: &FleetState,
    topology: Topology,
    cluster: &ClusterName,
    node: &NodeName,
) -> Option<String> {
    let found = state.cluster(cluster);
    let label = |labels: &hourglass_model::labels::Labels, key: &str| labels.get(key).cloned();
    match topology {
        Topology::Cluster => Some(cluster.to_string()),
        Topology::Region => label(&found?.settings().labels, "topology.kubernetes.io/region"),
        Topology::Zone => found?
            .node(node)?
            .label("topology.kubernetes.io/zone")
            .map(ToOwned::to_owned),
        Topology::Node => Some(format!("{cluster}/{node}")),
    }
}

/// The name of the domain that a claim stands in, if it has one. A cluster that has not said what its nodes are has those that
/// its claims name, in the zones in which they were decided.
pub(super) fn domain_of_claim(state: &FleetState, topology: Topology, claim: &Claim) -> Option<String> {
    let cluster = state.cluster(&claim.cluster);
    let has_spoken = cluster.is_some_and(|cluster| cluster.position().is_some());
    if topology == Topology::Zone && !has_spoken {
        // One that was decided after a start, beside those of before, says less than they do.
        let mut there = state
            .claims()
            .map(|record| &record.claim)
            .filter(|other| other.cluster == claim.cluster && other.node == claim.node);
        return there.find_map(|other| other.zone.clone());
    }
    domain(state, topology, &claim.cluster, &claim.node)
}

/// Whether a rule of the request, or of whoever has the claim, lets the two not be together where a replica is to be.
pub(super) fn are_kept_apart(
    state: &FleetState,
    (tenant, request): (&TenantId, &CanonicalRequest),
    claim: &Claim,
    (cluster, node): (&ClusterName, &NodeName),
) -> bool {
    let owner = &claim.owner;
    let together = |topology| {
        let here = domain(state, topology, cluster, node);
        here.is_some() && here == domain_of_claim(state, topology, claim)
    };
    let mut mine = request.anti_affinity.iter().filter(|term| term.weight.is_none());
    let mut theirs = owner.anti_affinity.iter();
    owner.tenant == *tenant
        && (mine.any(|term| term.selector.matches(&owner.labels) && together(term.topology))
            || theirs.any(|term| term.selector.matches(&request.labels) && together(term.topology)))
}

/// Where something stands that has a place.
enum Place<'a> {
    Claimed(&'a Claim),
    /// An earlier slot of the decision: its node is there, as it was found.
    Decided(&'a ClusterName, &'a NodeName),
}

impl Place<'_> {
    fn domain(&self, state: &FleetState, topology: Topology) -> Option<String> {
        match self {
            Self::Claimed(claim) => domain_of_claim(state, topology, claim),
            Self::Decided(cluster, node) => domain(state, topology, cluster, node),
        }
    }
}

/// Something in the fleet that has a place: a claim, or an earlier slot of the decision.
struct Other<'a> {
    labels: &'a hourglass_model::labels::Labels,
    place: Place<'a>,
    live: bool,
    keeps_away: Vec<(&'a LabelSelector, Topology)>,
}

pub(super) fn check(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    decision: &Decision,
) -> Vec<Breach> {
    let going = decision.going();
    let gone = |id: &ClaimId| going.contains(id);
    // Affinity is judged when a slot is decided: whoever is moved for a later slot still counted then.
    let goes_later = |id: &ClaimId, at: usize| {
        let victim = decision.victims.iter().find(|victim| victim.claim == *id);
        let mut later = decision.placed.iter().skip(at + 1);
        victim.is_some_and(|victim| later.any(|slot| slot.slot == victim.for_slot))
    };
    let claims = state
        .claims()
        .filter(|record| record.claim.owner.tenant == *tenant && !gone(&record.claim.id));
    let mut others: Vec<Other<'_>> = claims
        .map(|record| Other {
            labels: &record.claim.owner.labels,
            place: Place::Claimed(&record.claim),
            live: !matches!(record.phase, ClaimPhase::Released { .. }),
            keeps_away: record
                .claim
                .owner
                .anti_affinity
                .iter()
                .map(|term| (&term.selector, term.topology))
                .collect(),
        })
        .collect();
    let mut breaches = Vec::new();
    for (at, slot) in decision.placed.iter().enumerate() {
        let leaving: Vec<Other<'_>> = state
            .claims()
            .filter(|record| record.claim.owner.tenant == *tenant && goes_later(&record.claim.id, at))
            .map(|record| Other {
                labels: &record.claim.owner.labels,
                place: Place::Claimed(&record.claim),
                live: true,
                keeps_away: Vec::new(),
            })
            .collect();
        let mut broken = |message: String| {
            breaches.push(Breach::RuleBroken {
                slot: slot.slot.0,
                message,
            });
        };
        let here = |topology| domain(state, topology, &slot.cluster, &slot.node);
        let same = |other: &Other<'_>, topology| {
            let there = other.place.domain(state, topology);
            there.is_some() && there == here(topology)
        };
        for term in request.affinity.iter().filter(|term| term.weight.is_none()) {
            let stands = |other: &&Other<'_>| {
                let selected = other.live && term.selector.matches(other.labels);
                selected && other.place.domain(state, term.topology).is_some()
            };
            let mut matching = others.iter().chain(&leaving).filter(stands).peekable();
            let first = matching.peek().is_none() && term.selector.matches(&request.labels);
            let near = matching.any(|other| same(other, term.topology));
            if here(term.topology).is_none() || !(first || near) {
                broken(format!("no placement of {:?} is near", term.selector));
            }
        }
        for other in &others {
            for term in request.anti_affinity.iter().filter(|term| term.weight.is_none()) {
                if term.selector.matches(other.labels) && same(other, term.topology) {
                    broken(format!("one of {:?} is too near", term.selector));
                }
            }
            for (selector, topology) in &other.keeps_away {
                if selector.matches(&request.labels) && same(other, *topology) {
                    broken(format!("one that keeps {selector:?} away is too near"));
                }
            }
        }
        others.push(Other {
            labels: &request.labels,
            place: Place::Decided(&slot.cluster, &slot.node),
            live: true,
            keeps_away: Vec::new(),
        });
    }
    breaches
}

#[cfg(test)]
mod tests;
