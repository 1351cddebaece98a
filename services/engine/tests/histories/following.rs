//! What becomes of claims that bind only the cluster when its inventory comes.

use std::collections::BTreeSet;

use hourglass_engine::{Claim, ClusterState, NodeState};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::resources::ResourceVector;

use crate::steps::History;

impl History {
    /// Claims are charged to other nodes from now on, and the store says so.
    pub fn follow(&mut self, moved: &BTreeSet<ClaimId>) {
        for id in moved {
            let record = self.server.state.claim_record(id).expect("in force");
            let claim = &record.claim;
            if let Some(durable) = self.server.store.get_mut(id) {
                // So much of it is in records, and comes back with a new leader.
                durable.claim = Claim {
                    node: claim.node.clone(),
                    zone: claim.zone.clone(),
                    devices: claim.devices.clone(),
                    ..durable.claim.clone()
                };
            }
            self.coverage.note("charged elsewhere");
        }
    }

    /// Whoever has no pod, and stays where there is no room for it, has room nowhere.
    pub fn check_nobody_stays_without_room(
        &self,
        name: &ClusterName,
        nodes: &BTreeSet<NodeName>,
    ) -> Result<(), String> {
        let state = &self.server.state;
        let cluster = state.cluster(name).expect("known");
        let there = state.claims().filter(|record| record.claim.cluster == *name);
        for record in there.filter(|record| nodes.contains(&record.claim.node)) {
            let claim = &record.claim;
            let podless = cluster.observed(&claim.id).next().is_none();
            let free_to_go = !claim.pinned && record.is_live() && !state.is_waiting(&claim.id);
            if !podless || !free_to_go || !self.lacks_room(cluster, claim) {
                continue;
            }
            let from = cluster.node(&claim.node).map(NodeState::derived);
            let is_kept = |node: &NodeName| {
                let at = (name.clone(), node.clone());
                state.reservations().any(|kept| kept.nodes.contains(&at))
            };
            let others = cluster.nodes().filter(|node| *node.name() != claim.node);
            let others = others.filter(|node| from == Some(node.derived()) && !is_kept(node.name()));
            let mut rooms =
                others.map(|node| (node.name(), node.allocatable().saturating_sub(&node.charge())));
            if let Some((node, _)) = rooms.find(|(_, free)| claim.vector.fits_in(free)) {
                return Err(format!(
                    "{} stays on {name}/{} and has room on {node}",
                    claim.id, claim.node
                ));
            }
        }
        Ok(())
    }

    /// Whether its node does not hold a claim even when all have gone whom others wait for.
    fn lacks_room(&self, cluster: &ClusterState, claim: &Claim) -> bool {
        let Some(node) = cluster.node(&claim.node) else {
            return false;
        };
        let state = &self.server.state;
        let mut charge = node.charge();
        let on_it = state.waiting().map(|record| &record.claim);
        for other in on_it.filter(|other| other.cluster == claim.cluster && other.node == claim.node) {
            charge = charge.saturating_sub(&other.vector);
        }
        let short: ResourceVector = charge.saturating_sub(node.allocatable());
        let mut asked = claim.vector.iter();
        asked.any(|(resource, amount)| amount > 0 && short.get(resource) > 0)
    }
}
