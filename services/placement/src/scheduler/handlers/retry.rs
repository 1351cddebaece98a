//! Turns of those that wait.

use std::sync::Arc;
use std::time::Instant;

use crate::scheduler::core::Core;
use crate::scheduler::queue::{Alike, Happened};
use crate::scheduler::round::Round;

/// Placements that one round decides anew at most, however little time they take: commands wait for no more than these.
const DECIDED_IN_A_ROUND: usize = 64;

impl Core {
    /// Gives turns to those that what happened can help: by priority, then by age, a bounded number for a bounded time in one
    /// round. Of those that are alike, one that fits nowhere answers for all.
    pub(in crate::scheduler) fn retry_waiting(&mut self, round: &mut Round) {
        let wanted = DECIDED_IN_A_ROUND.saturating_sub(round.turns);
        if wanted == 0 || round.turns_time.is_spent() || !self.has_turns() {
            return;
        }
        let mut slice = self.queue.slice(self.placements.turns(), wanted);
        while !round.is_full()
            && !round.turns_time.is_spent()
            && let Some(uid) = slice.next(&mut self.queue, self.placements.turns())
        {
            let shape = self.shape_of(&uid);
            let record = self.placements.by_uid(&uid);
            // One for which nodes are kept may fit where others that are alike do not.
            let record = record.filter(|_| self.reservations.of(&uid).is_none());
            let alike = record
                .zip(shape)
                .and_then(|(record, shape)| Alike::of(record, shape));
            if let Some(answer) = alike.as_ref().and_then(|alike| self.queue.nowhere(alike)) {
                let answer = Arc::clone(answer);
                slice.was_free();
                self.wait(&uid, answer, round);
                continue;
            }
            round.turns += 1;
            let begin = Instant::now();
            self.place(&uid, round);
            round.turns_time.spend_since(begin);
            let failure = self.queue.failure(&uid).cloned();
            if let (Some(alike), Some(failure)) = (alike, failure) {
                self.queue.fits_nowhere(alike, failure);
            }
        }
        slice.give_back(&mut self.queue);
    }

    /// Some of those that wait have a turn. What has happened in the fleet since the last time counts from here on.
    pub(in crate::scheduler) fn has_turns(&mut self) -> bool {
        let happened: Happened = self.fleet.take_changes().into_iter().collect();
        self.rolls.happened(&happened);
        if self.placements.turns().is_empty() {
            self.queue.clear();
            return false;
        }
        self.queue.happened(happened);
        self.queue.has_turns()
    }

    /// Places whose backoff is over are not avoided any more.
    pub(in crate::scheduler) fn end_avoidances(&mut self, now: Instant) {
        if self.avoided.expire(now) {
            self.happened(Happened::avoidance_ended());
        }
    }

    /// Something that the engine does not know of happened: those that it can help get a turn.
    pub(in crate::scheduler) fn happened(&mut self, happened: Happened) {
        self.rolls.happened(&happened);
        self.queue.happened(happened);
    }

    /// Before a newcomer is decided: those that have waited for what has become free in this round go first. What decisions
    /// themselves bring about is left for the end of the round.
    pub(in crate::scheduler) fn let_waiting_go_first(&mut self, round: &mut Round) {
        if self.has_turns() && self.queue.waits_for_more_than_claims() {
            self.retry_waiting(round);
        }
    }
}
