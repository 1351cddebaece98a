//! Agents answer orders.

use std::time::Duration;

use hourglass_model::ids::{ClaimId, ClusterName, Epoch, Slot};
use jiff::Timestamp;
use tracing::{debug, warn};

use crate::dispatch::queue::{REFUSED_RETRY, REFUSED_RETRY_SOON};
use crate::dispatch::{InFlight, Intent, SlotKey};
use crate::records::PlacementRecord;
use crate::records::placement::{Observed, Phase, REFUSED_FOR, Reason};
use crate::scheduler::command::{Acknowledgement, Outcome, SessionId};
use crate::scheduler::core::Core;
use crate::scheduler::persist::refresh;
use crate::scheduler::round::Round;
use crate::scheduler::timers::{after, may_give_up};

impl Core {
    /// Takes the order out of the window and draws the consequence.
    pub(in crate::scheduler) fn acknowledged(
        &mut self,
        id: &SessionId,
        answer: &Acknowledgement,
        jitter: f64,
        round: &mut Round,
    ) {
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return;
        };
        let Some(InFlight {
            work, epoch, span, ..
        }) = cluster.queue.acknowledged(&answer.command_id)
        else {
            debug!(command = %answer.command_id, "acknowledgement of a command that nobody waits for");
            return;
        };
        let name = cluster.record.name.clone();
        span.record("outcome", tracing::field::debug(answer.outcome));
        round.to_dispatch.insert(name.clone());
        let mut next_try = None;
        match answer.outcome {
            Outcome::Failed => {
                let delay = cluster.queue.failed(work.clone(), round.instant, jitter);
                span.in_scope(|| {
                    warn!(cluster = %name, reason = %answer.reason, message = %answer.message, retry_in = ?delay, "order failed for now");
                });
                if work.intent != Intent::Seal {
                    self.note_apply_problem(&name, &work.key, epoch, answer, round);
                }
                return;
            }
            Outcome::Stale => {
                // Somebody with a later term has given orders: nothing of ours is obeyed until that is cleared up.
                span.in_scope(|| {
                    warn!(cluster = %name, message = %answer.message, "the agent obeys a later term than ours");
                });
                cluster.queue.failed(work, round.instant, jitter);
                return;
            }
            Outcome::Refused if cluster.stop_adopting(&work, epoch) => {
                // Gone, going, or not ours any more: an Apply is answered on its own merits.
                span.in_scope(|| {
                    warn!(cluster = %name, reason = %answer.reason, message = %answer.message, "a performer cannot be taken over; it is applied");
                });
                cluster.queue.failed(work, round.instant, jitter);
                return;
            }
            Outcome::Refused if work.intent.is_apply() => {
                let record = self.placements.by_uid(&work.key.placement_uid);
                let most = asked_again_after(record, work.key.slot, epoch, round.now);
                let delay = cluster.queue.refused(work.clone(), round.instant, (most, jitter));
                next_try = round.now.checked_add(delay).ok();
                span.in_scope(|| {
                    warn!(cluster = %name, reason = %answer.reason, message = %answer.message, retry_in = ?delay, "order refused");
                });
            }
            Outcome::Applied | Outcome::Removed | Outcome::Refused => {
                cluster.stop_adopting(&work, epoch);
                cluster.queue.settled(&work);
            }
        }
        match (work.intent, answer.outcome) {
            (Intent::Remove(_), Outcome::Removed) => {
                let gone = self
                    .tombstones
                    .confirmed(&name, &work.key.placement_uid, work.key.slot, epoch);
                for tombstone in &gone {
                    if let Some(cluster) = self.clusters.get_mut(&name) {
                        cluster.queue.removed(&work.key, tombstone.epoch);
                    }
                    let claim = ClaimId {
                        placement: work.key.placement_uid.clone(),
                        slot: work.key.slot,
                        epoch: tombstone.epoch,
                    };
                    self.removal_acknowledged(&claim, answer.inventory_sequence);
                }
                self.clear_removed(&name, &work.key, epoch, round);
                // A later epoch may have been in the way.
                self.renew_seals(&work.key.placement_uid, round);
            }
            (Intent::Seal, Outcome::Applied) => self.sealed(&name, &work.key, epoch, round),
            // What serves, serves on: it is told again in the next session, or with the next change.
            (Intent::Seal, Outcome::Refused) => span.in_scope(|| {
                warn!(cluster = %name, reason = %answer.reason, message = %answer.message,
                    "an object does not take the present state of its placement; should the store be lost, an earlier one comes back");
            }),
            (Intent::Apply | Intent::ApplySuccessor, Outcome::Applied) => {
                self.mark_applied(&name, &work.key, epoch, round);
            }
            (Intent::Apply | Intent::ApplySuccessor, Outcome::Refused) => {
                self.mark_refused(&name, &work.key, epoch, (answer, next_try), round);
            }
            // What becomes of the gate is in the reports.
            (Intent::LiftGate, Outcome::Applied | Outcome::Refused) => {}
            (intent, outcome) => {
                span.in_scope(|| {
                    warn!(cluster = %name, ?intent, ?outcome, message = %answer.message, "answer does not fit the order; it is tried again");
                });
                if let Some(cluster) = self.clusters.get_mut(&name) {
                    cluster.queue.failed(work, round.instant, jitter);
                }
            }
        }
    }

    /// The object of this epoch is in the cluster. An answer about an epoch that is over says nothing of the current one.
    pub(in crate::scheduler) fn mark_applied(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        epoch: Epoch,
        round: &mut Round,
    ) {
        let changed = self.placements.update(&key.placement_uid, |record| {
            let observed = current(record, cluster, key, epoch)?;
            if observed.phase.is_applied() {
                return None;
            }
            observed.phase = Phase::Accepted;
            observed.reason.clear();
            observed.message.clear();
            observed.next_try = None;
            observed.refused_since = None;
            Some(())
        });
        if changed.flatten().is_some() {
            round.status_touched.insert(key.placement_uid.clone());
        }
    }

    /// The cluster does not take the object as things are. Said again with the same reason, this is no news; when it is
    /// tried next is told to who asks.
    fn mark_refused(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        epoch: Epoch,
        (answer, next_try): (&Acknowledgement, Option<Timestamp>),
        round: &mut Round,
    ) {
        let now = round.now;
        let news = self.placements.update(&key.placement_uid, |record| {
            let observed = current(record, cluster, key, epoch)?;
            let before = observed.clone();
            observed.phase = Phase::Refused;
            observed.ready = false;
            observed.reason.clone_from(&answer.reason);
            observed.message.clone_from(&answer.message);
            let is_new = observed.is_news_after(&before);
            observed.next_try = next_try;
            observed.note_refusal(now);
            if !is_new {
                refresh(record, now);
                return None;
            }
            let message = format!(
                "cluster {cluster} refuses replica {}: {}",
                key.slot, answer.message
            );
            record.push_event(now, "REFUSED", message);
            Some(())
        });
        self.tell_serving(cluster, key, epoch);
        if news.flatten().is_some() {
            round.status_touched.insert(key.placement_uid.clone());
        }
        self.step_gang(&key.placement_uid, round);
    }

    /// An apply that failed for now is shown, so that a person sees why it takes long.
    fn note_apply_problem(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        epoch: Epoch,
        answer: &Acknowledgement,
        round: &mut Round,
    ) {
        let changed = self.placements.update(&key.placement_uid, |record| {
            let observed = current(record, cluster, key, epoch)?;
            if observed.phase.is_applied() {
                return None;
            }
            let before = observed.clone();
            observed.reason.clone_from(&answer.reason);
            observed.message.clone_from(&answer.message);
            observed.is_news_after(&before).then_some(())
        });
        if changed.flatten().is_some() {
            round.status_touched.insert(key.placement_uid.clone());
        }
    }

    /// A place is confirmed gone: of a deleted placement for good.
    fn clear_removed(&mut self, cluster: &ClusterName, key: &SlotKey, epoch: Epoch, round: &mut Round) {
        let now = round.now;
        self.placements.update(&key.placement_uid, |record| {
            let deleted = record.delete_time.is_some();
            let slot = record.slot_mut(key.slot).filter(|_| deleted);
            let slot = slot.filter(|slot| {
                let assignment = slot.assignment.as_ref();
                slot.epoch <= epoch && assignment.is_some_and(|assignment| assignment.cluster == *cluster)
            });
            if let Some(slot) = slot {
                slot.end_attempt(Reason::WaitingForRemoval, "removed".to_owned(), now);
            }
        });
        // A successor that was dropped, say, beside an earlier epoch.
        self.queue_removals(cluster, key, round);
        round.touched.insert(key.placement_uid.clone());
    }
}

/// How much later a cluster is asked again, at most, for a place that it refuses: soon, as long as the refusal may be one that
/// passes, and the place would be given up for it.
fn asked_again_after(record: Option<&PlacementRecord>, slot: Slot, epoch: Epoch, now: Timestamp) -> Duration {
    let place = record.and_then(|record| {
        let (_, assignment) = record.slot(slot)?.places().find(|(of, _)| *of == epoch)?;
        may_give_up(record, assignment).then_some(assignment)
    });
    let passes = place.is_some_and(|place| {
        let since = place.observed.refused_since;
        since.is_none_or(|since| after(since, REFUSED_FOR) > now)
    });
    if passes { REFUSED_RETRY_SOON } else { REFUSED_RETRY }
}

/// What is observed of a slot, when this epoch in this cluster is a place of it.
fn current<'a>(
    record: &'a mut PlacementRecord,
    cluster: &ClusterName,
    key: &SlotKey,
    epoch: Epoch,
) -> Option<&'a mut Observed> {
    let assignment = record
        .place_mut(key.slot, epoch)
        .filter(|assignment| assignment.cluster == *cluster)?;
    Some(&mut assignment.observed)
}
