//! The inventory itself: watch events in, state per node out, with a sequence number. Pure: no clock, no network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_model::ids::ClaimId;
use hourglass_model::resources::ResourceVector;

use super::devices::{DeviceView, Devices};
use super::facts::{ClassFacts, NodeFacts, NodeView, PodFacts};
use super::fences::Fences;
use super::namespaces::Namespaces;
use super::whereabouts::leaving;
use crate::claim::Tombstone;
use crate::mirror::Mirror;

/// Everything that changed since the delta before, as of `sequence`.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// One more than that of the delta or snapshot before.
    pub sequence: i64,
    /// New state of nodes that changed.
    pub nodes: Vec<NodeView>,
    /// Nodes that are gone.
    pub removed: Vec<Arc<str>>,
    /// Whether anything beside the nodes changed.
    pub facts_changed: bool,
}

/// What reports depend on and has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Claims whose pods came, went, were bound, or are about to be ended.
    pub claims: BTreeSet<ClaimId>,
    /// Nodes that pods should leave now, or need not any more.
    pub nodes: BTreeSet<Arc<str>>,
}

impl Moved {
    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.nodes.is_empty()
    }
}

/// The state of the cluster, and what of it was not sent yet.
#[derive(Debug)]
pub struct Index {
    nodes: Mirror<Arc<str>, NodeFacts>,
    pods: Mirror<Arc<str>, PodFacts>,
    classes: Mirror<String, ClassFacts>,
    namespaces: Namespaces,
    devices: Devices,
    kubernetes_version: String,
    /// Pods that are charged to a node, also to one that is not known (yet).
    pods_by_node: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    pods_by_claim: BTreeMap<ClaimId, BTreeSet<Arc<str>>>,
    fences: Fences,
    sequence: i64,
    unsent_nodes: BTreeSet<Arc<str>>,
    unsent_facts: bool,
    moved: Moved,
    relisting_pods: bool,
}

impl Index {
    /// An empty index. `start` is the sequence before the first: above everything that an earlier process of this
    /// agent has used, so that "at or after this sequence" keeps its meaning over a restart.
    pub fn new(start: i64) -> Self {
        Self {
            nodes: Mirror::default(),
            pods: Mirror::default(),
            classes: Mirror::default(),
            namespaces: Namespaces::default(),
            devices: Devices::default(),
            kubernetes_version: String::new(),
            pods_by_node: BTreeMap::new(),
            pods_by_claim: BTreeMap::new(),
            fences: Fences::default(),
            sequence: start,
            unsent_nodes: BTreeSet::new(),
            unsent_facts: true,
            moved: Moved::default(),
            relisting_pods: false,
        }
    }

    /// Whether every watch has listed once: before that, absence means nothing.
    pub fn is_synced(&self) -> bool {
        self.nodes.is_synced() && self.pods.is_synced() && self.classes.is_synced()
    }

    /// A list of all nodes begins.
    pub fn begin_nodes(&mut self) {
        self.nodes.begin_relist();
    }

    /// A node is new or changed.
    pub fn put_node(&mut self, name: &Arc<str>, facts: NodeFacts) {
        let before = self.nodes.get(name);
        let changed = before != Some(&facts);
        if before.map(leaving) != Some(leaving(&facts)) && (before.is_some() || self.is_synced()) {
            self.moved.nodes.insert(Arc::clone(name));
        }
        self.nodes.upsert(Arc::clone(name), facts);
        if changed {
            self.unsent_nodes.insert(Arc::clone(name));
        }
    }

    /// A node is gone.
    pub fn remove_node(&mut self, name: &Arc<str>) {
        if self.nodes.remove(name).is_some() {
            self.node_gone(Arc::clone(name));
        }
    }

    /// The list of nodes is complete.
    pub fn finish_nodes(&mut self) {
        for (name, _) in self.nodes.finish_relist() {
            self.node_gone(name);
        }
    }

    fn node_gone(&mut self, name: Arc<str>) {
        self.moved.nodes.insert(Arc::clone(&name));
        self.unsent_nodes.insert(name);
    }

    /// A list of all pods begins.
    pub fn begin_pods(&mut self) {
        self.relisting_pods = true;
        self.pods.begin_relist();
    }

    /// A pod is new or changed.
    pub fn put_pod(&mut self, uid: &Arc<str>, facts: PodFacts) {
        if !self.relisting_pods {
            self.fences.watch_reached(facts.revision);
        }
        let hidden = facts
            .claim
            .as_ref()
            .is_some_and(|claim| self.fences.hide(claim, facts.revision));
        if hidden {
            return;
        }
        match self.pods.get(uid).cloned() {
            Some(before) if before.same_use(&facts) => {
                if before.disruption != facts.disruption {
                    self.moved.claims.extend(facts.claim.clone());
                }
            }
            before => {
                if let Some(before) = before {
                    self.unlink(uid, &before);
                }
                self.link(uid, &facts);
            }
        }
        self.pods.upsert(Arc::clone(uid), facts);
    }

    /// A pod is gone.
    pub fn remove_pod(&mut self, uid: &Arc<str>) {
        if let Some(before) = self.pods.remove(uid) {
            self.unlink(uid, &before);
        }
    }

    /// The list of pods is complete.
    pub fn finish_pods(&mut self) {
        self.relisting_pods = false;
        for (uid, before) in self.pods.finish_relist() {
            self.unlink(&uid, &before);
        }
    }

    /// A list of all RuntimeClasses begins.
    pub fn begin_classes(&mut self) {
        self.classes.begin_relist();
    }

    /// A RuntimeClass is new or changed.
    pub fn put_class(&mut self, name: &str, facts: ClassFacts) {
        let name = name.to_owned();
        self.unsent_facts |= self.classes.get(&name) != Some(&facts);
        self.classes.upsert(name, facts);
    }

    /// A RuntimeClass is gone.
    pub fn remove_class(&mut self, name: &str) {
        self.unsent_facts |= self.classes.remove(&name.to_owned()).is_some();
    }

    /// The list of RuntimeClasses is complete.
    pub fn finish_classes(&mut self) {
        self.unsent_facts |= !self.classes.finish_relist().is_empty();
    }

    /// What is in the namespaces of tenants.
    pub fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// Changes what is known of the namespaces of tenants.
    pub fn change_namespaces(&mut self, change: impl FnOnce(&mut Namespaces)) {
        change(&mut self.namespaces);
        self.unsent_facts |= self.namespaces.take_changed();
    }

    /// Changes what is known of devices.
    pub fn change_devices(&mut self, change: impl FnOnce(&mut Devices)) {
        change(&mut self.devices);
        for node in self.devices.take_touched() {
            // Those of an unknown node come with the node.
            if self.nodes.get(&node).is_some() {
                self.unsent_nodes.insert(node);
            }
        }
    }

    /// The version of the API server is known, or changed.
    pub fn set_kubernetes_version(&mut self, version: String) {
        self.unsent_facts |= self.kubernetes_version != version;
        self.kubernetes_version = version;
    }

    /// The version of the API server; empty while it is not known.
    pub fn kubernetes_version(&self) -> &str {
        &self.kubernetes_version
    }

    /// All RuntimeClasses, by name.
    pub fn classes(&self) -> impl Iterator<Item = (&String, &ClassFacts)> {
        self.classes.iter()
    }

    /// A list at `revision` has shown that all pods that the tombstone covers are gone: forgets those that the watch has
    /// not taken back yet. Returns how many are newer than the list, and so are still there.
    pub fn bury(&mut self, tombstone: &Tombstone, revision: u64) -> usize {
        self.fences.add(tombstone.clone(), revision);
        let mut newer = 0;
        for uid in self.pods_covered_by(tombstone) {
            match self.pods.get(&uid) {
                Some(facts) if facts.revision > revision => newer += 1,
                _ => self.remove_pod(&uid),
            }
        }
        newer
    }

    /// Whether a pod that the tombstone covers is known.
    pub fn any_covered_by(&self, tombstone: &Tombstone) -> bool {
        !self.pods_covered_by(tombstone).is_empty()
    }

    /// The nodes that pods of the claim use, by name.
    pub fn nodes_of(&self, claim: &ClaimId) -> BTreeSet<Arc<str>> {
        self.pods_of(claim)
            .filter_map(|pod| pod.charged_to().cloned())
            .collect()
    }

    /// The sequence of the newest delta or snapshot.
    pub fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The first sequence that reflects everything known of nodes and pods now: what is not sent yet comes with the
    /// next one.
    pub fn sequence_reflecting_now(&self) -> i64 {
        if !self.unsent_nodes.is_empty() {
            self.sequence + 1
        } else {
            self.sequence
        }
    }

    /// Whether the next delta would hold anything.
    pub fn has_unsent(&self) -> bool {
        self.unsent_facts || !self.unsent_nodes.is_empty()
    }

    /// Whether anything beside the nodes was not sent yet.
    pub fn has_unsent_facts(&self) -> bool {
        self.unsent_facts
    }

    /// How many nodes the next delta would hold.
    pub fn unsent_nodes(&self) -> usize {
        self.unsent_nodes.len()
    }

    /// Takes everything that was not sent yet, under the next sequence; `None` when there is nothing. Without
    /// `with_facts`, what is beside the nodes stays for a later one.
    pub fn take_delta(&mut self, with_facts: bool) -> Option<Delta> {
        let facts_changed = self.unsent_facts && with_facts;
        if self.unsent_nodes.is_empty() && !facts_changed {
            return None;
        }
        self.sequence += 1;
        self.unsent_facts &= !facts_changed;
        let mut delta = Delta {
            sequence: self.sequence,
            nodes: Vec::new(),
            removed: Vec::new(),
            facts_changed,
        };
        for name in std::mem::take(&mut self.unsent_nodes) {
            match self.node(&name) {
                Some(view) => delta.nodes.push(view),
                None => delta.removed.push(name),
            }
        }
        Some(delta)
    }

    /// Begins a snapshot: its sequence, and the names of its nodes. It counts as sent from here on; nodes that
    /// change while it is sent come again with the next delta.
    pub fn begin_snapshot(&mut self) -> (i64, Vec<Arc<str>>) {
        self.sequence += 1;
        self.unsent_facts = false;
        self.unsent_nodes.clear();
        (
            self.sequence,
            self.nodes.iter().map(|(name, _)| Arc::clone(name)).collect(),
        )
    }

    /// A node as it is now.
    pub fn node(&self, name: &Arc<str>) -> Option<NodeView> {
        let facts = self.nodes.get(name)?.clone();
        let mut used = ResourceVector::new();
        let mut claims: BTreeMap<ClaimId, ResourceVector> = BTreeMap::new();
        for uid in self.pods_by_node.get(name).into_iter().flatten() {
            let Some(pod) = self.pods.get(uid) else { continue };
            used.add_saturating(&pod.requests);
            if let Some(claim) = &pod.claim {
                claims
                    .entry(claim.clone())
                    .or_default()
                    .add_saturating(&pod.requests);
            }
        }
        let devices = self.devices.of_node(name);
        Some(NodeView {
            name: Arc::clone(name),
            facts,
            used,
            claims,
            claimed_devices: self.claimed(&devices),
            devices,
        })
    }

    /// What of the devices belongs to claims of ours, through the pods that have it.
    fn claimed(&self, devices: &[DeviceView]) -> BTreeMap<ClaimId, Vec<(String, u32)>> {
        let mut claimed: BTreeMap<ClaimId, Vec<(String, u32)>> = BTreeMap::new();
        for device in devices {
            for user in &device.users {
                let mut claims = user
                    .pods
                    .iter()
                    .filter_map(|uid| self.pods.get(uid)?.claim.clone());
                if let Some(claim) = claims.next() {
                    let of_claim = claimed.entry(claim).or_default();
                    match of_claim.last_mut().filter(|(id, _)| *id == device.id) {
                        Some((_, milli)) => *milli = milli.saturating_add(user.milli).min(1000),
                        None => of_claim.push((device.id.clone(), user.milli)),
                    }
                }
            }
        }
        claimed
    }

    /// Names of all nodes.
    pub fn node_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.nodes.iter().map(|(name, _)| name)
    }

    /// What reports depend on and has changed since the last call.
    pub fn take_moved(&mut self) -> Moved {
        std::mem::take(&mut self.moved)
    }

    /// The pods of the claim.
    pub(super) fn pods_of(&self, claim: &ClaimId) -> impl Iterator<Item = &PodFacts> {
        let uids = self.pods_by_claim.get(claim).into_iter().flatten();
        uids.filter_map(|uid| self.pods.get(uid))
    }

    /// A node itself, without what is used of it.
    pub(super) fn node_facts(&self, name: &Arc<str>) -> Option<&NodeFacts> {
        self.nodes.get(name)
    }

    fn pods_covered_by(&self, tombstone: &Tombstone) -> Vec<Arc<str>> {
        let all = self.pods_by_claim.range(..=&tombstone.claim).rev();
        all.take_while(|(other, _)| tombstone.covers(other))
            .flat_map(|(_, uids)| uids.iter().cloned())
            .collect()
    }

    fn link(&mut self, uid: &Arc<str>, facts: &PodFacts) {
        if let Some(node) = facts.charged_to() {
            self.pods_by_node
                .entry(Arc::clone(node))
                .or_default()
                .insert(Arc::clone(uid));
        }
        if let Some(claim) = &facts.claim {
            self.pods_by_claim
                .entry(claim.clone())
                .or_default()
                .insert(Arc::clone(uid));
        }
        self.touch(uid, facts);
    }

    fn unlink(&mut self, uid: &Arc<str>, before: &PodFacts) {
        if let Some(node) = before.charged_to() {
            unlink(&mut self.pods_by_node, node, uid);
        }
        if let Some(claim) = &before.claim {
            unlink(&mut self.pods_by_claim, claim, uid);
        }
        self.touch(uid, before);
    }

    fn touch(&mut self, uid: &Arc<str>, facts: &PodFacts) {
        self.change_devices(|devices| devices.pod(uid));
        if let Some(node) = facts.charged_to() {
            // What is used of an unknown node comes with the node.
            if self.nodes.get(node).is_some() {
                self.unsent_nodes.insert(Arc::clone(node));
            }
        }
        if let Some(claim) = &facts.claim {
            self.moved.claims.insert(claim.clone());
        }
    }
}

fn unlink<K: Ord>(links: &mut BTreeMap<K, BTreeSet<Arc<str>>>, key: &K, uid: &Arc<str>) {
    if let Some(uids) = links.get_mut(key) {
        uids.remove(uid);
        if uids.is_empty() {
            links.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
