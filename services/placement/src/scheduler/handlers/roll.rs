//! The next steps of placements whose replicas are being replaced.

use hourglass_model::ids::{PlacementUid, Slot};
use tracing::{error, info};

use super::in_place::Whither;
use super::roll_blocked::{AskedWhy, Blocked};
use super::successor::{Cause, NoSuccessor};
use crate::dispatch::SlotKey;
use crate::records::placement::Reason;
use crate::records::{PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::rollout::{Known, Limits, Step, next_steps};
use crate::scheduler::round::Round;

/// Placements that one round looks at, at most: commands wait for no more than these.
const LOOKED_AT: usize = 16;
/// What is said of a place that ends so that one of the current generation can come.
const NEW_GENERATION: &str = "a new generation takes its place";
/// Places that are looked for in vain before the others of a placement are left for its next turn.
pub(super) const IN_VAIN: usize = 2;

impl Core {
    /// Takes the next steps of those of which something moved, a bounded number in one round.
    pub(in crate::scheduler) fn advance_rolls(&mut self, round: &mut Round) {
        if !self.knows_fleet() {
            return;
        }
        let mut left = LOOKED_AT;
        while left > 0
            && !round.is_full()
            && let Some(uid) = self.rolls.take()
        {
            left -= 1;
            self.advance_roll(&uid, round);
        }
    }

    /// Takes the steps that can be taken now.
    pub(in crate::scheduler) fn advance_roll(&mut self, uid: &PlacementUid, round: &mut Round) {
        let record = self.placements.by_uid(uid);
        let rolling = record.filter(|record| record.is_rolling() || record.is_disturbed());
        let Some(record) = rolling else {
            self.rolls.ended(uid);
            return;
        };
        // What was not found may run in a cluster that is not back yet: nothing is replaced before that is known.
        if self.is_partly_held(uid) {
            return;
        }
        let request = match record.request() {
            Ok(request) => request,
            Err(why) => {
                error!(placement = %record.name(), %why, "a stored request no longer passes its own rules");
                return;
            }
        };
        let limits = Limits::of(&request);
        let stuck = record.is_stuck();
        if stuck {
            // What moves as what it is takes the turn of what does not come up.
            self.move_disturbed(uid, &limits, round);
        }
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let known = self.known(record);
        let next = next_steps(record, &limits, &known);
        let mut blocked = next.blocked.map(Blocked::from);
        let retires = next.steps.iter().any(|step| matches!(step, Step::Retire(_)));
        let mut in_vain = 0;
        for step in next.steps {
            match step {
                Step::Retire(slot) => self.retire(uid, slot, round),
                Step::Replace(slot) => self.replace(uid, slot, round),
                Step::Surge(_) | Step::Recreate(_) if in_vain >= IN_VAIN => {}
                Step::Recreate(slot) => {
                    let asked = self.asked_why(uid, slot, blocked.is_none(), round);
                    let message = self.recreate(uid, &asked, round);
                    in_vain += usize::from(message.is_some());
                    blocked = blocked.or(message);
                }
                Step::Surge(slot) => {
                    let asked = self.asked_why(uid, slot, blocked.is_none(), round);
                    let message = self.surge(uid, &asked, &limits, round);
                    in_vain += usize::from(message.is_some());
                    blocked = blocked.or(message);
                }
            }
        }
        if retires {
            // A gang may have waited for these alone.
            self.step_gang(uid, round);
        }
        self.note_roll(uid, blocked, round);
        if !stuck {
            self.move_disturbed(uid, &limits, round);
        }
    }

    /// A successor of the current generation; why there is none.
    fn surge(
        &mut self,
        uid: &PlacementUid,
        asked: &AskedWhy,
        limits: &Limits,
        round: &mut Round,
    ) -> Option<Blocked> {
        let (slot, record) = (asked.slot, self.placements.by_uid(uid)?);
        let mut cause = Cause {
            reason: Reason::Superseded,
            message: format!("generation {} takes its place", record.generation),
            elsewhere: record.slot(slot).is_some_and(SlotRecord::is_disturbed),
            explain: asked.at_length,
        };
        let mut outcome = self.place_successor(uid, slot, cause.clone(), round);
        if asked.is_other(&outcome) {
            cause.explain = true;
            outcome = self.place_successor(uid, slot, cause, round);
        }
        if matches!(outcome, Err(NoSuccessor::NoFit(_))) && self.give_up_lost(uid, slot, limits, round) {
            return None;
        }
        self.why_blocked(uid, asked, outcome, round)
    }

    /// The place goes, and the next one comes in its room when nothing is left of it, or elsewhere; why it stays.
    fn recreate(&mut self, uid: &PlacementUid, asked: &AskedWhy, round: &mut Round) -> Option<Blocked> {
        let mut renew = |explain, round: &mut Round| {
            let whither = Whither::Anywhere { explain };
            self.renew(uid, asked.slot, whither, NEW_GENERATION, round)
        };
        let mut outcome = renew(asked.at_length, round);
        if asked.is_other(&outcome) {
            outcome = renew(true, round);
        }
        self.why_blocked(uid, asked, outcome, round)
    }

    /// The place is given up: for one in its room, when the slot still fits there, else for any.
    fn replace(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let there = self.placements.by_uid(uid).and_then(|record| {
            let assignment = record.slot(slot)?.assignment.as_ref()?;
            Some(assignment.cluster.clone())
        });
        // Whether it still fits there, the next complete inventory says.
        if !there.is_some_and(|cluster| self.is_heard_of(&cluster)) {
            return;
        }
        match self.renew(uid, slot, Whither::Here, NEW_GENERATION, round) {
            // The request makes no performer any more: that is told where its places are looked for.
            Ok(()) | Err(NoSuccessor::Invalid(_)) => {}
            Err(NoSuccessor::NoFit(_) | NoSuccessor::NotNow) => {
                self.withdraw(uid, slot, Reason::Superseded, NEW_GENERATION, round);
            }
        }
    }

    /// The slot is not wanted any more.
    fn retire(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let message = "fewer replicas are wanted";
        self.withdraw_whole(uid, slot, Reason::Superseded, message, round);
        let now = round.now;
        self.placements.update(uid, |record| {
            let Some(at) = record.slots.iter().position(|held| held.slot == slot) else {
                return;
            };
            let retired = record.slots.remove(at);
            record.retired_epochs.insert(slot, retired.highest());
            record.push_event(now, "RETIRED", format!("replica {slot} is not wanted any more"));
        });
        self.observe_times.remove(&SlotKey::of(uid, slot));
        round.touched.insert(uid.clone());
    }

    /// What is said of the update.
    fn note_roll(&mut self, uid: &PlacementUid, blocked: Option<Blocked>, round: &mut Round) {
        if !blocked.as_ref().is_some_and(|blocked| blocked.no_room) {
            self.rolls.untold(uid);
        }
        let record = self.placements.by_uid(uid);
        let complete = record.is_some_and(|record| is_complete(record, &self.known(record)));
        let ended = self.placements.update(uid, |record| {
            let Some(roll) = record.roll.as_mut() else {
                return (false, false, false);
            };
            let news = roll.blocked.is_some() != blocked.is_some();
            let before = roll.blocked.take();
            roll.no_room = blocked.as_ref().is_some_and(|blocked| blocked.no_room);
            roll.blocked = blocked.map(|blocked| blocked.message);
            let other = roll.blocked != before;
            if complete {
                record.roll = None;
                for slot in &mut record.slots {
                    slot.earlier = None;
                }
                let message = format!(
                    "every replica carries generation {} and serves",
                    record.generation
                );
                record.push_event(round.now, "UPDATED", message);
            } else if news && let Some(why) = record.roll.as_ref().and_then(|roll| roll.blocked.clone()) {
                record.push_event(round.now, "UPDATE_BLOCKED", why);
            }
            (complete, complete || news, other)
        });
        let (complete, news, other) = ended.unwrap_or_default();
        if complete {
            info!(placement_uid = %uid, "an update is complete");
            self.rolls.ended(uid);
        }
        if news {
            round.touched.insert(uid.clone());
        } else if other {
            round.status_touched.insert(uid.clone());
        }
    }
}

/// Every replica carries the current generation and serves.
pub(super) fn is_complete(record: &PlacementRecord, known: &Known) -> bool {
    record.slots.len() == record.replicas()
        && record.slots.iter().all(|slot| {
            let current = slot
                .assignment
                .as_ref()
                .is_some_and(|assignment| record.is_current(assignment));
            current && known.serves(slot) && slot.successor.is_none()
        })
}
