//! Sessions, snapshots and deltas. A snapshot is built aside and swaps in with its last chunk; until then the
//! inventory before it stays in force, and so do the claims.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, Sequence};
use hourglass_model::node::{NodeFacts, ObservedClaim};

use super::FleetState;
use super::cluster::{Building, ClusterFacts, Position};
use super::error::{InventoryError, UnknownCluster};
use super::node::NodeState;
use crate::changes::{Free, free_before};
use crate::domains;

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

/// What an applied message did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Released claims that are over: removal acknowledged, inventory caught up, no pod left.
    pub ended: Vec<ClaimId>,
    /// Nodes that came, went, or of which any fact changed.
    pub nodes_changed: Vec<NodeName>,
}

impl FleetState {
    /// An agent has begun a session: the cluster takes no decisions until a complete snapshot has come in it. What was
    /// known before stays charged.
    ///
    /// # Errors
    /// When the cluster is unknown.
    pub fn begin_session(&mut self, name: &ClusterName) -> Result<(), UnknownCluster> {
        let cluster = self.cluster_mut(name)?;
        cluster.session = cluster.session.saturating_add(1);
        cluster.fresh = false;
        cluster.building = None;
        self.changes.cluster(name);
        self.index.clusters_changed();
        self.changed();
        Ok(())
    }

    /// The session is over: the cluster takes no decisions. What was known stays charged.
    ///
    /// # Errors
    /// When the cluster is unknown.
    pub fn end_session(&mut self, name: &ClusterName) -> Result<(), UnknownCluster> {
        let cluster = self.cluster_mut(name)?;
        cluster.fresh = false;
        cluster.building = None;
        self.changes.cluster(name);
        self.index.clusters_changed();
        self.changed();
        Ok(())
    }

    /// A snapshot begins; one on its way is dropped.
    ///
    /// # Errors
    /// When the cluster is unknown.
    pub fn snapshot_begin(&mut self, name: &ClusterName, sequence: Sequence) -> Result<(), InventoryError> {
        let building = Building {
            sequence,
            nodes: std::collections::BTreeMap::new(),
            facts: None,
        };
        self.cluster_mut(name)?.building = Some(building);
        Ok(())
    }

    /// A part of the snapshot.
    ///
    /// # Errors
    /// When none has begun.
    pub fn snapshot_chunk(
        &mut self,
        name: &ClusterName,
        nodes: Vec<NodeFacts>,
        facts: Option<ClusterFacts>,
    ) -> Result<(), InventoryError> {
        let Self {
            clusters, classes, ..
        } = self;
        let cluster = clusters
            .get_mut(name)
            .ok_or_else(|| UnknownCluster(name.clone()))?;
        let building = cluster.building.as_mut();
        let building = building.ok_or_else(|| InventoryError::NotBegun(name.clone()))?;
        for facts in nodes {
            let node = NodeState::new(facts, classes);
            building.nodes.insert(node.name().clone(), node);
        }
        if facts.is_some() {
            building.facts = facts;
        }
        Ok(())
    }

    /// The snapshot is complete and takes the place of everything known before, at once.
    ///
    /// # Errors
    /// When it is not what was begun or announced. Then it is dropped, what was known before stays charged, and the
    /// cluster takes no decisions until a new snapshot has come.
    pub fn snapshot_end(
        &mut self,
        name: &ClusterName,
        sequence: Sequence,
        nodes: usize,
    ) -> Result<Applied, InventoryError> {
        let Self {
            clusters,
            ledger,
            index,
            changes,
            ..
        } = self;
        let cluster = clusters
            .get_mut(name)
            .ok_or_else(|| UnknownCluster(name.clone()))?;
        let building = match finished(cluster.building.take(), name, sequence, nodes) {
            Ok(building) => building,
            Err(error) => {
                cluster.fresh = false;
                changes.cluster(name);
                index.clusters_changed();
                self.changed();
                return Err(error);
            }
        };
        cluster.observed.clear();
        let gone: Vec<NodeName> = cluster
            .nodes
            .iter()
            .map(NodeState::name)
            .filter(|node| !building.nodes.contains_key(*node))
            .cloned()
            .collect();
        for node in &gone {
            cluster.take_node(node, index);
        }
        let mut nodes_changed = gone;
        for (node, new) in building.nodes {
            if cluster.node(&node).is_none_or(|old| !old.same_facts(&new)) {
                nodes_changed.push(node.clone());
            }
            cluster.index_observed(&new);
            cluster.put_node(new, index);
        }
        if let Some(facts) = building.facts {
            cluster.facts = facts;
        }
        for node in ledger.charged_nodes(name) {
            cluster.recharge(ledger, index, name, &node);
            ledger.set_zone(name, &node, cluster.node(&node).and_then(domains::zone));
        }
        cluster.seat_all(index);
        changes.cluster(name);
        index.clusters_changed();
        cluster.applied = Some(Position {
            session: cluster.session,
            sequence,
        });
        cluster.fresh = true;
        let ended = self.end_settled(name);
        self.changed();
        Ok(Applied { ended, nodes_changed })
    }

    /// Changes since the last message.
    ///
    /// # Errors
    /// When messages are missing or there was no snapshot in this session. The cluster then takes no decisions until a new
    /// snapshot has come.
    pub fn apply_delta(&mut self, name: &ClusterName, delta: Delta) -> Result<Applied, InventoryError> {
        let Self {
            clusters,
            ledger,
            classes,
            index,
            changes,
            ..
        } = self;
        let cluster = clusters
            .get_mut(name)
            .ok_or_else(|| UnknownCluster(name.clone()))?;
        let applied = cluster
            .applied
            .filter(|_| cluster.fresh && cluster.building.is_none());
        let Some(applied) = applied else {
            cluster.fresh = false;
            changes.cluster(name);
            index.clusters_changed();
            self.changed();
            return Err(InventoryError::NoSnapshot(name.clone()));
        };
        let expected = applied.sequence.next();
        if delta.sequence != expected {
            cluster.fresh = false;
            changes.cluster(name);
            index.clusters_changed();
            self.changed();
            return Err(InventoryError::Gap {
                cluster: name.clone(),
                expected,
                got: delta.sequence,
            });
        }
        let before = free_before(cluster, ledger, name, &delta);
        let mut touched: BTreeSet<NodeName> = BTreeSet::new();
        let mut nodes_changed = Vec::new();
        for node in &delta.removed {
            if let Some(old) = cluster.take_node(node, index) {
                changes.removed(name);
                touched.insert(node.clone());
                touched.extend(charged_elsewhere(ledger, name, old.claims()));
                cluster.unindex_observed(&old);
                nodes_changed.push(node.clone());
            }
        }
        for facts in delta.nodes {
            let new = NodeState::new(facts, classes);
            let node = new.name().clone();
            touched.insert(node.clone());
            touched.extend(charged_elsewhere(ledger, name, new.claims()));
            let same = cluster.node(&node).is_some_and(|old| old.same_facts(&new));
            if !same {
                nodes_changed.push(node.clone());
            }
            changes.node(name, cluster.node(&node), &new);
            if let Some(old) = cluster.node(&node) {
                touched.extend(charged_elsewhere(ledger, name, old.claims()));
            }
            cluster.unindex_observed_on(&node);
            cluster.index_observed(&new);
            cluster.put_node(new, index);
        }
        if let Some(facts) = delta.facts {
            cluster.facts = facts;
            changes.cluster(name);
            index.clusters_changed();
        }
        for node in &touched {
            cluster.recharge(ledger, index, name, node);
            ledger.set_zone(name, node, cluster.node(node).and_then(domains::zone));
        }
        for (node, before) in &before {
            if let Some(node) = cluster.node(node) {
                changes.freed(name, before, &Free::of(node));
            }
        }
        cluster.applied = Some(Position {
            sequence: delta.sequence,
            ..applied
        });
        let ended = self.end_settled(name);
        self.changed();
        Ok(Applied { ended, nodes_changed })
    }
}

/// The snapshot, if it is whole.
fn finished(
    building: Option<Building>,
    name: &ClusterName,
    sequence: Sequence,
    nodes: usize,
) -> Result<Building, InventoryError> {
    let building = building.ok_or_else(|| InventoryError::NotBegun(name.clone()))?;
    let (began, held, cluster) = (building.sequence, building.nodes.len(), name.clone());
    if began != sequence {
        return Err(InventoryError::Mixed {
            cluster,
            began,
            ended: sequence,
        });
    }
    if held != nodes {
        return Err(InventoryError::Incomplete {
            cluster,
            announced: nodes,
            held,
        });
    }
    Ok(building)
}

/// Nodes whose charge depends on pods that these facts show: a claim that binds only the cluster is charged to one node
/// until its pod is seen on any.
fn charged_elsewhere(
    ledger: &crate::claims::Ledger,
    cluster: &ClusterName,
    seen: &[ObservedClaim],
) -> Vec<NodeName> {
    let claims = seen.iter().filter_map(|seen| ledger.get(&seen.claim));
    claims
        .filter(|record| record.claim.cluster == *cluster && !record.claim.pinned)
        .map(|record| record.claim.node.clone())
        .collect()
}
