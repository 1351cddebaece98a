//! Owners and places of claims that change while the claims stand.

use std::sync::Arc;

use hourglass_model::ids::{ClusterName, NodeName, PlacementUid};

use super::Owner;
use crate::domains;
use crate::state::{ClusterState, FleetState};

impl FleetState {
    /// The labels, priority or rules of a placement have changed: its claims count as the new owner's from now on.
    pub fn set_owner(&mut self, owner: &Arc<Owner>) {
        self.claims_changed(&owner.placement);
        self.ledger.set_owner(owner);
        self.claims_changed(&owner.placement);
        self.touch_all(&owner.placement);
        self.changed();
    }

    fn claims_changed(&mut self, placement: &PlacementUid) {
        let Self { ledger, changes, .. } = self;
        for record in ledger.of_placement(placement) {
            changes.claim(record);
        }
    }

    /// The zone of a node (label `topology.kubernetes.io/zone`), when the node is known and has one.
    #[must_use]
    pub fn zone_of(&self, cluster: &ClusterName, node: &NodeName) -> Option<&str> {
        self.cluster(cluster)?.node(node).and_then(domains::zone)
    }

    /// Counts claims on a node, and in its cluster, where node and cluster say that they are.
    pub(crate) fn locate(&mut self, cluster: &ClusterName, node: &NodeName) {
        let Self { clusters, ledger, .. } = self;
        let state = clusters.get(cluster);
        let number = state.map(ClusterState::ix);
        ledger.set_cluster(cluster, number, state.and_then(domains::region));
        if let Some(state) = state.filter(|state| state.position().is_some()) {
            ledger.set_zone(cluster, node, state.node(node).and_then(domains::zone));
        } else {
            // After a start: a cluster that is not back yet has the same nodes as before, as far as anybody knows.
            let zone = ledger.stated_zone(cluster, node).map(str::to_owned);
            ledger.set_zone(cluster, node, zone.as_deref());
        }
    }
}
