//! Two epochs of a slot side by side: the place that serves, and its successor that is to take over once it serves.
//!
//! The serving place stays the slot's assignment. The successor is an assignment of its own at a higher epoch, with a claim
//! of its own; it becomes the assignment when it serves, or when the other one is lost. Both are durable, so a restart
//! goes on wherever it was.

use hourglass_model::ids::{Epoch, Generation, Slot};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::placement::{AssignmentRecord, PlacementRecord, Reason, SlotRecord};

/// Places in a row in which a replica of one generation may fail to start, before it is tried no more.
pub const MAX_FAILED_STARTS: u32 = 5;

/// Places in a row that the schedulers of their clusters may refuse to a replica of one generation, before it is tried no more.
/// More than of those that failed to start: that a local pod is faster is normal, and no fault of the request.
pub const MAX_REJECTIONS: u32 = 20;

/// What takes over the place of a slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessorRecord {
    /// Its epoch, above that of the place that it takes over.
    pub epoch: Epoch,
    /// Where it is.
    pub assignment: AssignmentRecord,
    /// Why the other one goes.
    pub cause: Reason,
    /// For people.
    pub message: String,
}

/// An update that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollRecord {
    /// When a replica of it last began to serve; its own begin before that.
    pub progress_time: Timestamp,
    /// Why its next step cannot be taken now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// What it says is why no successor has room.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_room: bool,
    /// For too long no replica of it has begun to serve.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
}

impl RollRecord {
    /// One that begins now.
    #[must_use]
    pub fn begun(now: Timestamp) -> Self {
        Self {
            progress_time: now,
            blocked: None,
            no_room: false,
            overdue: false,
        }
    }
}

/// So many places in a row of one generation are enough.
pub(super) fn too_often(failed_starts: u32, rejections: u32) -> bool {
    failed_starts >= MAX_FAILED_STARTS || rejections >= MAX_REJECTIONS
}

/// What a replica is given up for, said of it.
pub(super) fn what_failed(failed_starts: u32, rejections: u32) -> String {
    if rejections >= MAX_REJECTIONS {
        format!("was refused in {rejections} places in a row by the schedulers of their clusters")
    } else {
        format!("did not become ready in {failed_starts} places in a row")
    }
}

pub(super) fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl SlotRecord {
    /// A slot that never had a place.
    #[must_use]
    pub fn waiting(slot: Slot, confirmed_incarnation: u64) -> Self {
        Self {
            slot,
            epoch: Epoch(0),
            confirmed_incarnation,
            assignment: None,
            attempts: Vec::new(),
            successor: None,
            highest_epoch: None,
            evicted: false,
            failed_starts: 0,
            rejections: 0,
            earlier: None,
        }
    }

    /// It has no place, and one is looked for.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.assignment.is_none() && !self.is_tried_no_more()
    }

    /// It failed to start, or was refused, so often that it is not tried any more as it is wanted.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        too_often(self.failed_starts, self.rejections)
    }

    /// What it was given up for, said of the replica.
    #[must_use]
    pub fn failures(&self) -> String {
        what_failed(self.failed_starts, self.rejections)
    }

    /// Its next place is the first of a new row; true when there was any failure before.
    pub fn forget_failures(&mut self) -> bool {
        let failed = std::mem::take(&mut self.failed_starts) > 0;
        std::mem::take(&mut self.rejections) > 0 || failed
    }

    /// The highest epoch that it ever had.
    #[must_use]
    pub fn highest(&self) -> Epoch {
        let successor = self.successor.as_ref().map(|successor| successor.epoch);
        self.epoch
            .max(successor.unwrap_or(self.epoch))
            .max(self.highest_epoch.unwrap_or(self.epoch))
    }

    /// Its places with their epochs: the serving one, then its successor.
    pub fn places(&self) -> impl Iterator<Item = (Epoch, &AssignmentRecord)> {
        let serving = self.assignment.iter().map(|assignment| (self.epoch, assignment));
        let successor = self.successor.iter();
        serving.chain(successor.map(|successor| (successor.epoch, &successor.assignment)))
    }

    /// Its places with their epochs: the serving one, then its successor.
    pub fn places_mut(&mut self) -> impl Iterator<Item = (Epoch, &mut AssignmentRecord)> {
        let epoch = self.epoch;
        let serving = self
            .assignment
            .iter_mut()
            .map(move |assignment| (epoch, assignment));
        let successor = self.successor.iter_mut();
        serving.chain(successor.map(|successor| (successor.epoch, &mut successor.assignment)))
    }

    /// It serves, as far as is known now.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.assignment
            .as_ref()
            .is_some_and(|assignment| assignment.observed.serves())
    }

    /// It should not stay where it is: it was evicted, or its agent says so, and it is bound to that node. What is bound to a
    /// cluster only is moved by the cluster's own scheduler.
    #[must_use]
    pub fn is_disturbed(&self) -> bool {
        self.assignment.as_ref().is_some_and(|assignment| {
            let observed = &assignment.observed;
            let told = assignment.node.is_some() && !observed.silent && !observed.disruption.is_empty();
            told || self.evicted
        })
    }

    /// It should get a successor elsewhere, and has none; unless it was given up, or its place is lost, which is found out where
    /// replicas are moved.
    #[must_use]
    pub fn should_move(&self) -> bool {
        self.is_disturbed() && self.successor.is_none()
    }

    /// The successor becomes the place, which must have ended; true when there was one.
    pub fn promote(&mut self) -> bool {
        let Some(successor) = self.successor.take() else {
            return false;
        };
        self.highest_epoch = self.highest_epoch.filter(|highest| *highest > successor.epoch);
        self.epoch = successor.epoch;
        self.assignment = Some(successor.assignment);
        true
    }

    /// Ends the successor and keeps it among the attempts; gives it back.
    pub fn end_successor(
        &mut self,
        reason: Reason,
        message: String,
        end_time: Timestamp,
    ) -> Option<SuccessorRecord> {
        let highest = self.highest();
        let ended = *self.successor.take()?;
        self.highest_epoch = Some(highest);
        self.keep_attempt(ended.epoch, &ended.assignment, reason, message, end_time);
        Some(ended)
    }
}

impl PlacementRecord {
    /// A place of a slot, of this generation, has come to nothing: when the slot is tried no more as that, the story says so, whatever the places failed
    /// by. True when it is.
    pub fn tell_given_up(&mut self, slot: Slot, generation: Generation, now: Timestamp) -> bool {
        let given_up = self.slot(slot).filter(|slot| slot.is_given_up_as(generation));
        let Some(why) = given_up.map(|slot| slot.failures_as(generation)) else {
            return false;
        };
        let which = if generation < self.generation {
            format!(" with generation {generation}")
        } else {
            String::new()
        };
        let message = format!("replica {slot} is tried no more{which}: it {why}");
        self.push_event(now, "ATTEMPTS_EXHAUSTED", message);
        true
    }

    /// All places with their slots and epochs: of each slot the serving one, then its successor.
    pub fn places(&self) -> impl Iterator<Item = (Slot, Epoch, &AssignmentRecord)> {
        self.slots.iter().flat_map(|slot| {
            let places = slot.places();
            places.map(move |(epoch, assignment)| (slot.slot, epoch, assignment))
        })
    }

    /// The place of a slot at this epoch.
    pub fn place_mut(&mut self, slot: Slot, epoch: Epoch) -> Option<&mut AssignmentRecord> {
        self.slot_mut(slot)?
            .places_mut()
            .find(|(of, _)| *of == epoch)
            .map(|(_, assignment)| assignment)
    }

    /// Slots of the replicas that it wants; those behind them are on their way out.
    pub fn wanted_slots(&self) -> impl Iterator<Item = &SlotRecord> {
        self.slots.iter().take(self.replicas())
    }

    /// Has this many slots, if it has not more already. Those that are added have no place; the epochs of those that have been
    /// there before go on where they ended. What is known of them holds since `incarnation`.
    pub fn add_slots(&mut self, many: usize, incarnation: u64) {
        for number in self.slots.len()..many {
            let Ok(number) = u32::try_from(number) else {
                return;
            };
            let slot = Slot(number);
            let mut added = SlotRecord::waiting(slot, incarnation);
            added.epoch = self.retired_epochs.remove(&slot).unwrap_or(added.epoch);
            self.slots.push(added);
        }
    }

    /// What the objects of its places carry is not its wish of now.
    pub fn outdate_seals(&mut self) {
        for (_, assignment) in self.slots.iter_mut().flat_map(SlotRecord::places_mut) {
            assignment.old_seal = true;
        }
    }

    /// One of its slots.
    #[must_use]
    pub fn slot(&self, slot: Slot) -> Option<&SlotRecord> {
        self.slots.iter().find(|held| held.slot == slot)
    }

    /// One of its slots.
    pub fn slot_mut(&mut self, slot: Slot) -> Option<&mut SlotRecord> {
        self.slots.iter_mut().find(|held| held.slot == slot)
    }

    /// Replicas that it wants; more slots than that are on their way out.
    #[must_use]
    pub fn replicas(&self) -> usize {
        usize::try_from(self.spec.replicas.unwrap_or(1)).unwrap_or(1)
    }

    /// The place carries the current generation.
    #[must_use]
    pub fn is_current(&self, assignment: &AssignmentRecord) -> bool {
        assignment.generation >= self.generation
    }

    /// Something of it is being replaced, or is to be.
    #[must_use]
    pub fn is_rolling(&self) -> bool {
        self.delete_time.is_none()
            && (self.roll.is_some()
                || self.slots.len() > self.replicas()
                || self.slots.iter().any(|slot| slot.successor.is_some())
                || self
                    .assigned()
                    .any(|(_, assignment)| !self.is_current(assignment)))
    }

    /// Some replica of it should not stay where it is.
    #[must_use]
    pub fn is_disturbed(&self) -> bool {
        self.delete_time.is_none() && self.slots.iter().any(SlotRecord::is_disturbed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn rolling() -> SlotRecord {
        let mut rolling = slot(0, "c1", "n1", Observed::default());
        let other = slot(0, "c2", "n2", Observed::default());
        rolling.successor = other.assignment.map(|assignment| {
            Box::new(SuccessorRecord {
                epoch: Epoch(5),
                assignment,
                cause: Reason::Superseded,
                message: String::new(),
            })
        });
        rolling
    }

    #[test]
    fn an_epoch_is_never_given_twice() {
        let mut slot = rolling();
        assert_eq!(slot.highest(), Epoch(5));
        slot.end_successor(Reason::Superseded, String::new(), Timestamp::UNIX_EPOCH);
        assert_eq!((slot.epoch, slot.highest()), (Epoch(3), Epoch(5)));
        assert_eq!(slot.attempts[0].epoch, Epoch(5));
    }

    #[test]
    fn a_successor_becomes_the_place() {
        let mut slot = rolling();
        slot.end_attempt(Reason::Superseded, String::new(), Timestamp::UNIX_EPOCH);
        assert!(slot.promote());
        assert_eq!((slot.epoch, slot.highest()), (Epoch(5), Epoch(5)));
        assert_eq!(slot.assignment.as_ref().unwrap().cluster.as_str(), "c2");
        assert!(!slot.promote());
    }

    #[test]
    fn the_story_says_in_one_way_that_a_replica_is_tried_no_more() {
        let told = |failed_starts, rejections| {
            let mut placement = record("default", "one", "uid-1");
            placement.slots = vec![SlotRecord {
                failed_starts,
                rejections,
                ..rolling()
            }];
            let said = placement.tell_given_up(Slot(0), placement.generation, Timestamp::UNIX_EPOCH);
            let event = placement.events.back();
            assert_eq!(event.is_some(), said);
            event.map(|event| (event.reason.clone(), event.text()))
        };
        let event = |text: &str| Some(("ATTEMPTS_EXHAUSTED".to_owned(), text.to_owned()));
        assert_eq!(told(MAX_FAILED_STARTS - 1, MAX_REJECTIONS - 1), None);
        let late = "replica 0 is tried no more: it did not become ready in 5 places in a row";
        assert_eq!(told(MAX_FAILED_STARTS, 0), event(late));
        let refused = "replica 0 is tried no more: it was refused in 20 places in a row by the schedulers of their clusters";
        assert_eq!(told(0, MAX_REJECTIONS), event(refused));
    }

    #[test]
    fn what_an_earlier_version_wrote_of_an_update_is_read() {
        let roll = RollRecord {
            blocked: Some("no room for the successor".to_owned()),
            ..RollRecord::begun(Timestamp::UNIX_EPOCH)
        };
        let before = r#"{"progress_time":"1970-01-01T00:00:00Z","blocked":"no room for the successor"}"#;
        assert_eq!(serde_json::from_str::<RollRecord>(before).unwrap(), roll);
        assert_eq!(serde_json::to_string(&roll).unwrap(), before);
        let told = RollRecord {
            no_room: true,
            ..roll
        };
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<RollRecord>(&text).unwrap(), told);
    }

    #[test]
    fn a_record_of_before_there_were_updates_is_read_and_written_as_it_was() {
        let mut before = record("default", "web", "uid-1");
        before.slots = vec![slot(0, "c1", "n1", Observed::default())];
        let text = serde_json::to_string(&before).unwrap();
        for name in [
            "successor",
            "highest_epoch",
            "failed_starts",
            "rejections",
            "roll",
            "ungated",
            "old_seal",
            "started",
            "no_room",
            "overdue",
            "earlier",
        ] {
            assert!(!text.contains(&format!("\"{name}\"")), "{name} in {text}");
        }
        assert_eq!(serde_json::from_str::<PlacementRecord>(&text).unwrap(), before);
    }
}
