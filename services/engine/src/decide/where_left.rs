//! Where a replica would have its place among the nodes that others of its placement have left, as if they had gone.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;

use super::domains_by_class::domains_by_class;
use super::in_place::quota_without;
use super::{DecideInput, Draft, Place, SlotDecision, SlotWanted};
use crate::claims::ClaimRecord;
use crate::explain::Relaxation;
use crate::scan::{self, Demands};
use crate::state::FleetState;

/// The place of a slot on each of these nodes that could take it once the claims `gone` have ended, for which it waits. The slots
/// of `input` do not matter. Nobody is moved, and nothing changes.
///
/// Every rule holds as in any decision: a node that is kept for somebody else is no place. Of a namespace's quota those that go
/// give back what they take. Nodes that are not asked about are not looked at: where a spread constraint goes together with nodes
/// that are called by name only all nodes of the fleet could tell which domains count, and there is no place.
#[must_use]
pub fn places_where_left(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    slot: SlotWanted,
    left: &[(ClusterName, NodeName)],
    gone: &BTreeSet<ClaimId>,
) -> Vec<SlotDecision> {
    let gone: Vec<&ClaimRecord> = gone.iter().filter_map(|id| state.ledger.get(id)).collect();
    let named = left.iter().map(|(cluster, _)| cluster);
    let clusters: BTreeMap<_, _> = named
        .filter_map(|name| state.clusters.get_key_value(name))
        .collect();
    let mut prepared = scan::prepare_some(state, request, input, clusters, Some(&Relaxation::QuotaApart));
    for eligible in &mut prepared.eligible {
        eligible.quota = quota_without(eligible, &gone);
    }
    let Some(domains) = domains_by_class(state, request, input) else {
        return Vec::new();
    };
    let mut draft = Draft::over_some(&prepared, domains);
    for record in &gone {
        draft.remove(&prepared, record);
    }
    let eligible = prepared.eligible.iter().enumerate();
    let order: BTreeMap<&ClusterName, usize> = eligible.map(|(at, eligible)| (eligible.name, at)).collect();
    let waits_for: BTreeSet<ClaimId> = gone.iter().map(|record| record.claim.id.clone()).collect();
    let mut demands = Demands::default();
    let places = left.iter().filter_map(|(cluster, node)| {
        let at = order.get(cluster)?;
        let place = Place::on(&prepared, &draft, (*at, node), None, &mut demands)?;
        Some(place.decision(slot, request, waits_for.clone()))
    });
    places.collect()
}

#[cfg(test)]
mod tests;
