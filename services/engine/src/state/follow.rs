//! Claims that bind only the cluster follow their pods.
//!
//! Where a pod is to run is then its cluster's to say. Once it has said so the claim is charged there and nowhere else: it is
//! decided anew, in the sense of "a pod bound elsewhere is charged there too, until re-decided". Where a node does not hold
//! all that it was promised to, such claims without a pod go to nodes that have room: otherwise one node would be promised
//! twice while others look free, and somebody would be sent into a hole that is none. Nodes that others have just left go
//! first, because that is where these pods most likely find room.

mod room;

use std::collections::BTreeSet;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::resources::ResourceVector;

use self::room::{Search, lacks_room, may_lack_room};
use super::ClusterState;
use super::nodes::NodeSlot;
use crate::changes::Changes;
use crate::claims::{Claim, ClaimRecord, Ledger};
use crate::domains;
use crate::reserve::Reserved;

/// What has moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Nodes that claims have left or come to; they are charged as it is after that.
    pub(super) nodes: BTreeSet<NodeName>,
    /// The claims.
    pub(super) claims: BTreeSet<ClaimId>,
}

/// Claims of a cluster on their way.
pub(super) struct Following<'a> {
    cluster: &'a mut ClusterState,
    ledger: &'a mut Ledger,
    changes: &'a mut Changes,
    kept: &'a Reserved,
    name: &'a ClusterName,
    moved: Moved,
}

impl ClusterState {
    /// The node to which a claim that binds only the cluster follows its pod, and the devices that are charged there instead of its
    /// own, where they are known. None while no pod of it is seen, and while it stays where it is charged.
    #[must_use]
    pub fn pod_elsewhere(&self, claim: &Claim) -> Option<(NodeName, Option<Vec<DeviceUse>>)> {
        let bound = self.observed.get(&claim.id);
        let nodes = || bound.into_iter().flat_map(|nodes| nodes.keys());
        // What still has a pod where it is charged stays, and so does what is there in part only.
        let is_whole = claim.unseen(bound).without_zeros().is_empty();
        if claim.pinned || !is_whole || nodes().any(|node| *node == claim.node) {
            return None;
        }
        let to = nodes().next()?.clone();
        let devices = self.devices_of_pod(claim, &to);
        Some((to, devices))
    }

    /// The devices that the pod of a claim has on a node, where they are all that it asks for: it will want no others.
    fn devices_of_pod(&self, claim: &Claim, node: &NodeName) -> Option<Vec<DeviceUse>> {
        let pods = self.node(node)?.claims().iter();
        let pods = pods.filter(|seen| seen.claim == claim.id);
        let devices: Vec<DeviceUse> = pods.flat_map(|seen| seen.devices.iter().cloned()).collect();
        let amounts = |uses: &[DeviceUse]| {
            let mut amounts: Vec<u16> = uses.iter().map(|one| one.milli).collect();
            amounts.sort_unstable();
            amounts
        };
        (amounts(&devices) == amounts(&claim.devices)).then_some(devices)
    }
}

impl<'a> Following<'a> {
    /// In this cluster, all nodes of which are charged as it is before that.
    pub(super) fn of(
        cluster: &'a mut ClusterState,
        (ledger, changes): (&'a mut Ledger, &'a mut Changes),
        kept: &'a Reserved,
        name: &'a ClusterName,
    ) -> Self {
        Self {
            cluster,
            ledger,
            changes,
            kept,
            name,
            moved: Moved::default(),
        }
    }

    /// Lets those of these claims that bind only the cluster follow their pods, lets such claims without a pod leave nodes that
    /// do not hold them (these, on which something has changed, and those that pods have come to), and tells of all that have
    /// moved.
    pub(super) fn follow(mut self, seen: &BTreeSet<ClaimId>, nodes: &[NodeSlot]) -> Moved {
        let (left, reached) = self.follow_pods(seen);
        let short = |slot: &NodeSlot| self.cluster.nodes.at(*slot).filter(|node| may_lack_room(node));
        let here = nodes.iter().filter_map(short).map(|node| node.name().clone());
        let crowded: BTreeSet<NodeName> = here.chain(reached).collect();
        let mut search = Search::new(left);
        for node in &crowded {
            self.relieve(node, &mut search);
        }
        self.find_nodes(seen, &mut search);
        self.moved
    }

    /// Claims that have a pod elsewhere, and none where they are charged. Returns the nodes that they have left, and those that
    /// they have come to.
    fn follow_pods(&mut self, seen: &BTreeSet<ClaimId>) -> (BTreeSet<NodeName>, BTreeSet<NodeName>) {
        let (mut left, mut reached) = (BTreeSet::new(), BTreeSet::new());
        for id in seen {
            let Some(record) = self.ledger.get(id).filter(|record| self.is_loose(record)) else {
                continue;
            };
            let claim = &record.claim;
            let Some((to, devices)) = self.cluster.pod_elsewhere(claim) else {
                continue;
            };
            left.insert(claim.node.clone());
            reached.insert(to.clone());
            self.move_to(id, to, devices);
        }
        (left, reached)
    }

    /// Claims without a pod leave a node as long as it does not hold them, for nodes that have room.
    fn relieve(&mut self, node: &NodeName, search: &mut Search) {
        let on_it = || self.ledger.on_node(self.name, node);
        let mut promised = ResourceVector::new();
        // Who waits for others to go is charged beside them until then.
        for record in on_it().filter(|record| self.waits(record)) {
            let observed = self.cluster.observed.get(&record.claim.id);
            promised.add_saturating(&record.claim.unseen(observed));
        }
        let some_wait = on_it().any(|record| self.waits(record));
        let podless = |record: &&ClaimRecord| self.is_podless(record) && !self.waits(record);
        let claims: Vec<Claim> = on_it()
            .filter(podless)
            .map(|record| record.claim.clone())
            .collect();
        for claim in claims {
            let state = self.cluster.node(node);
            if state.is_some_and(|state| lacks_room(state, &claim, &promised, some_wait)) {
                self.find_node(&claim, search);
            }
        }
    }

    /// The node of a claim has gone, and with it the pod: the next one will be somewhere in the cluster, and its room is
    /// charged where there is some.
    fn find_nodes(&mut self, claims: &BTreeSet<ClaimId>, search: &mut Search) {
        let homeless = claims
            .iter()
            .filter_map(|id| self.ledger.get(id))
            .filter(|record| {
                let is_gone = self.cluster.node(&record.claim.node).is_none();
                is_gone && self.is_podless(record) && !self.waits(record)
            });
        let homeless: Vec<Claim> = homeless.map(|record| record.claim.clone()).collect();
        for claim in homeless {
            self.find_node(&claim, search);
        }
    }

    fn find_node(&mut self, claim: &Claim, search: &mut Search) {
        let (kept, name) = (self.kept, self.name);
        let is_kept = |node: &NodeName| kept.on(name, node).is_some();
        if let Some((node, devices)) = search.room_for(self.cluster, claim, is_kept) {
            self.move_to(&claim.id, node, Some(devices));
        }
    }

    /// Whether a claim is one of this cluster, in force, and its pod may be anywhere in it.
    fn is_loose(&self, record: &ClaimRecord) -> bool {
        record.is_live() && !record.claim.pinned && record.claim.cluster == *self.name
    }

    /// Whether it is such a one, and no pod of it is seen.
    fn is_podless(&self, record: &ClaimRecord) -> bool {
        self.is_loose(record) && !self.cluster.observed.contains_key(&record.claim.id)
    }

    /// Whether it takes the room of others that have not ended.
    fn waits(&self, record: &ClaimRecord) -> bool {
        let mut others = record.claim.waits_for.iter();
        others.any(|id| self.ledger.get(id).is_some())
    }

    /// Charges a claim to another node, and there to these devices where they are known.
    fn move_to(&mut self, id: &ClaimId, node: NodeName, devices: Option<Vec<DeviceUse>>) {
        // What the ledger keeps about a claim is kept by what the claim says: so it leaves, and comes in again.
        let Some(mut record) = self.ledger.remove(id) else {
            return;
        };
        let zone = self.cluster.node(&node).and_then(domains::zone);
        record.claim.zone = zone.map(str::to_owned);
        if let Some(devices) = devices {
            record.claim.devices = devices;
        }
        let from = std::mem::replace(&mut record.claim.node, node.clone());
        // It counts in another domain from now on: that may be what somebody waits for.
        self.changes.claim(&record);
        self.ledger.insert(record);
        self.moved.claims.insert(id.clone());
        for node in [from, node] {
            if let Some(slot) = self.cluster.nodes.slot(&node) {
                self.cluster.charge_at(self.ledger, self.name, slot);
            }
            self.moved.nodes.insert(node);
        }
    }
}

#[cfg(test)]
mod tests;
