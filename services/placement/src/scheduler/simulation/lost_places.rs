//! Replicas whose pod is being ended on a node that will not have the next one, in a fleet without room for a successor.

use hourglass_model::placement::{Disruption, Failover, Fencing, UpdatePolicy};

use super::asking::id;
use super::rolling::{carry_out, new_image, ripen_all, rolling_spec, serving, the_one, update};
use super::*;
use crate::records::rollout::MAX_FAILED_STARTS;

const BY_TAINT: &str = "DELETION_BY_TAINT_MANAGER";

/// A fleet of whole nodes: `p`, of this priority, on one, others of priority 0 on the rest, and all of them serve.
fn crowded(priority: i32, wish: PlacementSpec) -> World {
    let mut world = World::new(7);
    world.connect_all();
    let wish = PlacementSpec {
        priority: Some(priority),
        ..wish
    };
    world.ask("p", wish);
    for number in 1..CLUSTERS * NODES {
        world.ask(&format!("low-{number}"), spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    world.slow_starts = true;
    world
}

/// The agent of `p` says this of its only replica, whose pod is still bound to its node.
fn say(world: &mut World, disruption: &str, ready: bool) {
    let record = the_one(world);
    let slot = &record.slots[0];
    let of = slot.assignment.as_ref().unwrap();
    let report = PerformerReport {
        phase: Phase::Terminating,
        ready,
        node: of.charged_node.to_string(),
        disruption: disruption.to_owned(),
        ..not_ready(&record.uid, slot.slot, slot.epoch)
    };
    let id = world.session_of(&of.cluster);
    world.say(&id, &report);
}

/// Everything starts and ends as it should from here on.
fn come_to_rest(world: &mut World) {
    world.slow_starts = false;
    ripen_all(world);
    world.settle();
    world.check_settled();
    assert_eq!(world.state("p"), PlacementState::Ready);
}

/// The replica of `p` is where it was.
fn stays(world: &World, before: &PlacementRecord) -> bool {
    let slot = &the_one(world).slots[0];
    slot.epoch == before.slots[0].epoch && slot.assignment.is_some() && slot.successor.is_none()
}

#[test]
fn one_of_high_priority_on_a_dead_node_makes_room_though_its_pod_never_ends() {
    let mut world = crowded(100, spec(GPUS, 1, false));
    let before = the_one(&world);
    let left = before.slots[0].assignment.clone().unwrap().place();
    say(&mut world, BY_TAINT, true);
    assert!(stays(&world, &before), "it serves on for its grace period");
    say(&mut world, BY_TAINT, false);
    let slot = the_one(&world).slots[0].clone();
    let next = slot.assignment.expect("somebody less important goes");
    assert_ne!(next.place(), left);
    assert_eq!(next.waits_for.len(), 1);
    let attempt = slot.attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::Drained);
    assert!(attempt.message.contains(BY_TAINT), "{}", attempt.message);
    come_to_rest(&mut world);
}

#[test]
fn one_that_may_make_nobody_go_waits_and_says_so() {
    let mut world = crowded(0, spec(GPUS, 1, false));
    say(&mut world, BY_TAINT, false);
    let record = the_one(&world);
    assert!(record.slots[0].assignment.is_none());
    assert_eq!(record.state, PlacementState::Pending);
    assert_ne!(
        world.scheduled("p"),
        Reason::Decided,
        "it does not say that every replica has a place"
    );
    world.remove("low-1");
    carry_out(&mut world);
    assert!(
        the_one(&world).slots[0].assignment.is_some(),
        "what becomes free is its"
    );
}

#[test]
fn an_update_that_finds_no_room_beside_it_gives_the_lost_place_up_as_well() {
    let wish = rolling_spec(GPUS, 1, UpdatePolicy::default(), None);
    let mut world = crowded(100, wish);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let before = the_one(&world);
    assert!(stays(&world, &before), "nothing is taken from what serves");
    say(&mut world, BY_TAINT, false);
    let record = the_one(&world);
    let next = record.slots[0].assignment.as_ref().expect("somebody goes");
    assert_eq!(next.generation, record.generation);
    come_to_rest(&mut world);
}

#[test]
fn what_its_node_takes_back_stays() {
    let mut world = crowded(100, spec(GPUS, 1, false));
    let before = the_one(&world);
    // Somebody ends the pod; the next one comes to the same node.
    say(&mut world, "EVICTION_BY_EVICTION_API", false);
    assert!(stays(&world, &before));
}

#[test]
fn what_is_evicted_from_a_node_that_takes_no_others_gives_its_place_up() {
    let mut world = crowded(100, spec(GPUS, 1, false));
    let place = the_one(&world).slots[0].assignment.clone().unwrap();
    let at = world
        .members
        .iter()
        .position(|member| member.name == place.cluster);
    world.members[at.unwrap()]
        .cordoned
        .insert(place.charged_node.clone());
    world.send_inventory(at.unwrap());
    let before = the_one(&world);
    say(&mut world, "NODE_CORDONED", false);
    assert!(stays(&world, &before), "it may serve again in a moment");
    say(&mut world, "EVICTION_BY_EVICTION_API", false);
    let next = the_one(&world).slots[0]
        .assignment
        .clone()
        .expect("somebody goes");
    assert_ne!(next.place(), place.place());
}

/// `p` alone in a fleet where nothing becomes ready any more; its node is dead, and so many successors were late.
fn late_beside_a_dead_node(wish: PlacementSpec, many: u32) -> World {
    let mut world = serving(wish);
    let epoch = the_one(&world).slots[0].epoch;
    for member in &mut world.members {
        let all = member.performers.iter_mut();
        for (_, performer) in all.filter(|((_, of), _)| *of == epoch) {
            performer.ready = false;
            // Its pods never end.
            member.hung.insert(performer.node.clone());
        }
    }
    say(&mut world, BY_TAINT, false);
    for late in 1..=many {
        assert!(the_one(&world).slots[0].successor.is_some(), "{late}");
        be_late(&mut world);
    }
    world
}

/// What is to follow in the slot of `p` is not ready by its deadline.
fn be_late(world: &mut World) {
    let before = the_one(world).slots[0].epoch;
    carry_out(world);
    say(world, BY_TAINT, false);
    assert_eq!(the_one(world).slots[0].epoch, before);
    world.start_deadlines_pass();
}

#[test]
fn one_whose_successors_never_start_has_nothing_to_stay_for_and_comes_back() {
    let mut world = late_beside_a_dead_node(spec(GPUS, 1, false), MAX_FAILED_STARTS);
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert_eq!(
        slot.attempts.last().unwrap().reason,
        Reason::Drained,
        "{:?}",
        slot.attempts
    );
    assert_eq!(slot.failed_starts, 0, "it had served");
    assert!(slot.assignment.is_some() && slot.successor.is_none());
    world.slow_starts = false;
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Ready, "{:?}", record.events);
}

#[test]
fn it_waits_in_its_turn_where_there_is_no_room_and_does_not_say_that_it_has_a_place() {
    let mut world = late_beside_a_dead_node(spec(GPUS, 1, false), MAX_FAILED_STARTS - 1);
    carry_out(&mut world);
    world.slow_starts = false;
    for number in 2..CLUSTERS * NODES {
        world.ask(&format!("other-{number}"), spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    world.slow_starts = true;
    // An agent here counts what is left of a slot, whatever its epoch: what was late would hold its node as well.
    for member in &mut world.members {
        member.hung.clear();
    }
    say(&mut world, BY_TAINT, false);
    be_late(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].assignment.is_none() && record.waits());
    assert_eq!(record.state, PlacementState::Pending);
    let why = world.scheduled("p");
    assert!(matches!(why, Reason::NoCapacity | Reason::Avoided), "{why:?}");
    carry_out(&mut world);
    assert_eq!(
        world.state("p"),
        PlacementState::Pending,
        "where there is room it was late"
    );
    world.slow_starts = false;
    world.later(Duration::from_secs(301));
    world.tick();
    carry_out(&mut world);
    assert_eq!(world.state("p"), PlacementState::Ready);
}

#[test]
fn one_that_never_starts_again_after_its_node_died_comes_to_an_end_and_says_so() {
    let mut world = late_beside_a_dead_node(spec(GPUS, 1, false), MAX_FAILED_STARTS);
    let mut most = 0;
    for _ in 0..4 * MAX_FAILED_STARTS {
        carry_out(&mut world);
        world.start_deadlines_pass();
        let slot = &the_one(&world).slots[0];
        most = most.max(slot.failed_starts);
        if slot.assignment.is_none() {
            assert_ne!(world.scheduled("p"), Reason::Decided);
        }
    }
    let record = the_one(&world);
    assert_eq!((most, record.state), (MAX_FAILED_STARTS, PlacementState::Failed));
    assert_eq!(world.scheduled("p"), Reason::AttemptsExhausted);
    assert!(record.slots[0].assignment.is_none() && !record.waits());
}

#[test]
fn with_strict_fencing_it_stays_and_does_not_say_that_it_has_a_place() {
    let wish = PlacementSpec {
        failover: Some(Failover {
            fencing: Some(Fencing::Strict),
            ..Failover::default()
        }),
        ..spec(GPUS, 1, false)
    };
    let world = late_beside_a_dead_node(wish, MAX_FAILED_STARTS);
    let record = the_one(&world);
    assert!(record.slots[0].assignment.is_some());
    assert_eq!(world.scheduled("p"), Reason::AttemptsExhausted);
    assert_eq!(record.state, PlacementState::Failed);
}

#[test]
fn strict_fencing_starts_no_other_while_the_pod_is_still_there() {
    let wish = PlacementSpec {
        failover: Some(Failover {
            fencing: Some(Fencing::Strict),
            ..Failover::default()
        }),
        disruption: Some(Disruption {
            min_available: Some("1".to_owned()),
        }),
        ..spec(GPUS, 1, false)
    };
    let mut world = crowded(100, wish);
    let before = the_one(&world);
    say(&mut world, BY_TAINT, false);
    assert!(stays(&world, &before));
    let record = world.core.placement(&tenant(), &id("p")).unwrap();
    let told = record.events.back().unwrap();
    assert_eq!(told.reason, "MOVE_BLOCKED");
}
