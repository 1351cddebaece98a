//! Who gets a turn, and what happens to those that wait too long or whose time is over.

use std::time::Duration;

use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;

use super::asking::{full, id};
use super::*;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::port::UpdateCluster;
use crate::scheduler::queue::Happened;

fn with_priority(priority: i32, gpus: i64) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        // What it takes is left to it by those that go, not taken.
        preemption: Some(hourglass_model::placement::Preemption::Never),
        ..spec(gpus, 1, false)
    }
}

#[test]
fn what_is_freed_goes_to_the_highest_priority_and_then_to_who_waits_longest() {
    let mut world = full();
    world.ask("old", with_priority(0, GPUS));
    world.ask("new", with_priority(0, GPUS));
    world.ask("high", with_priority(5, GPUS));
    let notes = world
        .core
        .waiting_notes(&world.core.placements().map(|record| record.uid.clone()).collect());
    let position = |world: &World, name: &str| {
        let record = world.core.placement(&tenant(), &id(name)).unwrap();
        notes[&record.uid].position
    };
    assert_eq!(
        [
            position(&world, "high"),
            position(&world, "old"),
            position(&world, "new")
        ],
        [1, 2, 3]
    );
    for (freed, winner) in [("full-0", "high"), ("full-1", "old"), ("full-2", "new")] {
        world.remove(freed);
        world.pump();
        world.pump();
        assert!(
            world.is_placed(winner),
            "{winner} has its turn after {freed} went"
        );
        world.check();
    }
}

#[test]
fn one_that_waits_too_long_fails_and_is_not_tried_again() {
    let mut world = full();
    let spec = PlacementSpec {
        queue_timeout: Some(Duration::from_secs(60)),
        ..spec(1, 1, false)
    };
    world.ask("patient", spec);
    world.later(Duration::from_secs(50));
    world.tick();
    assert_eq!(world.state("patient"), PlacementState::Pending);
    // Also over a restart: since when it waits is durable.
    world.restart();
    world.later(Duration::from_secs(11));
    world.tick();
    assert_eq!(
        world.state("patient"),
        PlacementState::Pending,
        "a place is looked for once before that"
    );
    world.connect_all();
    world.tick();
    assert_eq!(world.state("patient"), PlacementState::Failed);
    assert_eq!(world.scheduled("patient"), Reason::QueueTimeout);
    world.remove("full-0");
    world.settle();
    assert_eq!(world.state("patient"), PlacementState::Failed);
    assert!(!world.is_placed("patient"));
    world.restart();
    assert_eq!(world.state("patient"), PlacementState::Failed, "it is durable");
}

#[test]
fn one_whose_time_was_over_while_the_server_was_away_gets_what_is_free_now() {
    let mut world = full();
    let patient = || PlacementSpec {
        queue_timeout: Some(Duration::from_secs(60)),
        ..spec(1, 1, false)
    };
    world.ask("patient", patient());
    world.remove("full-0");
    world.restart();
    world.later(Duration::from_secs(3600));
    world.tick();
    world.connect_all();
    world.pump();
    world.pump();
    world.tick();
    assert!(world.is_placed("patient"));

    // Nobody waits for agents for ever.
    let mut world = full();
    world.ask("patient", patient());
    world.restart();
    world.later(Duration::from_secs(61));
    world.tick();
    assert_eq!(world.state("patient"), PlacementState::Pending);
    world.later(policy().unreachable_after);
    world.tick();
    assert_eq!(world.state("patient"), PlacementState::Failed);
}

#[test]
fn one_that_waits_in_part_gives_back_what_it_has_when_it_fails() {
    let mut world = full();
    world.remove("full-0");
    world.pump();
    world.pump();
    let spec = PlacementSpec {
        queue_timeout: Some(Duration::from_secs(60)),
        ..spec(GPUS, 2, false)
    };
    world.ask("two", spec);
    assert!(world.is_placed("two"));
    world.later(Duration::from_secs(61));
    world.tick();
    assert_eq!(world.state("two"), PlacementState::Failed);
    assert!(!world.is_placed("two"));
    world.settle();
    world.check_settled();
}

/// A full world in which one of the two replicas of `two` serves, and the other waits, for a minute at most.
fn serving_in_part() -> World {
    let mut world = full();
    world.remove("full-0");
    world.pump();
    world.pump();
    let spec = PlacementSpec {
        queue_timeout: Some(Duration::from_secs(60)),
        ..spec(GPUS, 2, false)
    };
    world.ask("two", spec);
    world.pump();
    assert_eq!(world.state("two"), PlacementState::Degraded);
    world
}

#[test]
fn one_that_serves_in_part_goes_on_waiting() {
    let mut world = serving_in_part();
    world.later(Duration::from_secs(61));
    world.tick();
    assert_eq!(world.state("two"), PlacementState::Degraded);
    world.remove("full-1");
    world.settle();
    assert_eq!(world.state("two"), PlacementState::Ready);
}

#[test]
fn silence_of_what_serves_in_part_is_no_reason_to_give_it_up() {
    let mut world = serving_in_part();
    for index in 0..CLUSTERS {
        world.disconnect(index);
    }
    for _ in 0..10 {
        world.later(Duration::from_secs(60));
        world.tick();
    }
    assert!(world.is_placed("two"));
    world.connect_all();
    world.pump();
    assert_eq!(
        world.state("two"),
        PlacementState::Degraded,
        "it has served all the time"
    );
}

#[test]
fn one_whose_time_is_over_is_deleted_also_after_a_restart() {
    let mut world = full();
    let end: Timestamp = world.wall.checked_add(SignedDuration::from_secs(60)).unwrap();
    world.remove("full-0");
    world.pump();
    world.pump();
    let spec = PlacementSpec {
        expire_time: Some(end),
        ..spec(GPUS, 1, false)
    };
    world.ask("brief", spec);
    world.pump();
    world.tick();
    assert_eq!(world.state("brief"), PlacementState::Ready);
    world.restart();
    world.later(Duration::from_secs(60));
    world.tick();
    assert_eq!(world.state("brief"), PlacementState::Deleting);
    let record = world.core.placement(&tenant(), &id("brief")).unwrap();
    let released = record.condition(ConditionKind::Released).unwrap();
    assert_eq!(released.reason, Reason::Expired);
    world.deleted.insert(id("brief"));
    world.settle();
    world.check_settled();
    assert!(world.core.placement(&tenant(), &id("brief")).is_none());
}

#[test]
fn a_long_queue_of_one_shape_costs_one_decision_for_one_event() {
    let mut world = full();
    for number in 0..200 {
        world.ask(&format!("w{number}"), spec(3, 1, false));
    }
    let failures = |world: &World| {
        world
            .core
            .placements()
            .filter_map(|record| world.core.queue.failure(&record.uid).cloned())
            .collect::<Vec<_>>()
    };
    world.round(false, |core, _| core.queue.happened(Happened::anything()));
    let after = failures(&world);
    assert_eq!(after.len(), 200);
    assert!(
        after.iter().all(|failure| Arc::ptr_eq(failure, &after[0])),
        "the answer to the first is that of all"
    );
    assert!(!world.core.has_turns());
}

#[test]
fn all_that_are_alike_say_what_is_true_now_and_not_what_was() {
    let mut world = full();
    for name in ["one", "two", "three"] {
        world.ask(name, spec(1, 1, false));
        assert_eq!(world.scheduled(name), Reason::NoCapacity);
    }
    for index in 0..CLUSTERS {
        world.cordon(index);
    }
    for name in ["one", "two", "three"] {
        assert_eq!(world.scheduled(name), Reason::NoEligibleCluster, "{name}");
    }
    world.restart();
    assert_eq!(
        world.scheduled("three"),
        Reason::NoEligibleCluster,
        "it is durable"
    );
}

#[test]
fn many_calls_about_one_cluster_in_one_round_fit_into_one_batch_each_round() {
    let mut world = full();
    let name = world.members[0].name.clone();
    let mut rounds = 0;
    for number in 0..300_u32 {
        let input = UpdateCluster {
            cluster: name.clone(),
            labels: Some([("call".to_owned(), number.to_string())].into()),
            taints: None,
            cordoned: None,
            etag: None,
            request_id: Some(format!("request-{number}")),
        };
        // As many in one round as it takes.
        world.plan.more = u32::MAX;
        world.plan.operations = hourglass_store::MAX_BATCH_OPERATIONS;
        world
            .round(false, |core, round| core.update_cluster(input, None, round))
            .unwrap()
            .unwrap();
        rounds += u32::from(world.open.is_none());
    }
    world.commit();
    assert!((5..60).contains(&rounds), "{rounds} rounds");
    let requests = world
        .disk
        .keys()
        .filter(|key| key.starts_with(crate::records::keys::REQUESTS));
    assert_eq!(requests.count(), 300, "they are remembered");
    let cluster = world.core.clusters().get(&name).unwrap();
    assert_eq!(cluster.record.labels["call"], "299");
}

#[test]
fn turns_end_when_their_time_is_over_and_go_on_in_the_next_round() {
    let mut world = full();
    let names: Vec<String> = (1..=4).map(|gpus| format!("waiting-{gpus}")).collect();
    for (gpus, name) in (1..).zip(&names) {
        world.ask(name, spec(gpus, 1, false));
    }
    world.short_turns = true;
    for index in 0..CLUSTERS {
        world.cordon(index);
    }
    let tried = |world: &World| {
        let reasons = names.iter().map(|name| world.scheduled(name));
        reasons
            .filter(|reason| *reason == Reason::NoEligibleCluster)
            .count()
    };
    assert!(tried(&world) < names.len(), "all had their turn in one round");
    for _ in 0..8 {
        world.round(false, |_, _| ());
    }
    assert_eq!(tried(&world), names.len());
    assert!(!world.core.has_turns());
}
