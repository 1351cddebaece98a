//! A decision for the room that claims of the same placement are to leave: on their node, as if they had gone.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;

use super::domains_by_class::domains_by_class;
use super::{DecideInput, Decision, Draft, Place, SlotWanted};
use crate::claims::ClaimRecord;
use crate::explain::Relaxation;
use crate::scan::{self, Demands, Eligible, Prepared};
use crate::state::{FleetState, QuotaHeadroom, QuotaUse};

/// The decision that puts a slot on a node whose room the claims `going` leave, and lets it wait until they have ended; none
/// when it does not fit there even then. The slots of `input` do not matter. Nobody is moved.
///
/// Every rule holds but two: a node that is kept for another placement is no obstacle, because nothing more is taken of it,
/// and of a namespace's quota those that go give back what they take. Changes nothing.
#[must_use]
pub fn decide_in_place(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    slot: SlotWanted,
    (cluster, node): (&ClusterName, &NodeName),
    going: &BTreeSet<ClaimId>,
) -> Option<Decision> {
    let relaxed = Relaxation::InPlace {
        cluster: cluster.clone(),
        node: node.clone(),
    };
    let seen = of_cluster(state, request, input, (cluster, &relaxed))?
        .unwrap_or_else(|| of_fleet(state, request, input, &relaxed));
    decided(seen, slot, (cluster, node), going, &relaxed)
}

/// Clusters as the request sees them, before anything is decided.
type Seen<'a> = (Prepared<'a>, Draft<'a>);

/// The cluster alone; `None` inside where that does not tell all that it has to know of the fleet, and outside where the cluster
/// takes nothing of the request.
fn of_cluster<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    (cluster, relaxed): (&ClusterName, &Relaxation),
) -> Option<Option<Seen<'a>>> {
    let (name, cluster) = state.clusters.get_key_value(cluster)?;
    let prepared = scan::prepare_some(state, request, input, [(name, cluster)], Some(relaxed));
    prepared.eligible.first()?;
    // Of a cluster that only the relaxation lets take the request classes do not tell which domains count.
    let takes = scan::eligible(state, request, input, (name, cluster), false).is_some();
    let domains = domains_by_class(state, request, input);
    let domains = domains.filter(|domains| takes || !domains.needs_eligible());
    Some(domains.map(|domains| {
        let draft = Draft::over_some(&prepared, domains);
        (prepared, draft)
    }))
}

/// All of them.
fn of_fleet<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    relaxed: &Relaxation,
) -> Seen<'a> {
    let prepared = scan::prepare(state, request, input, Some(relaxed));
    let draft = Draft::new(&prepared, Some(relaxed));
    (prepared, draft)
}

fn decided(
    (mut prepared, mut draft): Seen<'_>,
    slot: SlotWanted,
    (cluster, node): (&ClusterName, &NodeName),
    going: &BTreeSet<ClaimId>,
    relaxed: &Relaxation,
) -> Option<Decision> {
    let mut clusters = prepared.eligible.iter();
    let index = clusters.position(|eligible| eligible.name == cluster)?;
    let ledger = &prepared.state.ledger;
    let going: Vec<&ClaimRecord> = going.iter().filter_map(|id| ledger.get(id)).collect();
    for record in &going {
        draft.remove(&prepared, record);
    }
    let eligible = prepared.eligible.get_mut(index)?;
    eligible.quota = quota_without(eligible, &going);
    let mut demands = Demands::default();
    let place = Place::on(&prepared, &draft, (index, node), Some(relaxed), &mut demands)?;
    let waits_for = going.iter().map(|record| record.claim.id.clone()).collect();
    Some(Decision {
        snapshot: prepared.state.snapshot_id(),
        placed: vec![place.decision(slot, prepared.request, waits_for)],
        no_fit: None,
        victims: Vec::new(),
    })
}

/// What the quotas leave once these claims have gone.
pub(super) fn quota_without(eligible: &Eligible<'_>, going: &[&ClaimRecord]) -> Vec<QuotaHeadroom> {
    let mut left = QuotaUse::default();
    let theirs = going.iter().filter(|record| {
        let claim = &record.claim;
        claim.cluster == *eligible.name && claim.namespace.as_ref() == Some(eligible.namespace)
    });
    for record in theirs {
        let mut seen = false;
        for (_, bound) in eligible.state.observed(&record.claim.id) {
            seen = true;
            left.requests.add_saturating(bound);
        }
        // Of what is released and was never seen, quotas count nothing.
        if !seen && record.is_live() {
            left.requests.add_saturating(&record.claim.vector);
        }
        if seen || record.is_live() {
            left.limits.add_saturating(&record.claim.limits);
        }
    }
    eligible.quota.iter().map(|quota| quota.more(&left)).collect()
}

#[cfg(test)]
mod tests;
