//! The loop's side of the life of claims: when the engine is told what. The rules themselves are the engine's (`claims`).

use std::collections::BTreeSet;
use std::sync::Arc;

use hourglass_engine::{Claim, ClusterSettings, Dispatch, Health, Owner, SlotDecision};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, Namespace, Sequence, Slot};
use hourglass_model::resource_name::PlacementName;
use hourglass_model::resources::ResourceVector;
use tracing::error;

use super::clusters::Liveness;
use super::core::Core;
use super::round::Round;
use crate::records::{AssignmentRecord, PlacementRecord, TombstoneRecord, TombstonesRecord};

/// Whose the claims of a placement are. A stored request that no longer passes its own rules keeps its claims, and nobody
/// else's rules see it.
pub(in crate::scheduler) fn owner(record: &PlacementRecord) -> Arc<Owner> {
    match record.request() {
        Ok(request) => Owner::new(&record.tenant, &record.uid, &request),
        Err(_) => Owner::unknown(&record.tenant, &record.uid),
    }
}

/// The claim of an assignment.
pub(in crate::scheduler) fn claim_of(
    owner: &Arc<Owner>,
    slot: Slot,
    epoch: Epoch,
    assignment: &AssignmentRecord,
) -> Claim {
    Claim {
        id: ClaimId {
            placement: owner.placement.clone(),
            slot,
            epoch,
        },
        cluster: assignment.cluster.clone(),
        node: assignment.charged_node.clone(),
        pinned: assignment.node.is_some(),
        vector: assignment.vector.clone(),
        limits: assignment.limits.clone(),
        devices: assignment.charged_devices(),
        namespace: Namespace::new(&assignment.namespace).ok(),
        owner: Arc::clone(owner),
        waits_for: assignment.waits_for.clone(),
        zone: assignment.zone.clone(),
    }
}

impl Core {
    /// The round is durable: its claims are committed, its releases hold.
    pub(in crate::scheduler) fn settle_claims(&mut self, round: &mut Round) {
        for claim in std::mem::take(&mut round.claimed) {
            if let Err(error) = self.fleet.committed(&claim) {
                error!(%error, ?claim, "a committed claim is not known to the engine");
            }
        }
        for claim in std::mem::take(&mut round.released) {
            // Whether an Apply ever reached the agent is not told apart: it may have, so only the cluster's word ends
            // the claim.
            if let Err(error) = self.fleet.release(&claim, Dispatch::Perhaps) {
                error!(%error, ?claim, "a released claim is not known to the engine");
            }
        }
    }

    /// A decided place is claimed from now on, before the commit. False when the engine refuses: it decided on this very
    /// state, so that is a defect, and the slot stays as it is.
    pub(in crate::scheduler) fn claim_decided(
        &mut self,
        owner: &Arc<Owner>,
        placed: &SlotDecision,
        round: &mut Round,
    ) -> bool {
        let claim = placed.claim(owner);
        let id = claim.id.clone();
        if let Err(error) = self.fleet.claim(claim) {
            let about = self.about(&owner.placement);
            error!(placement = about.placement, trace_id = about.trace_id, %error, slot = placed.slot.0, "a decision could not be claimed");
            return false;
        }
        round.claimed.push(id);
        true
    }

    /// The cluster says that nothing of the claim is left, as of this inventory sequence.
    pub(in crate::scheduler) fn removal_acknowledged(&mut self, claim: &ClaimId, sequence: u64) {
        match self.fleet.removal_acknowledged(claim, Sequence(sequence)) {
            Ok(ended) => self.claims_ended(ended.then_some(claim).into_iter()),
            // A performer that never had a claim (superseded, found by comparison) is removed as well.
            Err(error) => tracing::debug!(%error, ?claim, "no claim to end"),
        }
    }

    /// After a start: what was decided stands again.
    pub(in crate::scheduler) fn claim_again(&mut self, record: &PlacementRecord) {
        if record.delete_time.is_some() {
            // Its tombstones carry the claims.
            return;
        }
        let owner = owner(record);
        for (slot, epoch, assignment) in record.places() {
            let claim = claim_of(&owner, slot, epoch, assignment);
            self.restore(claim, false);
        }
    }

    /// After a start: what is to be removed is still there until its cluster says otherwise.
    pub(in crate::scheduler) fn claim_buried_again(&mut self, record: &TombstonesRecord) {
        let Some(owner) = self.owner_of_buried(record) else {
            error!(
                placement = record.placement,
                "open tombstones of a placement without a name"
            );
            return;
        };
        for tombstone in &record.open {
            let Some(node) = tombstone.node.clone() else {
                continue;
            };
            let claim = Claim {
                id: ClaimId {
                    placement: record.placement_uid.clone(),
                    slot: tombstone.slot,
                    epoch: tombstone.epoch,
                },
                cluster: tombstone.cluster.clone(),
                node,
                pinned: tombstone.pinned,
                vector: tombstone.vector.clone(),
                limits: ResourceVector::new(),
                namespace: None,
                owner: Arc::clone(&owner),
                waits_for: BTreeSet::new(),
                devices: tombstone.devices.clone(),
                zone: tombstone
                    .zone
                    .clone()
                    .or_else(|| self.zone_of_deleted(record, tombstone)),
            };
            self.restore(claim, true);
        }
    }

    /// The zone of a place that is still in the record of its placement.
    fn zone_of_deleted(&self, of: &TombstonesRecord, tombstone: &TombstoneRecord) -> Option<String> {
        let slot = self.placements.by_uid(&of.placement_uid)?.slot(tombstone.slot)?;
        let (_, place) = slot.places().find(|(epoch, _)| *epoch == tombstone.epoch)?;
        place.zone.clone().filter(|_| place.cluster == tombstone.cluster)
    }

    /// The placement may be gone for good; then only its tenant is known.
    fn owner_of_buried(&self, record: &TombstonesRecord) -> Option<Arc<Owner>> {
        if let Some(placement) = self.placements.by_uid(&record.placement_uid) {
            return Some(owner(placement));
        }
        let name = PlacementName::parse(&record.placement).ok()?;
        Some(Owner::unknown(&name.tenant, &record.placement_uid))
    }

    fn restore(&mut self, claim: Claim, released: bool) {
        if let Err(error) = self.fleet.restore_claim(claim, released) {
            error!(%error, "a stored claim cannot be restored");
        }
    }

    /// The engine knows a cluster as the loop does.
    pub(in crate::scheduler) fn tell_engine(&mut self, name: &ClusterName) {
        let Some(cluster) = self.clusters.get(name) else {
            return;
        };
        let settings = ClusterSettings {
            labels: cluster.record.labels.clone(),
            taints: cluster.record.taints.clone(),
            cordoned: cluster.record.cordoned,
        };
        let health = match cluster.liveness {
            Liveness::Joining | Liveness::Ready if self.is_not_compared(name) => Health::Recovering,
            Liveness::Joining => Health::Joining,
            Liveness::Ready => Health::Ready,
            Liveness::Suspect => Health::Suspect,
            Liveness::Unreachable => Health::Unreachable,
        };
        self.fleet.put_cluster(name.clone(), settings);
        if let Err(error) = self.fleet.set_health(name, health) {
            error!(%error, cluster = %name, "the engine does not know a cluster of ours");
        }
    }

    /// The engine waits for a complete inventory of the cluster's next session; what it knows stays charged.
    pub(in crate::scheduler) fn expect_new_inventory(&mut self, name: &ClusterName) {
        if let Err(error) = self.fleet.begin_session(name) {
            error!(%error, cluster = %name, "the engine does not know a cluster of ours");
        }
    }
}
