//! What a replica goes back to while an update gets nowhere: the generation of its last place that served.
//!
//! An update is stuck once a replica of the new generation was given up, or its progress deadline has passed. From then on what has
//! served is not given up for what has not: a replica of an earlier generation that has to leave its place, or loses it, gets the
//! next one as what it is. Its places of that generation that come to nothing are counted by themselves, so neither count says
//! anything of the other generation.

use hourglass_model::ids::Generation;
use serde::{Deserialize, Serialize};

use super::placement::{AssignmentRecord, PlacementRecord, SlotRecord};
use super::rollout::{too_often, what_failed};

/// The generation of the last place of a slot that served, while a later one is wanted. Stored as these three numbers, in this
/// order: what is set aside for a slot is small, because there may be many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Generation, u8, u8)", into = "(Generation, u8, u8)")]
pub struct EarlierRecord {
    /// Below the one that is wanted.
    pub generation: Generation,
    /// Places in a row, of that generation, in which it did not start in time.
    pub failed_starts: u8,
    /// Places in a row, of that generation, that the scheduler of their cluster refused before it served there.
    pub rejections: u8,
}

impl EarlierRecord {
    fn is_given_up(&self) -> bool {
        too_often(self.failed_starts.into(), self.rejections.into())
    }
}

impl From<(Generation, u8, u8)> for EarlierRecord {
    fn from((generation, failed_starts, rejections): (Generation, u8, u8)) -> Self {
        Self {
            generation,
            failed_starts,
            rejections,
        }
    }
}

impl From<EarlierRecord> for (Generation, u8, u8) {
    fn from(record: EarlierRecord) -> Self {
        (record.generation, record.failed_starts, record.rejections)
    }
}

impl SlotRecord {
    /// From here on it may go back to `generation`, with a new row of places.
    pub fn may_go_back_to(&mut self, generation: Generation) {
        self.earlier = Some(EarlierRecord {
            generation,
            failed_starts: 0,
            rejections: 0,
        });
    }

    /// It has a place of an earlier generation: what comes to nothing is counted there.
    pub fn went_back_to(&mut self, generation: Generation) {
        let earlier = self.earlier.as_ref();
        if earlier.is_none_or(|earlier| earlier.generation != generation) {
            self.may_go_back_to(generation);
        }
    }

    /// Neither as it is wanted nor as it was is it tried any more.
    #[must_use]
    pub fn is_tried_no_more(&self) -> bool {
        self.is_given_up() && self.earlier.as_ref().is_none_or(EarlierRecord::is_given_up)
    }

    /// Of this generation it failed so often that it is not tried any more as it is.
    #[must_use]
    pub fn is_given_up_as(&self, generation: Generation) -> bool {
        match self.row(generation) {
            Some(earlier) => earlier.is_given_up(),
            None => self.is_given_up(),
        }
    }

    /// What it was given up for as what it is of this generation.
    #[must_use]
    pub fn failures_as(&self, generation: Generation) -> String {
        match self.row(generation) {
            Some(earlier) => what_failed(earlier.failed_starts.into(), earlier.rejections.into()),
            None => self.failures(),
        }
    }

    fn row(&self, generation: Generation) -> Option<&EarlierRecord> {
        self.earlier
            .as_ref()
            .filter(|earlier| earlier.generation == generation)
    }

    /// Places in a row in which it did not start in time as what it is of this generation.
    #[must_use]
    pub fn failed_starts_as(&self, generation: Generation) -> u32 {
        self.row(generation)
            .map_or(self.failed_starts, |earlier| earlier.failed_starts.into())
    }

    /// A place of this generation did not start in time.
    pub fn count_failed_start(&mut self, generation: Generation) {
        match &mut self.earlier {
            Some(earlier) if earlier.generation == generation => {
                earlier.failed_starts = earlier.failed_starts.saturating_add(1);
            }
            _ => self.failed_starts = self.failed_starts.saturating_add(1),
        }
    }

    /// A place of this generation was refused.
    pub fn count_rejection(&mut self, generation: Generation) {
        match &mut self.earlier {
            Some(earlier) if earlier.generation == generation => {
                earlier.rejections = earlier.rejections.saturating_add(1);
            }
            _ => self.rejections = self.rejections.saturating_add(1),
        }
    }

    /// Its next place of this generation is the first of a new row; true when there was any failure before.
    pub fn forget_failures_as(&mut self, generation: Generation) -> bool {
        let Some(earlier) = self.row(generation) else {
            return self.forget_failures();
        };
        let failed = earlier.failed_starts > 0 || earlier.rejections > 0;
        self.may_go_back_to(generation);
        failed
    }

    /// All of what it has to start with begins anew: as what it goes back to, if it does, else as it is wanted.
    pub fn begin_new_row(&mut self) {
        match self.earlier.as_ref().map(|earlier| earlier.generation) {
            Some(generation) => self.may_go_back_to(generation),
            None => drop(self.forget_failures()),
        }
    }
}

impl PlacementRecord {
    /// The update to the current generation gets nowhere: some replica was given up, or none has begun to serve for too long.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.roll.as_ref().is_some_and(|roll| roll.overdue) || self.slots.iter().any(SlotRecord::is_given_up)
    }

    /// The generation that the next place of a slot without one is of, when that is an earlier one.
    fn goes_back(&self, slot: &SlotRecord) -> Option<Generation> {
        let earlier = slot.earlier.as_ref().filter(|earlier| !earlier.is_given_up())?;
        self.is_stuck().then_some(earlier.generation)
    }

    /// The generation that is looked for in this turn, for slots that have no place. Those that go back go first: they are known to
    /// serve. A gang that starts whole is of one generation: it goes back only as a whole.
    #[must_use]
    pub fn generation_tried(&self) -> Generation {
        let (mut earlier, mut all) = (None, true);
        for slot in self.wanted_slots().filter(|slot| slot.waits()) {
            let back = self.goes_back(slot);
            all &= back.is_some();
            earlier = earlier.max(back);
        }
        earlier
            .filter(|_| all || !self.starts_whole())
            .unwrap_or(self.generation)
    }

    /// A slot without a place is among those that are tried in this turn, for this generation.
    #[must_use]
    pub fn is_tried_as(&self, slot: &SlotRecord, generation: Generation) -> bool {
        self.starts_whole() || self.goes_back(slot).unwrap_or(self.generation) == generation
    }

    /// Others of its slots are tried in a turn of their own, for another generation than this one.
    #[must_use]
    pub fn has_others_than(&self, generation: Generation) -> bool {
        let mut waiting = self.wanted_slots().filter(|slot| slot.waits());
        waiting.any(|slot| !self.is_tried_as(slot, generation))
    }

    fn starts_whole(&self) -> bool {
        self.spec.gang && self.assigned().next().is_none()
    }

    /// A replica of an earlier generation that has to move does so as what it is: it has served, and the update is stuck.
    #[must_use]
    pub fn moves_as_it_is(&self, slot: &SlotRecord) -> bool {
        let served = slot
            .assignment
            .as_ref()
            .filter(|of| !self.is_current(of) && of.observed.has_served());
        served.is_some_and(|of| {
            let tried = slot.row(of.generation).is_none_or(|row| !row.is_given_up());
            tried && self.is_stuck()
        })
    }

    /// The place of a slot is of an earlier generation by intent, and has not served yet: the slot has gone back to it.
    #[must_use]
    pub fn comes_back(&self, slot: &SlotRecord) -> bool {
        let of = slot.assignment.as_ref();
        let comes = of.is_some_and(|of| {
            !self.is_current(of) && !of.observed.has_served() && slot.row(of.generation).is_some()
        });
        comes && self.is_stuck()
    }

    /// The successor of a slot is of a later generation than its place, the update is stuck, and it does not serve: it is in nobody's
    /// way.
    #[must_use]
    pub fn follows_in_vain(&self, slot: &SlotRecord) -> bool {
        let places = slot.successor.as_ref().zip(slot.assignment.as_ref());
        places.is_some_and(|(successor, of)| {
            let next = &successor.assignment;
            next.generation > of.generation && !next.observed.ready && self.moves_as_it_is(slot)
        })
    }

    /// A slot whose place is lost for good while nothing follows it, and that is tried no more: whatever its record says, it has none.
    #[must_use]
    pub fn is_lost_and_given_up(&self, slot: &SlotRecord) -> bool {
        let ended = |of: &AssignmentRecord| !of.observed.ready && of.observed.is_ended_for_good();
        slot.assignment.as_ref().is_some_and(ended)
            && slot.successor.is_none()
            && slot.is_tried_no_more()
            && !self.moves_as_it_is(slot)
    }

    /// Generations that its places carry, or may go back to.
    pub fn generations(&self) -> impl Iterator<Item = Generation> {
        let back = self.slots.iter().filter_map(|slot| slot.earlier.as_ref());
        let back = back.map(|earlier| earlier.generation);
        self.places().map(|(.., at)| at.generation).chain(back)
    }

    /// The oldest generation that places are looked for.
    #[must_use]
    pub fn oldest_tried(&self) -> Generation {
        let back = self.slots.iter().filter_map(|slot| slot.earlier.as_ref());
        let oldest = back.map(|earlier| earlier.generation).min();
        oldest.unwrap_or(self.generation).min(self.generation)
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::Slot;
    use jiff::Timestamp;

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::RollRecord;
    use crate::records::placement::Observed;
    use crate::records::rollout::{MAX_FAILED_STARTS, MAX_REJECTIONS};

    const OLD: Generation = Generation(1);
    const NEW: Generation = Generation(2);

    /// Two replicas that serve with generation 1, while 2 is wanted.
    fn updating() -> PlacementRecord {
        let mut record = record("default", "web", "uid-1");
        record.generation = NEW;
        record.spec.replicas = Some(2);
        let served = || Observed {
            started: true,
            ..Observed::default()
        };
        record.slots = vec![slot(0, "c1", "n1", served()), slot(1, "c1", "n2", served())];
        for slot in &mut record.slots {
            slot.assignment.as_mut().unwrap().generation = OLD;
        }
        record
    }

    fn lose(record: &mut PlacementRecord, at: usize) {
        record.slots[at].assignment = None;
        record.slots[at].may_go_back_to(OLD);
    }

    #[test]
    fn what_has_served_goes_back_only_while_the_update_is_stuck() {
        let mut record = updating();
        lose(&mut record, 0);
        assert_eq!(record.generation_tried(), NEW);
        record.slots[1].failed_starts = MAX_FAILED_STARTS;
        assert_eq!(record.generation_tried(), OLD);
        record.slots[1].failed_starts = 0;
        record.roll = Some(RollRecord {
            overdue: true,
            ..RollRecord::begun(Timestamp::UNIX_EPOCH)
        });
        assert_eq!(record.generation_tried(), OLD);
        assert!(!record.has_others_than(OLD));
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<PlacementRecord>(&text).unwrap(), record);
    }

    #[test]
    fn one_generation_is_tried_in_a_turn_and_a_gang_that_starts_is_of_one() {
        let mut record = updating();
        lose(&mut record, 0);
        record.slots[0].failed_starts = MAX_FAILED_STARTS;
        record.slots[1] = SlotRecord::waiting(Slot(1), 1);
        assert_eq!(record.generation_tried(), OLD);
        assert!(record.is_tried_as(&record.slots[0], OLD) && !record.is_tried_as(&record.slots[1], OLD));
        assert!(record.has_others_than(OLD));
        record.spec.gang = true;
        assert_eq!(record.generation_tried(), NEW, "not all of it can go back");
        lose(&mut record, 1);
        assert_eq!(record.generation_tried(), OLD);
        assert!(!record.has_others_than(OLD));
    }

    #[test]
    fn each_generation_is_given_up_by_its_own_failures() {
        let mut record = updating();
        lose(&mut record, 0);
        let slot = &mut record.slots[0];
        for _ in 0..MAX_FAILED_STARTS {
            slot.count_failed_start(NEW);
        }
        assert!(slot.is_given_up() && !slot.is_given_up_as(OLD) && !slot.is_tried_no_more());
        for _ in 0..MAX_REJECTIONS {
            slot.count_rejection(OLD);
        }
        assert!(slot.is_tried_no_more());
        assert!(slot.failures_as(OLD).contains("refused in 20 places"));
        assert!(slot.failures_as(NEW).contains("not become ready in 5 places"));
        assert!(slot.forget_failures_as(OLD) && !slot.forget_failures_as(OLD));
        assert!(slot.is_given_up() && slot.waits());
    }

    #[test]
    fn a_replica_moves_as_it_is_past_a_successor_that_came_to_nothing() {
        let mut record = updating();
        record.slots[0].successor = Some(Box::new(crate::records::SuccessorRecord {
            epoch: record.slots[0].epoch.next(),
            assignment: AssignmentRecord {
                generation: NEW,
                observed: Observed::default(),
                ..record.slots[0].assignment.clone().unwrap()
            },
            cause: crate::records::placement::Reason::Superseded,
            message: String::new(),
        }));
        assert!(!record.follows_in_vain(&record.slots[0]), "the update goes on");
        record.slots[1].failed_starts = MAX_FAILED_STARTS;
        assert!(record.follows_in_vain(&record.slots[0]));
        assert!(record.moves_as_it_is(&record.slots[1]));
        let next = record.slots[0].successor.as_mut().unwrap();
        next.assignment.observed.ready = true;
        assert!(!record.follows_in_vain(&record.slots[0]), "it serves");
    }
}
