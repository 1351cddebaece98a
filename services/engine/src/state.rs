//! The fleet as the engine knows it: soft state, rebuilt from agents and the store at any time.

mod amounts;
pub(crate) mod class;
mod classes;
mod cluster;
mod delta;
mod devices;
mod dump;
mod error;
mod follow;
mod inventory;
pub(crate) mod layout;
mod namespace;
pub(crate) mod node;
pub(crate) mod nodes;
pub(crate) mod zones;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hourglass_model::ids::{ClusterName, SnapshotId};
use hourglass_model::node::DerivedFacts;

pub use cluster::{ClusterFacts, ClusterSettings, ClusterState, Health};
pub use delta::Delta;
pub(crate) use devices::DeviceHold;
pub(crate) use devices::DeviceSignature;
pub use devices::{DeviceRoom, NodeDevices};
pub use dump::{ClusterDump, FleetDump};
pub use error::{InventoryError, UnknownCluster};
pub use inventory::Applied;
pub(crate) use namespace::QuotaUse;
pub use namespace::{LimitRange, NamespaceFacts, QuotaHeadroom};
pub use node::NodeState;

use crate::changes::Changes;
use crate::claims::Ledger;
use crate::packing::FleetPacking;
use crate::preempt::Movers;
use crate::reserve::Reserved;
use classes::Classes;

use crate::decide::SearchMemo;
use crate::index::{Index, Seated};

/// Clusters, their nodes, and what is promised on them. One owner, no locks; every change has a new snapshot id.
#[derive(Debug, Clone, Default)]
pub struct FleetState {
    pub(crate) snapshot: SnapshotId,
    pub(crate) clusters: BTreeMap<ClusterName, ClusterState>,
    pub(crate) ledger: Ledger,
    pub(crate) classes: Classes,
    pub(crate) index: Index,
    pub(crate) memo: SearchMemo,
    pub(crate) reserved: Reserved,
    pub(crate) changes: Changes,
    pub(crate) packing: FleetPacking,
    pub(crate) movers: Movers,
}

impl FleetState {
    /// A fleet without clusters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Identifies the present state; rises with every change.
    #[must_use]
    pub fn snapshot_id(&self) -> SnapshotId {
        self.snapshot
    }

    pub(crate) fn changed(&mut self) {
        self.snapshot = self.snapshot.next();
    }

    /// Adds a cluster, or changes what people set on one; inventory, health and claims stay.
    pub fn put_cluster(&mut self, name: ClusterName, settings: ClusterSettings) {
        self.changes.cluster(&name);
        let Self {
            clusters,
            ledger,
            index,
            ..
        } = self;
        let region = settings.labels.get(crate::domains::REGION_LABEL).cloned();
        let region = region.as_deref();
        let ix = match clusters.entry(name) {
            Entry::Occupied(mut known) => {
                let ix = known.get().ix;
                ledger.set_cluster(known.key(), Some(ix), region);
                known.get_mut().settings = settings;
                ix
            }
            Entry::Vacant(place) => {
                let claims = ledger.count_in_cluster(place.key());
                let ix = index.add_cluster(place.key(), claims);
                ledger.set_cluster(place.key(), Some(ix), region);
                place.insert(ClusterState::new(ix, claims)).settings = settings;
                ix
            }
        };
        index.set_region(ix, region);
        index.clusters_changed();
        self.changed();
    }

    /// Forgets a cluster and its inventory. Claims on it stay until they end by their own rules. Returns whether it was
    /// there.
    pub fn remove_cluster(&mut self, name: &ClusterName) -> bool {
        let known = self.clusters.remove(name);
        if let Some(cluster) = &known {
            for slot in cluster.nodes.slots() {
                if let Some(node) = cluster.nodes.at(slot) {
                    let cluster = cluster.ix;
                    self.index.remove(Seated { cluster, slot }, node);
                }
            }
            self.index.remove_cluster(cluster.ix);
            self.movers.touch_cluster(cluster.ix);
        }
        self.index.clusters_changed();
        self.changes.cluster(name);
        self.ledger.set_cluster(name, None, None);
        for node in self.ledger.charged_nodes(name) {
            self.locate(name, &node);
        }
        self.changed();
        known.is_some()
    }

    /// Sets the health that the sessions have found.
    ///
    /// # Errors
    /// When the cluster is unknown.
    pub fn set_health(&mut self, name: &ClusterName, health: Health) -> Result<(), UnknownCluster> {
        self.cluster_mut(name)?.health = health;
        self.changes.cluster(name);
        self.index.clusters_changed();
        self.changed();
        Ok(())
    }

    /// What the facts of nodes say, once for each kind of nodes.
    pub(crate) fn kinds_of_nodes(&self) -> impl Iterator<Item = &DerivedFacts> {
        let kinds = self.index.kinds().filter_map(|id| self.classes.kind(id));
        kinds.map(|kind| &kind.facts.derived)
    }

    /// One cluster.
    #[must_use]
    pub fn cluster(&self, name: &ClusterName) -> Option<&ClusterState> {
        self.clusters.get(name)
    }

    /// All clusters, by name.
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = (&ClusterName, &ClusterState)> {
        self.clusters.iter()
    }

    pub(crate) fn cluster_mut(&mut self, name: &ClusterName) -> Result<&mut ClusterState, UnknownCluster> {
        self.clusters
            .get_mut(name)
            .ok_or_else(|| UnknownCluster(name.clone()))
    }
}

#[cfg(test)]
mod tests;
