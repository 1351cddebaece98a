//! The next steps of placements whose replicas are being replaced.

use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, Slot};
use tracing::{error, info};

use super::in_place::Whither;
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
const IN_VAIN: usize = 2;

/// What stands in the way of the next step of an update.
#[derive(Clone, Debug)]
struct Blocked {
    /// For people.
    message: String,
    /// There is no room, and the message says at length why.
    no_room: bool,
}

impl From<String> for Blocked {
    fn from(message: String) -> Self {
        let no_room = false;
        Self { message, no_room }
    }
}

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
                    let message = self.recreate(uid, slot, round);
                    in_vain += usize::from(message.is_some());
                    blocked = blocked.or(message);
                }
                Step::Surge(slot) => {
                    let message = self.surge(uid, slot, &limits, round);
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
        slot: Slot,
        limits: &Limits,
        round: &mut Round,
    ) -> Option<Blocked> {
        let record = self.placements.by_uid(uid)?;
        let before = told_before(record);
        let cause = Cause {
            reason: Reason::Superseded,
            message: format!("generation {} takes its place", record.generation),
            elsewhere: record.slot(slot).is_some_and(SlotRecord::is_disturbed),
            explain: before.is_none(),
        };
        let outcome = self.place_successor(uid, slot, cause, round);
        if matches!(outcome, Err(NoSuccessor::NoFit(_))) && self.give_up_lost(uid, slot, limits, round) {
            return None;
        }
        self.why_blocked(uid, slot, before, outcome)
    }

    /// The place goes, and the next one comes in its room when nothing is left of it, or elsewhere; why it stays.
    fn recreate(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) -> Option<Blocked> {
        let before = told_before(self.placements.by_uid(uid)?);
        let explain = before.is_none();
        let outcome = self.renew(uid, slot, Whither::Anywhere { explain }, NEW_GENERATION, round);
        self.why_blocked(uid, slot, before, outcome)
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

    /// What stands in the way of the next place of a slot, when anything does.
    fn why_blocked(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        before: Option<Blocked>,
        outcome: Result<(), NoSuccessor>,
    ) -> Option<Blocked> {
        match outcome {
            Ok(()) | Err(NoSuccessor::NotNow) => None,
            Err(NoSuccessor::NoFit(failure)) => {
                let blocked = before.unwrap_or_else(|| {
                    let (why, snapshot) = (failure.message(), failure.snapshot);
                    Blocked {
                        message: format!(
                            "no room for the successor of replica {slot} as of snapshot {snapshot}: {why}"
                        ),
                        no_room: failure.told().is_some(),
                    }
                });
                self.rolls.blocked(uid, Arc::from(failure));
                Some(blocked)
            }
            Err(NoSuccessor::Invalid(why)) => Some(why.into()),
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

    /// What is said of the update; the numbers in a message that says the same are not written again.
    fn note_roll(&mut self, uid: &PlacementUid, blocked: Option<Blocked>, round: &mut Round) {
        let record = self.placements.by_uid(uid);
        let complete = record.is_some_and(|record| is_complete(record, &self.known(record)));
        let ended = self.placements.update(uid, |record| {
            let Some(roll) = record.roll.as_mut() else {
                return (false, false);
            };
            let news = roll.blocked.is_some() != blocked.is_some();
            let no_room = blocked.as_ref().is_some_and(|blocked| blocked.no_room);
            // Why at length, where only the reason was known.
            let more = no_room && !roll.no_room;
            roll.no_room = no_room;
            roll.blocked = blocked.map(|blocked| blocked.message);
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
            (complete, complete || news || more)
        });
        let (complete, news) = ended.unwrap_or_default();
        if complete {
            info!(placement_uid = %uid, "an update is complete");
            self.rolls.ended(uid);
        }
        if news {
            round.touched.insert(uid.clone());
        }
    }
}

/// That there is no room is told at length once: the message says on which state of the fleet.
fn told_before(record: &PlacementRecord) -> Option<Blocked> {
    let roll = record.roll.as_ref().filter(|roll| roll.no_room)?;
    Some(Blocked {
        message: roll.blocked.clone()?,
        no_room: true,
    })
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
