//! The first moments of a server: clusters that are late by moments count as clusters that are there.

use hourglass_model::ids::Slot;
use hourglass_model::placement::{ClusterPreference, PlacementSpec};

use super::asking::id;
use super::rolling::{carry_out, the_one};
use super::*;
use crate::records::placement::ConditionKind;
use crate::scheduler::port::CallError;

/// Two clusters, the first of them full with replicas of priority 0; then the server starts anew, and the first one is back.
fn half_back() -> World {
    let mut world = World::new(5);
    world.connect_all();
    for number in 0..NODES {
        let wish = in_cluster(&world, 0, spec(GPUS, 1, false));
        world.ask(&format!("low-{number}"), wish);
    }
    carry_out(&mut world);
    world.restart();
    world.connect(0);
    world.send_inventory(0);
    carry_out(&mut world);
    world
}

fn in_cluster(world: &World, index: usize, mut wish: PlacementSpec) -> PlacementSpec {
    wish.cluster_rules.get_or_insert_default().include = vec![world.members[index].name.to_string()];
    wish
}

fn important(wish: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        priority: Some(10),
        ..wish
    }
}

fn waits_for_inventory(world: &World) -> bool {
    let record = world.core.placement(&tenant(), &id("p")).unwrap();
    let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
    scheduled.reason == Reason::WaitingForInventory
        && record.slots.iter().all(|slot| slot.assignment.is_none())
}

/// Every one that was there before serves where it was.
fn nobody_was_moved(world: &World) -> bool {
    let low = |number: usize| {
        world
            .core
            .placement(&tenant(), &id(&format!("low-{number}")))
            .unwrap()
    };
    (0..NODES).all(|number| low(number).slots[0].attempts.is_empty())
}

#[test]
fn nobody_is_moved_while_a_cluster_that_has_room_is_not_back_yet() {
    let mut world = half_back();
    world.ask("p", important(spec(GPUS, 1, false)));
    carry_out(&mut world);
    assert!(waits_for_inventory(&world) && nobody_was_moved(&world));
    world.connect_all();
    carry_out(&mut world);
    let place = the_one(&world).slots[0].assignment.clone().unwrap();
    assert_ne!(place.cluster, world.members[0].name);
    assert!(nobody_was_moved(&world));
}

#[test]
fn a_preferred_cluster_that_is_late_is_waited_for() {
    let mut world = half_back();
    world.remove("low-0");
    carry_out(&mut world);
    let late = world.members[1].name.clone();
    let mut wish = spec(1, 1, false);
    wish.cluster_preferences = vec![ClusterPreference {
        clusters: vec![late.to_string()],
        ..ClusterPreference::default()
    }];
    world.ask("p", wish);
    assert!(waits_for_inventory(&world));
    world.connect_all();
    carry_out(&mut world);
    let place = the_one(&world).slots[0].assignment.clone().unwrap();
    assert_eq!(place.cluster, late);
}

#[test]
fn a_cluster_that_does_not_come_back_is_not_waited_for_for_ever() {
    let mut world = half_back();
    world.remove("low-0");
    carry_out(&mut world);
    world.ask("p", spec(GPUS, 1, false));
    assert!(waits_for_inventory(&world));
    world.tick();
    world.later(world.core.liveness_policy.unreachable_after);
    world.tick();
    world.pump();
    let place = the_one(&world).slots[0].assignment.clone().unwrap();
    assert_eq!(place.cluster, world.members[0].name);
}

#[test]
fn who_wants_an_answer_now_is_told_to_ask_again() {
    let mut world = half_back();
    for (fail_fast, validate_only) in [(true, false), (false, true)] {
        let input = CreatePlacement {
            fail_fast,
            validate_only,
            ..creation(id("p"), spec(1, 1, false))
        };
        let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
        assert!(
            matches!(answer, Some(Err(CallError::InventoryIncomplete))),
            "{answer:?}"
        );
    }
}

#[test]
fn what_runs_or_is_removed_in_a_cluster_that_does_not_come_back_counts_in_its_zone() {
    for how in [Leaves::Not, Leaves::Deleted, Leaves::Withdrawn] {
        counts_in_its_zone(how);
    }
}

/// Whether one is on its way out, and its cluster has not confirmed that it is gone.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    Not,
    Deleted,
    Withdrawn,
}

fn counts_in_its_zone(how: Leaves) {
    let mut world = World::new(5);
    world.connect_all();
    let apart: PlacementSpec = serde_json::from_value(serde_json::json!({
        "performer": spec(1, 1, false).performer,
        "antiAffinity": [{"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"}],
    }))
    .unwrap();
    let labelled = |name: &str, wish: PlacementSpec| CreatePlacement {
        labels: [("app".to_owned(), "x".to_owned())].into(),
        ..creation(id(name), wish)
    };
    let ask = |world: &mut World, name: &str, cluster: usize| {
        let input = labelled(name, in_cluster(world, cluster, apart.clone()));
        world
            .round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
            .unwrap();
        carry_out(world);
        let record = world.core.placement(&tenant(), &id(name)).unwrap();
        record.slots[0]
            .assignment
            .as_ref()
            .map(|place| place.charged_node.clone())
    };
    let first = ask(&mut world, "first", 0).unwrap();
    world.disconnect(0);
    match how {
        Leaves::Not => {}
        Leaves::Deleted => world.remove("first"),
        Leaves::Withdrawn => {
            let uid = world.core.placement(&tenant(), &id("first")).unwrap().uid.clone();
            world.round(false, |core, round| {
                core.withdraw(&uid, Slot(0), Reason::Evicted, "by hand", round);
            });
        }
    }
    world.restart();
    world.connect(1);
    world.send_inventory(1);
    world.tick();
    world.later(world.core.liveness_policy.unreachable_after);
    world.tick();
    world.send_inventory(1);
    // Zones have the same names in both clusters, one for each node.
    let second = ask(&mut world, "second", 1).expect("one zone is left");
    assert_ne!(first, second, "{how:?}");
    assert_eq!(ask(&mut world, "third", 1), None, "both zones are taken: {how:?}");
}
