//! Timers that are due: a wait that was too long, a placement whose time is over.

use hourglass_model::ids::PlacementUid;
use tracing::info;

use super::why_waiting::is_news;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason, StoppedRecord};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::state::{progress_deadline, set_condition};
use crate::scheduler::timers::TimerKind;

/// Timers that one tick looks at.
const AT_ONCE: usize = 64;

impl Core {
    /// Does what is due by now. Those that one tick leaves over are of the next.
    pub(in crate::scheduler) fn fire_timers(&mut self, round: &mut Round) {
        self.began.get_or_insert(round.instant);
        for (kind, uid) in std::mem::take(&mut self.put_off) {
            if self.placements.is_due(&uid, kind, round.now) {
                self.fire(kind, &uid, round);
            }
        }
        for (uid, kind) in self.placements.take_due(round.now, AT_ONCE) {
            self.fire(kind, &uid, round);
        }
    }

    fn fire(&mut self, kind: TimerKind, uid: &PlacementUid, round: &mut Round) {
        match kind {
            TimerKind::QueueTimeout => self.stop_waiting(uid, round),
            TimerKind::Expire => self.expire(uid, round),
            TimerKind::GangAdmission => self.gang_admission_is_late(uid, round),
            TimerKind::Reservation => self.consider_reservation(uid, round),
            TimerKind::Start => self.start_is_late(uid, round),
            TimerKind::Victims => self.victims_are_late(uid, round),
            TimerKind::Progress => self.update_is_late(uid, round),
        }
    }

    /// For too long no further replica of an update has begun to serve: from here on what has served goes on as what it is, also
    /// where it has to move or has lost its place.
    fn update_is_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let now = round.now;
        let late = self.placements.update(uid, |record| {
            let deadline = progress_deadline(record, record.roll.as_ref()?);
            let roll = record.roll.as_mut();
            let roll = roll.filter(|roll| deadline <= now && !roll.overdue)?;
            roll.overdue = true;
            Some(record.waits())
        });
        let Some(waits) = late.flatten() else {
            return;
        };
        if waits {
            self.queue.began(uid);
        }
        self.rolls.moved(uid);
        round.touched.insert(uid.clone());
    }

    /// The time of a placement is over, unless what is still to be found says that it was put off.
    fn expire(&mut self, uid: &PlacementUid, round: &mut Round) {
        if self.is_partly_held(uid) {
            self.put_off.insert((TimerKind::Expire, uid.clone()));
        } else {
            self.begin_deletion(uid, false, "EXPIRED", None, round);
        }
    }

    /// Since this server has begun, a place was looked for on what the clusters have; or their agents had long enough to say
    /// what that is. While the server was away nobody could have found one.
    fn was_tried(&self, uid: &PlacementUid, round: &Round) -> bool {
        let waited = self
            .began
            .map(|began| round.instant.saturating_duration_since(began));
        let long = waited.is_some_and(|waited| waited >= self.liveness_policy.unreachable_after);
        long || self.clusters.inventory_complete() && self.queue.failure(uid).is_some()
    }

    /// It has waited for as long as it wants to and nothing of it serves: it is not tried any more, and gives back the places
    /// that some of its replicas have got.
    fn stop_waiting(&mut self, uid: &PlacementUid, round: &mut Round) {
        if !self.was_tried(uid, round) {
            self.put_off.insert((TimerKind::QueueTimeout, uid.clone()));
            return;
        }
        let now = round.now;
        let last = self.queue.failure(uid).zip(self.placements.by_uid(uid));
        let last = last.map(|(failure, record)| {
            self.explain_failure(record, failure, round.instant);
            let written = record.condition(ConditionKind::Scheduled);
            match written.filter(|_| failure.told().is_none() && !is_news(record, failure)) {
                Some(written) => written.message.clone(),
                None => failure.message(),
            }
        });
        let stopped = self.placements.update(uid, |record| {
            let length = record.spec.queue_timeout.filter(|_| record.waits())?;
            record.stopped = Some(StoppedRecord {
                reason: Reason::QueueTimeout,
                generation: record.generation,
                time: now,
            });
            let last = last.map_or_else(String::new, |last| format!("; the last answer: {last}"));
            let message = format!("no place within {}s{last}", length.as_secs_f64());
            set_condition(
                record,
                ConditionKind::Scheduled,
                ConditionStatus::False,
                Reason::QueueTimeout,
                &message,
                now,
            );
            record.push_event(now, "QUEUE_TIMEOUT", message);
            Some(record.name())
        });
        if let Some(name) = stopped.flatten() {
            info!(placement = %name, "it has waited too long for a place");
            let message = "the other replicas have found no place in time";
            self.withdraw_all(uid, Reason::QueueTimeout, message, round);
            self.queue.ended(uid);
            round.touched.insert(uid.clone());
        }
    }
}
