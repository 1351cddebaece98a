//! A gang whose gates were lifted, and of which a replica has no node when its `startDeadline`, counted from the lift, is over:
//! all of it is taken back and waits again, as where a cluster refuses one of them.
//!
//! What is avoided is what a replica that is alone [avoids](super::start_deadline) for the same, as a rule the cluster, whose
//! scheduler has not looked at the pod. None of it counts as a failed start: nothing of the gang has run. Once every replica has
//! had a node the gang runs, and each has its own deadline.

use hourglass_model::ids::PlacementUid;

use super::start_failure::{FailedBy, FailedStart};
use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::timers::TimerKind;

impl Core {
    /// The time of a replica of a gang that starts has passed.
    pub(super) fn gang_start_is_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        if record.has_served() {
            // It has started, whatever the others do.
            return self.step_gang(uid, round);
        }
        let failed: Vec<FailedStart> = record
            .places()
            .filter_map(|(slot, epoch, assignment)| {
                let by = FailedBy::of(record, assignment, round.now)?;
                Some(FailedStart::of(record, (slot, epoch), assignment, by))
            })
            .collect();
        let Some(first) = failed.first() else { return };
        let is_asked = failed.iter().any(|start| {
            let at = record.slot(start.slot).and_then(|slot| slot.assignment.as_ref());
            let refused = at.filter(|_| start.by == FailedBy::Refusal);
            refused.is_some_and(|at| self.is_asked_again(uid, start.slot, at))
        });
        if is_asked || !self.is_known_whole(record) {
            self.put_off.insert((TimerKind::Start, uid.clone()));
            return;
        }
        let others = failed.len().saturating_sub(1);
        let others = match others {
            0 => String::new(),
            _ => format!(" (and {others} more)"),
        };
        let message = format!("replica {}{others}: {}", first.slot, first.message);
        for start in &failed {
            self.avoid_for_failed_start(uid, start, round);
        }
        self.back_out(uid, &message, round);
    }

    /// What is known of every replica is of now: none of them may have started unheard.
    fn is_known_whole(&self, record: &PlacementRecord) -> bool {
        let uid = &record.uid;
        let mut places = record.places();
        !self.is_partly_held(uid) && places.all(|(slot, epoch, at)| self.is_known(uid, slot, epoch, at))
    }
}
