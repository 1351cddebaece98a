//! What waits says at length why: soon after its reason was written, and again when that has changed since. Between commands,
//! and no longer than explanations may take.

use std::time::Instant;

use hourglass_model::ids::PlacementUid;

use super::why_waiting::{is_news, said, why_it_waits};
use crate::records::placement::{ConditionKind, ConditionStatus};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;
use crate::scheduler::state::set_condition;

/// Texts that one round looks at, at most.
const LOOKED_AT: usize = 256;
/// Texts that one tick writes again, at most: with every inventory all of them may say something else.
const WRITTEN_AGAIN: usize = 16;

/// What came of looking at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looked {
    /// It said something else.
    Written,
    /// Nothing had to be written.
    Same,
    /// Explanations have taken enough time for now.
    Later,
}

impl Core {
    /// Some that wait say nothing but their reason yet, and there is time to find out more.
    pub(in crate::scheduler) fn has_texts(&self, now: Instant) -> bool {
        self.texts.first_new().is_some() && self.explaining.is_left(now)
    }

    /// Writes what was found out already, because somebody in this round was told it.
    pub(in crate::scheduler) fn write_known_texts(&mut self, round: &mut Round) {
        let touched = round.touched.iter().chain(&round.status_touched);
        let known: Vec<PlacementUid> = touched
            .filter(|uid| self.texts.is_new(uid))
            .filter(|uid| {
                let failure = self.queue.failure(uid);
                failure.is_some_and(|failure| failure.told().is_some())
            })
            .cloned()
            .collect();
        for uid in known {
            self.write_text(&uid, round);
        }
    }

    /// Finds out why those wait of which only the reason is written.
    pub(in crate::scheduler) fn write_new_texts(&mut self, round: &mut Round) {
        for _ in 0..LOOKED_AT {
            if round.is_full() {
                return;
            }
            let Some(uid) = self.texts.first_new().cloned() else {
                return;
            };
            if self.write_text(&uid, round) == Looked::Later {
                return;
            }
        }
    }

    /// Writes texts again that say something else by now.
    pub(in crate::scheduler) fn write_old_texts(&mut self, round: &mut Round) {
        self.rolls.look_again(round.instant, self.fleet.snapshot_id());
        let mut left = WRITTEN_AGAIN;
        for _ in 0..LOOKED_AT {
            if left == 0 || round.is_full() || !self.explaining.is_left(round.instant) {
                return;
            }
            let Some(uid) = self.texts.first_due(round.instant).cloned() else {
                return;
            };
            let told = self.queue.failure(&uid).and_then(|failure| failure.told());
            if told.is_some_and(|told| told.snapshot != self.fleet.snapshot_id()) {
                self.queue.ask_again(&uid);
            }
            match self.write_text(&uid, round) {
                Looked::Written => left -= 1,
                Looked::Same => {}
                Looked::Later => return,
            }
        }
    }

    fn write_text(&mut self, uid: &PlacementUid, round: &mut Round) -> Looked {
        let shape = self.shape_of(uid);
        let record = self.placements.by_uid(uid).filter(|record| record.waits());
        let waiting = record.zip(self.queue.failure(uid).cloned());
        let Some((record, failure)) = waiting.filter(|(record, failure)| !is_news(record, failure)) else {
            // Its next turn, if it has one, says what to write.
            self.texts.ended(uid);
            return Looked::Same;
        };
        let may = self.explaining.is_left(round.instant);
        self.explain_failure(record, &failure, round.instant);
        let Some(told) = failure.told() else {
            if may {
                // There is nothing more to be said.
                self.texts.ended(uid);
                return Looked::Same;
            }
            return Looked::Later;
        };
        let alike = shape.and_then(|shape| self.alike(record, shape, round.instant));
        let (reason, message) = (why_it_waits(record, &failure), said(record, &failure));
        if let Some(alike) = alike {
            self.queue.keep_told(alike, told.clone());
        }
        let now = round.now;
        let written = self.placements.update(uid, |record| {
            set_condition(
                record,
                ConditionKind::Scheduled,
                ConditionStatus::False,
                reason,
                &message,
                now,
            )
        });
        self.texts.written(uid, round.instant);
        if written != Some(true) {
            return Looked::Same;
        }
        round.status_touched.insert(uid.clone());
        Looked::Written
    }
}
