//! A verified performer becomes its placement's again: record, slot and claim, with one commit; then the agent is told.

use hourglass_model::ids::{ClusterName, Epoch};
use tracing::{error, info};

use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::{Observed, Reason};
use crate::records::sealed::Listed;
use crate::records::{AssignmentRecord, RevisionRecord, SealedPlacement};
use crate::scheduler::adoption::{NotAdopted, Verified, verify};
use crate::scheduler::claims::{claim_of, owner};
use crate::scheduler::command::RunningPerformer;
use crate::scheduler::core::Core;
use crate::scheduler::from_seals::{
    Earlier, add_slots_up_to, agree, begin_roll, generation_of, take_last_wish,
};
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
        self.learn_from_seal(&verified, round);
        let later = format!(
            "a later epoch ({}) of this replica runs in {cluster}",
            performer.epoch
        );
        // Of two that claim the slot the higher epoch wins; the other drains by its tombstone.
        self.withdraw(uid, performer.key.slot, Reason::WaitingForRemoval, &later, round);
        self.take_slot(performer, &verified.sealed, round);
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

    /// A place that the store knows was found, and the store may be older than the wish that the object carries.
    pub(in crate::scheduler) fn learn_from_known(
        &mut self,
        cluster: &ClusterName,
        performer: &RunningPerformer,
        round: &mut Round,
    ) {
        let Ok(verified) = self.adoptable(cluster, performer) else {
            return;
        };
        let uid = &performer.key.placement_uid;
        self.learn_from_seal(&verified, round);
        self.placements.update(uid, |record| {
            let agrees = agree(record, &verified.sealed);
            if let Some(assignment) = record.place_mut(performer.key.slot, performer.epoch) {
                assignment.old_seal = !agrees;
            }
            begin_roll(record, round.now);
        });
        round.touched.insert(uid.clone());
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

    /// The placement is what the seal says, or what is known of it, whichever is later; and the slot of the performer is there.
    fn learn_from_seal(&mut self, verified: &Verified, round: &mut Round) {
        let (sealed, now) = (&verified.sealed, round.now);
        let Some(before) = self.placements.by_uid(&sealed.uid) else {
            let mut record = sealed.placement(verified.replicas);
            let message = "the placement was found again by what its performers carry";
            record.push_event(now, "ADOPTED", message.to_owned());
            add_slots_up_to(&mut record, sealed.slot);
            self.placements.insert(record);
            return;
        };
        let mut record = before.clone();
        let has_news = record.delete_time.is_none() && !agree(&record, sealed);
        let mut earlier = None;
        if has_news {
            earlier = take_last_wish(&mut record, sealed, |generation| self.spec_of(before, generation));
            if record.etag != before.etag || record.generation != before.generation {
                let message = format!("generation {} was found in a later performer", record.generation);
                record.push_event(now, "FOUND_CHANGED", message);
            }
        }
        add_slots_up_to(&mut record, sealed.slot);
        self.placements.update(&sealed.uid, |held| *held = record);
        if !has_news {
            return;
        }
        if let Some(Earlier {
            generation,
            spec,
            since,
        }) = earlier
        {
            let revision = RevisionRecord {
                placement_uid: sealed.uid.clone(),
                generation,
                spec,
                create_time: since,
            };
            if let Err(error) = self.keep_found_revision(revision, round) {
                error!(%error, placement = %sealed.uid, "an earlier spec that was found cannot be kept");
            }
        }
        self.shapes.remove(&sealed.uid);
        if let Some(record) = self.placements.by_uid(&sealed.uid) {
            self.fleet.set_owner(&owner(record));
        }
        self.rolls.moved(&sealed.uid);
    }

    /// The slot is where the performer is. Its claim counts at once, as that of any decision; what the pod already uses is
    /// not charged twice.
    fn take_slot(&mut self, performer: &RunningPerformer, sealed: &SealedPlacement, round: &mut Round) {
        let SlotKey {
            placement_uid: uid,
            slot: number,
        } = &performer.key;
        let record = self.placements.by_uid(uid);
        let Some(record) = record.filter(|record| record.slot(*number).is_some()) else {
            error!(placement = %uid, slot = number.0, "a performer without a slot is not adopted");
            return;
        };
        let owner = owner(record);
        let mut assignment = AssignmentRecord {
            generation: generation_of(record, sealed, |generation| self.spec_of(record, generation)),
            observed: Observed::found(),
            room_time: Some(round.now),
            old_seal: !agree(record, sealed),
            ..sealed.assignment.clone()
        };
        let mut claim = claim_of(&owner, *number, performer.epoch, &assignment);
        // What was sealed is where it was decided, and which devices there; its pod may be elsewhere since, and have others.
        let cluster = self.fleet.cluster(&assignment.cluster);
        if let Some((node, devices)) = cluster.and_then(|cluster| cluster.pod_elsewhere(&claim)) {
            let zone = self.fleet.zone_of(&assignment.cluster, &node);
            let devices = devices.unwrap_or_else(|| assignment.charged_devices());
            assignment.charge_to(&node, zone, &devices);
            claim = claim_of(&owner, *number, performer.epoch, &assignment);
        }
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
                slot.assignment = Some(assignment);
            }
            begin_roll(record, now);
        });
        round.touched.insert(uid.clone());
    }
}
