//! Agents report how performers are.

use hourglass_model::ids::{ClusterName, Epoch, Generation, Slot};
use jiff::Timestamp;
use tracing::{info, warn};

use super::disruption;
use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::{Observed, Phase, Reason};
use crate::records::{PlacementRecord, SlotRecord, SuccessorRecord};
use crate::scheduler::command::{PerformerReport, SessionId};
use crate::scheduler::core::Core;
use crate::scheduler::persist::refresh;
use crate::scheduler::round::Round;

/// What becomes of a replica whose performer disappeared.
enum Disappeared {
    /// It is made again, by this.
    Again(Intent),
    /// Its successor takes over.
    Outlived,
}

/// What a report of a place has brought.
struct Heard {
    /// It is worth a write.
    news: bool,
    /// More than its status is written.
    wrote: bool,
    /// Replicas of its placement were being replaced before.
    rolls: bool,
    /// It should get a successor elsewhere.
    moves: bool,
}

/// Reason of an agent's report that a performer is not there any more.
const GONE: &str = "GONE";

impl Core {
    /// A report of one performer. Only the current epoch in its own cluster counts; only its status is written, and only
    /// when phase, ready, endpoint or reason changed.
    pub(in crate::scheduler) fn reported(
        &mut self,
        id: &SessionId,
        report: PerformerReport,
        round: &mut Round,
    ) {
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return;
        };
        let name = cluster.record.name.clone();
        let key = SlotKey::of(&report.placement_uid, report.slot);
        if report.reason == GONE {
            cluster.orphans.remove(&(key.clone(), report.epoch));
            if let Some(session) = cluster.session.as_mut() {
                session.listed.remove(&(key.clone(), report.epoch));
            }
            return self.disappeared(&name, &key, &report, round);
        }
        // While it serves, only what would come after it found no room.
        if report.rejected && !report.ready {
            return self.rejected(&name, &key, &report, round);
        }
        let observed = Observed {
            phase: report.phase,
            ready: report.ready,
            endpoint: report.endpoint,
            node: report.node,
            reason: report.reason,
            message: report.message,
            silent: false,
            started: report.ready,
            gate: report.gate,
            disruption: report.disruption,
            next_try: None,
            refused_since: None,
        };
        let now = round.now;
        let changed = self.placements.update(&key.placement_uid, |record| {
            let deleted = record.delete_time.is_some();
            let rolls = record.is_rolling() || record.is_disturbed();
            let was_lifted = record.gang_was_lifted();
            let mut wrote = false;
            let assignment = record
                .place_mut(key.slot, report.epoch)
                .filter(|assignment| assignment.cluster == name)?;
            // Deletion was asked for: what is on its way out does not come back to life.
            if deleted && observed.phase != Phase::Terminating {
                return None;
            }
            // What never came from behind its gate has not served, though it was taken for one that has when it was found.
            let assumed = observed.gate.is_closed() && !was_lifted;
            let mut observed = Observed {
                started: observed.started || (assignment.observed.started && !assumed),
                refused_since: assignment.observed.refused_since,
                ..observed
            };
            observed.note_refusal(now);
            let news = observed.is_news_after(&assignment.observed);
            // What flaps gets no further, and says nothing of its successor.
            let starts = observed.ready && !assignment.observed.started;
            let generation = assignment.generation;
            if assignment.observed != observed {
                let before = std::mem::replace(&mut assignment.observed, observed.clone());
                let place = assignment.place();
                let disruption = (before.disruption.as_str(), observed.disruption.as_str());
                disruption::tell(record, key.slot, &place, disruption, now);
                wrote |= starts && begin_to_serve(record, key.slot, generation, now);
                // Also what is not written is told to who asks, in conditions that fit it.
                refresh(record, now);
            }
            let held = record.slot(key.slot).filter(|held| held.epoch == report.epoch);
            let moves = held.is_some_and(SlotRecord::should_move);
            Some(Heard {
                news,
                wrote,
                rolls,
                moves,
            })
        });
        if changed.is_some() {
            self.tell_serving(&name, &key, report.epoch);
            self.observe_times.insert(
                key.clone(),
                (report.epoch, report.observe_time.unwrap_or(round.now)),
            );
            self.step_gang(&report.placement_uid, round);
        }
        let Some(heard) = changed.flatten() else {
            return;
        };
        // Also what was said before: until its agent has said it in this session nothing was done about it.
        let first = self.heard(id, &key, report.epoch);
        if first {
            self.renew_seals(&key.placement_uid, round);
        }
        let moves = heard.moves && (heard.news || !self.rolls.is_blocked(&report.placement_uid));
        if moves || (heard.rolls && first) {
            self.rolls.moved(&report.placement_uid);
        }
        if !heard.news {
            return;
        }
        if self.successor_serves(&key, report.epoch) {
            self.promote(&key.placement_uid, key.slot, round);
        }
        if heard.rolls {
            self.rolls.moved(&report.placement_uid);
        }
        let touched = if heard.wrote {
            &mut round.touched
        } else {
            &mut round.status_touched
        };
        touched.insert(report.placement_uid);
    }

    /// The successor of a slot is this epoch, and ready.
    fn successor_serves(&self, key: &SlotKey, epoch: Epoch) -> bool {
        self.successor_of(key)
            .is_some_and(|successor| successor.epoch == epoch && successor.assignment.observed.ready)
    }

    /// The successor of a slot is this epoch.
    fn successor_has(&self, key: &SlotKey, epoch: Epoch) -> bool {
        self.successor_of(key)
            .is_some_and(|successor| successor.epoch == epoch)
    }

    fn successor_of(&self, key: &SlotKey) -> Option<&SuccessorRecord> {
        let record = self.placements.by_uid(&key.placement_uid)?;
        record.slot(key.slot)?.successor.as_deref()
    }

    /// Somebody took a performer away that ours still wants: it is made again.
    fn disappeared(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        report: &PerformerReport,
        round: &mut Round,
    ) {
        let now = round.now;
        let vain = self.placements.by_uid(&key.placement_uid).is_some_and(|record| {
            let held = record.slot(key.slot);
            held.is_some_and(|held| self.follows_in_vain(record, held))
        });
        let wanted = self.placements.update(&key.placement_uid, |record| {
            if record.delete_time.is_some() {
                return None;
            }
            let held = record.slot(key.slot)?;
            let is_successor = held
                .successor
                .as_ref()
                .is_some_and(|one| one.epoch == report.epoch);
            let outlived = held.successor.is_some() && !is_successor && !vain;
            let assignment = record
                .place_mut(key.slot, report.epoch)
                .filter(|assignment| assignment.cluster == *cluster)?;
            if outlived {
                return Some(Disappeared::Outlived);
            }
            assignment.observed = Observed {
                reason: GONE.to_owned(),
                started: assignment.observed.started,
                ..Observed::default()
            };
            let message = format!(
                "the performer of replica {} was taken away in {cluster}; it is made again",
                key.slot
            );
            record.push_event(now, "DISAPPEARED", message);
            Some(Disappeared::Again(if is_successor {
                Intent::ApplySuccessor
            } else {
                Intent::Apply
            }))
        });
        match wanted.flatten() {
            None => {}
            Some(Disappeared::Again(intent)) => {
                self.tell_serving(cluster, key, report.epoch);
                warn!(placement_uid = %key.placement_uid, slot = key.slot.0, %cluster, "a performer disappeared; making it again");
                self.enqueue(cluster, key.clone(), intent, round);
                self.rolls.moved(&key.placement_uid);
                round.status_touched.insert(key.placement_uid.clone());
            }
            Some(Disappeared::Outlived) => {
                warn!(placement_uid = %key.placement_uid, slot = key.slot.0, %cluster, "a performer disappeared; its successor takes over");
                let message = "the performer was taken away while its successor came up";
                self.withdraw(&key.placement_uid, key.slot, Reason::Superseded, message, round);
            }
        }
    }

    /// The cluster's own scheduler could not place the pod on its pin for a while: a local pod won a race. The place is
    /// given up and avoided, the slot decided again at the next epoch; unless that has come to nothing too often.
    fn rejected(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        report: &PerformerReport,
        round: &mut Round,
    ) {
        let now = round.now;
        let refused = self.placements.update(&key.placement_uid, |record| {
            let assignment = record
                .place_mut(key.slot, report.epoch)
                .filter(|assignment| assignment.cluster == *cluster)?;
            let (node, place) = (assignment.node.clone(), assignment.place());
            if record.delete_time.is_some() {
                return None;
            }
            record.push_event(
                now,
                "REJECTED",
                format!("{place} rejected replica {}: {}", key.slot, report.message),
            );
            Some(node)
        });
        let Some(node) = refused.flatten() else { return };
        let about = self.about(&key.placement_uid);
        info!(placement = about.placement, trace_id = about.trace_id, slot = key.slot.0, %cluster, "a replica was rejected; deciding again");
        let place = (cluster.clone(), node.clone());
        if self.gang_was_rejected(key, place, &report.message, round) {
            return;
        }
        self.count_rejection(key, report.epoch, round);
        self.avoid(key, (cluster.clone(), node), &report.message, round);
        let (uid, message) = (&key.placement_uid, report.message.as_str());
        if self.successor_has(key, report.epoch) {
            self.drop_successor(uid, key.slot, Reason::NodeRejected, message, round);
        } else {
            self.place_anew(uid, key.slot, Reason::NodeRejected, message, round);
        }
    }

    /// A place of a slot was refused before it served. What has served there may be refused now for what has happened to its
    /// node since: that is no failure of the request.
    fn count_rejection(&mut self, key: &SlotKey, epoch: Epoch, round: &mut Round) {
        let now = round.now;
        let told = self.placements.update(&key.placement_uid, |record| {
            let held = record.slot_mut(key.slot)?;
            let (_, assignment) = held.places().find(|(of, _)| *of == epoch)?;
            if assignment.observed.has_served() {
                return None;
            }
            let generation = assignment.generation;
            held.count_rejection(generation);
            Some(record.tell_given_up(key.slot, generation, now))
        });
        if told.flatten() == Some(true) {
            // Others of it may go back to what they were.
            self.queue.began(&key.placement_uid);
        }
    }
}

/// A place of a slot begins to serve: as what it is there, its failures to start are over; and one of the current generation gets an
/// update on. True when that is written.
fn begin_to_serve(record: &mut PlacementRecord, slot: Slot, generation: Generation, now: Timestamp) -> bool {
    let is_current = generation >= record.generation;
    let mut wrote = false;
    if let Some(slot) = record.slot_mut(slot) {
        if is_current {
            wrote |= slot.forget_failures();
            wrote |= slot.earlier.take().is_some();
        } else if slot.earlier.is_some() {
            wrote |= slot.forget_failures_as(generation);
        }
    }
    if let Some(roll) = record.roll.as_mut().filter(|_| is_current) {
        roll.progress_time = now;
        roll.overdue = false;
        wrote = true;
    }
    wrote
}
