//! Preemptions of more replicas than one commit holds: the claim that takes the room is durable first, with the names of those
//! whose room it takes, and they follow.
//!
//! What must hold, whatever crashes between the commits:
//! 1. nobody makes room for one that does not get it: before it is durable nobody has gone;
//! 2. nobody keeps a place that is promised, and nothing starts there before (`check_promised`, `check_started`);
//! 3. no more make room than one commit of all would have moved, each with its reason, and once the world is quiet nothing that
//!    waits could have a place (`check_settled`).

use hourglass_model::placement::PlacementSpec;

use super::asking::id;
use super::*;
use crate::scheduler::port::CreatePlacement;

/// Seats on a node of the first cluster; the others have none.
const SEATS: i64 = 50;

fn seats(count: i64, priority: i32, replicas: i32) -> PlacementSpec {
    let compute = serde_json::json!({"requests": {"cpu": "100m", "example.org/seats": count.to_string()}});
    PlacementSpec {
        priority: Some(priority),
        compute: Some(serde_json::from_value(compute).unwrap()),
        ..spec(1, replicas, false)
    }
}

/// Every seat is taken by a placement of its own.
fn full_of_small_ones() -> World {
    let mut world = World::new(1);
    world.members[0].more = vec![(ResourceName::new("example.org/seats").unwrap(), SEATS)];
    world.connect_all();
    let seated = i64::try_from(NODES).unwrap() * SEATS;
    for number in 0..seated {
        world.ask(&format!("small-{number}"), seats(1, 0, 1));
    }
    world.pump();
    world
}

fn large() -> CreatePlacement {
    creation(id("large"), seats(SEATS, 10, 1))
}

/// Those that made room, each of which says why.
fn preempted(world: &World) -> usize {
    let all = world.core.placements();
    let waiting: Vec<_> = all
        .filter(|record| record.waits() && record.id != id("large"))
        .collect();
    for record in &waiting {
        let attempt = record.slots[0].attempts.last().unwrap();
        assert_eq!(attempt.reason, Reason::Preempted);
        assert!(attempt.message.contains("large"), "{}", attempt.message);
        assert!(record.preempted().is_some(), "{:?}", record.conditions);
    }
    waiting.len()
}

#[test]
fn a_whole_node_of_small_ones_makes_room_for_a_large_one_in_several_commits() {
    let mut world = full_of_small_ones();
    let rehearsal = CreatePlacement {
        validate_only: true,
        ..large()
    };
    let rehearsed = world.round(false, |core, round| {
        core.create_placement(&rehearsal, None, round)
    });
    let rehearsed = rehearsed.unwrap().unwrap();
    assert_eq!(rehearsed.victims.len(), 50);
    assert_eq!(preempted(&world), 0);
    world.ask("large", seats(SEATS, 10, 1));
    assert!(world.is_placed("large"));
    assert_eq!(preempted(&world), 50);
    assert!(
        world.written.len() > hourglass_store::MAX_BATCH_OPERATIONS,
        "{}",
        world.written.len()
    );
    let record = world.core.placement(&tenant(), &id("large")).unwrap();
    assert_eq!(world.core.victims_on_their_way(record).len(), 50);
    world.settle();
    world.check_settled();
    assert_eq!(
        (world.state("large"), preempted(&world)),
        (PlacementState::Ready, 50)
    );
    world.remove("large");
    world.settle();
    world.check_settled();
    assert_eq!(preempted(&world), 0, "they come back by themselves");
}

#[test]
fn a_crash_between_the_commits_of_a_preemption_is_finished_by_whoever_comes_next() {
    for (crash_after, gone) in [(0, 0), (1, 0), (2, 1), (18, 17), (50, 49)] {
        let mut world = full_of_small_ones();
        world.plan = Plan {
            more: 0,
            operations: 1,
            crash_after: Some(crash_after),
        };
        let input = large();
        let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
        assert!(answer.is_none(), "it died");
        let is_there = crash_after > 0;
        assert_eq!(world.core.placement(&tenant(), &id("large")).is_some(), is_there);
        assert_eq!(preempted(&world), gone, "one batch each, the large one first");
        world.check();
        // Whatever comes first: all who are named have to go before.
        world.tick();
        assert_eq!(
            (world.finished, preempted(&world)),
            if is_there { (50 - gone, 50) } else { (0, 0) }
        );
        world.settle();
        world.check_settled();
        assert_eq!(preempted(&world), if is_there { 50 } else { 0 });
        if is_there {
            assert_eq!(world.state("large"), PlacementState::Ready);
        }
    }
}

#[test]
fn a_gang_of_which_one_is_in_the_way_goes_whole_whatever_crashes_in_between() {
    let mut world = World::new(1);
    world.one_commit = Some(1);
    world.restart();
    world.connect_all();
    world.ask("gang", spec(GPUS, 2, true));
    for number in 0..CLUSTERS * NODES - 2 {
        let top = PlacementSpec {
            priority: Some(30),
            ..spec(GPUS, 1, false)
        };
        world.ask(&format!("top-{number}"), top);
    }
    for _ in 0..3 {
        world.pump();
    }
    world.plan = Plan {
        more: 0,
        operations: 1,
        crash_after: Some(1),
    };
    let high = PlacementSpec {
        priority: Some(10),
        ..spec(GPUS, 1, false)
    };
    let input = creation(id("high"), high);
    let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
    assert!(answer.is_none(), "it died");
    world.acknowledged.insert(id("high"));
    let waits_for = world.core.placement(&tenant(), &id("high")).unwrap().slots[0]
        .assignment
        .as_ref()
        .map(|of| of.waits_for.len());
    assert_eq!(waits_for, Some(1), "it needs the node of one of them");
    assert!(world.is_placed("gang"));
    world.tick();
    assert_eq!(world.finished, 2);
    let gang = world.core.placement(&tenant(), &id("gang")).unwrap();
    assert_eq!(gang.assigned().count(), 0);
    world.settle();
    world.check_settled();
    assert_eq!(world.state("high"), PlacementState::Ready);
}

/// One of some priority is asked for, and the process dies after the first of its commits, or a later one.
fn die_in_a_preemption(world: &mut World) {
    world.commit();
    for index in 0..CLUSTERS {
        if world.members[index].session.is_none() {
            world.connect(index);
        }
        world.send_inventory(index);
    }
    world.created += 1;
    let id = id(&format!("p{}", world.created));
    let wish = PlacementSpec {
        priority: Some(world.rng.random_range(1..30)),
        ..spec(3, 2, false)
    };
    world.plan = Plan {
        more: 0,
        operations: 1,
        crash_after: Some(world.rng.random_range(1..4)),
    };
    let input = creation(id.clone(), wish);
    let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
    if let Some(answer) = answer {
        answer.unwrap();
        world.acknowledged.insert(id);
    }
    world.check();
}

#[test]
fn no_history_loses_anybody_or_moves_too_many_when_preemptions_are_several_commits() {
    let finished = histories(40, |seed| {
        let mut world = World::new(90_000 + seed);
        world.one_commit = Some(3);
        world.restart();
        for step in 0..150 {
            world.step();
            if step % 10 == 9 {
                die_in_a_preemption(&mut world);
            }
        }
        world.settle();
        world.check_settled();
        world.finished
    });
    let all: usize = finished.iter().sum();
    assert!(finished.len() < 20 || all > 0, "none is ever left unfinished");
}
