//! Replicas that somebody is about to take away, or whose node is being emptied, as their agents report it: they get a
//! successor elsewhere, and go once that serves. So do those that were evicted, when their first successor came to nothing.
//!
//! Nothing is taken away before, so no bound on disruption is ever touched. Where there is no room a replica stays, and is
//! looked at again when something can help. A move that has begun is finished, also when the reason for it has gone.

use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, Slot};
use hourglass_model::placement::UpdateStrategy;
use jiff::Timestamp;
use tracing::{info, warn};

use super::evict::why_evicted;
use super::successor::{Cause, IN_VAIN, NoSuccessor};
use crate::records::PlacementRecord;
use crate::records::placement::Reason;
use crate::scheduler::core::Core;
use crate::scheduler::rollout::{Limits, left_behind, next_moves, one_too_many};
use crate::scheduler::round::Round;

/// Replicas of one placement that are looked at in one turn although there is no room for them.
const MOVES_IN_VAIN: usize = 4;
/// Event: a replica should move, and cannot yet.
const MOVE_BLOCKED: &str = "MOVE_BLOCKED";
/// Events after which that is worth telling again.
const MOVES: [&str; 5] = [
    "DISRUPTION",
    "DISRUPTION_ENDED",
    "SURGING",
    "PROMOTED",
    MOVE_BLOCKED,
];

impl Core {
    /// Gives successors to replicas that should not stay where they are.
    pub(in crate::scheduler) fn move_disturbed(
        &mut self,
        uid: &PlacementUid,
        limits: &Limits,
        round: &mut Round,
    ) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let known = self.known(record);
        let (left, moves) = (left_behind(record, &known), next_moves(record, limits, &known));
        for slot in left {
            if !self.give_up_lost(uid, slot, limits, round) {
                self.tell_left_behind(uid, slot, round);
            }
        }
        let (mut at_once, mut in_vain) = (moves.at_once, 0);
        for slot in moves.slots {
            if at_once == 0 || in_vain >= MOVES_IN_VAIN {
                return;
            }
            let Some(cause) = self.placements.by_uid(uid).and_then(|record| cause(record, slot)) else {
                continue;
            };
            match self.place_successor(uid, slot, cause, round) {
                Ok(()) => {
                    at_once -= 1;
                    info!(placement_uid = %uid, slot = slot.0, "a replica that should not stay gets a successor");
                    self.drop_one_too_many(uid, limits, round);
                }
                Err(NoSuccessor::NoFit(_)) if self.give_up_lost(uid, slot, limits, round) => return,
                Err(NoSuccessor::NoFit(failure)) if self.is_updated_instead(uid, slot, limits, round) => {
                    self.rolls.blocked(uid, Arc::from(failure));
                }
                Err(NoSuccessor::NoFit(failure)) => {
                    self.tell_blocked(uid, slot, &failure.message(), round);
                    self.rolls.blocked(uid, Arc::from(failure));
                    // Others of it are alike, but that each leaves another node.
                    in_vain += 1;
                }
                Err(NoSuccessor::Invalid(why)) => {
                    warn!(placement_uid = %uid, slot = slot.0, why, "a replica that should not stay gets no successor");
                    self.tell_blocked(uid, slot, &why, round);
                }
                Err(NoSuccessor::NotNow) => {}
            }
        }
    }

    /// A replica that has no room to move as what it is has a successor as it is wanted, or gets one: that may need less.
    fn is_updated_instead(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        limits: &Limits,
        round: &mut Round,
    ) -> bool {
        let Some((record, held)) = self
            .placements
            .by_uid(uid)
            .and_then(|record| Some((record, record.slot(slot)?)))
        else {
            return false;
        };
        if held.successor.is_some() {
            return true;
        }
        let is_outdated = held.assignment.as_ref().is_some_and(|of| !record.is_current(of));
        if !is_outdated || held.is_given_up() || limits.strategy != UpdateStrategy::Surge {
            return false;
        }
        let cause = Cause {
            reason: Reason::Superseded,
            message: format!("generation {} takes its place", record.generation),
            elsewhere: true,
            explain: false,
        };
        self.place_successor(uid, slot, cause, round).is_ok()
    }

    /// A move takes the turn of a successor that does not come up.
    fn drop_one_too_many(&mut self, uid: &PlacementUid, limits: &Limits, round: &mut Round) {
        let record = self.placements.by_uid(uid);
        let vain = record.and_then(|record| one_too_many(record, limits, &self.known(record)));
        if let Some(slot) = vain {
            self.drop_successor(uid, slot, Reason::Superseded, IN_VAIN, round);
        }
    }

    /// A replica of an earlier generation is not moved: what it was is not known any more, and as it is wanted it was given up.
    fn tell_left_behind(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let why = self.placements.by_uid(uid).and_then(|record| {
            let held = record.slot(slot)?;
            let of = held.assignment.as_ref().filter(|of| !record.is_current(of))?;
            if self.spec_of(record, of.generation).is_some() {
                return None;
            }
            Some(format!(
                "as what is wanted it {}, and the spec of generation {}, which it carries, is not kept any more; change the \
                 placement, or evict the replica for another try",
                held.failures(),
                of.generation
            ))
        });
        if let Some(why) = why {
            self.tell_blocked(uid, slot, &why, round);
        }
    }

    /// Tells in the story that a replica should move and cannot yet: once, until there is something new about moves.
    fn tell_blocked(&mut self, uid: &PlacementUid, slot: Slot, why: &str, round: &mut Round) {
        let now = round.now;
        let told = self.placements.update(uid, |record| {
            let is_news = is_news(record);
            if is_news {
                let message = format!("replica {slot} should move, and finds no place: {why}");
                record.push_event(now, MOVE_BLOCKED, message);
            }
            is_news
        });
        if told == Some(true) {
            round.status_touched.insert(uid.clone());
        }
    }
}

/// That a replica of it cannot move was not told yet, or not since there was anything new about moves.
fn is_news(record: &PlacementRecord) -> bool {
    let mut events = record.events.iter().rev();
    let last = events.find(|event| MOVES.contains(&event.reason.as_str()));
    last.is_none_or(|event| event.reason != MOVE_BLOCKED)
}

/// Why a replica moves.
fn cause(record: &PlacementRecord, slot: Slot) -> Option<Cause> {
    let held = record.slot(slot)?;
    let assignment = held.assignment.as_ref()?;
    if held.evicted {
        return Some(Cause {
            reason: Reason::Evicted,
            message: why_evicted(record, slot),
            elsewhere: true,
            explain: is_news(record),
        });
    }
    Some(Cause {
        reason: Reason::Drained,
        message: format!(
            "it should not stay on {}: {}",
            assignment.place(),
            assignment.observed.disruption
        ),
        elsewhere: true,
        explain: is_news(record),
    })
}

/// Tells in the story of a placement that a replica should move, or may stay after all. `place` is where it is; `before` and
/// `now` are what was and is reported, empty where there is nothing.
pub(super) fn tell(
    record: &mut PlacementRecord,
    slot: Slot,
    place: &str,
    (before, now): (&str, &str),
    time: Timestamp,
) {
    match (before, now) {
        _ if before == now => {}
        (before, "") => record.push_event(
            time,
            "DISRUPTION_ENDED",
            format!("replica {slot} may stay on {place}: {before} is over"),
        ),
        (_, now) => record.push_event(
            time,
            "DISRUPTION",
            format!("replica {slot} should not stay on {place}: {now}"),
        ),
    }
}
