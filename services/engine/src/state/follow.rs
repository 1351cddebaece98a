//! Claims that bind only the cluster follow their pods.
//!
//! Where a pod is to run is then its cluster's to say. Once it has said so the claim is charged there and nowhere else: it is
//! decided anew, in the sense of "a pod bound elsewhere is charged there too, until re-decided". If that node was promised to
//! another such claim that has no pod yet, and cannot hold both, the two exchange their nodes: otherwise one node would be
//! promised twice while the other looks free, and somebody would be sent into a hole that is none.

use std::collections::BTreeSet;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, NodeName};

use super::ClusterState;
use crate::changes::Changes;
use crate::claims::{Claim, ClaimRecord, Ledger};
use crate::domains;

/// Lets those of these claims that bind only the cluster follow their pods, and tells of those that have moved. Returns the nodes
/// that claims have left or come to; their charge is to be computed anew.
pub(super) fn follow_pods(
    cluster: &mut ClusterState,
    (ledger, changes): (&mut Ledger, &mut Changes),
    name: &ClusterName,
    seen: &BTreeSet<ClaimId>,
) -> BTreeSet<NodeName> {
    let mut moves: Vec<(ClaimId, NodeName, NodeName)> = Vec::new();
    for id in seen {
        let Some(record) = ledger.get(id).filter(|record| binds_cluster(record, name)) else {
            continue;
        };
        let bound = cluster.observed.get(id);
        let nodes = || bound.into_iter().flat_map(|nodes| nodes.keys());
        // What still has a pod where it is charged stays, and so does what is there in part only.
        let is_whole = record.claim.unseen(bound).without_zeros().is_empty();
        if !is_whole || nodes().any(|node| *node == record.claim.node) {
            continue;
        }
        if let Some(node) = nodes().next() {
            moves.push((id.clone(), record.claim.node.clone(), node.clone()));
        }
    }
    let mut changed = BTreeSet::new();
    let mut left = BTreeSet::new();
    let mut reached = BTreeSet::new();
    for (id, from, to) in moves {
        move_to(cluster, (ledger, changes), &id, &to);
        left.insert((from.clone(), id));
        reached.insert(to.clone());
        changed.extend([from, to]);
    }
    for node in &changed {
        charge(cluster, ledger, name, node);
    }
    for node in &reached {
        changed.extend(exchange(cluster, (ledger, changes), name, node, &mut left));
    }
    changed.extend(find_nodes(cluster, (ledger, changes), name, seen));
    changed
}

/// The node of a claim has gone, and with it the pod: the next one will be somewhere in the cluster, and its room is charged
/// where there is some.
fn find_nodes(
    cluster: &mut ClusterState,
    (ledger, changes): (&mut Ledger, &mut Changes),
    name: &ClusterName,
    claims: &BTreeSet<ClaimId>,
) -> BTreeSet<NodeName> {
    let homeless = claims.iter().filter_map(|id| ledger.get(id)).filter(|record| {
        let is_gone = cluster.node(&record.claim.node).is_none();
        is_gone && binds_cluster(record, name) && !cluster.observed.contains_key(&record.claim.id)
    });
    let homeless: Vec<Claim> = homeless.map(|record| record.claim.clone()).collect();
    let mut changed = BTreeSet::new();
    if homeless.is_empty() {
        return changed;
    }
    let names: BTreeSet<NodeName> = cluster.nodes().map(|node| node.name().clone()).collect();
    // A node that the one before did not find room on is not looked at for the next one.
    let mut names = names.iter().peekable();
    for claim in homeless {
        while names
            .next_if(|node| !has_room(cluster, node, &claim, true))
            .is_some()
        {}
        let Some(node) = names.peek() else { break };
        move_to(cluster, (ledger, changes), &claim.id, node);
        charge(cluster, ledger, name, node);
        changed.insert((*node).clone());
    }
    changed
}

/// Sends claims without a pod from a node that is promised too often to nodes that others have left for it, as long as it is.
fn exchange(
    cluster: &mut ClusterState,
    (ledger, changes): (&mut Ledger, &mut Changes),
    name: &ClusterName,
    node: &NodeName,
    left: &mut BTreeSet<(NodeName, ClaimId)>,
) -> BTreeSet<NodeName> {
    let mut changed = BTreeSet::new();
    let waiting: Vec<ClaimId> = ledger
        .on_node(name, node)
        .filter(|record| binds_cluster(record, name) && !cluster.observed.contains_key(&record.claim.id))
        .map(|record| record.claim.id.clone())
        .collect();
    for id in waiting {
        let Some(claim) = ledger.get(&id).map(|record| record.claim.clone()) else {
            continue;
        };
        if has_room(cluster, node, &claim, false) {
            continue;
        }
        let place = left.iter().find(|(other, left_by)| {
            let leaver = ledger.get(left_by).map(|record| &record.claim);
            other != node
                && has_room(cluster, other, &claim, true)
                && leaver.is_some_and(|leaver| alike(&leaver.devices, &claim.devices))
        });
        let Some(place) = place.cloned() else { continue };
        left.remove(&place);
        let (other, leaver) = place;
        // The devices that the other one would have had there; it has got some where it is.
        let mut devices = claim.devices;
        change(ledger, &leaver, |claim| {
            std::mem::swap(&mut claim.devices, &mut devices);
        });
        change(ledger, &id, |claim| claim.devices = devices);
        move_to(cluster, (ledger, changes), &id, &other);
        for node in [node, &other] {
            charge(cluster, ledger, name, node);
        }
        changed.insert(other);
    }
    changed
}

/// Whether a claim is one of this cluster, in force, and its pod may be anywhere in it.
fn binds_cluster(record: &ClaimRecord, name: &ClusterName) -> bool {
    record.is_live() && !record.claim.pinned && record.claim.cluster == *name
}

/// Whether a node has as much as a claim takes: beside what is charged there, or with the claim among that.
fn has_room(cluster: &ClusterState, node: &NodeName, claim: &Claim, beside: bool) -> bool {
    let Some(node) = cluster.node(node) else {
        return false;
    };
    let wanted = |resource| if beside { claim.vector.get(resource) } else { 0 };
    let charge = node.charge();
    let mut asked = claim.vector.iter().filter(|(_, amount)| *amount > 0);
    asked.all(|(resource, _)| {
        charge.get(resource).saturating_add(wanted(resource)) <= node.allocatable().get(resource)
    })
}

/// Whether the same is asked of devices.
fn alike(one: &[DeviceUse], other: &[DeviceUse]) -> bool {
    let sorted = |uses: &[DeviceUse]| {
        let mut parts: Vec<u16> = uses.iter().map(|one| one.milli).collect();
        parts.sort_unstable();
        parts
    };
    sorted(one) == sorted(other)
}

fn move_to(
    cluster: &ClusterState,
    (ledger, changes): (&mut Ledger, &mut Changes),
    id: &ClaimId,
    node: &NodeName,
) {
    change(ledger, id, |claim| {
        claim.node = node.clone();
        claim.zone = cluster.node(node).and_then(domains::zone).map(str::to_owned);
    });
    // It counts in another domain from now on: that may be what somebody waits for.
    if let Some(record) = ledger.get(id) {
        changes.claim(record);
    }
}

/// What the ledger keeps about a claim is kept by what the claim says: so it leaves, and comes in again.
fn change(ledger: &mut Ledger, id: &ClaimId, by: impl FnOnce(&mut Claim)) {
    if let Some(mut record) = ledger.remove(id) {
        by(&mut record.claim);
        ledger.insert(record);
    }
}

fn charge(cluster: &mut ClusterState, ledger: &Ledger, name: &ClusterName, node: &NodeName) {
    if let Some(slot) = cluster.nodes.slot(node) {
        cluster.charge_at(ledger, name, slot);
    }
}

#[cfg(test)]
mod tests;
