//! Sessions and snapshots. A snapshot is built aside and swaps in with its last chunk; until then the
//! inventory before it stays in force, and so do the claims.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, Sequence};
use hourglass_model::node::NodeFacts;

use super::cluster::{Building, ClusterFacts, Position};
use super::error::{InventoryError, UnknownCluster};
use super::follow::{Following, Moved};
use super::node::NodeState;
use super::nodes::NodeSlot;
use super::{ClusterState, FleetState};
use crate::domains;
use crate::index::Index;

/// What an applied message did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Released claims that are over: removal acknowledged, inventory caught up, no pod left.
    pub ended: Vec<ClaimId>,
    /// Nodes that came, went, or of which any fact changed.
    pub nodes_changed: Vec<NodeName>,
    /// Claims that bind only the cluster and are charged to another node from now on.
    pub moved: BTreeSet<ClaimId>,
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
        self.forget_serving(name);
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
            nodes: Vec::new(),
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
        building.nodes.reserve(nodes.len());
        for facts in nodes {
            let old = cluster.nodes.get(&facts.name);
            building.nodes.push(NodeState::new(facts, old, classes));
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
            movers,
            reserved,
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
        for node in &building.nodes {
            cluster.index_observed(node);
        }
        let nodes_changed = if cluster.nodes.is_empty() {
            let all = building.nodes.iter().map(|node| node.name().clone()).collect();
            cluster.fill(building.nodes, index);
            all
        } else {
            swap_in(cluster, building.nodes, index)
        };
        if let Some(facts) = building.facts {
            cluster.facts = facts;
        }
        let loose = ledger.in_cluster(name).filter(|record| !record.claim.pinned);
        let loose = loose.map(|record| record.claim.id.clone()).collect();
        for node in ledger.charged_nodes(name) {
            cluster.recharge(ledger, index, name, &node);
            ledger.set_zone(name, &node, cluster.node(&node).and_then(domains::zone));
        }
        let charged = ledger.charged_nodes(name);
        let charged: Vec<NodeSlot> = charged.iter().filter_map(|node| cluster.slot(node)).collect();
        let Moved { claims: moved, nodes } =
            Following::of(cluster, (ledger, changes), reserved, name).follow(&loose, &charged);
        for node in &nodes {
            ledger.set_zone(name, node, cluster.node(node).and_then(domains::zone));
        }
        cluster.seat_all(index);
        movers.touch_cluster(cluster.ix());
        changes.cluster(name);
        index.clusters_changed();
        cluster.applied = Some(Position {
            session: cluster.session,
            sequence,
        });
        cluster.fresh = true;
        let ended = self.end_settled(name);
        self.changed();
        Ok(Applied {
            ended,
            nodes_changed,
            moved,
        })
    }
}

/// Puts the nodes of a snapshot, sorted by name, in the place of those that were there; returns those that differ, the ones
/// that are gone first.
fn swap_in(cluster: &mut ClusterState, nodes: Vec<NodeState>, index: &mut Index) -> Vec<NodeName> {
    let is_there = |name: &NodeName| nodes.binary_search_by(|node| node.name().cmp(name)).is_ok();
    let known = cluster.nodes.iter().map(NodeState::name);
    let gone: Vec<NodeName> = known.filter(|name| !is_there(name)).cloned().collect();
    for node in &gone {
        cluster.take_node(node, index);
    }
    let mut changed = gone;
    for new in nodes {
        let slot = cluster.nodes.slot(new.name());
        let old = slot.and_then(|slot| cluster.nodes.at(slot));
        if old.is_none_or(|old| !old.same_facts(&new)) {
            changed.push(new.name().clone());
        }
        cluster.put_node(Box::new(new), slot, index);
    }
    changed
}

/// The snapshot, if it is whole, its nodes by name; of one that came twice the later.
fn finished(
    building: Option<Building>,
    name: &ClusterName,
    sequence: Sequence,
    nodes: usize,
) -> Result<Building, InventoryError> {
    let mut building = building.ok_or_else(|| InventoryError::NotBegun(name.clone()))?;
    // Agents send them in this order; where one does not, names are sorted and each node moves once.
    building.nodes.sort_by_cached_key(|node| node.name().clone());
    building.nodes.dedup_by(|later, kept| {
        let same = later.name() == kept.name();
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
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
