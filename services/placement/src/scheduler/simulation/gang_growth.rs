//! A gang whose number of replicas is changed before it has started: it starts whole, with as many as are wanted now.

use super::rolling::{carry_out, change, ripen_all, the_one, update};
use super::update_safety::places;
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus};

/// A gang `p` of `replicas`, each of a whole node, behind its gates; nobody was told to make it yet.
fn gated(replicas: i32) -> World {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(GPUS, replicas, true));
    assert!(the_one(&world).gang_is_gated());
    world
}

/// The number of replicas is another one, and with `image` the performer as well.
fn resize(world: &mut World, replicas: i32, image: Option<&str>) -> PlacementRecord {
    let record = the_one(world);
    let mut given = PlacementSpec {
        replicas: Some(replicas),
        ..record.spec
    };
    let mut fields = vec!["spec.replicas"];
    if let Some(image) = image {
        given.performer.image = image.to_owned();
        fields.push("spec.performer.image");
    }
    let input = change(&record.id, given, &fields);
    update(world, &input)
}

/// Performers whose pods may be scheduled.
fn ungated(world: &World) -> usize {
    let all = world.members.iter().flat_map(|member| member.performers.values());
    all.filter(|performer| performer.gate != PodGate::Closed).count()
}

/// Makes in one cluster what was ordered, and tells of it.
fn obey_in(world: &mut World, index: usize) {
    while world.obey(index, false) {}
    world.send_inventory(index);
    world.report_all(index, false);
}

fn nodes(record: &PlacementRecord) -> Vec<String> {
    places(record).into_iter().map(|(_, place)| place).collect()
}

#[test]
fn what_is_added_behind_the_gates_starts_together_with_what_is_there() {
    for admitted in [false, true] {
        let mut world = gated(3);
        let three = the_one(&world);
        if admitted {
            // Those in one cluster are, and none of them starts.
            obey_in(&mut world, 0);
        }
        let four = resize(&mut world, 4, None);
        assert_eq!(places(&four)[..3], places(&three)[..], "no place is lost");
        assert_eq!(four.assigned().count(), 4);
        assert!(four.gang_is_gated());
        assert!(four.assigned().all(|(_, at)| !at.ungated));
        obey_in(&mut world, 0);
        assert_eq!(ungated(&world), 0, "not all are admitted");
        world.restart();
        world.connect_all();
        assert_eq!(ungated(&world), 0);
        world.settle();
        let record = the_one(&world);
        assert_eq!(record.state, PlacementState::Ready);
        assert_eq!(places(&record), places(&four));
        world.check_settled();
    }
}

#[test]
fn the_time_to_be_admitted_begins_anew_when_a_gang_grows() {
    let mut world = gated(2);
    world.later(Duration::from_secs(50));
    let four = resize(&mut world, 4, None);
    world.later(Duration::from_secs(50));
    touch(&world);
    world.tick();
    assert_eq!(places(&the_one(&world)), places(&four));
    world.later(Duration::from_secs(20));
    touch(&world);
    world.tick();
    let record = the_one(&world);
    assert!(
        record
            .events
            .iter()
            .any(|event| event.reason == "GANG_BACKED_OUT"),
        "it is not put off for ever"
    );
}

/// The agents are heard of.
fn touch(world: &World) {
    for member in &world.members {
        let cluster = world.core.clusters().get(&member.name).unwrap();
        if let Some(session) = cluster.session.as_ref() {
            session.last_seen.touch(world.clock);
        }
    }
}

#[test]
fn a_gang_that_grows_over_what_there_is_waits_whole_and_keeps_no_room_for_a_part() {
    for image in [None, Some("example.org/performer:2")] {
        let mut world = gated(2);
        world.ask("other", spec(GPUS, 2, false));
        world.ask("older", spec(GPUS, 1, false));
        assert!(!world.is_placed("older"));
        let four = resize(&mut world, 4, image);
        assert_eq!(four.assigned().count(), 0);
        assert!(four.gang_start.is_none());
        let told = four.events.iter().find(|event| event.reason == "GANG_BACKED_OUT");
        let why = &told.unwrap().message;
        assert!(why.contains("more replicas are wanted"), "{why}");
        let scheduled = four.condition(ConditionKind::Scheduled).unwrap();
        assert_eq!(scheduled.status, ConditionStatus::False, "{}", scheduled.message);
        for _ in 0..3 {
            carry_out(&mut world);
        }
        assert!(world.is_placed("older"));
        assert_eq!(ungated(&world), 3, "nothing of the gang has started");
        world.restart();
        world.connect_all();
        world.remove("older");
        world.remove("other");
        world.settle();
        ripen_all(&mut world);
        let record = the_one(&world);
        assert_eq!((record.state, record.slots.len()), (PlacementState::Ready, 4));
        world.check_settled();
    }
}

#[test]
fn a_gang_that_is_corrected_and_resized_at_once_keeps_its_room() {
    for (before, after) in [(2, 4), (3, 2), (3, 1)] {
        let mut world = gated(before);
        let first = the_one(&world);
        let record = resize(&mut world, after, Some("example.org/performer:2"));
        let kept = usize::try_from(before.min(after)).unwrap();
        assert_eq!(
            nodes(&record)[..kept],
            nodes(&first)[..kept],
            "{before} to {after}"
        );
        assert_eq!(record.slots.len(), usize::try_from(after).unwrap());
        assert_eq!(record.assigned().count(), record.slots.len());
        assert!(record.gang_is_gated());
        assert!(
            record
                .assigned()
                .all(|(_, at)| at.generation == record.generation && !at.ungated)
        );
        for cut in 0..6 {
            world.happen(cut);
        }
        world.restart();
        world.connect_all();
        world.settle();
        let settled = the_one(&world);
        assert_eq!(settled.state, PlacementState::Ready, "{before} to {after}");
        assert_eq!(places(&settled), places(&record));
        world.check_settled();
    }
}

#[test]
fn a_gang_that_waited_for_one_alone_starts_when_that_one_is_not_wanted_any_more() {
    let mut world = gated(3);
    let last = the_one(&world).slots[2]
        .assignment
        .as_ref()
        .unwrap()
        .cluster
        .clone();
    let index =
        |name: &ClusterName, world: &World| world.members.iter().position(|member| member.name == *name);
    let there = index(&last, &world).unwrap();
    let first = the_one(&world).slots[0]
        .assignment
        .as_ref()
        .unwrap()
        .cluster
        .clone();
    assert_ne!(first, last, "two clusters have to admit it");
    // All but the last are made and admitted; of that one nothing is heard.
    obey_in(&mut world, 1 - there);
    assert!(the_one(&world).gang_is_gated());
    let two = resize(&mut world, 2, None);
    assert_eq!(two.slots.len(), 2);
    assert!(
        !two.gang_is_gated(),
        "nobody has to say again that it is admitted"
    );
    world.settle();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    assert_eq!(places(&the_one(&world)), places(&two));
    world.check_settled();
}

#[test]
fn a_gang_that_grows_and_goes_back_has_the_room_of_then_when_nobody_took_it() {
    let mut world = gated(2);
    world.ask("other", spec(GPUS, 2, false));
    resize(&mut world, 4, None);
    let record = resize(&mut world, 2, None);
    assert_eq!(record.slots.len(), 2);
    for _ in 0..3 {
        carry_out(&mut world);
    }
    world.settle();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.check_settled();
}
