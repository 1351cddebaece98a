//! Whose next step is to be looked at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use hourglass_engine::NoFitReason;
use hourglass_model::ids::{PlacementUid, Slot, SnapshotId};

use crate::scheduler::queue::{Failure, Happened};
pub use crate::scheduler::texts::AGAIN;

/// Updates whose text one tick looks at again, at most.
const LOOKED_AT_AGAIN: usize = 16;

/// What is said of an update that finds no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldBlocked {
    /// The replica whose successor has no room.
    pub slot: Slot,
    /// Why, in one word.
    pub reason: NoFitReason,
    /// State of the fleet that it is about.
    pub snapshot: SnapshotId,
    /// When that was found out at length; none while there was no time for it.
    pub written: Option<Instant>,
}

impl ToldBlocked {
    /// It is time to find it out again.
    #[must_use]
    pub fn is_old(&self, now: Instant) -> bool {
        self.written.is_none_or(|written| written + AGAIN <= now)
    }
}

/// Placements of which replicas are being replaced, as far as there is something to do. In memory only: after a start all of
/// them are looked at once.
#[derive(Debug, Default)]
pub struct Rolls {
    due: BTreeSet<PlacementUid>,
    blocked: HashMap<PlacementUid, Vec<Arc<Failure>>>,
    told: HashMap<PlacementUid, ToldBlocked>,
}

impl Rolls {
    /// Something of a placement moved: its next step may be possible.
    pub fn moved(&mut self, uid: &PlacementUid) {
        self.due.insert(uid.clone());
    }

    /// A successor found no place; what can help is in `failure`.
    pub fn blocked(&mut self, uid: &PlacementUid, failure: Arc<Failure>) {
        self.blocked.entry(uid.clone()).or_default().push(failure);
    }

    /// A successor of it found no place, and nothing has moved since.
    #[must_use]
    pub fn is_blocked(&self, uid: &PlacementUid) -> bool {
        self.blocked.contains_key(uid)
    }

    /// What is said of an update that finds no room.
    #[must_use]
    pub fn told(&self, uid: &PlacementUid) -> Option<&ToldBlocked> {
        self.told.get(uid)
    }

    /// This is said of it from now on.
    pub fn tell(&mut self, uid: &PlacementUid, told: ToldBlocked) {
        self.told.insert(uid.clone(), told);
    }

    /// Nothing is said any more of room that it lacks.
    pub fn untold(&mut self, uid: &PlacementUid) {
        self.told.remove(uid);
    }

    /// Those whose text is old, or not found out yet, are looked at again, the oldest first: on another state of the fleet
    /// they may say something else.
    pub fn look_again(&mut self, now: Instant, snapshot: SnapshotId) {
        let told = self.told.iter().filter(|(uid, told)| {
            let may_differ = told.written.is_none() || told.snapshot != snapshot;
            may_differ && told.is_old(now) && self.blocked.contains_key(*uid)
        });
        let mut old: Vec<_> = told.map(|(uid, told)| (told.written, uid)).collect();
        old.sort();
        let old = old.into_iter().take(LOOKED_AT_AGAIN);
        self.due.extend(old.map(|(_, uid)| uid.clone()));
    }

    /// Something happened in the fleet: those that it can help are looked at again.
    pub fn happened(&mut self, happened: &Happened) {
        if happened.is_empty() {
            return;
        }
        let any = |failures: &[Arc<Failure>]| failures.iter().any(|failure| happened.helps(failure));
        let helped = self.blocked.iter().filter(|(_, failures)| any(failures));
        self.due.extend(helped.map(|(uid, _)| uid.clone()));
    }

    /// There is nothing to replace any more.
    pub fn ended(&mut self, uid: &PlacementUid) {
        self.due.remove(uid);
        self.blocked.remove(uid);
        self.told.remove(uid);
    }

    /// The next one to look at.
    pub fn take(&mut self) -> Option<PlacementUid> {
        let uid = self.due.pop_first()?;
        self.blocked.remove(&uid);
        Some(uid)
    }

    /// Some are to be looked at.
    #[must_use]
    pub fn are_due(&self) -> bool {
        !self.due.is_empty()
    }
}

#[cfg(test)]
mod tests {

    use hourglass_engine::{NoFit, NoFitReason, RetryHints};
    use hourglass_model::ids::SnapshotId;

    use super::*;

    fn failure(avoids: bool) -> Arc<Failure> {
        let no_fit = NoFit {
            reason: NoFitReason::NoCapacity,
            slots: Vec::new(),
            fit: 0,
            explanation: None,
            hints: RetryHints::clusters(),
        };
        Arc::new(Failure::of(&no_fit, SnapshotId(1), avoids))
    }

    #[test]
    fn a_blocked_one_is_looked_at_again_when_something_can_help_it_and_not_before() {
        let uid = |text: &str| PlacementUid::new(text).unwrap();
        let mut rolls = Rolls::default();
        rolls.blocked(&uid("a"), failure(true));
        rolls.blocked(&uid("b"), failure(false));
        rolls.happened(&Happened::default());
        assert!(!rolls.are_due());
        rolls.happened(&Happened::avoidance_ended());
        assert_eq!(rolls.take(), Some(uid("a")));
        assert_eq!(rolls.take(), None);
        assert!(!rolls.is_blocked(&uid("a")) && rolls.is_blocked(&uid("b")));
        rolls.happened(&Happened::anything());
        assert_eq!(rolls.take(), Some(uid("b")), "what was taken is blocked no more");
        assert_eq!(rolls.take(), None);
    }

    #[test]
    fn a_text_is_looked_at_again_when_it_is_old_and_the_fleet_is_another() {
        let uid = |text: &str| PlacementUid::new(text).unwrap();
        let now = Instant::now();
        let told = |written| ToldBlocked {
            slot: Slot(0),
            reason: NoFitReason::NoCapacity,
            snapshot: SnapshotId(1),
            written,
        };
        let mut rolls = Rolls::default();
        for (name, written) in [("a", Some(now)), ("b", None), ("not-blocked", None)] {
            rolls.tell(&uid(name), told(written));
        }
        rolls.blocked(&uid("a"), failure(false));
        rolls.blocked(&uid("b"), failure(false));
        rolls.look_again(now, SnapshotId(2));
        assert_eq!(rolls.take(), Some(uid("b")), "there was no time for it");
        assert_eq!(rolls.take(), None);
        rolls.look_again(now + AGAIN, SnapshotId(1));
        assert_eq!(rolls.take(), None, "nothing is said to have changed");
        rolls.look_again(now + AGAIN, SnapshotId(2));
        assert_eq!(rolls.take(), Some(uid("a")));
        rolls.blocked(&uid("a"), failure(false));
        rolls.ended(&uid("a"));
        rolls.look_again(now + AGAIN, SnapshotId(2));
        assert_eq!(rolls.take(), None);
    }

    #[test]
    fn of_two_that_found_no_place_what_helps_either_is_enough() {
        let uid = PlacementUid::new("a").unwrap();
        let mut rolls = Rolls::default();
        rolls.blocked(&uid, failure(true));
        rolls.blocked(&uid, failure(false));
        rolls.happened(&Happened::avoidance_ended());
        assert_eq!(rolls.take(), Some(uid));
    }
}
