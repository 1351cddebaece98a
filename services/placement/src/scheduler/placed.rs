//! Placements that have places: the lowest priority among them, below which nobody can be moved, and those whose places
//! others have yet to leave.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hourglass_model::ids::PlacementUid;

use crate::records::PlacementRecord;

/// The index. It follows from the records.
#[derive(Debug, Default)]
pub struct Placed {
    priority_of: HashMap<PlacementUid, i32>,
    /// How many have each priority.
    priorities: BTreeMap<i32, usize>,
    behind_victims: BTreeSet<PlacementUid>,
}

impl Placed {
    /// From now on a placement is as `record` says.
    pub fn set(&mut self, record: &PlacementRecord) {
        let has_place = record.delete_time.is_none() && record.assigned().next().is_some();
        let priority = has_place.then(|| record.spec.priority.unwrap_or(0));
        self.set_priority(&record.uid, priority);
        if record.behind_victims().next().is_some() {
            self.behind_victims.insert(record.uid.clone());
        } else {
            self.behind_victims.remove(&record.uid);
        }
    }

    /// The placement is gone.
    pub fn forget(&mut self, uid: &PlacementUid) {
        self.set_priority(uid, None);
        self.behind_victims.remove(uid);
    }

    /// The lowest priority of any placement with a place.
    #[must_use]
    pub fn lowest_priority(&self) -> Option<i32> {
        self.priorities.keys().next().copied()
    }

    /// Placements with replicas that wait until others have left.
    #[must_use]
    pub fn behind_victims(&self) -> &BTreeSet<PlacementUid> {
        &self.behind_victims
    }

    fn set_priority(&mut self, uid: &PlacementUid, priority: Option<i32>) {
        let before = self.priority_of.get(uid).copied();
        if before == priority {
            return;
        }
        if let Some(before) = before {
            self.priority_of.remove(uid);
            if let Some(count) = self.priorities.get_mut(&before) {
                *count -= 1;
                if *count == 0 {
                    self.priorities.remove(&before);
                }
            }
        }
        if let Some(priority) = priority {
            self.priority_of.insert(uid.clone(), priority);
            *self.priorities.entry(priority).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{ClaimId, Epoch, Slot};

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn placed(id: &str, priority: i32) -> PlacementRecord {
        let mut record = record("default", id, &format!("uid-{id}"));
        record.spec.priority = Some(priority);
        record.slots = vec![slot(0, "c", "n", Observed::default())];
        record
    }

    #[test]
    fn the_lowest_priority_follows_those_that_come_and_go() {
        let mut index = Placed::default();
        assert_eq!(index.lowest_priority(), None);
        let (low, mut high) = (placed("low", -5), placed("high", 7));
        index.set(&low);
        index.set(&high);
        index.set(&placed("same", -5));
        assert_eq!(index.lowest_priority(), Some(-5));
        index.forget(&low.uid);
        assert_eq!(index.lowest_priority(), Some(-5), "another one has it too");
        index.forget(&placed("same", -5).uid);
        assert_eq!(index.lowest_priority(), Some(7));
        high.spec.priority = Some(9);
        index.set(&high);
        assert_eq!(index.lowest_priority(), Some(9));
        high.slots[0].assignment = None;
        index.set(&high);
        assert_eq!(index.lowest_priority(), None, "it has no place any more");
    }

    #[test]
    fn who_waits_behind_victims_is_known_until_they_are_gone_or_it_is_deleted() {
        let mut index = Placed::default();
        let mut preemptor = placed("high", 7);
        let victim = ClaimId {
            placement: placed("low", 0).uid,
            slot: Slot(0),
            epoch: Epoch(1),
        };
        let waits = |record: &mut PlacementRecord, waits: bool| {
            let assignment = record.slots[0].assignment.as_mut().unwrap();
            assignment.waits_for = waits.then(|| victim.clone()).into_iter().collect();
        };
        waits(&mut preemptor, true);
        index.set(&preemptor);
        assert_eq!(index.behind_victims().len(), 1);
        waits(&mut preemptor, false);
        index.set(&preemptor);
        assert!(index.behind_victims().is_empty());
        waits(&mut preemptor, true);
        preemptor.delete_time = Some(preemptor.create_time);
        index.set(&preemptor);
        assert!(index.behind_victims().is_empty());
    }
}
