//! Replicas that have to move, or lose their place, while an update of them gets nowhere: what has served goes on as what it is.

use hourglass_model::ids::Generation;
use hourglass_model::placement::UpdatePolicy;

use super::asking::id;
use super::availability::Availability;
use super::rolling::{
    carry_out, condition, new_image, ripen_all, rolling_spec, serving, the_one, told, update,
};
use super::update_safety::{given_up, places};
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::{ConditionKind, ConditionStatus};
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::scheduler::port::RollbackPlacement;

const FIRST: Generation = Generation(1);
const OLD: &str = "example.org/performer:1";

/// Deadlines pass until every replica was given up as what is wanted.
fn give_up(world: &mut World) {
    for _ in 0..3 * MAX_FAILED_STARTS {
        carry_out(world);
        world.start_deadlines_pass();
    }
    carry_out(world);
    let record = the_one(world);
    assert!(record.slots.iter().all(SlotRecord::is_given_up));
    assert!(
        record
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.successor.is_none())
    );
}

/// Two replicas, of which one must serve, and whose update was given up for both.
fn two_given_up(gang: bool) -> World {
    let wish = PlacementSpec {
        gang,
        ..rolling_spec(1, 2, UpdatePolicy::default(), Some("1"))
    };
    let mut world = serving(wish);
    world.slow_starts = false;
    world.settle();
    world.slow_starts = true;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    give_up(&mut world);
    world
}

/// What the performers of `p` run.
fn images(world: &World) -> BTreeSet<String> {
    let all = world.members.iter().flat_map(|member| member.performers.values());
    all.map(|performer| performer.image.clone()).collect()
}

fn generations(record: &PlacementRecord) -> Vec<Generation> {
    record.assigned().map(|(_, at)| at.generation).collect()
}

/// The cluster's scheduler does not take the pod of a replica back.
fn refuse(world: &mut World, number: usize) {
    let record = the_one(world);
    let slot = &record.slots[number];
    let cluster = slot.assignment.as_ref().unwrap().cluster.clone();
    let report = PerformerReport {
        message: "0/2 nodes are available: 1 node(s) were unschedulable".to_owned(),
        ..not_ready(&record.uid, slot.slot, slot.epoch)
    };
    world.refuse_place(&cluster, report);
}

fn undo(world: &mut World) -> PlacementRecord {
    let input = RollbackPlacement {
        tenant: tenant(),
        id: id("p"),
        revision: FIRST,
        etag: None,
        request_id: None,
        validate_only: false,
        traceparent: None,
    };
    let answer = world.round(false, |core, round| core.rollback_placement(&input, None, round));
    answer.unwrap().unwrap().placement.record
}

#[test]
fn off_a_node_that_is_emptied_it_moves_as_what_served_whatever_crashes() {
    for restarts in [false, true] {
        let mut world = two_given_up(false);
        let left = world.whereabouts(0);
        let on_it = world.on(&left);
        let mut availability = Availability::default();
        world.empty(&left);
        let moving = the_one(&world);
        let next = moving.slots.iter().find_map(|slot| slot.successor.as_ref());
        let next = next.expect("it gets a successor at once");
        assert_eq!((next.assignment.generation, next.cause), (FIRST, Reason::Drained));
        for _ in 0..=on_it {
            availability.check(&world, &BTreeSet::new());
            if restarts {
                world.restart();
                world.connect_all();
            }
            carry_out(&mut world);
            assert_eq!(images(&world), BTreeSet::from([OLD.to_owned()]));
            ripen_all(&mut world);
        }
        let record = the_one(&world);
        assert_eq!(world.on(&left), 0);
        assert_eq!(generations(&record), [FIRST, FIRST]);
        assert_eq!(record.state, PlacementState::Degraded);
        assert!(
            record
                .slots
                .iter()
                .all(|slot| slot.serves() && slot.is_given_up())
        );
        assert_eq!(condition(&record).0, ConditionStatus::False, "the update stands");
        let told = record.condition(ConditionKind::Updated).unwrap();
        assert!(
            told.message.contains("hourglass rollout undo"),
            "{}",
            told.message
        );

        let before = places(&record);
        let undone = undo(&mut world);
        carry_out(&mut world);
        assert_eq!(places(&undone), before, "nothing of it starts anew");
        let record = the_one(&world);
        assert_eq!(
            (record.state, record.roll.is_some()),
            (PlacementState::Ready, false)
        );
        assert!(
            record
                .slots
                .iter()
                .all(|slot| slot.earlier.is_none() && !slot.is_given_up())
        );
        world.settle();
        world.check_settled();
    }
}

#[test]
fn what_a_drain_has_ended_comes_back_as_what_served() {
    let mut world = two_given_up(false);
    for number in 0..2 {
        let epoch = the_one(&world).slots[number].epoch;
        refuse(&mut world, number);
        let record = the_one(&world);
        let next = record.slots[number].assignment.as_ref().expect("there is room");
        assert!(next.generation == FIRST && record.slots[number].epoch > epoch);
        assert!(record.slots[1 - number].serves());
        carry_out(&mut world);
        assert_eq!(images(&world), BTreeSet::from([OLD.to_owned()]));
        ripen_all(&mut world);
    }
    let record = the_one(&world);
    assert!(
        record
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.is_given_up())
    );
    let input = new_image(&world, 3);
    update(&mut world, &input);
    for _ in 0..3 {
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    assert_eq!(
        the_one(&world).state,
        PlacementState::Ready,
        "a correction goes on"
    );
}

#[test]
fn an_eviction_does_not_wait_for_a_successor_that_does_not_come_up() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world);
    assert!(world.evict(0).is_err(), "it is being replaced");
    world.start_deadlines_pass();
    carry_out(&mut world);
    let bad = the_one(&world).slots[0].successor.clone().expect("another try");
    assert_eq!(bad.assignment.generation, Generation(2));
    let record = world.evict(0).unwrap();
    let next = record.slots[0].successor.as_ref().unwrap();
    assert!(next.assignment.generation == FIRST && next.epoch > bad.epoch);
    carry_out(&mut world);
    assert_eq!(images(&world), BTreeSet::from([OLD.to_owned()]));
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!(generations(&record), [FIRST]);
    assert!(record.serves() && places(&record)[0].1 != places(&before)[0].1);
}

#[test]
fn what_was_given_up_can_be_evicted() {
    let mut world = given_up();
    let before = the_one(&world);
    world.evict(0).unwrap();
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert!(record.serves() && record.slots[0].is_given_up());
    assert_eq!(generations(&record), [FIRST]);
    assert_ne!(places(&record)[0].1, places(&before)[0].1);
}

#[test]
fn one_that_is_lost_while_an_update_stands_still_does_not_become_what_does_not_come_up() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    world.start_deadlines_pass();
    carry_out(&mut world);
    let bad = the_one(&world).slots[0].successor.clone().expect("another try");
    refuse(&mut world, 0);
    let slot = the_one(&world).slots[0].clone();
    assert!(slot.successor.is_none() && slot.epoch > bad.epoch);
    assert_eq!(slot.assignment.unwrap().generation, FIRST);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert!(the_one(&world).serves());
}

#[test]
fn one_that_is_lost_before_is_what_is_wanted_as_long_as_that_may_come_up() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    refuse(&mut world, 0);
    assert_eq!(
        generations(&the_one(&world)),
        [Generation(2)],
        "its successor takes over"
    );
    for _ in 0..2 {
        carry_out(&mut world);
        world.start_deadlines_pass();
    }
    assert_eq!(generations(&the_one(&world)), [FIRST], "that does not come up");
    for _ in 0..3 {
        carry_out(&mut world);
        assert_eq!(generations(&the_one(&world)), [FIRST], "and may take its time");
    }
    ripen_all(&mut world);
    assert!(the_one(&world).serves());
}

#[test]
fn what_comes_up_neither_way_has_failed_and_says_so() {
    let mut world = given_up();
    refuse(&mut world, 0);
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        let slot = &the_one(&world).slots[0];
        assert_eq!(
            slot.assignment.as_ref().map(|at| at.generation),
            Some(FIRST),
            "{failed}"
        );
        world.start_deadlines_pass();
        world.later(Duration::from_secs(301));
        world.tick();
    }
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Failed);
    assert!(!record.waits());
    let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
    assert_eq!(scheduled.reason, Reason::AttemptsExhausted);
    assert!(
        scheduled.message.contains("as generation 1 it did not"),
        "{}",
        scheduled.message
    );
    assert_eq!(told(&record, "ATTEMPTS_EXHAUSTED"), 2, "of each generation once");

    undo(&mut world);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn a_gang_that_runs_is_joined_by_what_served() {
    let mut world = two_given_up(true);
    world.refuse_slot(0);
    let record = the_one(&world);
    assert!(record.slots[1].serves());
    assert_eq!(generations(&record), [FIRST, FIRST]);
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert!(
        record
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.is_given_up())
    );
}

#[test]
fn after_the_store_is_lost_what_was_is_not_known_any_more_and_that_is_told() {
    let mut world = two_given_up(false);
    let left = world.whereabouts(0);
    world.empty(&left);
    for _ in 0..3 {
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    assert_eq!(world.on(&left), 0);
    let before = places(&the_one(&world));
    world.lose_and_find(0);
    for index in 0..CLUSTERS {
        world.uncordon(index);
    }
    let record = the_one(&world);
    assert_eq!(places(&record), before, "nothing is taken away");
    assert_eq!(generations(&record), [FIRST, FIRST]);
    assert_eq!(record.generation, Generation(2));
    world.members[left.0].cordoned.clear();
    give_up(&mut world);
    let at = world.whereabouts(0);
    world.empty(&at);
    let record = the_one(&world);
    assert!(
        record
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.successor.is_none())
    );
    let blocked = record.events.iter().find(|event| event.reason == "MOVE_BLOCKED");
    let blocked = blocked.expect("it says why");
    assert!(
        blocked.message.contains("is not kept any more"),
        "{}",
        blocked.message
    );
}
