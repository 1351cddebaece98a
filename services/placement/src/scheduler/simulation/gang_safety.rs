//! A gang that runs loses none that serves because another one is missing.

use hourglass_model::ids::Slot;

use super::asking::id;
use super::rolling::{carry_out, change, new_image, ripen_all, the_one, update};
use super::update_safety::places;
use super::*;
use crate::scheduler::port::{CallError, EvictReplica, UpdatePlacement};

impl World {
    pub(super) fn evict(&mut self, slot: u32) -> Result<PlacementRecord, CallError> {
        let record = the_one(self);
        let slot = Slot(slot);
        let input = EvictReplica {
            tenant: tenant(),
            id: id("p"),
            slot,
            epoch: record.slot(slot).unwrap().epoch,
            reason: "by hand".to_owned(),
            request_id: None,
            traceparent: None,
        };
        let answer = self.round(false, |core, round| core.evict_replica(&input, None, round));
        answer.unwrap().map(|answer| answer.record)
    }

    /// The cluster's scheduler says that it cannot place this replica of `p`.
    pub(super) fn refuse_slot(&mut self, slot: u32) {
        let record = the_one(self);
        let slot = record.slot(Slot(slot)).unwrap();
        let assignment = slot.assignment.as_ref().unwrap();
        let cluster = assignment.cluster.clone();
        let report = PerformerReport {
            message: "a local pod was faster".into(),
            gate: Gate::Lifted,
            ..not_ready(&record.uid, slot.slot, slot.epoch)
        };
        self.refuse_place(&cluster, report);
    }
}

/// A gang that takes the whole fleet, and serves.
fn everywhere() -> World {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(PlacementSpec {
        disruption: Some(serde_json::from_value(serde_json::json!({"minAvailable": "2"})).unwrap()),
        ..spec(GPUS, 4, true)
    });
    world.settle();
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Ready);
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted);
    world
}

fn serving(world: &World) -> usize {
    let record = the_one(world);
    let slots = record.slots.iter();
    slots.filter(|slot| slot.serves()).count()
}

#[test]
fn no_replica_of_a_gang_that_runs_is_evicted_without_room_for_its_successor() {
    let mut world = everywhere();
    let Err(CallError::Precondition(why)) = world.evict(3) else {
        panic!("it was evicted")
    };
    assert!(why.contains("no room") && why.contains("gang"), "{why}");
    assert_eq!(serving(&world), 4);
}

#[test]
fn the_others_of_a_gang_that_runs_serve_on_while_one_is_looked_for() {
    let mut world = everywhere();
    world.refuse_slot(1);
    assert_eq!(serving(&world), 3, "for one that is missing no other goes");
    let record = the_one(&world);
    assert!(record.slots[1].assignment.is_none());
    assert_eq!(record.state, PlacementState::Degraded);
    world.restart();
    world.connect_all();
    world.refuse_slot(2);
    carry_out(&mut world);
    assert!(serving(&world) >= 2);
    world.settle();
    let record = the_one(&world);
    assert_eq!(
        record.state,
        PlacementState::Ready,
        "when they are avoided no more"
    );
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted);
    world.check_settled();
}

#[test]
fn a_gang_of_which_nothing_serves_any_more_waits_whole() {
    let mut world = World::new(5);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(GPUS, 4, true));
    for _ in 0..3 {
        carry_out(&mut world);
    }
    let record = the_one(&world);
    assert_eq!(
        record.gang_start.unwrap().phase,
        GangPhase::Lifted,
        "all have nodes"
    );
    world.refuse_slot(1);
    let record = the_one(&world);
    assert_eq!(record.assigned().count(), 0);
    assert!(record.gang_start.is_none());
    world.slow_starts = false;
    world.settle();
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.check_settled();
}

fn with(of: &PlacementRecord, fields: &[&str], spec: impl FnOnce(&mut PlacementSpec)) -> UpdatePlacement {
    let mut given = of.spec.clone();
    spec(&mut given);
    change(&of.id, given, fields)
}

#[test]
fn whether_replicas_start_together_is_not_changed_while_some_have_places() {
    let mut world = World::new(5);
    world.connect_all();
    world.ask("other", spec(GPUS, 2, false));
    // Two of four find room.
    world.create_one(spec(GPUS, 4, false));
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(record.assigned().count(), 2);
    let gang = with(&record, &["spec.gang"], |spec| spec.gang = true);
    let refused = world.round(false, |core, round| core.update_placement(&gang, None, round));
    let Some(Err(CallError::Precondition(why))) = refused else {
        panic!("{refused:?}")
    };
    assert!(why.contains("spec.gang"), "{why}");
    assert_eq!(the_one(&world), record, "nothing has changed");

    world.ask("waits", spec(GPUS + 1, 2, false));
    let waits = world.core.placement(&tenant(), &id("waits")).unwrap().clone();
    let gang = with(&waits, &["spec.gang"], |spec| spec.gang = true);
    assert!(update(&mut world, &gang).spec.gang, "nothing of it has a place");
}

#[test]
fn what_is_added_joins_a_gang_that_runs_as_soon_as_each_finds_a_place() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(GPUS, 1, true));
    world.ask("other", spec(GPUS, 2, false));
    world.settle();
    let one = the_one(&world);
    let four = with(&one, &["spec.replicas"], |spec| spec.replicas = Some(4));
    update(&mut world, &four);
    let record = the_one(&world);
    assert_eq!(
        record.assigned().count(),
        2,
        "there is room for one more, which waits for no other"
    );
    assert_eq!(record.slots[0].epoch, one.slots[0].epoch);
    world.settle();
    let record = the_one(&world);
    assert!(
        record.slots[0].serves() && record.slots[1].serves(),
        "no admission is waited for"
    );
    assert_eq!(record.slots[0].epoch, one.slots[0].epoch);
    // A refusal of one takes no other, though four are never found at once.
    world.refuse_slot(1);
    assert!(the_one(&world).slots[0].serves());
    world.remove("other");
    world.settle();
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Ready);
    assert_eq!(record.slots[0].epoch, one.slots[0].epoch);
    world.check_settled();
}

#[test]
fn a_gang_that_becomes_one_replica_before_it_has_started_starts_as_that() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(GPUS, 2, true));
    let two = the_one(&world);
    assert_eq!(two.gang_start.unwrap().phase, GangPhase::Gated);
    let one = with(&two, &["spec.replicas"], |spec| spec.replicas = Some(1));
    update(&mut world, &one);
    world.settle();
    let record = the_one(&world);
    assert_eq!((record.state, record.slots.len()), (PlacementState::Ready, 1));
    world.check_settled();
}

/// A gang of which nothing serves yet, beside one that has waited for two nodes for longer.
fn starting(lifted: bool) -> World {
    let mut world = World::new(5);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(GPUS, 2, true));
    world.ask("other", spec(GPUS, 2, false));
    world.ask("older", spec(GPUS, 2, false));
    if lifted {
        for _ in 0..3 {
            carry_out(&mut world);
        }
    }
    let phase = the_one(&world).gang_start.unwrap().phase;
    assert_eq!(phase == GangPhase::Lifted, lifted);
    world
}

#[test]
fn a_corrected_gang_starts_anew_in_the_room_that_it_has() {
    for lifted in [false, true] {
        let mut world = starting(lifted);
        let before = places(&the_one(&world));
        let input = new_image(&world, 2);
        let record = update(&mut world, &input);
        let now = places(&record);
        for (before, now) in before.iter().zip(&now) {
            assert!(before.1 == now.1 && before.0 < now.0, "{before:?} {now:?}");
        }
        assert_eq!(record.gang_start.unwrap().phase, GangPhase::Gated, "whole");
        assert!(!world.is_placed("older"));
        for cut in 0..8 {
            world.happen(cut);
        }
        world.restart();
        world.connect_all();
        world.slow_starts = false;
        ripen_all(&mut world);
        world.settle();
        let record = the_one(&world);
        assert_eq!(record.state, PlacementState::Ready);
        assert!(
            record
                .assigned()
                .all(|(_, at)| at.generation == record.generation)
        );
        assert!(!world.is_placed("older"));
        world.check_settled();
    }
}

#[test]
fn a_corrected_gang_that_does_not_fit_where_it_is_waits_whole() {
    let mut world = starting(true);
    let record = the_one(&world);
    let larger = change(&record.id, spec(GPUS + 1, 1, false), &["spec.compute"]);
    let record = update(&mut world, &larger);
    assert_eq!(record.assigned().count(), 0);
    for _ in 0..3 {
        carry_out(&mut world);
    }
    assert!(world.is_placed("older"), "its room is not kept for nothing");
    assert_eq!(hourglass_engine::invariants::check(world.core.fleet()), []);
}

#[test]
fn a_gang_that_runs_is_updated_one_by_one() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(1, 3, true));
    world.settle();
    world.slow_starts = true;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for _ in 0..6 {
        carry_out(&mut world);
        assert_eq!(serving(&world), 3);
        ripen_all(&mut world);
    }
    let record = the_one(&world);
    assert_eq!(
        (record.state, record.roll.is_none()),
        (PlacementState::Ready, true)
    );
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted);
}
