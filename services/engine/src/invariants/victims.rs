//! Who may be moved: strictly lower priority, a gang whole, never below what must go on serving, never more than needed; and nobody
//! who would not have to go if all that leave anyway are waited for.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::ResourceVector;

use super::{Added, Breach, charge, devices, others};
use crate::claims::{Claim, ClaimPhase, ClaimRecord, Serving};
use crate::decide::Decision;
use crate::state::{FleetState, Health, NodeState};

/// What one claim and its pods take from a node: what is bound there, and on the node that it is charged to what is not
/// bound anywhere that counts.
fn takes(state: &FleetState, record: &ClaimRecord, cluster: &ClusterName, node: &NodeName) -> ResourceVector {
    let claim = &record.claim;
    let mut here = ResourceVector::new();
    let mut bound = ResourceVector::new();
    if claim.cluster != *cluster {
        return here;
    }
    let nodes = state
        .cluster(cluster)
        .into_iter()
        .flat_map(crate::ClusterState::nodes);
    for other in nodes {
        for seen in other.claims().iter().filter(|seen| seen.claim == claim.id) {
            if other.name() == node {
                here.add_saturating(&seen.bound);
            }
            if !claim.pinned || *other.name() == claim.node {
                bound.add_saturating(&seen.bound);
            }
        }
    }
    if claim.node == *node {
        for (resource, amount) in claim.vector.iter() {
            let missing = amount.saturating_sub(bound.get(resource)).max(0);
            here.set(resource.clone(), here.get(resource).saturating_add(missing));
        }
    }
    here
}

/// What claims leave on a node.
pub(super) fn leave<'c>(
    state: &FleetState,
    going: impl IntoIterator<Item = &'c ClaimId>,
    cluster: &ClusterName,
    node: &NodeName,
) -> ResourceVector {
    let mut left = ResourceVector::new();
    for record in going.into_iter().filter_map(|claim| state.claim_record(claim)) {
        left.add_saturating(&takes(state, record, cluster, node));
    }
    left
}

/// Whether every node of the decision holds what is placed there when these victims stay after all, and all others leave that are
/// waited for.
fn holds_without(state: &FleetState, decision: &Decision, staying: &BTreeSet<ClaimId>) -> bool {
    let mut added: BTreeMap<(&ClusterName, &NodeName), Added> = BTreeMap::new();
    for slot in &decision.placed {
        let (vector, grants) = added.entry((&slot.cluster, &slot.node)).or_default();
        vector.add_saturating(&slot.vector);
        grants.push(slot.offer.devices());
    }
    let going = decision.going().into_iter();
    let gone: Vec<&ClaimId> = going.filter(|claim| !staying.contains(*claim)).collect();
    added.iter().all(|((cluster, node), (more, grants))| {
        let found = state.cluster(cluster).and_then(|cluster| cluster.node(node));
        found.is_some_and(|found| {
            let left = leave(state, gone.iter().copied(), cluster, node);
            let total = charge(state, cluster, found).saturating_sub(&left);
            more.fits_in(&found.allocatable().saturating_sub(&total))
                && devices::check_added(state, (cluster, found), grants, (&gone, &left)).is_empty()
        })
    })
}

fn wrong(victim: &dyn std::fmt::Display, message: &str) -> Breach {
    Breach::WrongVictim {
        victim: victim.to_string(),
        message: message.to_owned(),
    }
}

pub(super) fn check(
    state: &FleetState,
    (tenant, request): (&TenantId, &CanonicalRequest),
    decision: &Decision,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let ids: BTreeSet<ClaimId> = decision
        .victims
        .iter()
        .map(|victim| victim.claim.clone())
        .collect();
    if ids.len() != decision.victims.len() {
        breaches.push(wrong(&"some", "it is named twice"));
    }
    let placed: BTreeSet<Slot> = decision.placed.iter().map(|slot| slot.slot).collect();
    let mut placements: BTreeSet<&PlacementUid> = BTreeSet::new();
    for victim in &decision.victims {
        let Some(record) = state.claim_record(&victim.claim) else {
            breaches.push(wrong(&victim.claim, "there is no such claim"));
            continue;
        };
        if record.claim.owner.priority >= request.priority || !record.claim.owner.preemptible {
            breaches.push(wrong(&victim.claim, "its priority is not lower"));
        }
        if record.phase != ClaimPhase::Committed {
            breaches.push(wrong(&victim.claim, "it is not committed"));
        }
        if !placed.contains(&victim.for_slot) {
            breaches.push(wrong(&victim.claim, "it makes room for a slot that has no place"));
        }
        placements.insert(&victim.claim.placement);
    }
    for placement in placements {
        breaches.extend(check_placement(state, placement, &ids));
    }
    for leaver in decision.leavers() {
        let record = state.claim_record(leaver);
        if record.is_none_or(ClaimRecord::is_live) {
            breaches.push(wrong(
                leaver,
                "it is waited for, is no victim, and does not leave",
            ));
        }
    }
    breaches.extend(check_waits(state, (tenant, request), decision));
    breaches.extend(check_needed(state, request, decision));
    breaches
}

/// Every slot waits for those whose room it takes and for those from whom it is kept apart, and for nobody else.
fn check_waits(state: &FleetState, wish: (&TenantId, &CanonicalRequest), decision: &Decision) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for slot in &decision.placed {
        let place = (&slot.cluster, &slot.node);
        for claim in decision.going() {
            let Some(record) = state.claim_record(claim) else {
                continue;
            };
            let takes_room = !takes(state, record, place.0, place.1).without_zeros().is_empty();
            let apart = others::are_kept_apart(state, wish, &record.claim, place);
            let waits = slot.waits_for.contains(claim);
            if takes_room && !waits {
                breaches.push(wrong(claim, "a slot does not wait for it and takes its room"));
            }
            if apart && !waits {
                breaches.push(wrong(
                    claim,
                    "a slot does not wait for it and is to be kept apart from it",
                ));
            }
            if waits && !(takes_room || apart || is_on(state, &record.claim, place)) {
                breaches.push(wrong(claim, "a slot waits for it that it is nothing to"));
            }
        }
    }
    breaches
}

/// A claim is charged to a node, or a pod of it is there.
fn is_on(state: &FleetState, claim: &Claim, (cluster, node): (&ClusterName, &NodeName)) -> bool {
    let found = state.cluster(cluster).and_then(|cluster| cluster.node(node));
    let mut seen = found.into_iter().flat_map(NodeState::claims);
    claim.cluster == *cluster && (claim.node == *node || seen.any(|seen| seen.claim == claim.id))
}

/// Whether a claim was said to serve, or not to, by a cluster that is not silent; none where nobody knows.
fn said(state: &FleetState, record: &ClaimRecord) -> Option<bool> {
    let cluster = state.cluster(&record.claim.cluster)?;
    match record.serving {
        _ if cluster.health() != Health::Ready => None,
        Serving::Unknown => None,
        Serving::Yes => Some(true),
        Serving::No => Some(false),
    }
}

/// A gang goes whole; of any placement that loses one which may serve, as many go on serving as must.
fn check_placement(
    state: &FleetState,
    placement: &PlacementUid,
    going: &BTreeSet<ClaimId>,
) -> Option<Breach> {
    let records = || {
        let all = state
            .claims()
            .filter(|record| record.claim.id.placement == *placement);
        all.filter(|record| !matches!(record.phase, ClaimPhase::Released { .. }))
    };
    let owner = records().next().map(|record| &record.claim.owner)?;
    let (go, stay): (Vec<&ClaimRecord>, Vec<&ClaimRecord>) =
        records().partition(|record| going.contains(&record.claim.id));
    if owner.gang && !stay.is_empty() {
        return Some(wrong(&placement, "a gang goes in parts"));
    }
    if go.iter().all(|record| said(state, record) == Some(false)) {
        return None;
    }
    let serving: BTreeSet<Slot> = stay
        .iter()
        .filter(|record| said(state, record) == Some(true))
        .map(|record| record.claim.id.slot)
        .collect();
    let least = owner.min_available.unwrap_or_default();
    let kept = u32::try_from(serving.len()).unwrap_or(u32::MAX);
    (kept < least).then(|| wrong(&placement, "fewer of its slots go on serving than must"))
}

/// Without rules other than room no victim, or gang of them, could stay.
fn check_needed(state: &FleetState, request: &CanonicalRequest, decision: &Decision) -> Vec<Breach> {
    let plain = request.spread.is_empty() && request.affinity.is_empty() && request.anti_affinity.is_empty();
    let keepers = state
        .claims()
        .any(|record| !record.claim.owner.anti_affinity.is_empty());
    if !plain || keepers {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for victim in &decision.victims {
        let gang = state
            .claim_record(&victim.claim)
            .is_some_and(|record| record.claim.owner.gang);
        let with =
            |other: &ClaimId| *other == victim.claim || (gang && other.placement == victim.claim.placement);
        let staying: BTreeSet<ClaimId> = decision
            .victims
            .iter()
            .map(|victim| victim.claim.clone())
            .filter(|id| with(id))
            .collect();
        if holds_without(state, decision, &staying) {
            breaches.push(wrong(&victim.claim, "everything fits without it going"));
        }
    }
    breaches
}
