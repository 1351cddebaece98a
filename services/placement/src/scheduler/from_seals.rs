//! What the seals of several performers say together of their placement. Pure.
//!
//! Each seal was made when its performer was last told something, so one may know of changes of which another does not. The
//! last wish counts, in whatever order they are found; so does what a person has changed since the store was lost. What
//! carries an earlier spec is replaced, as by any update.

use hourglass_model::ids::{Generation, Slot};
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;

use super::rollout::Effect;
use super::rollout::effect::pods_differ;
use crate::records::{AssignmentRecord, PlacementRecord, RollRecord, SealedPlacement, SlotRecord};

/// A spec that some place may carry, and that is not the one that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// Its generation.
    pub generation: Generation,
    /// The spec.
    pub spec: PlacementSpec,
    /// Since when it was wanted.
    pub since: Timestamp,
}

/// Whether `record` has nothing to learn from `sealed`.
#[must_use]
pub fn agree(record: &PlacementRecord, sealed: &SealedPlacement) -> bool {
    (record.generation, record.update_time) == (sealed.generation, sealed.update_time)
        && record.etag == sealed.etag
}

/// `record` wants what was wished last, by itself or by `sealed`; gives the spec of the other one, when it is another.
/// `spec_of` gives the specs of `record` that are kept, its own too.
pub fn take_last_wish<'a>(
    record: &mut PlacementRecord,
    sealed: &SealedPlacement,
    spec_of: impl Fn(Generation) -> Option<&'a PlacementSpec>,
) -> Option<Earlier> {
    let same = sealed.spec == record.spec;
    let before = record.generation;
    let is_later = (sealed.update_time, sealed.generation) > (record.update_time, record.generation);
    let wanted = if is_later { &sealed.spec } else { &record.spec };
    // Of two specs the one that is wanted has the higher generation, be it that both were given the same.
    let (winner, loser) = if is_later {
        (sealed.generation, before)
    } else {
        (before, sealed.generation)
    };
    let generation = if same || winner > loser {
        winner.max(loser)
    } else {
        loser.next()
    };
    let effect = Effect::of(record, wanted, spec_of);
    for (_, assignment) in record.slots.iter_mut().flat_map(SlotRecord::places_mut) {
        if !effect.replaces(assignment) {
            assignment.generation = generation;
        }
    }
    record.generation = generation;
    if is_later || generation != before {
        record.outdate_seals();
    }
    if !is_later {
        return (!same).then(|| Earlier {
            generation: sealed.generation,
            spec: sealed.spec.clone(),
            since: sealed.update_time,
        });
    }
    let earlier = (!same).then(|| Earlier {
        generation: before,
        spec: record.spec.clone(),
        since: record.revision_time.unwrap_or(record.create_time),
    });
    record.labels.clone_from(&sealed.labels);
    record.annotations.clone_from(&sealed.annotations);
    record.spec.clone_from(&sealed.spec);
    record.etag.clone_from(&sealed.etag);
    record.update_time = sealed.update_time;
    if !same {
        record.revision_time = Some(sealed.update_time);
    }
    earlier
}

/// Slots for all replicas that are wanted, and for the one that was found though it is not wanted any more. None of them was
/// found so far: they may run in clusters that are not back yet.
pub fn add_slots_up_to(record: &mut PlacementRecord, found: Slot) {
    let found = usize::try_from(found.0).map_or(usize::MAX, |found| found.saturating_add(1));
    record.add_slots(record.replicas().max(found), 0);
}

/// The generation of a place that was found with `sealed`: the one that is wanted, when its pods would be no others.
#[must_use]
pub fn generation_of<'a>(
    record: &'a PlacementRecord,
    sealed: &'a SealedPlacement,
    spec_of: impl Fn(Generation) -> Option<&'a PlacementSpec>,
) -> Generation {
    let carried = sealed.assignment.generation;
    let spec = if carried == sealed.generation {
        Some(&sealed.spec)
    } else {
        spec_of(carried)
    };
    match spec {
        Some(spec) if !pods_differ(spec, &record.spec) => record.generation,
        _ => carried,
    }
}

/// What was found is not all as it is wanted: an update is under way.
pub fn begin_roll(record: &mut PlacementRecord, now: Timestamp) {
    let outdated = |(_, assignment): (&SlotRecord, &AssignmentRecord)| !record.is_current(assignment);
    let rolls = record.slots.len() > record.replicas() || record.assigned().any(outdated);
    if rolls && record.roll.is_none() {
        record.roll = Some(RollRecord::begun(now));
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{ClusterUid, Epoch};

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The seal of replica 0 after the change at `second` to these.
    fn sealed(generation: u64, second: i64, replicas: i32, image: &str) -> SealedPlacement {
        let mut placement = record("default", "web", "uid-1");
        let spec = serde_json::json!({"performer": {"image": image}, "replicas": replicas});
        placement.spec = serde_json::from_value(spec).unwrap();
        placement.generation = Generation(generation);
        placement.update_time = at(second);
        placement.etag = format!("{image}-{replicas}");
        let mut place = slot(0, "c1", "n1", Observed::default()).assignment.unwrap();
        place.generation = placement.generation;
        let uid = ClusterUid::new("uid-c1").unwrap();
        SealedPlacement::of(&placement, Slot(0), Epoch(3), &place, uid)
    }

    fn found(by: &SealedPlacement) -> PlacementRecord {
        let mut found = by.placement(1);
        let generation = generation_of(&found, by, |_| None);
        found.slots[0].assignment = Some(AssignmentRecord {
            generation,
            ..by.assignment.clone()
        });
        found
    }

    fn joined(first: &SealedPlacement, second: &SealedPlacement) -> (PlacementRecord, Option<Earlier>) {
        let before = found(first);
        let mut record = before.clone();
        let of = |generation| (generation == before.generation).then_some(&before.spec);
        let earlier = take_last_wish(&mut record, second, of);
        add_slots_up_to(&mut record, second.slot);
        (record, earlier)
    }

    #[test]
    fn the_last_wish_counts_in_both_orders() {
        let (one, three) = (sealed(1, 10, 1, "a:1"), sealed(2, 20, 3, "a:1"));
        for (first, second) in [(&one, &three), (&three, &one)] {
            let (record, _) = joined(first, second);
            assert_eq!((record.generation, record.replicas()), (Generation(2), 3));
            assert_eq!((record.slots.len(), &record.etag), (3, &three.etag));
            assert_eq!(generation_of(&record, &one, |_| None), Generation(2));
            let mut places = record.assigned();
            assert!(places.all(|(_, at)| record.is_current(at)), "no pod is another");
        }
    }

    #[test]
    fn what_carries_an_earlier_image_is_outdated_in_both_orders() {
        let (old, new) = (sealed(1, 10, 1, "a:1"), sealed(2, 20, 1, "a:2"));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let (mut record, earlier) = joined(first, second);
            assert_eq!(record.spec, new.spec);
            let earlier = earlier.unwrap();
            assert_eq!(
                (earlier.generation, earlier.spec),
                (Generation(1), old.spec.clone())
            );
            assert_eq!(generation_of(&record, &old, |_| None), Generation(1));
            assert_eq!(generation_of(&record, &new, |_| None), Generation(2));
            if first == &old {
                begin_roll(&mut record, at(30));
                assert!(record.roll.is_some());
            }
        }
    }

    #[test]
    fn what_a_person_has_changed_since_is_the_last_wish() {
        // Generation 2 was given twice: before the loss, and after it.
        let (changed_since, before) = (sealed(2, 50, 2, "a:3"), sealed(2, 20, 1, "a:2"));
        let (record, earlier) = joined(&changed_since, &before);
        assert_eq!(record.spec, changed_since.spec);
        assert_eq!(record.generation, Generation(3), "above both");
        assert_eq!(earlier.unwrap().spec, before.spec);
        assert!(record.assigned().all(|(_, at)| record.is_current(at)));
        assert_eq!(generation_of(&record, &before, |_| None), Generation(2));
    }

    #[test]
    fn labels_alone_are_taken_too() {
        let old = sealed(1, 10, 1, "a:1");
        let mut labelled = sealed(1, 20, 1, "a:1");
        labelled.labels.insert("a".to_owned(), "b".to_owned());
        labelled.etag = "other".to_owned();
        for (first, second) in [(&old, &labelled), (&labelled, &old)] {
            assert!(!agree(&found(first), second));
            let (record, earlier) = joined(first, second);
            assert_eq!(
                (record.labels["a"].as_str(), record.etag.as_str()),
                ("b", "other")
            );
            assert_eq!((record.generation, earlier), (Generation(1), None));
        }
        assert!(agree(&found(&old), &old));
    }

    #[test]
    fn one_that_is_not_wanted_any_more_has_a_slot_all_the_same() {
        let mut record = found(&sealed(2, 20, 1, "a:1"));
        record.retired_epochs.insert(Slot(2), Epoch(7));
        add_slots_up_to(&mut record, Slot(2));
        let slots: Vec<_> = record
            .slots
            .iter()
            .map(|slot| (slot.slot.0, slot.epoch.0))
            .collect();
        assert_eq!(slots, [(0, 0), (1, 0), (2, 7)], "without gaps");
        assert!(record.retired_epochs.is_empty());
        begin_roll(&mut record, at(30));
        assert!(record.roll.is_some(), "it is on its way out");
    }
}
