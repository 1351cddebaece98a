//! The steps of a claim's life.

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid, Sequence};

use super::{Claim, ClaimError, ClaimPhase, ClaimRecord, Dispatch, Serving};
use crate::changes::Free;
use crate::state::FleetState;

impl FleetState {
    /// All claims, by id.
    pub fn claims(&self) -> impl ExactSizeIterator<Item = &ClaimRecord> {
        self.ledger.iter()
    }

    /// One claim.
    #[must_use]
    pub fn claim_record(&self, id: &ClaimId) -> Option<&ClaimRecord> {
        self.ledger.get(id)
    }

    /// Claims of one placement, by slot and epoch.
    pub fn claims_of(&self, placement: &PlacementUid) -> impl Iterator<Item = &ClaimRecord> {
        self.ledger.of_placement(placement)
    }

    /// Claims that are on their way out: released, and not confirmed to be gone.
    pub fn leaving(&self) -> impl Iterator<Item = &ClaimRecord> {
        self.ledger.released()
    }

    /// Takes the room of a decision, before its commit.
    ///
    /// # Errors
    /// When this slot epoch is claimed already.
    pub fn claim(&mut self, claim: Claim) -> Result<(), ClaimError> {
        self.add(claim, ClaimPhase::Decided)
    }

    /// Takes the room of an assignment that the store knows, after a start or a change of leader. With `released` its
    /// release is durable and its removal has to be acknowledged (again).
    ///
    /// # Errors
    /// When this slot epoch is claimed already.
    pub fn restore_claim(&mut self, claim: Claim, released: bool) -> Result<(), ClaimError> {
        let phase = if released {
            ClaimPhase::Released { acknowledged: None }
        } else {
            ClaimPhase::Committed
        };
        self.add(claim, phase)
    }

    fn add(&mut self, claim: Claim, phase: ClaimPhase) -> Result<(), ClaimError> {
        if self.ledger.get(&claim.id).is_some() {
            return Err(ClaimError::Exists(claim.id));
        }
        let (cluster, node) = (claim.cluster.clone(), claim.node.clone());
        let record = ClaimRecord {
            claim,
            phase,
            serving: Serving::default(),
        };
        self.changes.claim(&record);
        if !record.is_live() {
            self.changes.leaves(&record, self.ledger.lowest_movable());
        }
        let id = record.claim.id.clone();
        let other = self.ledger.of_placement(&id.placement).next();
        let changes_owner = other.is_some_and(|other| other.claim.owner != record.claim.owner);
        self.ledger.insert(record);
        self.locate(&cluster, &node);
        self.recharge(&cluster, &node);
        if changes_owner {
            self.touch_all(&id.placement);
        } else {
            self.touch(&id);
        }
        self.changed();
        Ok(())
    }

    /// Something about a claim has changed that matters to whoever looks for room by moving others.
    pub(super) fn touch(&mut self, id: &ClaimId) {
        let Self {
            clusters,
            ledger,
            movers,
            ..
        } = self;
        if let Some(record) = ledger.get(id) {
            movers.touch_claim(&record.claim, clusters.get(&record.claim.cluster));
        }
    }

    /// The same of all claims of a placement.
    pub(super) fn touch_all(&mut self, placement: &PlacementUid) {
        let Self {
            clusters,
            ledger,
            movers,
            ..
        } = self;
        for record in ledger.of_placement(placement) {
            movers.touch_claim(&record.claim, clusters.get(&record.claim.cluster));
        }
    }

    /// The commit certainly succeeded.
    ///
    /// # Errors
    /// When there is no such claim.
    pub fn committed(&mut self, id: &ClaimId) -> Result<(), ClaimError> {
        let record = self
            .ledger
            .get(id)
            .ok_or_else(|| ClaimError::Unknown(id.clone()))?;
        if record.phase == ClaimPhase::Decided {
            self.changes.claim(record);
            self.ledger.set_phase(id, ClaimPhase::Committed);
            self.touch(id);
        }
        self.changed();
        Ok(())
    }

    /// The commit certainly failed: the claim ends at once. Not for an unknown outcome.
    ///
    /// # Errors
    /// When there is no such claim, or its commit is known to have succeeded.
    pub fn commit_failed(&mut self, id: &ClaimId) -> Result<(), ClaimError> {
        let record = self
            .ledger
            .get(id)
            .ok_or_else(|| ClaimError::Unknown(id.clone()))?;
        if record.phase != ClaimPhase::Decided {
            return Err(ClaimError::Durable(id.clone()));
        }
        self.end(id);
        self.changed();
        Ok(())
    }

    /// The release of the claim is durable. It ends now if nothing can ever have been sent for it, else when its cluster has
    /// confirmed that nothing is left. Returns whether it ended.
    ///
    /// # Errors
    /// When there is no such claim, or it is released already.
    pub fn release(&mut self, id: &ClaimId, dispatch: Dispatch) -> Result<bool, ClaimError> {
        let record = self
            .ledger
            .get(id)
            .ok_or_else(|| ClaimError::Unknown(id.clone()))?;
        if !record.is_live() {
            return Err(ClaimError::Released(id.clone()));
        }
        self.changes.claim(record);
        self.changes.leaves(record, self.ledger.lowest_movable());
        self.ledger
            .set_phase(id, ClaimPhase::Released { acknowledged: None });
        self.touch(id);
        let ended = dispatch == Dispatch::Never;
        if ended {
            self.end(id);
        }
        self.changed();
        Ok(ended)
    }

    /// The cluster says that the object and its children are gone, and that inventory from `sequence` on of the present
    /// session shows it. Drop acknowledgements of earlier sessions instead of passing them on: after a reconnect the removal
    /// is sent again. Returns whether the claim ended; if not, [`crate::Applied::ended`] will name it.
    ///
    /// # Errors
    /// When there is no such claim, or it is in force.
    pub fn removal_acknowledged(&mut self, id: &ClaimId, sequence: Sequence) -> Result<bool, ClaimError> {
        let record = self
            .ledger
            .get(id)
            .ok_or_else(|| ClaimError::Unknown(id.clone()))?;
        let session = self
            .clusters
            .get(&record.claim.cluster)
            .map_or(0, crate::ClusterState::session);
        let ClaimPhase::Released { acknowledged } = record.phase else {
            return Err(ClaimError::NotReleased(id.clone()));
        };
        let cluster = record.claim.cluster.clone();
        // Of two acknowledgements the one that speaks of later inventory counts.
        let acknowledged = acknowledged.max(Some((session, sequence)));
        self.ledger.set_phase(id, ClaimPhase::Released { acknowledged });
        let ended = self.end_settled(&cluster).contains(id);
        self.changed();
        Ok(ended)
    }

    /// Ends every released claim of a cluster that is settled; returns them.
    pub(crate) fn end_settled(&mut self, cluster: &ClusterName) -> Vec<ClaimId> {
        let acknowledged = self.ledger.acknowledged(cluster);
        let settled = acknowledged.filter(|record| self.is_settled(record));
        let ids: Vec<ClaimId> = settled.map(|record| record.claim.id.clone()).collect();
        for id in &ids {
            self.end(id);
        }
        ids
    }

    /// Rule 5: acknowledged, inventory caught up, no pod left.
    fn is_settled(&self, record: &ClaimRecord) -> bool {
        let ClaimPhase::Released {
            acknowledged: Some((session, sequence)),
        } = &record.phase
        else {
            return false;
        };
        let Some(cluster) = self.clusters.get(&record.claim.cluster) else {
            return false;
        };
        // A complete inventory of a later session was made after the acknowledgement, whatever its number.
        let caught_up = cluster.position().is_some_and(|applied| {
            applied.session > *session || (applied.session == *session && applied.sequence >= *sequence)
        });
        caught_up && cluster.observed(&record.claim.id).next().is_none()
    }

    fn end(&mut self, id: &ClaimId) {
        self.touch(id);
        if let Some(record) = self.ledger.remove(id) {
            let (cluster, node) = (&record.claim.cluster, &record.claim.node);
            let before = self.free_on(cluster, node);
            self.recharge(cluster, node);
            let now = self.free_on(cluster, node);
            self.changes.claim(&record);
            self.changes.freed(cluster, &before, &now);
        }
    }

    fn free_on(&self, cluster: &ClusterName, node: &NodeName) -> Free {
        let state = self.clusters.get(cluster);
        let node = state.and_then(|state| state.node(node));
        node.map_or_else(Free::default, Free::of)
    }

    fn recharge(&mut self, cluster: &ClusterName, node: &NodeName) {
        let Self {
            clusters,
            ledger,
            index,
            ..
        } = self;
        if let Some(state) = clusters.get_mut(cluster) {
            state.recharge(ledger, index, cluster, node);
        }
    }
}

#[cfg(test)]
mod tests;
