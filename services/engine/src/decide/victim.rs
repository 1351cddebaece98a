//! Who makes room, and who is waited for.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, Slot};
use serde::{Deserialize, Serialize};

use super::SlotWanted;
use super::place::{Place, Placed};
use crate::claims::Claim;
use crate::domains::Site;
use crate::state::FleetState;

/// A claim that must go, so that something of higher priority gets its room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Victim {
    /// The claim.
    pub claim: ClaimId,
    /// Its cluster.
    pub cluster: ClusterName,
    /// The node that it is charged to.
    pub node: NodeName,
    /// Its priority.
    pub priority: i32,
    /// The slot that it makes room for.
    pub for_slot: Slot,
}

/// All victims, by claim.
pub(super) fn told(placed: &Placed<'_>, slots: &[SlotWanted]) -> Vec<Victim> {
    let mut victims: Vec<Victim> = Vec::new();
    for (unit, place) in &placed.victims {
        let Some(for_slot) = slots.get(*place) else {
            continue;
        };
        victims.extend(unit.claims.iter().map(|record| Victim {
            claim: record.claim.id.clone(),
            cluster: record.claim.cluster.clone(),
            node: record.claim.node.clone(),
            priority: unit.priority,
            for_slot: for_slot.slot,
        }));
    }
    victims.sort_by(|one, other| one.claim.cmp(&other.claim));
    victims
}

/// Claims that must have ended before a replica may start, be it that they go for this decision or leave anyway: those that have
/// anything on its node, and those that a rule keeps apart from it, wherever they are. To all other rules they are gone with the
/// commit that releases them.
pub(super) fn waits_for(state: &FleetState, placed: &Placed<'_>, place: &Place<'_>) -> BTreeSet<ClaimId> {
    let (cluster, node) = (place.cluster, place.node);
    let is_there = |claim: &Claim| {
        let mut seen = node.claims().iter();
        claim.cluster == *cluster && (claim.node == *node.name() || seen.any(|seen| seen.claim == claim.id))
    };
    let domains = placed.draft.as_ref().map(|draft| &draft.domains);
    let site = state.cluster(cluster).map(|known| Site::of(cluster, known, node));
    let is_kept_apart = |claim: &Claim| {
        let both = domains.zip(site);
        both.is_some_and(|(domains, site)| domains.keeps_apart(claim, &state.ledger.site(claim), &site))
    };
    placed
        .going()
        .map(|record| &record.claim)
        .filter(|claim| is_there(claim) || is_kept_apart(claim))
        .map(|claim| claim.id.clone())
        .collect()
}

#[cfg(test)]
mod tests;
