//! What must hold in every history of updates (by the numbers of [`super::rollout_histories`]).

use hourglass_engine::SlotWanted;
use hourglass_model::placement::UpdateStrategy;

use super::agents::is_good;
use super::rollout_histories::Rolling;
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::records::{RevisionRecord, keys};
use crate::scheduler::handlers::successor::Wanted;
use crate::scheduler::revisions::KEPT_SPECS;

impl Rolling {
    pub(super) fn check(&mut self) {
        let live: Vec<PlacementRecord> = self.world.core.placements().cloned().collect();
        for record in &live {
            // 4.
            let bounded = |slot: &&crate::records::SlotRecord| {
                let successor = slot.successor.as_ref();
                successor.is_some_and(|one| matches!(one.cause, Reason::Superseded | Reason::Drained))
            };
            let most = record
                .spec
                .update
                .as_ref()
                .and_then(|update| update.max_parallel)
                .unwrap_or(1);
            let successors = record.slots.iter().filter(bounded).count();
            assert!(
                successors <= usize::try_from(most).unwrap(),
                "{}: {successors} successors at once",
                record.name()
            );
            for (slot, epoch, assignment) in record.places() {
                let place = (SlotKey::of(&record.uid, slot), epoch);
                // A crash may have made it forget.
                if assignment.observed.started {
                    self.heard_to_serve.insert(place);
                } else {
                    self.heard_to_serve.remove(&place);
                }
            }
            // 5.
            for (slot, epoch, _) in record.places().filter(|_| record.delete_time.is_none()) {
                let claim = ClaimId {
                    placement: record.uid.clone(),
                    slot,
                    epoch,
                };
                assert!(
                    self.world.core.fleet().claim_record(&claim).is_some(),
                    "{claim:?} has no claim"
                );
            }
            // 1.
            let known = self
                .images
                .get(&record.id)
                .filter(|_| !self.unknown.contains(&record.id));
            if let Some(image) = known {
                assert_eq!(
                    &record.spec.performer.image,
                    image,
                    "{}: an update is lost",
                    record.name()
                );
            }
        }
        self.check_burials(&live);
        self.note_moves();
        // 3.
        self.availability
            .check(&self.world, &std::mem::take(&mut self.lost));
    }

    /// 2, at the moment at which something that served was removed.
    fn check_burials(&mut self, live: &[PlacementRecord]) {
        let burials = self
            .world
            .burials
            .split_off(self.checked.min(self.world.burials.len()));
        self.world.burials.clear();
        self.checked = 0;
        for (key, epoch, served) in burials.into_iter().filter(|(.., served)| *served) {
            let record = live.iter().find(|record| record.uid == key.placement_uid);
            let Some(record) = record.filter(|record| served && record.delete_time.is_none()) else {
                continue;
            };
            let recreates = record
                .spec
                .update
                .as_ref()
                .is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
            let Some(slot) = record.slot(key.slot) else {
                continue;
            };
            let attempt = slot.attempts.iter().find(|attempt| attempt.epoch == epoch);
            let superseded = attempt.is_some_and(|attempt| attempt.reason == Reason::Superseded);
            // One that the server had not heard to serve may be replaced where it is.
            let heard = self.heard_to_serve.contains(&(key.clone(), epoch));
            let is_dropped = slot.epoch < epoch;
            if superseded && heard && !recreates && !is_dropped {
                let mut ready = self.world.ever_ready.iter();
                assert!(
                    ready.any(|(other, later)| *other == key && *later > epoch),
                    "{} slot {} epoch {epoch} served, and went before any successor served",
                    record.name(),
                    key.slot
                );
                self.buried_after += 1;
            }
        }
    }

    /// Notes who has moved off a node that was emptied: attempts are forgotten, and placements end.
    fn note_moves(&mut self) {
        for record in self.world.core.placements() {
            for slot in &record.slots {
                let moved = slot.attempts.iter();
                let moved = moved.filter(|attempt| attempt.reason == Reason::Drained);
                let key = SlotKey::of(&record.uid, slot.slot);
                self.moved
                    .extend(moved.map(|attempt| (key.clone(), attempt.epoch)));
            }
        }
    }

    /// Everything arrives, and everything serves at last.
    pub(super) fn settle(&mut self) {
        self.world.commit();
        self.world.slow_starts = false;
        for index in 0..CLUSTERS {
            if self.world.members[index].protocol < EXACT_REMOVES {
                self.world.disconnect(index);
            }
        }
        for member in &mut self.world.members {
            member.protocol = EXACT_REMOVES;
            member.cordoned.clear();
            for (key, performer) in &mut member.performers {
                if performer.ripen() {
                    self.world.ever_ready.insert(key.clone());
                }
            }
        }
        self.world.settle();
        // Also of all that followed since the last step.
        self.availability.check(&self.world, &BTreeSet::new());
    }

    pub(super) fn check_settled(&self) {
        self.world.check_settled();
        for record in self.world.core.placements() {
            let outdated = record
                .assigned()
                .any(|(_, assignment)| !record.is_current(assignment));
            let blocked = record.roll.as_ref().is_some_and(|roll| roll.blocked.is_some());
            assert!(
                !outdated || blocked,
                "{}: an update stands still: {record:#?}",
                record.name()
            );
            self.check_no_room(record);
            for slot in &record.slots {
                assert!(
                    slot.successor.is_none(),
                    "{}: a successor stands still",
                    record.name()
                );
                assert!(slot.failed_starts < MAX_FAILED_STARTS || !is_good(&record.spec.performer.image));
            }
            let updated = record.condition(ConditionKind::Updated);
            if let (None, Some(updated)) = (&record.roll, updated) {
                assert_eq!(updated.status, ConditionStatus::True, "{updated:?}");
            }
            let kept = self.world.core.earlier_revisions(record).count();
            assert!(kept < KEPT_SPECS);
            let stored = keys::REVISIONS.to_owned() + record.uid.as_str();
            let on_disk: Vec<RevisionRecord> = self
                .world
                .disk
                .iter()
                .filter(|(key, _)| key.starts_with(&stored))
                .map(|(key, value)| decode(key, value).unwrap())
                .collect();
            assert!(on_disk.len() >= kept);
            assert!(
                on_disk
                    .iter()
                    .all(|revision| revision.generation < record.generation)
            );
        }
        let uids: BTreeSet<String> = self
            .world
            .core
            .placements()
            .map(|record| record.uid.to_string())
            .collect();
        for key in self
            .world
            .disk
            .keys()
            .filter_map(|key| key.strip_prefix(keys::REVISIONS))
        {
            let uid = key.split('/').next().unwrap();
            assert!(uids.contains(uid), "earlier specs of {uid} outlive it");
        }
    }

    /// What an update finds no room for has none.
    fn check_no_room(&self, record: &PlacementRecord) {
        let request = record.request().unwrap();
        let lacks_room = record.roll.as_ref().is_some_and(|roll| roll.no_room);
        let outdated = record.slots.iter().filter_map(|slot| {
            let of = slot.assignment.as_ref().filter(|of| !record.is_current(of))?;
            (lacks_room && !slot.is_given_up()).then_some((slot, of))
        });
        for (slot, of) in outdated.filter(|_| request.update.strategy == UpdateStrategy::Surge) {
            let wanted = Wanted {
                slot: SlotWanted {
                    slot: slot.slot,
                    epoch: slot.highest().next(),
                },
                of,
                generation: record.generation,
                elsewhere: slot.is_disturbed(),
                explain: false,
            };
            let core = &self.world.core;
            let found = core.decide_successor(record, &request, &wanted, self.world.clock);
            assert!(
                found.placed.is_empty(),
                "{}: an update waits for room, and could have {:?}",
                record.name(),
                found.placed
            );
        }
    }
}
