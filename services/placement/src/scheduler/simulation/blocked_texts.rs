//! What an update says that finds no room: why now, and what would end it.

use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::asking::id;
use super::rolling::{carry_out, change, new_image, ripen_all, rolling_spec, serving, the_one, told, update};
use super::*;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::texts::AGAIN;

/// What the condition about the update of `p` says.
fn said(world: &World) -> String {
    let record = the_one(world);
    let updated = record.condition(ConditionKind::Updated).unwrap();
    assert_eq!(updated.reason, Reason::UpdateBlocked, "{}", updated.message);
    updated.message.clone()
}

/// A placement `p` of which no two replicas stand on one node; all serve.
pub(super) fn apart(replicas: i32) -> World {
    let mut wish = spec(1, replicas, false);
    let term = serde_json::json!({"selector": {"matchLabels": {"app": "p"}}, "topology": "NODE"});
    wish.anti_affinity = vec![serde_json::from_value(term).unwrap()];
    let mut world = World::new(7);
    world.connect_all();
    let input = CreatePlacement {
        labels: [("app".to_owned(), "p".to_owned())].into(),
        ..creation(id("p"), wish)
    };
    world
        .round(false, |core, round| core.create_placement(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    world.slow_starts = true;
    world
}

/// Puts the update of `p` into this strategy.
fn take_strategy(world: &mut World, strategy: UpdateStrategy) {
    let mut spec = the_one(world).spec;
    spec.update.get_or_insert_default().strategy = Some(strategy);
    let input = change(&id("p"), spec, &["spec.update.strategy"]);
    update(world, &input);
}

#[test]
fn what_its_own_anti_affinity_keeps_from_rolling_says_so_and_recreation_ends_it() {
    let mut world = apart(4);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let text = said(&world);
    for part in [
        "its own antiAffinity keeps it from standing beside the one before it (",
        "1 replica with app=p in node",
        "with update.strategy RECREATE it takes the place of the one before it, with a gap",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    take_strategy(&mut world, UpdateStrategy::Recreate);
    for _ in 0..5 {
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    let record = the_one(&world);
    assert_eq!(
        (record.state, record.roll.is_none()),
        (PlacementState::Ready, true)
    );
}

#[test]
fn with_a_node_more_than_replicas_its_own_anti_affinity_is_in_nobodys_way() {
    let mut world = apart(3);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for _ in 0..4 {
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn where_room_alone_is_short_only_recreation_is_named_and_what_forbids_it() {
    for (least, forbids) in [(None, false), (Some("3"), false), (Some("4"), true)] {
        let mut world = serving(rolling_spec(GPUS, 4, UpdatePolicy::default(), least));
        let input = new_image(&world, 2);
        update(&mut world, &input);
        carry_out(&mut world);
        let text = said(&world);
        assert!(!text.contains("antiAffinity"), "{text}");
        assert!(text.contains("needs 4 nvidia.com/gpu"), "{text}");
        assert!(
            text.contains("with update.strategy RECREATE it takes the place"),
            "{text}"
        );
        let forbidden = text.contains("which disruption.minAvailable (4) forbids");
        assert_eq!(forbidden, forbids, "{text}");
    }
}

/// An update without room: three replicas and another placement have a node each.
fn without_room() -> World {
    let mut world = serving(spec(GPUS, 3, false));
    world.ask("other", spec(GPUS, 1, false));
    carry_out(&mut world);
    ripen_all(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    world
}

/// The member and node of a placement with one replica.
fn place_of(world: &World, name: &str) -> (usize, NodeName) {
    let record = world.core.placement(&tenant(), &id(name)).unwrap();
    let (_, place) = record.assigned().next().unwrap();
    let member = world
        .members
        .iter()
        .position(|member| member.name == place.cluster);
    (member.unwrap(), place.charged_node.clone())
}

#[test]
fn what_blocks_an_update_is_told_anew_after_a_while_and_not_with_every_inventory() {
    let mut world = without_room();
    let before = said(&world);
    assert!(!before.contains("uncordoned"), "{before}");
    // The node that comes free takes nothing new, so that the reason stays what it is.
    let (member, node) = place_of(&world, "other");
    world.members[member].cordoned.insert(node);
    world.remove("other");
    carry_out(&mut world);
    world.tick();
    carry_out(&mut world);
    assert_eq!(said(&world), before);
    world.later(AGAIN);
    world.tick();
    carry_out(&mut world);
    let after = said(&world);
    assert!(after.contains("is uncordoned"), "{after}");
    assert_eq!(told(&the_one(&world), "UPDATE_BLOCKED"), 1, "it is one event");
    // A restart knows of no text when it was found out, and tells that of then.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(said(&world), after);
}

#[test]
fn an_update_that_is_blocked_for_another_reason_says_so_at_once() {
    let mut world = without_room();
    let before = said(&world);
    assert!(before.contains("needs 4 nvidia.com/gpu"), "{before}");
    for index in 0..CLUSTERS {
        world.cordon(index);
    }
    let after = said(&world);
    assert!(
        after.contains("no cluster may take it: 2 clusters: it is cordoned"),
        "{after}"
    );
    assert!(!after.contains("nvidia.com/gpu"), "{after}");
}
