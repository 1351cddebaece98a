//! A gang that runs loses none that serves because another one is missing.

use hourglass_model::ids::Slot;

use super::asking::id;
use super::rollout_rules::{carry_out, ripen_all, the_one};
use super::*;
use crate::scheduler::port::{CallError, EvictReplica};

impl World {
    pub(super) fn evict(&mut self, slot: u32) -> Result<PlacementRecord, CallError> {
        let record = the_one(self);
        let slot = Slot(slot);
        let input = EvictReplica {
            tenant: tenant(),
            id: id("p"),
            slot,
            epoch: record.slot(slot).unwrap().epoch,
            reason: String::new(),
            request_id: None,
        };
        let answer = self.round(false, |core, round| core.evict_replica(&input, None, round));
        answer.unwrap().map(|answer| answer.record)
    }

    /// The cluster's scheduler says that it cannot place this replica of `p`.
    pub(super) fn refuse(&mut self, slot: u32) {
        let record = the_one(self);
        let slot = record.slot(Slot(slot)).unwrap();
        let assignment = slot.assignment.as_ref().unwrap();
        let report = PerformerReport {
            placement_uid: record.uid.clone(),
            slot: slot.slot,
            epoch: slot.epoch,
            phase: Phase::Starting,
            ready: false,
            node: String::new(),
            endpoint: String::new(),
            reason: String::new(),
            message: "a local pod was faster".into(),
            observe_time: None,
            rejected: true,
            disruption: String::new(),
            gate: Gate::Lifted,
        };
        let mut members = self.members.iter();
        let member = members.find(|member| member.name == assignment.cluster).unwrap();
        let session = member.session.as_ref().unwrap().id.clone();
        self.round(false, |core, round| core.reported(&session, report, round));
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
    world.refuse(1);
    assert_eq!(serving(&world), 3, "for one that is missing no other goes");
    let record = the_one(&world);
    assert!(record.slots[1].assignment.is_none());
    assert_eq!(record.state, PlacementState::Degraded);
    world.restart();
    world.connect_all();
    world.refuse(2);
    carry_out(&mut world);
    assert!(serving(&world) >= 2);
    world.settle();
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Ready, "when they are avoided no more");
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
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted, "all have nodes");
    world.refuse(1);
    let record = the_one(&world);
    assert_eq!(record.assigned().count(), 0);
    assert!(record.gang_start.is_none());
    world.slow_starts = false;
    world.settle();
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.check_settled();
}
