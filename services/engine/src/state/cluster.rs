//! One member cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::labels::{Labels, Taint};
use hourglass_model::node::RuntimeClassFacts;
use hourglass_model::resources::ResourceVector;
use serde::{Deserialize, Serialize};

use hourglass_model::tee::TeeKind;

use super::amounts::Amounts;
use super::class::NodeKind;
use super::devices::DeviceHold;
use super::namespace::NamespaceFacts;
use super::node::NodeState;
use super::nodes::{Inserted, NodeSlot, Nodes};
use crate::claims::{Claim, Ledger};
use crate::index::{ClusterIx, Index, Seated};

/// What people set on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterSettings {
    /// Labels, for cluster selectors; `topology.kubernetes.io/region` is the region.
    pub labels: Labels,
    /// Taints, for cluster tolerations.
    pub taints: Vec<Taint>,
    /// Takes no new placements.
    pub cordoned: bool,
}

/// What the sessions have found about a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Health {
    /// Enrolled, nothing heard yet.
    #[default]
    Joining,
    /// After the loss of the server's store: it has not said yet what it runs, which may have taken any room.
    Recovering,
    /// Its agent is here.
    Ready,
    /// Its agent is late.
    Suspect,
    /// Its agent is gone.
    Unreachable,
    /// It is on its way out.
    Leaving,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Joining => "JOINING",
            Self::Recovering => "RECOVERING",
            Self::Ready => "READY",
            Self::Suspect => "SUSPECT",
            Self::Unreachable => "UNREACHABLE",
            Self::Leaving => "LEAVING",
        })
    }
}

/// What an agent says about its cluster as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterFacts {
    /// Version of the API server.
    pub kubernetes_version: String,
    /// RuntimeClasses.
    pub runtime_classes: Vec<RuntimeClassFacts>,
    /// Namespaces that the agent's own configuration opens to a tenant; the first is the default.
    pub tenants: BTreeMap<TenantId, Vec<Namespace>>,
    /// What is in the namespaces that a tenant may use; of a namespace that is absent nothing is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaces: BTreeMap<Namespace, NamespaceFacts>,
    /// PriorityClasses, by name. Every cluster has some, so none means that they are not known.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub priority_classes: BTreeSet<String>,
}

impl ClusterFacts {
    /// A RuntimeClass by name.
    #[must_use]
    pub fn runtime_class(&self, name: &str) -> Option<&RuntimeClassFacts> {
        self.runtime_classes.iter().find(|class| class.name == name)
    }

    /// The namespace in which a tenant's performers run: the wanted one if it is open to the tenant, else the
    /// tenant's default when none is wanted.
    #[must_use]
    pub fn namespace(&self, tenant: &TenantId, wanted: Option<&Namespace>) -> Option<&Namespace> {
        let open = self.tenants.get(tenant)?;
        match wanted {
            Some(wanted) => open.iter().find(|namespace| *namespace == wanted),
            None => open.first(),
        }
    }

    /// What is known of that namespace.
    #[must_use]
    pub fn inside(&self, tenant: &TenantId, wanted: Option<&Namespace>) -> Option<&NamespaceFacts> {
        self.namespaces.get(self.namespace(tenant, wanted)?)
    }
}

/// Inventory that was applied last: in which session, and up to where. A later session's inventory is always newer,
/// whatever its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) session: u64,
    pub(crate) sequence: Sequence,
}

/// A snapshot on its way, beside what is in force.
#[derive(Debug, Clone)]
pub(super) struct Building {
    pub(super) sequence: Sequence,
    /// As they came.
    pub(super) nodes: Vec<NodeState>,
    pub(super) facts: Option<ClusterFacts>,
}

/// One cluster: settings, health, inventory.
#[derive(Debug, Clone, Default)]
pub struct ClusterState {
    pub(super) settings: ClusterSettings,
    pub(super) health: Health,
    /// Counts sessions of this life of the state.
    pub(super) session: u64,
    /// A complete inventory has come in this session, and no delta is missing since.
    pub(super) fresh: bool,
    pub(super) applied: Option<Position>,
    pub(super) building: Option<Building>,
    pub(super) facts: ClusterFacts,
    pub(super) nodes: Nodes,
    /// Number in the index.
    pub(super) ix: ClusterIx,
    /// Claims charged here, as the index counts them.
    pub(super) claims: usize,
    /// Nodes with each TEE kind.
    pub(super) tee_kinds: BTreeMap<TeeKind, usize>,
    /// Where the pods of each claim are bound, and what they take there.
    pub(super) observed: BTreeMap<ClaimId, BTreeMap<NodeName, ResourceVector>>,
}

impl ClusterState {
    /// What people set.
    #[must_use]
    pub fn settings(&self) -> &ClusterSettings {
        &self.settings
    }

    /// What the sessions have found.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health
    }

    /// Whether a complete inventory has come in the present session.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Whether it takes nothing new from anybody: see the rules over its cordon, its health and its inventory.
    pub(crate) fn is_shut(&self) -> bool {
        self.settings.cordoned || self.health != Health::Ready || !self.fresh
    }

    /// Whether any inventory was ever applied in this life of the state.
    #[must_use]
    pub fn has_inventory(&self) -> bool {
        self.applied.is_some()
    }

    /// Up to where inventory is applied.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        self.applied.map(|position| position.sequence)
    }

    /// What its agent says about it as a whole.
    #[must_use]
    pub fn facts(&self) -> &ClusterFacts {
        &self.facts
    }

    /// Its nodes, by name.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &NodeState> {
        self.nodes.iter()
    }

    pub(super) fn new(ix: ClusterIx, claims: usize) -> Self {
        Self {
            ix,
            claims,
            ..Self::default()
        }
    }

    pub(crate) fn ix(&self) -> ClusterIx {
        self.ix
    }

    /// Claims that are charged to the cluster's nodes.
    pub(crate) fn claims(&self) -> usize {
        self.claims
    }

    /// TEE kinds of the cluster's nodes, the counted ones first.
    pub(crate) fn tee_kinds(&self) -> impl Iterator<Item = &TeeKind> {
        self.tee_kinds.keys()
    }

    /// One of its nodes, by its number.
    pub(crate) fn node_at(&self, slot: NodeSlot) -> Option<&NodeState> {
        self.nodes.at(slot)
    }

    /// Number of one of its nodes.
    pub(crate) fn slot(&self, name: &NodeName) -> Option<NodeSlot> {
        self.nodes.slot(name)
    }

    /// Puts a node in place; the one that was there before is returned, at `slot` where that is known, and whether the ranks of
    /// all nodes have changed. What is charged to it has to be computed anew, which also tells the index what is free there.
    pub(super) fn put_node(
        &mut self,
        node: Box<NodeState>,
        slot: Option<NodeSlot>,
        index: &mut Index,
    ) -> (NodeSlot, Option<Box<NodeState>>, bool) {
        let kind = Arc::clone(&node.class().kind);
        let Inserted {
            slot,
            old,
            ranks_changed,
        } = self.nodes.insert(node, slot);
        let before = old.as_ref().map(|old| Arc::clone(&old.class().kind));
        if before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, &kind)) {
            self.count_kinds(&kind, true, index);
            if let Some(before) = before {
                self.count_kinds(&before, false, index);
            }
        }
        let at = Seated {
            cluster: self.ix,
            slot,
        };
        if let Some(node) = self.nodes.at(slot) {
            index.name(at, old.as_deref(), node);
        }
        if ranks_changed {
            self.seat_all(index);
        }
        (slot, old, ranks_changed)
    }

    /// Puts in all nodes of a cluster that had none, sorted by name. As with one node, what is charged to them and what is
    /// free there has to be told afterwards.
    pub(super) fn fill(&mut self, nodes: Vec<NodeState>, index: &mut Index) {
        self.nodes.fill(nodes);
        let cluster = self.ix;
        let slots: Vec<NodeSlot> = self.nodes.slots().collect();
        let seated = |slot: &NodeSlot| Some((Seated { cluster, slot: *slot }, self.nodes.at(*slot)?));
        index.name_all(slots.iter().filter_map(seated));
        for slot in slots {
            let Some(node) = self.nodes.at(slot) else { continue };
            let kind = Arc::clone(&node.class().kind);
            self.count_kinds(&kind, true, index);
        }
    }

    /// Takes a node out.
    pub(super) fn take_node(&mut self, name: &NodeName, index: &mut Index) -> Option<NodeState> {
        let slot = self.nodes.slot(name)?;
        let node = self.nodes.remove(name)?;
        index.remove(
            Seated {
                cluster: self.ix,
                slot,
            },
            &node,
        );
        let kind = Arc::clone(&node.class().kind);
        self.count_kinds(&kind, false, index);
        Some(node)
    }

    /// Tells the index what is free on every node.
    pub(super) fn seat_all(&mut self, index: &mut Index) {
        let cluster = self.ix;
        index.refresh_all(cluster, self.nodes.all_mut());
    }

    /// Tells the index what is free on some nodes.
    pub(super) fn seat(&mut self, slots: impl Iterator<Item = NodeSlot> + Clone, index: &mut Index) {
        let Self { nodes, ix, .. } = self;
        index.fetch(slots.clone().filter_map(|slot| nodes.at(slot)));
        for slot in slots {
            if let Some(node) = nodes.at_mut(slot) {
                index.refresh(Seated { cluster: *ix, slot }, node);
            }
        }
    }

    fn count_kinds(&mut self, node: &NodeKind, more: bool, index: &mut Index) {
        for kind in &node.facts.derived.tee_kinds {
            match self.tee_kinds.get_mut(kind) {
                Some(count) if more => *count += 1,
                Some(count) if *count > 1 => *count -= 1,
                Some(_) => {
                    self.tee_kinds.remove(kind);
                    index.clusters_changed();
                }
                None => {
                    self.tee_kinds.insert(kind.clone(), 1);
                    index.clusters_changed();
                }
            }
        }
    }

    /// One of its nodes.
    #[must_use]
    pub fn node(&self, name: &NodeName) -> Option<&NodeState> {
        self.nodes.get(name)
    }

    /// Nodes on which pods of this claim are bound, and what they take there.
    pub fn observed(&self, claim: &ClaimId) -> impl Iterator<Item = (&NodeName, &ResourceVector)> {
        self.observed.get(claim).into_iter().flatten()
    }

    pub(crate) fn position(&self) -> Option<Position> {
        self.applied
    }

    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// Computes what is charged to one node anew: what its pods use, and what claims on it hold beyond that.
    pub(crate) fn recharge(
        &mut self,
        ledger: &Ledger,
        index: &mut Index,
        cluster: &ClusterName,
        node: &NodeName,
    ) {
        let claims = ledger.count_in_cluster(cluster);
        if claims != self.claims {
            index.count_claims(self.ix, claims);
            self.claims = claims;
        }
        if let Some(slot) = self.nodes.slot(node) {
            self.charge_at(ledger, cluster, slot);
            self.seat(std::iter::once(slot), index);
        }
    }

    /// Computes what is charged to the node in a slot; the number of claims in the cluster is known, and the index is told
    /// afterwards. Returns whether any claim is charged to the node.
    pub(super) fn charge_at(&mut self, ledger: &Ledger, cluster: &ClusterName, slot: NodeSlot) -> bool {
        let Some(state) = self.nodes.at(slot) else {
            return false;
        };
        let mut charge: Option<Amounts> = None;
        let mut holds = Vec::new();
        for record in ledger.on_node(cluster, state.name()) {
            let claim = &record.claim;
            let charge = charge.get_or_insert_with(|| state.used_amounts().clone());
            match self.observed.get(&claim.id) {
                None => charge.add(&claim.vector, state.layout()),
                seen => charge.add(&claim.unseen(seen), state.layout()),
            }
            if !claim.devices.is_empty() {
                holds.extend(self.devices_held(claim, state));
            }
        }
        let charged = charge.is_some();
        if let Some(state) = self.nodes.at_mut(slot) {
            state.set_charge(charge, &holds);
        }
        charged
    }

    /// What would be free of devices on a node if a claim and its pods were gone.
    pub(crate) fn devices_freed_by(&self, claim: &Claim, node: &NodeName) -> Vec<DeviceHold> {
        let state = self.nodes.get(node);
        state.map_or_else(Vec::new, |state| self.devices_held(claim, state))
    }

    /// What a claim holds of the devices of a node: what its pods there have, and what they are still to get where it is charged
    /// there.
    fn devices_held(&self, claim: &Claim, node: &NodeState) -> Vec<DeviceHold> {
        let Some(devices) = node.devices() else {
            return Vec::new();
        };
        let is_charged = claim.node == *node.name();
        let any = is_charged && !(claim.pinned && devices.tells_apart(&claim.devices));
        let hold = |part: DeviceUse, shown| DeviceHold { part, shown, any };
        let seen = node.claims().iter().filter(|seen| seen.claim == claim.id);
        let seen = seen.flat_map(|seen| &seen.devices);
        let seen = seen.filter(|one| devices.has(&one.device)).cloned();
        let mut held: Vec<DeviceHold> = seen.map(|part| hold(part, true)).collect();
        if is_charged {
            let unseen = claim.unseen_devices(&self.seen_devices(claim), any).into_iter();
            held.extend(unseen.map(|part| hold(part, false)));
        }
        held
    }

    /// Devices that pods of the claim have: on its node when pinned, on any when not.
    pub(crate) fn seen_devices(&self, claim: &Claim) -> Vec<DeviceUse> {
        let nodes = self.observed.get(&claim.id).into_iter().flatten();
        let nodes = nodes.filter(|(node, _)| !claim.pinned || **node == claim.node);
        nodes
            .filter_map(|(node, _)| self.nodes.get(node))
            .flat_map(NodeState::claims)
            .filter(|seen| seen.claim == claim.id)
            .flat_map(|seen| seen.devices.iter().cloned())
            .collect()
    }

    /// What would be free on which nodes if a claim and its pods were gone.
    pub(crate) fn freed_by(&self, claim: &Claim) -> BTreeMap<NodeName, ResourceVector> {
        let observed = self.observed.get(&claim.id);
        let mut freed = observed.cloned().unwrap_or_default();
        freed
            .entry(claim.node.clone())
            .or_default()
            .add_saturating(&claim.unseen(observed));
        freed
    }

    /// What of that would be on one node.
    pub(crate) fn freed_on(&self, claim: &Claim, node: &NodeName) -> ResourceVector {
        let observed = self.observed.get(&claim.id);
        let mut freed = observed
            .and_then(|nodes| nodes.get(node))
            .cloned()
            .unwrap_or_default();
        if claim.node == *node {
            freed.add_saturating(&claim.unseen(observed));
        }
        freed
    }

    /// Takes a node's observed claims into the index, or out of it.
    pub(super) fn index_observed(&mut self, node: &NodeState) {
        for seen in node.claims() {
            let nodes = self.observed.entry(seen.claim.clone()).or_default();
            // An agent that lists a claim twice means the sum.
            nodes
                .entry(node.name().clone())
                .or_default()
                .add_saturating(&seen.bound);
        }
    }

    /// Takes what is observed on the node in a slot out of the index.
    pub(super) fn unindex_observed_at(&mut self, slot: NodeSlot) {
        let Some(node) = self.nodes.at(slot) else { return };
        for seen in node.claims() {
            forget_observed(&mut self.observed, &seen.claim, node.name());
        }
    }

    pub(super) fn unindex_observed(&mut self, node: &NodeState) {
        for seen in node.claims() {
            forget_observed(&mut self.observed, &seen.claim, node.name());
        }
    }
}

fn forget_observed(
    observed: &mut BTreeMap<ClaimId, BTreeMap<NodeName, ResourceVector>>,
    claim: &ClaimId,
    node: &NodeName,
) {
    if let Some(nodes) = observed.get_mut(claim) {
        nodes.remove(node);
        if nodes.is_empty() {
            observed.remove(claim);
        }
    }
}
