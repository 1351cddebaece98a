//! Who makes room, and who is waited for.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, Slot};
use serde::{Deserialize, Serialize};

use super::SlotWanted;
use super::place::{Place, Placed};

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

/// Claims that must have ended before a replica may start, be it that they go for this decision or leave anyway: those whose room
/// it takes, and with rules about other placements every one, because the rules were judged without them.
pub(super) fn waits_for(placed: &Placed<'_>, place: &Place<'_>) -> BTreeSet<ClaimId> {
    let all = placed.draft.as_ref();
    let all = all.is_some_and(|draft| draft.domains.may_forbid());
    let node = place.node.name();
    placed
        .going()
        .filter(|record| {
            let claim = &record.claim;
            all || (claim.cluster == *place.cluster && claim.node == *node)
                || place
                    .node
                    .claims()
                    .iter()
                    .any(|seen| seen.claim == claim.id && *place.cluster == claim.cluster)
        })
        .map(|record| record.claim.id.clone())
        .collect()
}
