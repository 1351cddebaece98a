//! What must hold after every step. Written from the rules, apart from the code that makes them hold: everything is
//! computed anew from facts and claims, nothing is taken from the engine's own figures.

mod devices;
mod others;
mod quotas;
mod spread;
mod victims;

use std::collections::BTreeMap;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClusterName, DeviceId, NodeName, PlacementUid, TenantId};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceName, ResourceVector};

use crate::claims::ClaimPhase;
use crate::decide::Decision;
use crate::explain::Explanation;
use crate::state::{ClusterState, FleetState, NodeState};

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// A node's charge is not what facts and claims say.
    #[error("node {node} of cluster {cluster} is charged {charged:?}, rule 3 says {expected:?}")]
    WrongCharge {
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
        /// What the engine says.
        charged: ResourceVector,
        /// What the rule says.
        expected: ResourceVector,
    },
    /// A decision promises more than a node has.
    #[error("node {node} of cluster {cluster} would hold {total} {resource} of {allocatable}")]
    OverCommitted {
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
        /// Resource.
        resource: ResourceName,
        /// Charge with the decision.
        total: i64,
        /// What there is.
        allocatable: i64,
    },
    /// A device's charge is not what facts and claims say.
    #[error(
        "device {device} on node {node} of cluster {cluster} is charged {charged}/1000, the rule says {expected}"
    )]
    WrongDeviceCharge {
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
        /// Device.
        device: DeviceId,
        /// What the engine says, thousandths.
        charged: u64,
        /// What the rule says.
        expected: u64,
    },
    /// A decision promises more of a device, or of what it shares with others, than there is.
    #[error("device {device} on node {node} of cluster {cluster} would hold {total} of {most}")]
    DeviceOverCommitted {
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
        /// Device.
        device: DeviceId,
        /// Thousandths, or units of a counter, with the decision.
        total: u64,
        /// What there is.
        most: u64,
    },
    /// Devices of several products for one replica.
    #[error("a replica on node {node} of cluster {cluster} would get devices of several products")]
    MixedProducts {
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
    },
    /// A decision names a cluster or node that is not there or takes nothing.
    #[error("the decision names {0}, which takes no decisions")]
    WrongPlace(String),
    /// A gang in parts.
    #[error("{0} replicas of a gang are placed and others are not")]
    BrokenGang(usize),
    /// Counts of an explanation do not add up, or it leaves out the cluster.
    #[error("cluster {0}: feasible and rejected nodes do not add up to those that are there")]
    CountsOff(ClusterName),
    /// A placement where a rule about other placements forbids it.
    #[error("slot {slot}: {message}")]
    RuleBroken {
        /// The slot.
        slot: u32,
        /// Which rule, and by whom.
        message: String,
    },
    /// A pod without what a ResourceQuota wants stated, where what containers are given by default is known.
    #[error("quota {quota} of cluster {cluster} bounds {key}, which the pod does not state")]
    Unstated {
        /// Cluster.
        cluster: ClusterName,
        /// Namespace and name of the ResourceQuota.
        quota: String,
        /// What it bounds.
        key: String,
    },
    /// More than a ResourceQuota leaves.
    #[error("quota {quota} of cluster {cluster} leaves {left} {resource}, and {total} are promised")]
    OverQuota {
        /// Cluster.
        cluster: ClusterName,
        /// Namespace and name.
        quota: String,
        /// Resource.
        resource: ResourceName,
        /// What claims that no pod shows yet and the decision take.
        total: i64,
        /// What is left.
        left: i64,
    },
    /// A place on a node that is kept for somebody else who is as important.
    #[error("slot {slot} goes to node {node} of cluster {cluster}, which is kept for {kept_for}")]
    Kept {
        /// The slot.
        slot: u32,
        /// Cluster.
        cluster: ClusterName,
        /// Node.
        node: NodeName,
        /// For whom.
        kept_for: PlacementUid,
    },
    /// A claim that must not be moved for this.
    #[error("victim {victim}: {message}")]
    WrongVictim {
        /// The claim, or the placement.
        victim: String,
        /// Why not.
        message: String,
    },
    /// What is counted by domain is not what counting anew says, or a claim is counted where it is not.
    #[error("claims are counted wrongly by domain: {0}")]
    Miscounted(String),
    /// Who may be moved from where is kept wrongly.
    #[error("who may be moved from where is not what the claims say")]
    WrongMovers,
    /// A claim that should have ended.
    #[error("claim {0} is settled and still charged")]
    Lingering(String),
}

/// Rule 3 for one node, computed from facts and claims alone.
fn charge(state: &FleetState, cluster: &ClusterName, node: &NodeState) -> ResourceVector {
    let mut total = node.used();
    for record in state.claims() {
        let claim = &record.claim;
        if claim.cluster != *cluster || claim.node != *node.name() {
            continue;
        }
        let mut bound = ResourceVector::new();
        for other in state.cluster(cluster).into_iter().flat_map(ClusterState::nodes) {
            if claim.pinned && *other.name() != claim.node {
                continue;
            }
            for seen in other.claims().iter().filter(|seen| seen.claim == claim.id) {
                bound = bound.saturating_add(&seen.bound);
            }
        }
        for (resource, amount) in claim.vector.iter() {
            let missing = amount.saturating_sub(bound.get(resource)).max(0);
            total.set(resource.clone(), total.get(resource).saturating_add(missing));
        }
    }
    total
}

/// Checks the state; an empty list is what should come back.
#[must_use]
pub fn check(state: &FleetState) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, cluster) in state.clusters() {
        for node in cluster.nodes() {
            let expected = charge(state, name, node).without_zeros();
            let charged = node.charge().without_zeros();
            if expected != charged {
                let node = node.name().clone();
                breaches.push(Breach::WrongCharge {
                    cluster: name.clone(),
                    node,
                    charged,
                    expected,
                });
            }
            breaches.extend(devices::check_node(state, name, node));
        }
    }
    if !state.ledger.counts_are_true() {
        breaches.push(Breach::Miscounted("a counter differs from its claims".to_owned()));
    }
    let regions = state
        .clusters()
        .map(|(_, cluster)| (cluster.ix(), crate::domains::region(cluster)));
    if !state.index.regions.are_true(regions) {
        breaches.push(Breach::Miscounted(
            "a cluster counts in another region".to_owned(),
        ));
    }
    if !state.movers.are_true(state) {
        breaches.push(Breach::WrongMovers);
    }
    for record in state.claims() {
        let site = state.ledger.site(&record.claim);
        let cluster = state.cluster(&record.claim.cluster);
        let said = cluster.filter(|cluster| cluster.position().is_some());
        let node = said.and_then(|cluster| cluster.node(&record.claim.node));
        let zone = match said {
            Some(_) => node.and_then(crate::domains::zone),
            None => state
                .ledger
                .stated_zone(&record.claim.cluster, &record.claim.node),
        };
        let place = (
            cluster.map(ClusterState::ix),
            cluster.and_then(crate::domains::region),
        );
        if (site.number, site.region) != place || site.zone != zone {
            breaches.push(Breach::Miscounted(record.claim.id.to_string()));
        }
        let ClaimPhase::Released {
            acknowledged: Some((session, sequence)),
        } = &record.phase
        else {
            continue;
        };
        let Some(cluster) = state.cluster(&record.claim.cluster) else {
            continue;
        };
        let caught_up = cluster
            .position()
            .is_some_and(|applied| (applied.session, applied.sequence) >= (*session, *sequence));
        let left = cluster
            .nodes()
            .flat_map(NodeState::claims)
            .any(|seen| seen.claim == record.claim.id);
        if caught_up && !left {
            breaches.push(Breach::Lingering(record.claim.id.to_string()));
        }
    }
    breaches
}

/// What a decision adds to a node: resources, and the devices of each slot.
type Added = (ResourceVector, Vec<Vec<DeviceUse>>);

/// Checks a decision against the state that it was made on, before its claims are taken.
#[must_use]
pub fn check_decision(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    decision: &Decision,
) -> Vec<Breach> {
    let mut breaches = victims::check(state, (tenant, request), decision);
    breaches.extend(others::check(state, tenant, request, decision));
    breaches.extend(spread::check(state, tenant, request, decision));
    breaches.extend(quotas::check(state, request, decision));
    if request.gang && decision.no_fit.is_some() && !decision.placed.is_empty() {
        breaches.push(Breach::BrokenGang(decision.placed.len()));
    }
    let mut added: BTreeMap<(ClusterName, NodeName), Added> = BTreeMap::new();
    for slot in &decision.placed {
        let (vector, grants) = added
            .entry((slot.cluster.clone(), slot.node.clone()))
            .or_default();
        vector.add_saturating(&slot.vector);
        grants.push(slot.offer.devices());
    }
    for ((cluster, node), (more, grants)) in added {
        let place = state
            .cluster(&cluster)
            .filter(|state| state.is_fresh() && !state.settings().cordoned);
        let Some(found) = place.and_then(|state| state.node(&node)) else {
            breaches.push(Breach::WrongPlace(format!("node {node} of cluster {cluster}")));
            continue;
        };
        // Those who make room, or leave anyway and are waited for, are gone before anything of this starts.
        let gone: Vec<_> = decision.going().into_iter().collect();
        let left = victims::leave(state, gone.iter().copied(), &cluster, &node);
        breaches.extend(devices::check_added(
            state,
            (&cluster, found),
            &grants,
            (&gone, &left),
        ));
        let before = charge(state, &cluster, found).saturating_sub(&left);
        for (resource, amount) in more.iter().filter(|(_, amount)| *amount > 0) {
            let total = before.get(resource).saturating_add(amount);
            let allocatable = found.allocatable().get(resource);
            if total > allocatable {
                let (cluster, node, resource) = (cluster.clone(), node.clone(), resource.clone());
                breaches.push(Breach::OverCommitted {
                    cluster,
                    node,
                    resource,
                    total,
                    allocatable,
                });
            }
        }
    }
    if let Some(no_fit) = &decision.no_fit {
        let told = no_fit.explanation.iter();
        breaches.extend(told.flat_map(|told| check_explanation(state, told)));
    }
    breaches
}

/// Checks that a decision for a placement takes no node that is kept for another one of the same or a higher priority.
#[must_use]
pub fn check_kept(
    state: &FleetState,
    placement: &PlacementUid,
    request: &CanonicalRequest,
    decision: &Decision,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for slot in &decision.placed {
        let place = (slot.cluster.clone(), slot.node.clone());
        let kept = state.reservations().find(|kept| {
            kept.placement != *placement && kept.priority >= request.priority && kept.nodes.contains(&place)
        });
        breaches.extend(kept.map(|kept| Breach::Kept {
            slot: slot.slot.0,
            cluster: slot.cluster.clone(),
            node: slot.node.clone(),
            kept_for: kept.placement.clone(),
        }));
    }
    breaches
}

/// Checks that an explanation of this state speaks of every cluster and of each node of those that may take the request:
/// what is feasible and what each rule rejects adds up to the nodes that are there.
#[must_use]
pub fn check_explanation(state: &FleetState, explanation: &Explanation) -> Vec<Breach> {
    let adds_up = |name: &ClusterName, cluster: &ClusterState| {
        let mut told = explanation.clusters.iter();
        let Some(told) = told.find(|told| told.cluster == *name) else {
            return false;
        };
        let rejected: usize = told.rejections.iter().map(|rejection| rejection.nodes).sum();
        let there = if told.eligible { cluster.nodes().len() } else { 0 };
        told.eligible == told.excluded_by.is_none()
            && told.nodes_seen == there
            && rejected + told.nodes_feasible == there
            && told.best.is_some() == (told.nodes_feasible > 0)
    };
    let off = state.clusters().filter(|(name, cluster)| !adds_up(name, cluster));
    off.map(|(name, _)| Breach::CountsOff(name.clone())).collect()
}
