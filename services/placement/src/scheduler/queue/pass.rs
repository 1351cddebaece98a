//! A pass over the turns, a slice at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, SnapshotId};

use super::failure::{Alike, Failure, Told};
use super::happened::Happened;
use super::turns::{Turn, Turns};

/// Turns that are looked at in one slice at most, decided or not.
const LOOKED_AT: usize = 2_000;

/// Explanations that are remembered at most.
const TOLD: usize = 256;

/// Who is next, and what those that were tried were told. In memory only: after a start everybody is tried once.
#[derive(Debug, Default)]
pub struct Queue {
    /// What happened since the pass began: for the next one.
    happened: Happened,
    pass: Option<Pass>,
    /// Those that began to wait and were not tried yet.
    fresh: BTreeSet<PlacementUid>,
    failures: HashMap<PlacementUid, Arc<Failure>>,
    /// Why at length, on the newest state of the fleet that was asked about.
    told: HashMap<Alike, Told>,
}

#[derive(Debug)]
struct Pass {
    happened: Happened,
    /// The last turn that was looked at.
    at: Option<Turn>,
    /// What was answered to the first of those that are alike.
    nowhere: HashMap<Alike, Arc<Failure>>,
}

impl Queue {
    /// Something happened in the fleet: those that it can help get a turn.
    pub fn happened(&mut self, more: Happened) {
        self.happened.extend(more);
    }

    /// A placement began to wait: it gets a turn of its own.
    pub fn began(&mut self, uid: &PlacementUid) {
        self.fresh.insert(uid.clone());
    }

    /// A turn ended without a place.
    pub fn failed(&mut self, uid: &PlacementUid, failure: Arc<Failure>) {
        self.fresh.remove(uid);
        self.failures.insert(uid.clone(), failure);
    }

    /// It does not wait any more.
    pub fn ended(&mut self, uid: &PlacementUid) {
        self.fresh.remove(uid);
        self.failures.remove(uid);
    }

    /// The last answer that a placement got.
    #[must_use]
    pub fn failure(&self, uid: &PlacementUid) -> Option<&Arc<Failure>> {
        self.failures.get(uid)
    }

    /// The answer of this pass to placements that are alike.
    #[must_use]
    pub fn nowhere(&self, alike: &Alike) -> Option<&Arc<Failure>> {
        self.pass.as_ref()?.nowhere.get(alike)
    }

    /// Remembers an answer for those that are alike, as long as the pass goes.
    pub fn fits_nowhere(&mut self, alike: Alike, failure: Arc<Failure>) {
        if let Some(pass) = &mut self.pass {
            pass.nowhere.insert(alike, failure);
        }
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

    /// More has happened, and was not seen by all, than that others got their places.
    #[must_use]
    pub fn waits_for_more_than_claims(&self) -> bool {
        let pass = self.pass.as_ref().map(|pass| &pass.happened);
        self.happened.is_more_than_claims() || pass.is_some_and(Happened::is_more_than_claims)
    }

    /// Some have a turn that was not looked at yet.
    #[must_use]
    pub fn has_turns(&self) -> bool {
        !self.fresh.is_empty() || self.pass.is_some() || !self.happened.is_empty()
    }

    /// A slice of the turns, in their order: at most so many are given out as `wanted` says.
    pub fn slice(&mut self, turns: &Turns, wanted: usize) -> Slice {
        let mut fresh: Vec<Turn> = std::mem::take(&mut self.fresh)
            .iter()
            .filter_map(|uid| turns.of(uid).cloned())
            .collect();
        fresh.sort();
        self.fresh = fresh
            .split_off(wanted.min(fresh.len()))
            .into_iter()
            .map(|turn| turn.uid().clone())
            .collect();
        Slice {
            fresh: fresh.into(),
            looked_at: 0,
            left: wanted,
        }
    }

    fn next_in_pass(&mut self, turns: &Turns, looked_at: &mut usize) -> Option<PlacementUid> {
        loop {
            let Some(pass) = &mut self.pass else {
                let happened = std::mem::take(&mut self.happened);
                if happened.is_empty() {
                    return None;
                }
                self.pass = Some(Pass {
                    happened,
                    at: None,
                    nowhere: HashMap::new(),
                });
                continue;
            };
            for turn in turns.behind(pass.at.clone().as_ref()) {
                if *looked_at >= LOOKED_AT {
                    return None;
                }
                *looked_at += 1;
                pass.at = Some(turn.clone());
                let helped = self
                    .failures
                    .get(turn.uid())
                    .is_none_or(|failure| pass.happened.helps(failure));
                if helped {
                    return Some(turn.uid().clone());
                }
            }
            self.pass = None;
        }
    }
}

/// What one round looks at.
#[derive(Debug)]
pub struct Slice {
    fresh: std::collections::VecDeque<Turn>,
    looked_at: usize,
    left: usize,
}

impl Slice {
    /// The next placement to try; none when the slice is over.
    pub fn next(&mut self, queue: &mut Queue, turns: &Turns) -> Option<PlacementUid> {
        self.left = self.left.checked_sub(1)?;
        if let Some(turn) = self.fresh.pop_front() {
            return Some(turn.uid().clone());
        }
        queue.next_in_pass(turns, &mut self.looked_at)
    }

    /// The placement was answered without a decision: it does not count.
    pub fn was_free(&mut self) {
        self.left += 1;
    }

    /// What was not tried is still to be.
    pub fn give_back(self, queue: &mut Queue) {
        queue
            .fresh
            .extend(self.fresh.into_iter().map(|turn| turn.uid().clone()));
    }
}

#[cfg(test)]
mod tests;
