//! What a changed wish makes of a placement's record, before any replica has moved. Pure.

use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;

use super::effect::Effect;
use crate::records::placement::{GangPhase, GangStartRecord};
use crate::records::{PlacementRecord, RollRecord};
use crate::scheduler::merge::Wish;

/// `record` wants `wish`, with this `effect` on its places. A place that is to be replaced stays of the generation that it
/// carries; any other one carries the new generation already.
pub fn take_wish(record: &mut PlacementRecord, wish: Wish, effect: &Effect, now: Timestamp) {
    if wish == Wish::of(record) {
        return;
    }
    record.outdate_seals();
    record.labels = wish.labels;
    record.annotations = wish.annotations;
    if wish.spec == record.spec {
        return;
    }
    let deadline = |spec: &PlacementSpec| spec.update.as_ref().and_then(|update| update.progress_deadline);
    if let Some(roll) = record.roll.as_mut() {
        // With another length of time it is late at another moment.
        roll.overdue &= deadline(&record.spec) == deadline(&wish.spec);
    }
    record.spec = wish.spec;
    record.generation = record.generation.next();
    record.revision_time = Some(now);
    let generation = record.generation;
    for slot in &mut record.slots {
        slot.forget_failures();
        if let Some(earlier) = slot
            .earlier
            .take()
            .filter(|earlier| !effect.carries(earlier.generation))
        {
            slot.may_go_back_to(earlier.generation);
        }
        for (_, assignment) in slot.places_mut() {
            if !effect.replaces(assignment) {
                assignment.generation = generation;
            }
        }
    }
    let outdated = record
        .assigned()
        .any(|(_, assignment)| !record.is_current(assignment));
    // One that was under way ends as any other does: when all serve.
    let rolls = effect.rolls() && (outdated || record.roll.is_some());
    if rolls || record.slots.len() > record.replicas() {
        record.roll = Some(RollRecord::begun(now));
    }
}

/// Slots for replicas that are wanted in addition; their epochs go on where they ended, should they have been there before. They
/// join a gang that has places already.
pub fn add_slots(record: &mut PlacementRecord, incarnation: u64, now: Timestamp) {
    if record.spec.gang && record.replicas() > record.slots.len() {
        join_what_runs(record, now);
    }
    record.add_slots(record.replicas(), incarnation);
}

/// What comes now is not started together with what has its place; unless that is behind its gates yet, when all start
/// together.
fn join_what_runs(record: &mut PlacementRecord, now: Timestamp) {
    if record.gang_is_gated() || record.assigned().next().is_none() {
        return;
    }
    if record.gang_start.is_none() {
        // It was one replica: it has no gate, and is not to get one.
        let places = record
            .slots
            .iter_mut()
            .filter_map(|slot| slot.assignment.as_mut());
        places.for_each(|assignment| assignment.ungated = true);
    }
    record.gang_start = Some(GangStartRecord {
        phase: GangPhase::Lifted,
        since: record.gang_lift_time().unwrap_or(now),
    });
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{Epoch, Generation, Slot};

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn spec(value: serde_json::Value) -> PlacementSpec {
        serde_json::from_value(value).unwrap()
    }

    fn placed() -> PlacementRecord {
        let mut placed = record("default", "web", "uid-1");
        placed.spec = spec(serde_json::json!({"performer": {"image": "a:1"}, "replicas": 2}));
        placed.slots = vec![
            slot(0, "c1", "n1", Observed::default()),
            slot(1, "c1", "n2", Observed::default()),
        ];
        placed
    }

    /// Of all generations the spec is that of now.
    fn take(record: &mut PlacementRecord, wish: Wish) {
        let effect = Effect::of(record, &wish.spec, |_| Some(&record.spec));
        take_wish(record, wish, &effect, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_change_that_pods_do_not_see_is_carried_by_them_already() {
        let mut record = placed();
        let mut wish = Wish::of(&record);
        wish.spec.priority = Some(3);
        take(&mut record, wish);
        assert_eq!(record.generation, Generation(2));
        assert!(
            record
                .assigned()
                .all(|(_, assignment)| assignment.generation == Generation(2))
        );
        assert_eq!(record.roll, None);
    }

    #[test]
    fn a_change_that_pods_see_leaves_them_what_they_are_until_they_are_replaced() {
        let mut record = placed();
        let mut wish = Wish::of(&record);
        wish.spec.performer.image = "a:2".to_owned();
        take(&mut record, wish);
        assert!(
            record
                .assigned()
                .all(|(_, assignment)| assignment.generation == Generation(1))
        );
        assert!(record.roll.is_some());
    }

    #[test]
    fn a_change_of_labels_alone_is_no_generation() {
        let mut record = placed();
        let mut wish = Wish::of(&record);
        wish.labels.insert("a".to_owned(), "b".to_owned());
        take(&mut record, wish);
        assert_eq!(record.generation, Generation(1));
        assert_eq!(record.labels["a"], "b");
        let all_old = |record: &PlacementRecord| record.assigned().all(|(_, at)| at.old_seal);
        assert!(all_old(&record), "no object knows of it");
        let mut same = placed();
        let wish = Wish::of(&same);
        take(&mut same, wish);
        assert!(!all_old(&same), "nothing has changed");
    }

    #[test]
    fn a_replica_that_comes_back_goes_on_from_its_last_epoch() {
        let mut record = placed();
        record.retired_epochs.insert(Slot(2), Epoch(7));
        record.spec.replicas = Some(4);
        add_slots(&mut record, 1, Timestamp::UNIX_EPOCH);
        let added: Vec<_> = record
            .slots
            .iter()
            .map(|slot| (slot.slot.0, slot.epoch.0))
            .collect();
        assert_eq!(added, [(0, 3), (1, 3), (2, 7), (3, 0)]);
        assert!(record.retired_epochs.is_empty());
    }
}
