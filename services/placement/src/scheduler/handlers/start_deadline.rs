//! Replicas that do not come up: withdrawn, what they failed by is avoided for a while, and they are decided again.
//!
//! | what is known | when | avoided by the placement | counts |
//! |---|---|---|---|
//! | its cluster refuses the object or the pod, by its own word | after [10 s](REFUSED_FOR) of it | the cluster | no |
//! | no word of its cluster about the object | at the start deadline | the cluster | no |
//! | its pod has no node, and the cluster's scheduler has not turned it away | at the start deadline | the cluster | no |
//! | anything else: it had a node | at the start deadline | the node; [the cluster too](super::second_node) where it is not the only node | yes |
//!
//! The first three are the cluster's doing, and no node had a part in it. However often that happens the replica has not failed:
//! it goes to another cluster, or waits until this one is asked again. What counts is bounded (`MAX_FAILED_STARTS`): a bad image
//! is bad everywhere. All of it is avoided with a backoff that doubles, as in [`avoid`](crate::scheduler::avoid), and that is
//! the longest one at once where others had made room for it.
//!
//! A gang [starts whole or not at all](super::gang_start_deadline).
//!
//! Since when a cluster refuses is stored with what it says. Nothing is given up on a word of before the present session, nor
//! while the cluster is being asked again.

use hourglass_model::ids::{Epoch, PlacementUid, Slot};
use tracing::info;

use super::start_failure::{FailedBy, FailedStart};
use crate::dispatch::SlotKey;
use crate::records::AssignmentRecord;
#[cfg(doc)]
use crate::records::placement::REFUSED_FOR;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::timers::TimerKind;

impl Core {
    /// The time of some place of a placement to come up has passed.
    pub(in crate::scheduler) fn start_is_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        if record.gang_is_starting() {
            return self.gang_start_is_late(uid, round);
        }
        let (mut failed, mut unknown) = (Vec::new(), false);
        for (slot, epoch, assignment) in record.places() {
            let Some(by) = FailedBy::of(record, assignment, round.now) else {
                continue;
            };
            let is_asked = by == FailedBy::Refusal && self.is_asked_again(uid, slot, assignment);
            if self.is_known(uid, slot, epoch, assignment) && !is_asked {
                failed.push(FailedStart::of(record, (slot, epoch), assignment, by));
            } else {
                unknown = true;
            }
        }
        if unknown {
            // For example because their agent is away.
            self.put_off.insert((TimerKind::Start, uid.clone()));
        }
        for start in &failed {
            self.count_failed_start(uid, start, round);
        }
        // The first that is decided again keeps away from where any of them has failed.
        for start in &failed {
            self.avoid_for_failed_start(uid, start, round);
        }
        for start in &failed {
            self.give_up_start(uid, start, round);
        }
    }

    /// Its cluster has been told once more to make it, and has not answered.
    pub(super) fn is_asked_again(
        &self,
        uid: &PlacementUid,
        slot: Slot,
        assignment: &AssignmentRecord,
    ) -> bool {
        let cluster = self.clusters.get(&assignment.cluster);
        cluster.is_some_and(|cluster| cluster.queue.is_asked(&SlotKey::of(uid, slot)))
    }

    fn count_failed_start(&mut self, uid: &PlacementUid, start: &FailedStart, round: &mut Round) {
        let now = round.now;
        let given_up = self.placements.update(uid, |record| {
            let name = record.name();
            let slot = start.slot;
            if start.by.counts()
                && let Some(held) = record.slot_mut(slot)
            {
                held.count_failed_start(start.generation);
            }
            let event = format!("replica {slot} (epoch {}): {}", start.epoch, start.message);
            record.push_event(now, start.by.event(), event);
            let given_up = start.by.counts() && record.tell_given_up(slot, start.generation, now);
            info!(placement = %name, slot = slot.0, epoch = start.epoch.0, why = start.message, given_up, "a replica did not come up");
            given_up
        });
        if given_up == Some(true) {
            // Others of it may go back to what they were.
            self.queue.began(uid);
        }
    }

    pub(super) fn avoid_for_failed_start(&mut self, uid: &PlacementUid, start: &FailedStart, round: &Round) {
        let of = (uid, start.generation);
        let trouble = (start.by.trouble(), start.message.as_str());
        if start.by.counts() {
            let place = (start.cluster.clone(), start.node.clone());
            self.avoid_alone(of, place, trouble, round);
            self.avoid_cluster_of_late_nodes(uid, start, round);
        } else {
            let place = (start.cluster.clone(), None);
            if start.moved_others {
                let trouble = start.by.trouble();
                self.avoided
                    .was_costly(of, place.clone(), trouble, round.instant, round.now);
            }
            self.avoid_alone(of, place, trouble, round);
        }
    }

    /// Takes the place away, if it is still there.
    fn give_up_start(&mut self, uid: &PlacementUid, start: &FailedStart, round: &mut Round) {
        let record = self.placements.by_uid(uid);
        let Some(held) = record.and_then(|record| record.slot(start.slot)) else {
            return;
        };
        let is_at = |epoch: Epoch| epoch == start.epoch;
        let is_successor = held.successor.as_ref().is_some_and(|one| is_at(one.epoch));
        let is_place = held.assignment.is_some() && is_at(held.epoch);
        let reason = start.by.reason();
        if is_successor {
            self.drop_successor(uid, start.slot, reason, &start.message, round);
        } else if is_place {
            self.place_anew(uid, start.slot, reason, &start.message, round);
        }
    }
}
