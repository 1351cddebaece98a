//! Replicas that did not become ready in time: withdrawn, their node avoided for a while, decided again.
//!
//! Where the cluster has not even made a pod, no node of it had a part in that: the whole cluster is avoided, and the replica has
//! not failed. It goes to another cluster, or waits until this one is asked again, however often.

use hourglass_model::ids::{Epoch, PlacementUid, Slot};
use hourglass_model::request::DEFAULT_START_DEADLINE;
use tracing::info;

use crate::records::placement::Reason;
use crate::scheduler::avoid::Trouble;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::timers::{TimerKind, start_deadline};

impl Core {
    /// The start deadline of some place of a placement has passed.
    pub(in crate::scheduler) fn start_is_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let (mut late, mut unknown) = (Vec::new(), false);
        for (slot, epoch, assignment) in record.places() {
            if start_deadline(record, assignment).is_none_or(|deadline| deadline > round.now) {
                continue;
            }
            if self.is_known(uid, slot, epoch, assignment) {
                late.push((slot, epoch));
            } else {
                unknown = true;
            }
        }
        if unknown {
            // For example because their agent is away.
            self.put_off.insert((TimerKind::Start, uid.clone()));
        }
        for (slot, epoch) in late {
            self.give_up_start(uid, slot, epoch, round);
        }
    }

    fn give_up_start(&mut self, uid: &PlacementUid, slot: Slot, epoch: Epoch, round: &mut Round) {
        let now = round.now;
        let ended = self.placements.update(uid, |record| {
            let length = record.spec.start_deadline.unwrap_or(DEFAULT_START_DEADLINE);
            let name = record.name();
            let held = record.slot_mut(slot)?;
            let is_successor = held.epoch != epoch;
            let assignment = held.places().find(|(of, _)| *of == epoch)?.1;
            let generation = assignment.generation;
            let trouble = if assignment.observed.has_no_pod() {
                Trouble::NotMade
            } else {
                Trouble::Late
            };
            let node = assignment.node.clone().filter(|_| trouble == Trouble::Late);
            let place = (assignment.cluster.clone(), node);
            let said = match assignment.observed.message.as_str() {
                "" => "nothing was said of it".to_owned(),
                said => format!("the last word: {said}"),
            };
            let message = format!("not ready within {}s; {said}", length.as_secs_f64());
            if trouble == Trouble::Late {
                held.failed_starts = held.failed_starts.saturating_add(1);
            }
            let event = format!("replica {slot} (epoch {epoch}): {message}");
            record.push_event(now, "START_DEADLINE_EXCEEDED", event);
            let given_up = record.tell_given_up(slot, now);
            info!(placement = %name, slot = slot.0, epoch = epoch.0, given_up, "a replica did not become ready in time");
            Some((place, generation, (trouble, message), is_successor))
        });
        let Some((place, generation, (trouble, message), is_successor)) = ended.flatten() else {
            return;
        };
        self.avoid_alone((uid, generation), place, (trouble, &message), round);
        let reason = Reason::StartDeadlineExceeded;
        if is_successor {
            self.drop_successor(uid, slot, reason, &message, round);
        } else {
            self.place_anew(uid, slot, reason, &message, round);
        }
    }
}
