//! An order that was not sent yet says what it waits for: its agent, or others in front of it.

use super::asking::id;
use super::rolling::{carry_out, the_one};
use super::stuck_removals::placed_anew;
use super::*;
use crate::dispatch::window::WINDOW;
use crate::scheduler::queued_orders::{Behind, QueuedNote};

fn note(world: &World) -> Option<QueuedNote> {
    world.core.queued_orders(&the_one(world))
}

#[test]
fn what_stands_behind_others_is_told_apart_from_what_waits_for_its_agent() {
    let mut world = World::new(4);
    let seats = ResourceName::new("example.org/seats").unwrap();
    for member in &mut world.members {
        member.more = vec![(seats.clone(), 100)];
    }
    world.connect_all();
    let replicas = WINDOW + 10;
    let mut wish = PlacementSpec {
        compute: serde_json::from_value(
            serde_json::json!({"requests": {"cpu": "1m", "example.org/seats": "1"}}),
        )
        .unwrap(),
        ..spec(1, i32::try_from(replicas).unwrap(), false)
    };
    wish.cluster_rules.get_or_insert_default().include = vec!["c0".to_owned()];
    world.ask("p", wish);
    assert_eq!(the_one(&world).assigned().count(), replicas);
    let told = note(&world).expect("its agent is there");
    let Behind::Others { waiting, sent } = told.behind else {
        panic!("{told:?}")
    };
    assert_eq!((told.cluster.as_str(), waiting + sent), ("c0", replicas));
    assert!(waiting > 0 && sent <= WINDOW, "{told:?}");
    assert!(told.to_string().contains("is connected"), "{told}");

    world.disconnect(0);
    assert_eq!(note(&world), None, "it waits for its agent");
    world.connect(0);
    carry_out(&mut world);
    assert_eq!(note(&world), None, "all are there");
}

#[test]
fn an_order_that_its_agent_has_waits_for_that() {
    let mut world = World::new(4);
    world.connect_all();
    world.ask("p", spec(1, 1, false));
    let record = world.core.placement(&tenant(), &id("p")).unwrap();
    assert_eq!(record.assigned().count(), 1);
    assert_eq!(note(&world), None);
}

#[test]
fn at_an_older_agent_it_stands_behind_the_removal_of_the_earlier_place() {
    let (world, _) = placed_anew(EXACT_REMOVES - 1);
    let told = note(&world).unwrap();
    assert_eq!(told.behind, Behind::EarlierPlace);
    let (world, _) = placed_anew(EXACT_REMOVES);
    assert_eq!(note(&world), None, "a later one has it already");
}
