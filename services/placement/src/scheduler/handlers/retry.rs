//! Turns of those that wait: in one order, whoever they are and whatever has given them their turn.

use std::sync::Arc;
use std::time::Instant;

use hourglass_model::ids::PlacementUid;

use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::queue::{Alike, Happened, Turn};
use crate::scheduler::round::Round;

/// Placements that one round decides anew at most, however little time they take: commands wait for no more than these.
const DECIDED_IN_A_ROUND: usize = 64;

impl Core {
    /// Gives turns to those that are due: by priority, then by age, a bounded number for a bounded time in one round.
    pub(in crate::scheduler) fn retry_waiting(&mut self, round: &mut Round) {
        if round.turns >= DECIDED_IN_A_ROUND || round.turns_time.is_spent() || !self.has_turns() {
            return;
        }
        let mut looked_at = 0;
        while !round.is_full()
            && round.turns < DECIDED_IN_A_ROUND
            && !round.turns_time.is_spent()
            && let Some(uid) = self.queue.next(self.placements.turns(), &mut looked_at)
        {
            self.give_turn(&uid, round);
        }
    }

    /// Of those that are alike, one that fits nowhere answers for all.
    fn give_turn(&mut self, uid: &PlacementUid, round: &mut Round) {
        let waits = self.placements.by_uid(uid).is_some_and(PlacementRecord::waits);
        if !waits {
            return self.spend_turn(round, |core, round| core.look_for_free_room(uid, round));
        }
        let shape = self.shape_of(uid);
        let record = self.placements.by_uid(uid);
        // One for which nodes are kept may fit where others that are alike do not; what is left of its earlier places, and what
        // it avoids by itself, counts in what is decided about one alone.
        let left = self.fleet.claims_of(uid).next().is_some();
        let record = record.filter(|record| {
            let avoids = self.avoids_alone(record, round.instant);
            !left && !avoids && self.reservations.of(uid).is_none()
        });
        let alike = record
            .zip(shape)
            .and_then(|(record, shape)| Alike::of(record, shape));
        if let Some(answer) = alike.as_ref().and_then(|alike| self.queue.nowhere(alike)) {
            let answer = Arc::clone(answer);
            self.wait(uid, answer, round);
            return;
        }
        self.spend_turn(round, |core, round| {
            core.place(uid, round);
            core.look_for_free_room(uid, round);
        });
        // What is put off to the next round is no answer yet.
        let failure = self.queue.failure(uid).filter(|_| !self.queue.has_begun(uid));
        if let Some((alike, failure)) = alike.zip(failure.cloned()) {
            self.queue.fits_nowhere(alike, failure);
        }
    }

    /// What a turn takes counts against those that one round may give.
    fn spend_turn(&mut self, round: &mut Round, act: impl FnOnce(&mut Self, &mut Round)) {
        round.turns += 1;
        let begin = Instant::now();
        act(self, round);
        round.turns_time.spend_since(begin);
    }

    /// Finds places for one that has begun to wait: at once when nobody in front of it is due, else when its turn comes, which
    /// may be in the same round.
    pub(in crate::scheduler) fn place_in_turn(&mut self, uid: &PlacementUid, round: &mut Round) {
        let now = round.now;
        self.placements.update(uid, |record| {
            if record.waits() {
                record.waiting_since.get_or_insert(now);
            }
        });
        if !self.knows_fleet() {
            self.wait_for_fleet(uid, round);
            return;
        }
        self.has_turns();
        let turns = self.placements.turns();
        let first = match turns.of(uid) {
            Some(turn) => self.queue.goes_first(turn, turns),
            None => true,
        };
        if first {
            self.place(uid, round);
        } else {
            self.queue.began(uid);
        }
    }

    /// Somebody who waits is due and goes before `turn`.
    pub(in crate::scheduler) fn others_go_first(&mut self, turn: &Turn) -> bool {
        self.has_turns() && !self.queue.goes_first(turn, self.placements.turns())
    }

    /// Room was found for a placement: whether it lets others go first that a decision of this very round may have helped.
    pub(in crate::scheduler) fn gives_way(&mut self, uid: &PlacementUid) -> bool {
        self.has_turns();
        let turns = self.placements.turns();
        let turn = turns.of(uid);
        turn.is_some_and(|turn| self.queue.gives_way(turn, turns))
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
        self.knows_fleet() && self.queue.has_turns()
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
}
