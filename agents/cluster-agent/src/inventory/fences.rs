//! What a list has shown to be gone stays gone, also for a watch that is behind the list.
//!
//! When a Remove lists the pods of its claim and finds none, the watch may still hold some, or may still have to
//! deliver their creation. Resource versions of one resource are ordered
//! (<https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>), so events up to the list's
//! are known to be history.

use std::collections::VecDeque;

use hourglass_model::ids::ClaimId;

use crate::claim::Tombstone;

/// More than this many are never needed at once; the oldest gives way, which at worst shows a pod that is gone
/// until the watch says so too.
const MAX_FENCES: usize = 4096;

/// Claims whose pods are gone up to a revision.
#[derive(Debug, Default)]
pub(super) struct Fences {
    fences: VecDeque<(Tombstone, u64)>,
}

impl Fences {
    /// All pods that the tombstone covers are gone as of `revision`.
    pub fn add(&mut self, tombstone: Tombstone, revision: u64) {
        if self.fences.len() == MAX_FENCES {
            self.fences.pop_front();
        }
        self.fences.push_back((tombstone, revision));
    }

    /// Whether an event of this claim at `revision` is history.
    pub fn hide(&self, claim: &ClaimId, revision: u64) -> bool {
        self.fences
            .iter()
            .any(|(fence, until)| revision <= *until && fence.covers(claim))
    }

    /// The watch, which is in order, has reached `revision`.
    pub fn watch_reached(&mut self, revision: u64) {
        self.fences.retain(|(_, until)| *until >= revision);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::from_wire;

    #[test]
    fn a_fence_hides_older_events_of_its_slot_until_the_watch_has_passed_it() {
        let mut fences = Fences::default();
        fences.add(Tombstone::up_to(from_wire("u", 0, 3).unwrap()), 100);
        assert!(fences.hide(&from_wire("u", 0, 3).unwrap(), 100));
        assert!(fences.hide(&from_wire("u", 0, 1).unwrap(), 7));
        assert!(!fences.hide(&from_wire("u", 0, 3).unwrap(), 101));
        assert!(!fences.hide(&from_wire("u", 0, 4).unwrap(), 50));
        assert!(!fences.hide(&from_wire("v", 0, 3).unwrap(), 50));
        fences.watch_reached(100);
        assert!(fences.hide(&from_wire("u", 0, 3).unwrap(), 100));
        fences.watch_reached(101);
        assert!(!fences.hide(&from_wire("u", 0, 3).unwrap(), 100));
    }

    #[test]
    fn the_number_of_fences_is_bounded() {
        let mut fences = Fences::default();
        for slot in 0..10_000 {
            fences.add(Tombstone::up_to(from_wire("u", slot, 1).unwrap()), 1);
        }
        assert_eq!(fences.fences.len(), MAX_FENCES);
    }
}
