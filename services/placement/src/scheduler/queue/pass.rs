//! Who is next, in one order for all: those that have begun to wait, and those that what happened can help.
//!
//! Happenings are numbered, and every answer remembers the number up to which it holds: a placement is *due* when it was
//! never answered, or when something that happened later can help against its answer. A sweep goes over the turns from the
//! first to the last, a slice in each round, and gives a turn to all that are due. What happens meanwhile sends it back to the
//! first turn, because room must not go to anybody while somebody in front of him would take it. That has a bound: after
//! some times the sweep goes on to its end, so that those far behind get their turn however much happens.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, SnapshotId};

use super::failure::{Alike, Failure, Told};
use super::happened::Happened;
use super::turns::{Turn, Turns};

/// Turns that are looked at in one slice at most, due or not.
const LOOKED_AT: usize = 10_000;
/// How often a sweep is sent back to its beginning.
const SENT_BACK: u32 = 16;
/// How often one that has found room lets others go first: what goes on happening keeps it from its place no longer.
const GIVES_WAY: u32 = 16;
/// Happenings that are told apart; with more of them the two oldest count as one.
const BATCHES: usize = 8;
/// Those in front of one that has found room that are looked at; with more of them a newcomer waits for the sweep.
const IN_FRONT: usize = 1_000;
/// Answers for those that are alike that are remembered.
const ALIKE: usize = 10_000;
/// Explanations that are remembered at most.
const TOLD: usize = 256;

/// Who is next, and what those that were tried were told. In memory only: after a start everybody is tried once.
#[derive(Debug, Default)]
pub struct Queue {
    /// What not everybody has been looked at for, the oldest first.
    batches: VecDeque<Batch>,
    /// Number of the latest batch so far.
    heard: u64,
    sweep: Option<Sweep>,
    /// Those that have begun to wait since their last turn.
    fresh: Turns,
    /// The same; where they stand in the order was not looked up yet.
    begun: BTreeSet<PlacementUid>,
    answers: HashMap<PlacementUid, Answer>,
    /// How often those that had found room let others go first.
    gave_way: HashMap<PlacementUid, u32>,
    /// What was answered to the first of those that are alike.
    nowhere: HashMap<Alike, Answer>,
    /// Why at length, on the newest state of the fleet that was asked about.
    told: HashMap<Alike, Told>,
}

#[derive(Debug)]
struct Batch {
    number: u64,
    happened: Happened,
}

/// What a placement was told.
#[derive(Debug)]
struct Answer {
    failure: Arc<Failure>,
    /// The latest batch that it takes into account.
    heard: u64,
}

#[derive(Debug)]
struct Sweep {
    /// The last turn that was looked at.
    at: Option<Turn>,
    /// Once it ends, everybody was looked at for the batches up to this one.
    since: u64,
    sent_back: u32,
}

impl Queue {
    /// Something happened in the fleet: those that it can help get a turn.
    pub fn happened(&mut self, more: Happened) {
        if more.is_empty() {
            return;
        }
        self.heard += 1;
        if let Some(sweep) = &mut self.sweep
            // What every decision brings is for the next sweep, else each would send it back.
            && more.is_more_than_claims()
            && sweep.sent_back < SENT_BACK
        {
            *sweep = Sweep {
                at: None,
                since: self.heard,
                sent_back: sweep.sent_back + 1,
            };
        }
        self.batches.push_back(Batch {
            number: self.heard,
            happened: more,
        });
        if self.batches.len() > BATCHES
            && let Some(oldest) = self.batches.pop_front()
            && let Some(next) = self.batches.front_mut()
        {
            next.happened.extend(oldest.happened);
        }
    }

    /// A placement began to wait: it gets a turn of its own.
    pub fn began(&mut self, uid: &PlacementUid) {
        self.begun.insert(uid.clone());
    }

    /// A turn ended without a place.
    pub fn failed(&mut self, uid: &PlacementUid, failure: Arc<Failure>) {
        self.had_its_turn(uid);
        self.gave_way.remove(uid);
        let heard = self.heard;
        self.answers.insert(uid.clone(), Answer { failure, heard });
    }

    /// Its turn begins: what it was told before does not hold any more.
    pub fn has_its_turn(&mut self, uid: &PlacementUid) {
        self.had_its_turn(uid);
        self.answers.remove(uid);
    }

    /// It does not wait any more.
    pub fn ended(&mut self, uid: &PlacementUid) {
        self.has_its_turn(uid);
        self.gave_way.remove(uid);
    }

    fn had_its_turn(&mut self, uid: &PlacementUid) {
        self.begun.remove(uid);
        self.fresh.set(uid, None);
    }

    /// It has yet to have its turn.
    #[must_use]
    pub fn has_begun(&self, uid: &PlacementUid) -> bool {
        self.begun.contains(uid) || self.fresh.of(uid).is_some()
    }

    /// The last answer that a placement got.
    #[must_use]
    pub fn failure(&self, uid: &PlacementUid) -> Option<&Arc<Failure>> {
        self.answers.get(uid).map(|answer| &answer.failure)
    }

    /// Why at length is to be found out anew for the last answer that a placement got.
    pub fn ask_again(&mut self, uid: &PlacementUid) {
        if let Some(answer) = self.answers.get_mut(uid) {
            answer.failure = Arc::new(answer.failure.untold());
        }
    }

    /// What was answered to placements that are alike, if that still holds.
    #[must_use]
    pub fn nowhere(&self, alike: &Alike) -> Option<&Arc<Failure>> {
        let answer = self.nowhere.get(alike)?;
        (!self.is_outdated(answer)).then_some(&answer.failure)
    }

    /// Remembers an answer for those that are alike.
    pub fn fits_nowhere(&mut self, alike: Alike, failure: Arc<Failure>) {
        if self.nowhere.len() >= ALIKE {
            self.nowhere.clear();
        }
        let heard = self.heard;
        self.nowhere.insert(alike, Answer { failure, heard });
    }

    /// Why placements that are alike fit nowhere on this state of the fleet, when it was found out before.
    #[must_use]
    pub fn told(&self, alike: &Alike, snapshot: SnapshotId) -> Option<&Told> {
        self.told.get(alike).filter(|told| told.snapshot == snapshot)
    }

    /// Remembers that, as long as the fleet is in that state.
    pub fn keep_told(&mut self, alike: Alike, told: Told) {
        let is_old = |other: &Told| other.snapshot != told.snapshot;
        if self.told.len() >= TOLD || self.told.values().next().is_some_and(is_old) {
            self.told.clear();
        }
        self.told.insert(alike, told);
    }

    /// Nobody waits: there is nothing to remember.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Some may have a turn.
    #[must_use]
    pub fn has_turns(&self) -> bool {
        !self.begun.is_empty() || !self.fresh.is_empty() || !self.batches.is_empty()
    }

    /// Whether nobody in front of `turn` is due. False also where that is not known without a sweep.
    #[must_use]
    pub fn goes_first(&mut self, turn: &Turn, turns: &Turns) -> bool {
        let fresh = self.first_fresh(turns);
        if fresh.is_some_and(|fresh| fresh < *turn) {
            return false;
        }
        if self.batches.is_empty() {
            return true;
        }
        let is_beyond = |sweep: &Sweep| sweep.since == self.heard && sweep.at.as_ref() >= Some(turn);
        if self.sweep.as_ref().is_some_and(is_beyond) {
            return true;
        }
        let mut in_front = turns.behind(None).take_while(|other| *other < turn);
        let none_is_due = in_front
            .by_ref()
            .take(IN_FRONT)
            .all(|other| !self.is_concerned(other.uid()));
        none_is_due && in_front.next().is_none()
    }

    /// Room was found for the one whose turn it is: whether it gives way all the same, to some in front of it for whom
    /// something has changed since they had their turn, such as by a decision that was made in between. They have another turn
    /// first, and it has its own after them.
    pub fn gives_way(&mut self, turn: &Turn, turns: &Turns) -> bool {
        let often = self.gave_way.remove(turn.uid()).unwrap_or(0);
        if often >= GIVES_WAY || self.batches.is_empty() {
            return false;
        }
        let claims = self.batches.iter();
        let lowest = claims.filter_map(|batch| batch.happened.lowest_claim()).min();
        // Whoever is not above what came or went is helped by it for other reasons at most: not all of those are looked at.
        let in_front = turns.behind(None).take_while(|other| *other < turn).zip(0..);
        let first: Vec<PlacementUid> = in_front
            .take_while(|(other, at)| *at < IN_FRONT || lowest.is_some_and(|lowest| other.is_above(lowest)))
            .filter(|(other, _)| {
                let answer = self.answers.get(other.uid());
                answer.is_some_and(|answer| self.is_surely_outdated(answer))
            })
            .map(|(other, _)| other.uid().clone())
            .collect();
        if first.is_empty() {
            return false;
        }
        self.gave_way.insert(turn.uid().clone(), often + 1);
        self.begun.extend(first);
        self.begun.insert(turn.uid().clone());
        true
    }

    /// The next placement to try; none when nobody is due, or `looked_at`, which counts over a round, has come to its bound.
    pub fn next(&mut self, turns: &Turns, looked_at: &mut usize) -> Option<PlacementUid> {
        let fresh = self.first_fresh(turns);
        loop {
            let since = self.heard;
            if self.sweep.is_none() && self.batches.is_empty() {
                return self.give_out(fresh);
            }
            let sweep = self.sweep.take().unwrap_or(Sweep {
                at: None,
                since,
                sent_back: 0,
            });
            let mut at = sweep.at.as_ref();
            let mut found = None;
            let mut ended = true;
            for turn in turns.behind(at) {
                ended = false;
                if let Some(fresh) = fresh.as_ref().filter(|fresh| *fresh <= turn) {
                    found = Some(fresh.clone());
                    break;
                }
                if *looked_at >= LOOKED_AT {
                    break;
                }
                *looked_at += 1;
                at = Some(turn);
                if self.is_due(turn.uid()) {
                    found = Some(turn.clone());
                    break;
                }
                ended = true;
            }
            if ended {
                self.batches.retain(|batch| batch.number > sweep.since);
                self.nowhere.clear();
                continue;
            }
            self.sweep = Some(Sweep {
                at: at.cloned(),
                ..sweep
            });
            return self.give_out(found);
        }
    }

    fn give_out(&mut self, turn: Option<Turn>) -> Option<PlacementUid> {
        let uid = turn?.uid().clone();
        self.had_its_turn(&uid);
        Some(uid)
    }

    /// The first of those that have begun to wait.
    fn first_fresh(&mut self, turns: &Turns) -> Option<Turn> {
        for uid in std::mem::take(&mut self.begun) {
            self.fresh.set(&uid, turns.of(&uid).cloned());
        }
        loop {
            let first = self.fresh.behind(None).next().cloned()?;
            let now = turns.of(first.uid());
            if now == Some(&first) {
                return Some(first);
            }
            // Its priority is another one since, or it waits no more.
            self.fresh.set(first.uid(), now.cloned());
        }
    }

    fn is_due(&self, uid: &PlacementUid) -> bool {
        let answer = self.answers.get(uid);
        answer.is_none_or(|answer| self.is_outdated(answer))
    }

    /// It is due, as exactly as that is known: it goes before newcomers.
    fn is_concerned(&self, uid: &PlacementUid) -> bool {
        let answer = self.answers.get(uid);
        answer.is_none_or(|answer| self.is_surely_outdated(answer))
    }

    /// Something that happened since can help against it, as exactly as that is known.
    fn is_surely_outdated(&self, answer: &Answer) -> bool {
        let mut later = self.batches.iter().filter(|batch| batch.number > answer.heard);
        later.any(|batch| batch.happened.surely_concerns(&answer.failure))
    }

    /// Something that happened since can help against it.
    fn is_outdated(&self, answer: &Answer) -> bool {
        let later = self.batches.iter().rev();
        let mut later = later.take_while(|batch| batch.number > answer.heard);
        later.any(|batch| batch.happened.helps(&answer.failure))
    }
}

#[cfg(test)]
mod tests;
