//! Spread constraints that bind, judged slot by slot as they were decided.
//!
//! Which domains are meant is a matter of many rules; those of the clusters that the decision uses certainly are, where the
//! request does not choose among nodes. The least count of some of the domains is at least that of all, so whatever is
//! broken here is broken.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClusterName, NodeName, TenantId};
use hourglass_model::placement::Topology;
use hourglass_model::request::{CanonicalRequest, SpreadConstraint};

use super::Breach;
use super::others::{domain, domain_of_claim};
use crate::decide::Decision;
use crate::state::FleetState;

/// Whether any node of a cluster that takes the request is meant.
fn means_every_node(request: &CanonicalRequest) -> bool {
    let nodes = &request.nodes;
    nodes.hostnames.is_empty()
        && nodes.selector.is_empty()
        && nodes.affinity.is_empty()
        && request.gpu.is_none()
        && request.tee.is_none()
        && request.runtime_class.is_none()
}

/// Domains that certainly count, none of them with a node that lacks a domain in another constraint that binds.
fn meant(
    state: &FleetState,
    request: &CanonicalRequest,
    decision: &Decision,
    topology: Topology,
) -> BTreeSet<String> {
    let mut nodes: Vec<(&ClusterName, &NodeName)> = Vec::new();
    for slot in &decision.placed {
        nodes.push((&slot.cluster, &slot.node));
        if means_every_node(request) {
            let all = state.cluster(&slot.cluster).into_iter();
            nodes.extend(all.flat_map(|cluster| cluster.nodes().map(|node| (&slot.cluster, node.name()))));
        }
    }
    let binding = || request.spread.iter().filter(|other| other.is_required());
    nodes.retain(|(cluster, node)| {
        binding().all(|other| domain(state, other.topology, cluster, node).is_some())
    });
    let domains = nodes.into_iter();
    domains
        .filter_map(|(cluster, node)| domain(state, topology, cluster, node))
        .collect()
}

/// Checks every constraint that binds and counts by labels. Decisions that move others are left out: who of them was gone
/// when a slot was decided is not told.
pub(super) fn check(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    decision: &Decision,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if !decision.going().is_empty() {
        return breaches;
    }
    let binding = request
        .spread
        .iter()
        .filter(|constraint| constraint.is_required());
    for constraint in binding {
        breaches.extend(check_one(state, tenant, request, (decision, constraint)));
    }
    breaches
}

fn check_one(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    (decision, constraint): (&Decision, &SpreadConstraint),
) -> Vec<Breach> {
    let Some(selector) = &constraint.selector else {
        return Vec::new();
    };
    let meant = meant(state, request, decision, constraint.topology);
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for record in state.claims().filter(|record| record.is_live()) {
        let (claim, owner) = (&record.claim, &record.claim.owner);
        if owner.tenant == *tenant && selector.matches(&owner.labels) {
            let here = domain_of_claim(state, constraint.topology, claim);
            here.into_iter()
                .for_each(|here| *counts.entry(here).or_default() += 1);
        }
    }
    let own = i64::from(selector.matches(&request.labels));
    let mut breaches = Vec::new();
    for slot in &decision.placed {
        let count = |domain: &String| counts.get(domain).copied().unwrap_or_default();
        let least = meant.iter().map(count).min().unwrap_or_default();
        let here = domain(state, constraint.topology, &slot.cluster, &slot.node);
        let skew = here.as_ref().map(|here| count(here) + own - least);
        if skew.is_none_or(|skew| skew > i64::from(constraint.max_skew)) {
            breaches.push(Breach::RuleBroken {
                slot: slot.slot.0,
                message: format!("skew {skew:?} over {:?}: {counts:?}", constraint.topology),
            });
        }
        here.into_iter()
            .for_each(|here| *counts.entry(here).or_default() += own);
    }
    breaches
}
