//! A verified performer becomes its placement's again: record, slot and claim, with one commit; then the agent is told.

use hourglass_model::ids::{ClusterName, Epoch};
use tracing::{error, info};

use crate::dispatch::{Intent, SlotKey};
use crate::records::AssignmentRecord;
use crate::records::placement::{Observed, Reason};
use crate::records::sealed::Listed;
use crate::scheduler::adoption::{NotAdopted, Verified, verify};
use crate::scheduler::claims::{claim_of, owner};
use crate::scheduler::command::RunningPerformer;
use crate::scheduler::core::Core;
use crate::scheduler::handlers::create::MAX_PLACEMENTS;
use crate::scheduler::round::Round;

impl Core {
    /// Takes over a performer that runs for a slot at an epoch above any that the store knows.
    pub(in crate::scheduler) fn adopt(
        &mut self,
        cluster: &ClusterName,
        performer: &RunningPerformer,
        round: &mut Round,
    ) -> Result<(), NotAdopted> {
        let verified = self.adoptable(cluster, performer)?;
        let uid = &performer.key.placement_uid;
        if self.placements.by_uid(uid).is_none() {
            let mut record = verified.sealed.placement(verified.replicas);
            let message = "the placement was found again by what its performers carry";
            record.push_event(round.now, "ADOPTED", message.to_owned());
            self.placements.insert(record);
        }
        let later = format!(
            "a later epoch ({}) of this replica runs in {cluster}",
            performer.epoch
        );
        // Of two that claim the slot the higher epoch wins; the other drains by its tombstone.
        self.withdraw(uid, performer.key.slot, Reason::WaitingForRemoval, &later, round);
        self.take_slot(performer, verified.sealed.assignment, round);
        if self
            .placements
            .by_uid(uid)
            .is_some_and(|record| record.delete_time.is_some())
        {
            // Deleted since the store was lost, before this cluster was back.
            let message = "the placement was deleted before this replica was found";
            self.withdraw(uid, performer.key.slot, Reason::WaitingForRemoval, message, round);
        } else {
            self.take_over(cluster, &performer.key, performer.epoch, round);
        }
        info!(%cluster, performer = %performer.performer, epoch = performer.epoch.0, "performer adopted");
        Ok(())
    }

    /// Tells the agent that what runs is ours: until it has acknowledged, instead of an Apply.
    pub(in crate::scheduler) fn take_over(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        epoch: Epoch,
        round: &mut Round,
    ) {
        if let Some(session) = self
            .clusters
            .get_mut(cluster)
            .and_then(|cluster| cluster.session.as_mut())
        {
            session.to_adopt.insert(key.clone(), epoch);
        }
        self.enqueue(cluster, key.clone(), Intent::Apply, round);
    }

    fn adoptable(&self, cluster: &ClusterName, performer: &RunningPerformer) -> Result<Verified, NotAdopted> {
        if !self.recovers() || performer.incarnation >= self.grant().incarnation {
            return Err(NotAdopted::Unowned);
        }
        let cluster_uid = self
            .clusters
            .get(cluster)
            .map(|cluster| &cluster.record.uid)
            .ok_or(NotAdopted::Unowned)?;
        let listed = Listed {
            cluster,
            cluster_uid,
            placement_uid: &performer.key.placement_uid,
            slot: performer.key.slot,
            epoch: performer.epoch,
            performer: &performer.performer,
            content_hash: &performer.content_hash,
        };
        let verified = verify(&self.seal, performer, listed)?;
        let sealed = &verified.sealed;
        if self.placements.by_uid(&sealed.uid).is_some() {
            return Ok(verified);
        }
        if self.placements.get(&sealed.tenant, &sealed.id).is_some() {
            return Err(NotAdopted::NameTaken);
        }
        if self.placements.len() >= MAX_PLACEMENTS {
            return Err(NotAdopted::Full);
        }
        Ok(verified)
    }

    /// The slot is where the performer is. Its claim counts at once, as that of any decision; what the pod already uses is
    /// not charged twice.
    fn take_slot(&mut self, performer: &RunningPerformer, assignment: AssignmentRecord, round: &mut Round) {
        let SlotKey {
            placement_uid: uid,
            slot: number,
        } = &performer.key;
        let Some(owner) = self.placements.by_uid(uid).map(owner) else {
            error!(placement = %uid, "a performer without a placement is not adopted");
            return;
        };
        let claim = claim_of(&owner, *number, performer.epoch, &assignment);
        match self.fleet.claim(claim.clone()) {
            Ok(()) => round.claimed.push(claim.id),
            Err(error) => error!(%error, "an adopted performer is claimed already"),
        }
        let (now, incarnation) = (round.now, self.grant().incarnation);
        self.placements.update(uid, |record| {
            let message = format!(
                "replica {number} runs on {}/{} (epoch {})",
                assignment.cluster, assignment.charged_node, performer.epoch
            );
            record.push_event(now, "FOUND", message);
            if let Some(slot) = record.slot_mut(*number) {
                slot.epoch = performer.epoch;
                slot.confirmed_incarnation = incarnation;
                slot.assignment = Some(AssignmentRecord {
                    observed: Observed::found(),
                    room_time: Some(now),
                    ..assignment
                });
            }
        });
        round.touched.insert(uid.clone());
    }
}
