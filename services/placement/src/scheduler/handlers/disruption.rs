//! Replicas that somebody is about to take away, or whose node is being emptied, as their agents report it: they get a
//! successor elsewhere, and go once that serves. So do those that were evicted, when their first successor came to nothing.
//!
//! Nothing is taken away before, so no bound on disruption is ever touched. Where there is no room a replica stays, and is
//! looked at again when something can help. A move that has begun is finished, also when the reason for it has gone.

use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, Slot};
use jiff::Timestamp;
use tracing::{info, warn};

use super::evict::why_evicted;
use super::successor::{Cause, NoSuccessor};
use crate::records::PlacementRecord;
use crate::records::placement::Reason;
use crate::scheduler::core::Core;
use crate::scheduler::rollout::{Limits, next_moves};
use crate::scheduler::round::Round;

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
        let record = self.placements.by_uid(uid);
        let slots = record.map_or_else(Vec::new, |record| next_moves(record, limits, &self.known(record)));
        for slot in slots {
            let Some(cause) = self.placements.by_uid(uid).and_then(|record| cause(record, slot)) else {
                continue;
            };
            match self.place_successor(uid, slot, cause, round) {
                Ok(()) => {
                    info!(placement_uid = %uid, slot = slot.0, "a replica that should not stay gets a successor");
                }
                Err(NoSuccessor::NoFit(_)) if self.give_up_lost(uid, slot, limits, round) => return,
                Err(NoSuccessor::NoFit(failure)) => {
                    self.tell_blocked(uid, slot, &failure.message(), round);
                    self.rolls.blocked(uid, Arc::from(failure));
                    // Others of it are alike.
                    return;
                }
                Err(NoSuccessor::Invalid(why)) => {
                    warn!(placement_uid = %uid, slot = slot.0, why, "a replica that should not stay gets no successor");
                    self.tell_blocked(uid, slot, &why, round);
                }
                Err(NoSuccessor::NotNow) => {}
            }
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
