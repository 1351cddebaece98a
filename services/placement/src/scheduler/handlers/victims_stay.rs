//! Replicas whose place others have not left in time: decided again, where others may have to leave, and that node is avoided for
//! a while. A pod that nobody ends (its node is dead) holds nobody up for longer than that.

use hourglass_model::ids::{PlacementUid, Slot};
use jiff::Timestamp;
use tracing::info;

use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::avoid::Trouble;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::timers::{TimerKind, after, leave_deadline, time_to_leave};

impl Core {
    /// The time for others to leave the place of some replica of a placement has passed.
    pub(in crate::scheduler) fn victims_are_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let (mut late, mut unknown) = (Vec::new(), false);
        for (slot, assignment) in record.behind_others() {
            if leave_deadline(record, assignment) > round.now {
                continue;
            }
            if !self.is_held(slot) && self.had_their_time(record, assignment, round.now) {
                late.push(slot.slot);
            } else {
                unknown = true;
            }
        }
        if unknown {
            // Their agent was away, or has been back for too short a time.
            self.put_off.insert((TimerKind::Victims, uid.clone()));
        }
        for slot in late {
            self.give_promise_up(uid, slot, round);
        }
    }

    /// Their agent was there for long enough to have made them leave, and says now what has left.
    fn had_their_time(&self, record: &PlacementRecord, of: &AssignmentRecord, now: Timestamp) -> bool {
        let cluster = self.clusters.get(&of.cluster);
        let session = cluster.and_then(|cluster| cluster.session.as_ref());
        let length = time_to_leave(record);
        let long = session.is_some_and(|session| after(session.connect_time, length) <= now);
        long && self.is_heard_of(&of.cluster)
    }

    fn give_promise_up(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let Some(of) = record.slot(slot).and_then(|held| held.assignment.as_ref()) else {
            return;
        };
        let (name, generation) = (record.name(), of.generation);
        let length = time_to_leave(record);
        let message = format!(
            "those whose room it was to take have not left {}/{} within {}s",
            of.cluster,
            of.charged_node,
            length.as_secs_f64()
        );
        let place = (of.cluster.clone(), Some(of.charged_node.clone()));
        let now = round.now;
        self.placements.update(uid, |record| {
            record.push_event(now, "VICTIMS_STAY", format!("replica {slot}: {message}"));
        });
        info!(placement = %name, slot = slot.0, why = message, "a promised place did not come free in time; deciding again");
        self.avoid_alone((uid, generation), place, (Trouble::VictimsStay, &message), round);
        self.place_anew(uid, slot, Reason::VictimsStay, &message, round);
    }
}
