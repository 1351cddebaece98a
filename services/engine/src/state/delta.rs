//! Deltas: what nodes that change, come or go do to charges, claims and whoever waits.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, Sequence};
use hourglass_model::node::NodeFacts;

use super::cluster::{ClusterFacts, Position};
use super::error::{InventoryError, UnknownCluster};
use super::follow::Following;
use super::inventory::Applied;
use super::node::NodeState;
use super::nodes::NodeSlot;
use super::{ClusterState, FleetState};
use crate::changes::{Changes, Free};
use crate::claims::Ledger;
use crate::domains;
use crate::index::Seated;

/// What changed in a cluster since the message before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// One more than the message before.
    pub sequence: Sequence,
    /// Whole state of each node that changed.
    pub nodes: Vec<NodeFacts>,
    /// Nodes that are gone.
    pub removed: Vec<NodeName>,
    /// Whole, when it changed.
    pub facts: Option<ClusterFacts>,
}

/// A node that a delta changes, and what it was before, if it was there.
type Touched = (NodeSlot, Option<Box<NodeState>>);

impl FleetState {
    /// Changes since the last message.
    ///
    /// # Errors
    /// When messages are missing or there was no snapshot in this session. The cluster then takes no decisions until a new
    /// snapshot has come.
    pub fn apply_delta(&mut self, name: &ClusterName, delta: Delta) -> Result<Applied, InventoryError> {
        let cluster = self.clusters.get_mut(name);
        let cluster = cluster.ok_or_else(|| UnknownCluster(name.clone()))?;
        let follows = follows(cluster, name, delta.sequence);
        let applied = match follows {
            Ok(applied) => applied,
            Err(error) => {
                cluster.fresh = false;
                self.changes.cluster(name);
                self.index.clusters_changed();
                self.changed();
                return Err(error);
            }
        };
        let sequence = delta.sequence;
        let (nodes_changed, moved) = self.change_nodes(name, delta);
        if let Some(cluster) = self.clusters.get_mut(name) {
            cluster.applied = Some(Position { sequence, ..applied });
        }
        let ended = self.end_settled(name);
        self.changed();
        Ok(Applied {
            ended,
            nodes_changed,
            moved,
        })
    }

    /// Puts the nodes of a delta in place; returns those of which any fact changed, and claims that moved.
    fn change_nodes(&mut self, name: &ClusterName, delta: Delta) -> (Vec<NodeName>, BTreeSet<ClaimId>) {
        let Self {
            clusters,
            ledger,
            classes,
            index,
            changes,
            movers,
            reserved,
            ..
        } = self;
        let Some(cluster) = clusters.get_mut(name) else {
            return Default::default();
        };
        let slots = cluster
            .nodes
            .slots_of(delta.nodes.iter().map(|facts| &facts.name));
        let loose = loose_claims(cluster, ledger, name, &delta, &slots);
        let elsewhere = charged_by(cluster, ledger, &loose);
        let mut removed: BTreeMap<NodeName, NodeState> = BTreeMap::new();
        let mut nodes_changed = Vec::new();
        let ix = cluster.ix();
        for node in &delta.removed {
            let slot = cluster.nodes.slot(node);
            if let Some(old) = cluster.take_node(node, index) {
                if let Some(slot) = slot {
                    movers.touch(Seated { cluster: ix, slot });
                }
                changes.removed(name);
                cluster.unindex_observed(&old);
                nodes_changed.push(node.clone());
                removed.entry(node.clone()).or_insert(old);
            }
        }
        let mut touched: Vec<Touched> = Vec::with_capacity(slots.len());
        for (facts, slot) in delta.nodes.into_iter().zip(slots) {
            let slot = cluster.nodes.still(slot, &facts.name);
            let old = slot.and_then(|slot| cluster.nodes.at(slot));
            let new = Box::new(NodeState::new(facts, old, classes));
            changes.node(name, old, &new);
            if old.is_none_or(|old| !old.same_facts(&new)) {
                nodes_changed.push(new.name().clone());
            }
            if old.is_none_or(|old| old.claims() != new.claims()) {
                if let Some(slot) = slot {
                    cluster.unindex_observed_at(slot);
                }
                cluster.index_observed(&new);
            }
            let (slot, old, ranks_changed) = cluster.put_node(new, slot, index);
            if ranks_changed {
                movers.touch_cluster(ix);
            }
            touched.push((slot, old));
        }
        if let Some(facts) = delta.facts {
            cluster.facts = facts;
            changes.cluster(name);
            index.clusters_changed();
        }
        let others = elsewhere.keys().filter_map(|node| cluster.nodes.slot(node));
        touched.extend(others.map(|slot| (slot, None)));
        // Of a node that is named twice the first state is what it was before.
        touched.sort_by_key(|(slot, _)| *slot);
        touched.dedup_by(|(slot, later), (kept, first)| {
            let same = slot == kept;
            if same && first.is_none() {
                *first = later.take();
            }
            same
        });
        let mut all_charged = Vec::new();
        for (slot, old) in &touched {
            let charged = cluster.charge_at(ledger, name, *slot);
            let shows = |node: &NodeState| !node.claims().is_empty();
            let showed = old.as_ref().is_some_and(|old| shows(old));
            if charged || showed || cluster.nodes.at(*slot).is_some_and(shows) {
                movers.touch(Seated {
                    cluster: ix,
                    slot: *slot,
                });
            }
            if let Some(node) = cluster.nodes.at(*slot).filter(|_| charged) {
                ledger.set_zone(name, node.name(), domains::zone(node));
                all_charged.push(*slot);
            }
        }
        let moved = Following::of(cluster, (ledger, changes), reserved, name).follow(&loose, &all_charged);
        for node in &moved.nodes {
            if let Some(slot) = cluster.nodes.slot(node) {
                movers.touch(Seated { cluster: ix, slot });
                touched.push((slot, None));
            }
            ledger.set_zone(name, node, cluster.node(node).and_then(domains::zone));
        }
        if !moved.nodes.is_empty() {
            // Stable, so what a node was before stays in front.
            touched.sort_by_key(|(slot, _)| *slot);
            touched.dedup_by_key(|(slot, _)| *slot);
        }
        cluster.seat(touched.iter().map(|(slot, _)| *slot), index);
        for node in delta.removed.iter().filter(|node| cluster.node(node).is_none()) {
            ledger.set_zone(name, node, None);
        }
        tell_freed(cluster, changes, name, (&removed, &touched), &elsewhere);
        (nodes_changed, moved.claims)
    }
}

/// What was applied last, when a message with this number is the next one.
fn follows(
    cluster: &ClusterState,
    name: &ClusterName,
    sequence: Sequence,
) -> Result<Position, InventoryError> {
    let applied = cluster.applied;
    let applied = applied.filter(|_| cluster.fresh && cluster.building.is_none());
    let applied = applied.ok_or_else(|| InventoryError::NoSnapshot(name.clone()))?;
    let expected = applied.sequence.next();
    if sequence != expected {
        return Err(InventoryError::Gap {
            cluster: name.clone(),
            expected,
            got: sequence,
        });
    }
    Ok(applied)
}

/// Claims that bind only the cluster and are shown by nodes of a delta, or were shown by them or charged to them before.
fn loose_claims(
    cluster: &ClusterState,
    ledger: &Ledger,
    name: &ClusterName,
    delta: &Delta,
    slots: &[Option<NodeSlot>],
) -> BTreeSet<ClaimId> {
    let changing = slots.iter().flatten().filter_map(|slot| cluster.nodes.at(*slot));
    let going = delta.removed.iter().filter_map(|node| cluster.node(node));
    let old = changing.chain(going).flat_map(NodeState::claims);
    let seen = delta.nodes.iter().flat_map(|facts| &facts.claims).chain(old);
    let seen = seen.filter_map(|seen| ledger.get(&seen.claim));
    let charged = delta.removed.iter().flat_map(|node| ledger.on_node(name, node));
    let loose = seen
        .chain(charged)
        .filter(|record| record.claim.cluster == *name && !record.claim.pinned);
    loose.map(|record| record.claim.id.clone()).collect()
}

/// Nodes that these claims are charged to, and what is free there: a claim that binds only the cluster is charged to one node
/// until its pod is seen on any.
fn charged_by(
    cluster: &ClusterState,
    ledger: &Ledger,
    loose: &BTreeSet<ClaimId>,
) -> BTreeMap<NodeName, Option<Free>> {
    let nodes: BTreeSet<&NodeName> = loose
        .iter()
        .filter_map(|id| ledger.get(id))
        .map(|record| &record.claim.node)
        .collect();
    let free = |node: &NodeName| cluster.node(node).map(Free::of);
    nodes.into_iter().map(|node| (node.clone(), free(node))).collect()
}

/// Tells of what more is free than before, on nodes that were there before: those that came again after they were removed,
/// those that changed, and those elsewhere.
fn tell_freed(
    cluster: &ClusterState,
    changes: &mut Changes,
    name: &ClusterName,
    (removed, changed): (&BTreeMap<NodeName, NodeState>, &[Touched]),
    elsewhere: &BTreeMap<NodeName, Option<Free>>,
) {
    for (node, old) in removed {
        if let Some(now) = cluster.node(node) {
            changes.freed_on(name, old, now);
        }
    }
    for (slot, old) in changed {
        if let (Some(old), Some(now)) = (old, cluster.nodes.at(*slot)) {
            changes.freed_on(name, old, now);
        }
    }
    let is_told = |node: &NodeName| {
        let slot = cluster.slot(node);
        let at = slot.and_then(|slot| changed.binary_search_by_key(&slot, |(slot, _)| *slot).ok());
        let old = at.and_then(|at| changed.get(at)?.1.as_ref());
        removed.contains_key(node) || old.is_some()
    };
    for (node, old) in elsewhere.iter().filter(|(node, _)| !is_told(node)) {
        if let (Some(old), Some(now)) = (old, cluster.node(node)) {
            changes.freed(name, old, &Free::of(now));
        }
    }
}
