//! Rolls and room: a successor makes room for a higher priority, a start counts from when there was room, and what could
//! not be stored is not begun.

use hourglass_model::ids::DeviceId;
use hourglass_model::placement::UpdatePolicy;
use hourglass_model::render::{DeviceGrant, GpuGrant, GrantedDevice};

use super::asking::{full, id};
use super::rolling::{
    carry_out, change, condition, new_image, ripen_all, rolling_spec, serving, the_one, update,
};
use super::*;
use crate::records::placement::ConditionStatus;
use crate::records::{AssignmentRecord, room};
use crate::scheduler::port::{CallError, ExplainSubject};

fn important(priority: i32, wish: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        ..wish
    }
}

/// The wish, bound to the node of a place.
fn bound_to(place: &AssignmentRecord, mut wish: PlacementSpec) -> PlacementSpec {
    wish.node_rules.get_or_insert_default().hostnames = vec![place.charged_node.to_string()];
    wish.cluster_rules.get_or_insert_default().include = vec![place.cluster.to_string()];
    wish
}

/// A full world: one replica of `p`, which has to go on serving, its successor on the way, and two that are more important.
fn rolling_in_a_full_world() -> World {
    let mut world = World::new(7);
    world.connect_all();
    for name in ["top-0", "top-1"] {
        world.ask(name, important(30, spec(GPUS, 1, false)));
    }
    let one_must = rolling_spec(GPUS, 1, UpdatePolicy::default(), Some("1"));
    world.ask("p", one_must);
    carry_out(&mut world);
    world.slow_starts = true;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].successor.is_some());
    world
}

impl World {
    /// Asks for the node of the successor of `p`, or of what it is to follow.
    fn ask_for_node_of(&mut self, successor: bool) {
        let slot = the_one(self).slots[0].clone();
        let place = if successor {
            slot.successor.map(|one| one.assignment)
        } else {
            slot.assignment
        };
        let wish = important(10, spec(GPUS, 1, false));
        self.ask("high", bound_to(&place.unwrap(), wish));
    }
}

#[test]
fn a_successor_makes_room_for_a_higher_priority_and_what_it_was_to_follow_serves_on() {
    let mut world = rolling_in_a_full_world();
    let before = the_one(&world);
    let victim = before.slots[0].successor.as_ref().unwrap().epoch;
    world.ask_for_node_of(true);
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert!(slot.serves() && slot.epoch == before.slots[0].epoch && slot.successor.is_none());
    let attempt = slot.attempts.last().unwrap();
    assert_eq!((attempt.epoch, attempt.reason), (victim, Reason::Preempted));
    assert!(!record.waits(), "it has a place");
    assert_eq!(world.scheduled("p"), Reason::Decided, "and does not look for one");
    carry_out(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].serves(), "only the successor was removed");
    assert_eq!(
        condition(&record),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
    ripen_all(&mut world);
    assert_eq!(world.state("high"), PlacementState::Ready);

    world.remove("high");
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].epoch > victim, "no epoch is given twice");
    assert_eq!(
        (record.state, record.roll.is_none()),
        (PlacementState::Ready, true)
    );
}

#[test]
fn a_crash_after_any_step_of_that_changes_nothing_of_how_it_ends() {
    for cut in 0..12 {
        let mut world = rolling_in_a_full_world();
        world.ask_for_node_of(true);
        for number in 0..cut {
            world.happen(number);
            assert!(the_one(&world).slots[0].serves(), "cut {cut}");
        }
        world.restart();
        world.connect_all();
        world.slow_starts = false;
        carry_out(&mut world);
        ripen_all(&mut world);
        world.settle();
        world.check_settled();
        assert_eq!(world.state("high"), PlacementState::Ready, "cut {cut}");
        let record = the_one(&world);
        assert!(
            record.slots[0].serves() && record.slots[0].attempts.len() == 1,
            "cut {cut}"
        );
        let roll = record.roll.unwrap();
        assert!(roll.blocked.is_some(), "cut {cut}");
    }
}

#[test]
fn what_has_to_serve_makes_no_room_before_its_successor_serves() {
    let mut world = rolling_in_a_full_world();
    world.ask_for_node_of(false);
    assert_eq!(
        world.state("high"),
        PlacementState::Pending,
        "it would take what serves"
    );
    let notes = world.core.waiting_notes(&[high(&world)].into());
    let failure = notes[&high(&world)].failure.clone().unwrap();
    assert!(
        failure.message().contains("disruption.minAvailable"),
        "{}",
        failure.message()
    );
    let subject = ExplainSubject::Existing(tenant(), id("high"));
    let told = world.core.explain(&subject).unwrap();
    assert!(told.victims.is_empty());
    assert!(
        told.explanation.summary.contains("disruption.minAvailable"),
        "{}",
        told.explanation.summary
    );
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].serves());
    // The successor serves, and the node is free.
    ripen_all(&mut world);
    ripen_all(&mut world);
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert_eq!(world.state("p"), PlacementState::Ready);
}

#[test]
fn what_can_be_spared_once_others_serve_makes_room_then() {
    let mut world = World::new(7);
    world.slow_starts = true;
    world.connect_all();
    for name in ["top-0", "top-1"] {
        world.ask(name, important(30, spec(GPUS, 1, false)));
    }
    world.ask("p", rolling_spec(GPUS, 2, UpdatePolicy::default(), Some("1")));
    carry_out(&mut world);
    // Of two replicas one serves.
    let first = the_one(&world).slots[0].clone();
    for member in &mut world.members {
        for ((key, _), performer) in &mut member.performers {
            performer.ready = key.slot == first.slot;
        }
    }
    carry_out(&mut world);
    world.ask_for_node_of(false);
    assert_eq!(world.state("high"), PlacementState::Pending);
    ripen_all(&mut world);
    ripen_all(&mut world);
    assert_eq!(
        world.state("high"),
        PlacementState::Ready,
        "the second one serves now"
    );
    let record = the_one(&world);
    assert_eq!(record.slots[0].attempts.last().unwrap().reason, Reason::Preempted);
    assert!(record.slots[1].serves());
}

fn high(world: &World) -> PlacementUid {
    let record = world.core.placement(&tenant(), &id("high"));
    record.unwrap().uid.clone()
}

#[test]
fn what_takes_the_room_of_others_has_its_time_to_start_from_when_they_have_left() {
    let mut world = full();
    world.slow_starts = true;
    world.ask("high", important(10, spec(GPUS, 1, false)));
    let place = |world: &World| {
        let record = world.core.placement(&tenant(), &id("high")).unwrap();
        record.slots[0].clone()
    };
    let first = place(&world).epoch;
    world.later(Duration::from_secs(540));
    world.tick();
    carry_out(&mut world);
    let assignment = place(&world).assignment.unwrap();
    let length = assignment
        .room_time
        .unwrap()
        .duration_since(assignment.decide_time);
    assert!(length >= SignedDuration::from_secs(540), "{length:?}");
    assert!(assignment.observed.phase.is_applied());

    world.later(Duration::from_secs(500));
    world.tick();
    assert_eq!(place(&world).epoch, first, "ten minutes after the decision");
    // What is stored counts after a crash as well.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    world.tick();
    assert_eq!(place(&world).epoch, first);
    world.later(Duration::from_secs(100));
    world.tick();
    let late = place(&world);
    let attempt = late.attempts.last().unwrap();
    assert_eq!(
        (attempt.epoch, attempt.reason),
        (first, Reason::StartDeadlineExceeded)
    );
}

/// A place as large as the devices of a node make it.
fn with_devices(mut assignment: AssignmentRecord, number: usize) -> AssignmentRecord {
    let driver = ["d"; 30].join(".");
    let devices = (0..number).map(|index| GrantedDevice {
        id: DeviceId::new(format!("{driver}/pool/gpu-{index}")).unwrap(),
        milli: 1000,
        identity: None,
    });
    assignment.offer.gpu = Some(GpuGrant::Devices(DeviceGrant {
        class: "class".to_owned(),
        devices: devices.collect(),
        kind: Vec::new(),
        memory_mib: None,
    }));
    assignment
}

fn with_large_place(mut record: PlacementRecord, devices: usize) -> PlacementRecord {
    let slot = &mut record.slots[0];
    slot.assignment = slot.assignment.take().map(|place| with_devices(place, devices));
    record
}

#[test]
fn an_update_that_could_not_be_stored_is_refused_and_one_whose_successor_could_not_is_blocked() {
    let mut world = serving(spec(1, 1, false));
    // As large as it may be, but for some hundred bytes.
    let record = the_one(&world);
    let fits = |devices: usize| room::check(&with_large_place(record.clone(), devices), &[], &[]).is_ok();
    let (mut most, mut over) = (0, 16 * 1024);
    assert!(fits(most) && !fits(over));
    while over - most > 1 {
        let middle = most.midpoint(over);
        if fits(middle) {
            most = middle;
        } else {
            over = middle;
        }
    }
    let large = with_large_place(record.clone(), most - 3);
    world
        .core
        .placements
        .update(&record.uid, |record| *record = large);

    let mut wish = serde_json::to_value(&record.spec).unwrap();
    wish["performer"]["config"]["args"] = serde_json::json!(["x".repeat(2000)]);
    let wish = serde_json::from_value(wish).unwrap();
    let input = change(&record.id, wish, &["spec.performer.config"]);
    let answer = world.round(false, |core, round| core.update_placement(&input, None, round));
    let Some(Err(CallError::Precondition(why))) = answer else {
        panic!("{answer:?}")
    };
    assert!(why.contains("over the limit"), "{why}");
    let kept = the_one(&world);
    assert_eq!((kept.generation, &kept.spec), (record.generation, &record.spec));

    // The same length: it is taken, and there is no room for two places.
    let mut wish = record.spec.clone();
    let image = wish.performer.image.clone();
    wish.performer.image = image.replace(":1", ":2");
    let input = change(&record.id, wish, &["spec.performer.image"]);
    let updated = update(&mut world, &input);
    let roll = updated.roll.as_ref().unwrap();
    assert!(
        roll.blocked.as_ref().unwrap().contains("over the limit"),
        "{roll:?}"
    );
    assert!(updated.slots[0].serves() && updated.slots[0].successor.is_none());
}

#[test]
fn room_that_it_cannot_use_again_is_nothing_to_wait_for() {
    let mut world = World::new(7);
    world.connect_all();
    world.ask("p", important(100, spec(GPUS, 1, false)));
    for number in 1..CLUSTERS * NODES {
        world.ask(&format!("low-{number}"), spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    let record = the_one(&world);
    let place = record.slots[0].assignment.clone().unwrap();
    let report = PerformerReport {
        reason: "Unschedulable".to_owned(),
        message: "the node is down".to_owned(),
        ..not_ready(&record.uid, record.slots[0].slot, record.slots[0].epoch)
    };
    world.refuse_place(&place.cluster, report);
    let after = the_one(&world);
    let next = after.slots[0]
        .assignment
        .as_ref()
        .expect("it takes the place of one less important");
    assert_ne!(
        (&next.cluster, &next.charged_node),
        (&place.cluster, &place.charged_node)
    );
    assert_eq!(next.waits_for.len(), 1);
    world.settle();
    world.check_settled();
}
