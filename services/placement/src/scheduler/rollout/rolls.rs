//! Whose next step is to be looked at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hourglass_model::ids::PlacementUid;

use crate::scheduler::queue::{Failure, Happened};

/// Placements of which replicas are being replaced, as far as there is something to do. In memory only: after a start all of
/// them are looked at once.
#[derive(Debug, Default)]
pub struct Rolls {
    due: BTreeSet<PlacementUid>,
    blocked: HashMap<PlacementUid, Vec<Arc<Failure>>>,
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
    fn of_two_that_found_no_place_what_helps_either_is_enough() {
        let uid = PlacementUid::new("a").unwrap();
        let mut rolls = Rolls::default();
        rolls.blocked(&uid, failure(true));
        rolls.blocked(&uid, failure(false));
        rolls.happened(&Happened::avoidance_ended());
        assert_eq!(rolls.take(), Some(uid));
    }
}
