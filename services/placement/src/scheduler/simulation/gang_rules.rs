//! A gang starts whole or not at all.

use std::time::Duration;

use super::asking::{full, id};
use super::*;
use crate::records::placement::Reason;

impl World {
    fn gang_phase(&self, name: &str) -> Option<GangPhase> {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        record.gang_start.map(|start| start.phase)
    }

    fn gates(&self) -> Vec<PodGate> {
        let performers = self.members.iter().flat_map(|member| member.performers.values());
        performers
            .map(|performer| performer.gate)
            .filter(|gate| *gate != PodGate::Absent)
            .collect()
    }

    fn ends(&self, name: &str) -> Vec<Reason> {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        let attempts = record.slots.iter().flat_map(|slot| &slot.attempts);
        attempts.map(|attempt| attempt.reason).collect()
    }

    /// The scheduler of its cluster could not place the first replica.
    pub(super) fn reject(&mut self, name: &str) {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        let (slot, assignment) = record.assigned().next().unwrap();
        let cluster = assignment.cluster.clone();
        let report = PerformerReport {
            message: "taken by a local pod".into(),
            gate: Gate::Lifted,
            ..not_ready(&record.uid, slot.slot, slot.epoch)
        };
        self.refuse_place(&cluster, report);
    }

    /// The reports of one cluster, in which the gates stand like this.
    fn report_gates(&mut self, index: usize, gate: Gate) {
        let member = &self.members[index];
        let id = member.session.as_ref().unwrap().id.clone();
        let gated: Vec<(SlotKey, Epoch)> = member
            .performers
            .iter()
            .filter(|(_, performer)| performer.gate == PodGate::Closed)
            .map(|(key, _)| key.clone())
            .collect();
        for (key, epoch) in gated {
            let report = PerformerReport {
                reason: "QUOTA".into(),
                message: "exceeded quota".into(),
                gate,
                ..not_ready(&key.placement_uid, key.slot, epoch)
            };
            self.say(&id, &report);
        }
    }
}

/// A gang with a replica in each cluster: of each only one node has room.
fn over_two_clusters() -> World {
    let mut world = full();
    let name = |world: &World, cluster: usize| {
        let cluster = &world.members[cluster].name;
        let mut all = world.core.placements();
        let on = |record: &&PlacementRecord| record.assigned().any(|(_, at)| at.cluster == *cluster);
        all.find(on).unwrap().id.to_string()
    };
    for cluster in 0..CLUSTERS {
        let name = name(&world, cluster);
        world.remove(&name);
        world.pump();
        world.pump();
    }
    world.ask("gang", spec(GPUS, 2, true));
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Gated));
    world
}

#[test]
fn no_gate_is_lifted_before_the_last_cluster_has_admitted_its_replica() {
    let mut world = over_two_clusters();
    while world.obey(0, false) {}
    world.report_gates(0, Gate::Admitted);
    while world.obey(0, false) {}
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Gated));
    assert_eq!(world.gates(), [PodGate::Closed]);
    while world.obey(1, false) {}
    world.report_gates(1, Gate::Creating);
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Gated));
    world.report_gates(1, Gate::Admitted);
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifting));
    world.pump();
    assert_eq!(world.gates(), [PodGate::Lifted, PodGate::Lifted]);
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifted));
    assert_eq!(world.state("gang"), PlacementState::Ready);
}

#[test]
fn a_restart_between_the_decision_to_lift_and_the_orders_lifts_all_the_same() {
    let mut world = over_two_clusters();
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
    }
    world.report_gates(0, Gate::Admitted);
    world.report_gates(1, Gate::Admitted);
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifting));
    world.restart();
    assert_eq!(
        world.gang_phase("gang"),
        Some(GangPhase::Lifting),
        "it is durable"
    );
    world.settle();
    assert_eq!(world.gates(), [PodGate::Lifted, PodGate::Lifted]);
    assert_eq!(world.state("gang"), PlacementState::Ready);
    world.check_settled();
}

#[test]
fn one_cluster_that_denies_its_replica_takes_all_back_and_is_left_out_for_a_while() {
    let mut world = over_two_clusters();
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
    }
    world.report_gates(0, Gate::Admitted);
    world.report_gates(1, Gate::Denied);
    assert_eq!(world.gang_phase("gang"), None);
    assert_eq!(world.ends("gang"), [Reason::GangBackedOut, Reason::GangBackedOut]);
    assert_eq!(world.state("gang"), PlacementState::Pending);
    world.pump();
    assert_eq!(world.gates(), [], "nothing of it is left");
    assert!(!world.is_placed("gang"), "it has nowhere else to go");
    world.settle();
    assert_eq!(world.state("gang"), PlacementState::Ready, "after its backoff");
    world.check_settled();
}

#[test]
fn a_gang_that_is_not_admitted_in_time_is_taken_back_also_after_a_restart() {
    let mut world = over_two_clusters();
    while world.obey(0, false) {}
    world.report_gates(0, Gate::Admitted);
    world.disconnect(1);
    world.restart();
    world.later(Duration::from_secs(50));
    world.tick();
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Gated));
    world.later(Duration::from_secs(11));
    world.tick();
    assert_eq!(world.gang_phase("gang"), None);
    assert_eq!(world.ends("gang"), [Reason::GangBackedOut, Reason::GangBackedOut]);
    world.settle();
    assert_eq!(world.state("gang"), PlacementState::Ready);
    world.check_settled();
}

#[test]
fn a_replica_that_no_node_takes_after_the_lift_takes_all_back() {
    let mut world = over_two_clusters();
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
    }
    world.report_gates(0, Gate::Admitted);
    world.report_gates(1, Gate::Admitted);
    while world.obey(0, false) {}
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifting));
    world.reject("gang");
    assert_eq!(world.gang_phase("gang"), None);
    assert_eq!(world.ends("gang"), [Reason::GangBackedOut, Reason::GangBackedOut]);
    world.settle();
    world.check_settled();
}

#[test]
fn a_gang_that_runs_replaces_a_lost_replica_by_itself() {
    let mut world = over_two_clusters();
    world.pump();
    world.pump();
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifted));
    let other = world
        .core
        .placements()
        .find(|record| record.id.as_str().starts_with("full") && record.delete_time.is_none())
        .unwrap()
        .id
        .to_string();
    world.remove(&other);
    world.settle();
    world.reject("gang");
    assert_eq!(world.gang_phase("gang"), Some(GangPhase::Lifted));
    assert_eq!(world.ends("gang"), [Reason::NodeRejected]);
    world.settle();
    assert_eq!(world.state("gang"), PlacementState::Ready);
    world.check_settled();
}
