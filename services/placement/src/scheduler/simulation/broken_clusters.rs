//! Clusters that take what they are told and start nothing: their schedulers give no pod a node, or none of their nodes gets one
//! to start. What may go elsewhere does so before its attempts are spent, and has not failed by what is the cluster's doing.

use super::no_pods::in_one_cluster;
use super::rolling::{carry_out, new_image, ripen_all, serving, the_one, told, update};
use super::*;
use crate::records::rollout::MAX_FAILED_STARTS;

/// A connected world with `p`, which goes to the first cluster first.
fn preferring(pods: Pods, replicas: i32) -> World {
    let mut world = World::new(19);
    world.members[0].pods = pods;
    world.connect_all();
    world.create_one(to_the_first(spec(1, replicas, false)));
    carry_out(&mut world);
    world
}

pub(super) fn to_the_first(wish: PlacementSpec) -> PlacementSpec {
    let mut wish = serde_json::to_value(wish).unwrap();
    wish["clusterPreferences"] = serde_json::json!([{"clusters": ["c0"]}]);
    serde_json::from_value(wish).unwrap()
}

/// Where the first replica of `p` has come to nothing, the earliest first.
fn attempts(world: &World) -> Vec<(String, String)> {
    let record = the_one(world);
    let attempts = record.slots[0].attempts.iter();
    attempts
        .map(|of| {
            let node = of.node.as_ref().unwrap();
            (of.cluster.to_string(), node.to_string())
        })
        .collect()
}

#[test]
fn what_a_cluster_gives_no_node_goes_to_another_and_has_not_failed() {
    let mut world = preferring(Pods::GetNoNode, 1);
    assert_eq!(world.place_of_p(), Some(0));
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(1), "no other node of it is tried");
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert_eq!(slot.failed_starts, 0);
    let attempt = slot.attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::StartDeadlineExceeded);
    assert!(
        attempt
            .message
            .contains("cluster c0 has given its pod no node within 600s"),
        "{}",
        attempt.message
    );
    carry_out(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn where_only_a_cluster_may_take_it_that_gives_no_nodes_it_never_fails() {
    let mut world = World::new(19);
    world.members[0].pods = Pods::GetNoNode;
    world.connect_all();
    world.create_one(in_one_cluster(spec(1, 1, false)));
    for _ in 0..2 * MAX_FAILED_STARTS {
        carry_out(&mut world);
        world.start_deadlines_pass();
        assert_eq!(the_one(&world).state, PlacementState::Pending);
        assert_eq!(world.scheduled("p"), Reason::Avoided);
        let why = world.why_not("p");
        assert!(why.contains("its pod got no node there at"), "{why}");
        world.later(Duration::from_secs(301));
        world.tick();
        assert_eq!(world.place_of_p(), Some(0), "it is tried again");
    }
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
    world.members[0].pods = Pods::Start;
    world.slow_starts = true;
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn a_pod_that_the_scheduler_turns_away_at_the_very_end_has_failed_at_its_node() {
    let mut world = preferring(Pods::GetNoNode, 1);
    let record = the_one(&world);
    let (slot, assignment) = record.assigned().next().unwrap();
    let report = PerformerReport {
        reason: "UNSCHEDULABLE".to_owned(),
        ..not_ready(&record.uid, slot.slot, slot.epoch)
    };
    let session = world.session_of(&assignment.cluster);
    world.say(&session, &report);
    world.start_deadlines_pass();
    assert_eq!(the_one(&world).slots[0].failed_starts, 1);
    assert_eq!(world.place_of_p(), Some(0), "its other node");
}

#[test]
fn a_second_node_of_a_cluster_that_starts_nothing_is_the_last_one_before_another_cluster() {
    let mut world = preferring(Pods::StayDown, 1);
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(0), "one node proves nothing");
    carry_out(&mut world);
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(1));
    let tried = attempts(&world);
    assert_eq!((tried[0].0.as_str(), tried[1].0.as_str()), ("c0", "c0"));
    assert_ne!(tried[0].1, tried[1].1);
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(
        (record.state, record.slots[0].failed_starts),
        (PlacementState::Ready, 0)
    );
}

#[test]
fn a_restart_of_the_server_does_not_forget_the_first_node() {
    let mut world = preferring(Pods::StayDown, 1);
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(0));
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(1));
}

#[test]
fn replicas_that_are_late_together_leave_the_cluster_together() {
    let mut world = preferring(Pods::StayDown, 8);
    let in_first = |world: &World| {
        let record = the_one(world);
        record
            .assigned()
            .filter(|(_, at)| at.cluster.as_str() == "c0")
            .count()
    };
    assert_eq!(in_first(&world), 8, "on both of its nodes");
    world.start_deadlines_pass();
    let record = the_one(&world);
    assert_eq!((in_first(&world), record.assigned().count()), (0, 8));
    carry_out(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn where_only_a_cluster_may_take_it_that_starts_nothing_there_is_an_end() {
    let mut world = World::new(19);
    world.members[0].pods = Pods::StayDown;
    world.connect_all();
    world.create_one(in_one_cluster(spec(1, 1, false)));
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        assert_eq!(
            world.place_of_p(),
            Some(0),
            "{failed}: the next node is tried at once"
        );
        world.start_deadlines_pass();
        assert_eq!(the_one(&world).slots[0].failed_starts, failed);
    }
    assert_eq!(world.scheduled("p"), Reason::AttemptsExhausted);
}

#[test]
fn what_starts_in_no_cluster_fails_after_as_many_attempts_as_ever() {
    let mut world = preferring(Pods::StayDown, 1);
    world.members[1].pods = Pods::StayDown;
    for failed in 1..=MAX_FAILED_STARTS {
        assert_eq!(the_one(&world).state, PlacementState::Applied, "{failed}");
        world.start_deadlines_pass();
        carry_out(&mut world);
        assert_eq!(the_one(&world).slots[0].failed_starts, failed);
    }
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Failed);
    assert_eq!(told(&record, "ATTEMPTS_EXHAUSTED"), 1);
    let tried = attempts(&world);
    let elsewhere = tried.iter().filter(|(cluster, _)| cluster == "c1").count();
    assert!(elsewhere > 0, "{tried:?}");
}

#[test]
fn another_content_starts_afresh_in_a_cluster_that_started_nothing_of_the_last() {
    let mut world = preferring(Pods::StayDown, 1);
    world.start_deadlines_pass();
    carry_out(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world);
    world.start_deadlines_pass();
    let after = the_one(&world);
    assert!(after.slots[0].highest() > before.slots[0].highest());
    assert_eq!(
        world.place_of_p(),
        Some(0),
        "its first node in this row: the other one was late with something else"
    );
}

#[test]
fn a_successor_that_its_cluster_gives_no_node_goes_to_another_while_the_old_one_serves() {
    let mut world = serving(to_the_first(spec(1, 1, false)));
    assert_eq!(world.place_of_p(), Some(0));
    world.members[0].pods = Pods::GetNoNode;
    let record = the_one(&world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    world.start_deadlines_pass();
    let next = the_one(&world).slots[0].successor.clone().expect("another one");
    assert_eq!(next.assignment.cluster, world.members[1].name);
    assert_eq!(the_one(&world).slots[0].epoch, record.slots[0].epoch);
    assert!(the_one(&world).serves());
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}
