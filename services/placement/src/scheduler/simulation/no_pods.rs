//! A cluster that makes no pod of a performer is left for another one, and asked again; its nodes have no part in it.

use super::rolling::{carry_out, new_image, ripen_all, serving, the_one, update};
use super::*;
use crate::records::rollout::MAX_FAILED_STARTS;

impl World {
    /// The cluster in which the first replica of `p` is; none while it has no place.
    fn place_of_p(&self) -> Option<usize> {
        let record = the_one(self);
        let (_, assignment) = record.assigned().next()?;
        let mut members = self.members.iter();
        members.position(|member| member.name == assignment.cluster)
    }

    fn make_no_pods(&mut self, index: usize) {
        self.members[index].makes_no_pods = true;
    }

    /// The last word about the first replica of `p`.
    fn last_word(&self) -> String {
        let record = the_one(self);
        let (_, assignment) = record.assigned().next().unwrap();
        assignment.observed.reason.clone()
    }
}

/// A connected world with `p` on its way.
fn begun() -> (World, usize) {
    let mut world = World::new(17);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(1, 1, false));
    let first = world.place_of_p().unwrap();
    (world, first)
}

#[test]
fn what_one_cluster_makes_no_pod_of_flows_over_to_the_next() {
    let (mut world, first) = begun();
    world.make_no_pods(first);
    carry_out(&mut world);
    assert_eq!(world.last_word(), "FAILED_CREATE");
    world.start_deadlines_pass();
    let record = the_one(&world);
    assert_eq!(
        world.place_of_p(),
        Some(1 - first),
        "no other node there is tried"
    );
    let slot = &record.slots[0];
    assert_eq!(slot.failed_starts, 0, "the replica has not failed");
    let attempt = slot.attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::StartDeadlineExceeded);
    assert!(
        attempt.message.contains("denied the request"),
        "{}",
        attempt.message
    );
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn where_no_other_cluster_may_take_it_it_waits_and_is_tried_again_without_end() {
    let mut world = World::new(17);
    world.slow_starts = true;
    world.connect_all();
    let only = serde_json::json!({"include": ["c0"]});
    world.create_one(PlacementSpec {
        cluster_rules: Some(serde_json::from_value(only).unwrap()),
        ..spec(1, 1, false)
    });
    world.make_no_pods(0);
    for attempt in 1..=2 * MAX_FAILED_STARTS {
        carry_out(&mut world);
        world.start_deadlines_pass();
        assert_eq!(world.scheduled("p"), Reason::Avoided, "{attempt}");
        assert_eq!(the_one(&world).state, PlacementState::Pending);
        let why = world.why_not("p");
        assert!(
            why.contains("no pod of it was made there at") && why.contains("denied the request"),
            "{why}"
        );
        assert!(why.contains("cluster c0 is tried again, at 2026-01-01T"), "{why}");
        let since = world.clock;
        while world.place_of_p().is_none() {
            world.later(Duration::from_secs(5));
            world.tick();
            let waits = world.clock.duration_since(since);
            assert!(waits < Duration::from_secs(320), "it is tried again");
        }
        let waited = world.clock.duration_since(since);
        assert!(
            attempt < 6 || waited > Duration::from_secs(280),
            "less and less often"
        );
    }
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
    world.members[0].makes_no_pods = false;
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn what_an_agent_does_not_take_flows_over_as_well() {
    let (mut world, first) = begun();
    world.members[first].refuses = true;
    carry_out(&mut world);
    world.start_deadlines_pass();
    assert_eq!(world.place_of_p(), Some(1 - first));
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
}

#[test]
fn an_update_that_a_cluster_makes_no_pod_of_takes_its_successor_to_another() {
    let mut world = serving(spec(1, 1, false));
    let first = world.place_of_p().unwrap();
    world.make_no_pods(first);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world).slots[0].successor.clone().unwrap();
    assert_eq!(before.assignment.cluster, world.members[first].name);
    world.start_deadlines_pass();
    carry_out(&mut world);
    let next = the_one(&world).slots[0].successor.clone().expect("another one");
    assert_eq!(next.assignment.cluster, world.members[1 - first].name);
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}
