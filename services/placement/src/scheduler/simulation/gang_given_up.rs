//! A gang of which a replica is tried no more: nothing of it is tried, until it is changed.

use hourglass_model::placement::UpdatePolicy;

use super::rolling::{carry_out, change, new_image, ripen_all, rolling_spec, the_one, update};
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::ConditionKind;

const DEADLINE: u64 = 60;

fn gang_of(replicas: i32) -> PlacementSpec {
    PlacementSpec {
        gang: true,
        start_deadline: Some(Duration::from_secs(DEADLINE)),
        ..rolling_spec(GPUS, replicas, UpdatePolicy::default(), None)
    }
}

/// Agents do what they are told, deadlines pass, and backoffs end.
fn let_time_pass(world: &mut World, rounds: usize) {
    for _ in 0..rounds {
        carry_out(world);
        world.later(Duration::from_secs(301));
        world.tick();
        world.pump();
        world.check();
    }
    carry_out(world);
}

fn epochs(world: &World) -> Vec<Epoch> {
    the_one(world).slots.iter().map(SlotRecord::highest).collect()
}

#[test]
fn a_gang_that_never_starts_comes_to_an_end_and_gives_everything_back() {
    let mut world = World::new(3);
    world.connect_all();
    world.slow_starts = true;
    world.create_one(gang_of(2));
    let_time_pass(&mut world, 30);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Failed);
    assert!(!record.waits(), "nothing of it is tried any more");
    let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
    assert_eq!(scheduled.reason, Reason::AttemptsExhausted);
    assert!(
        scheduled.message.contains("all of them or not at all"),
        "{}",
        scheduled.message
    );
    assert_eq!(
        world.core.fleet().claims_of(&record.uid).count(),
        0,
        "no room is kept"
    );

    let before = epochs(&world);
    let_time_pass(&mut world, 20);
    world.restart();
    world.connect_all();
    let_time_pass(&mut world, 20);
    assert_eq!(epochs(&world), before, "no part of it is tried alone");

    // A change of it is another try.
    world.slow_starts = false;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let_time_pass(&mut world, 2);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn a_gang_that_has_served_starts_anew_though_one_of_it_was_given_up() {
    let mut world = World::new(3);
    world.connect_all();
    world.create_one(gang_of(2));
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    // One more that never comes up beside them.
    world.slow_starts = true;
    let id = the_one(&world).id;
    let three = PlacementSpec {
        replicas: Some(3),
        ..the_one(&world).spec
    };
    let input = change(&id, three, &["spec.replicas"]);
    update(&mut world, &input);
    let_time_pass(&mut world, 30);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Degraded);
    assert!(record.slots[2].is_given_up() && record.slots[..2].iter().all(SlotRecord::serves));

    // The nodes of those that serve are lost, one after the other.
    for number in 0..2 {
        let record = the_one(&world);
        let slot = &record.slots[number];
        let of = slot.assignment.as_ref().unwrap();
        let report = PerformerReport {
            message: "its node is down".to_owned(),
            ..not_ready(&record.uid, slot.slot, slot.epoch)
        };
        let cluster = of.cluster.clone();
        world.refuse_place(&cluster, report);
    }
    world.slow_starts = false;
    // The nodes are back, as others than they were.
    let seats = ResourceName::new("example.org/seats").unwrap();
    for index in 0..CLUSTERS {
        world.members[index].more = vec![(seats.clone(), 1)];
        world.send_inventory(index);
    }
    let_time_pass(&mut world, 4);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Ready, "{:?}", record.events);
}
