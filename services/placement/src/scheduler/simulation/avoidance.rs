//! What goes wrong with one placement keeps that one away from a place, and nobody else.

use super::asking::id;
use super::rolling::{carry_out, new_image, update, with_image};
use super::*;

impl World {
    /// The message of why a placement has no place.
    pub(super) fn why_not(&self, name: &str) -> String {
        use crate::records::placement::ConditionKind;
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        record
            .condition(ConditionKind::Scheduled)
            .unwrap()
            .message
            .clone()
    }
}

/// A request for one node, on which it has so many GPUs.
fn on_one_node(gpus: i64) -> PlacementSpec {
    let mut wish = serde_json::to_value(spec(gpus, 1, false)).unwrap();
    wish["clusterRules"] = serde_json::json!({"include": ["c0"]});
    wish["nodeRules"] = serde_json::json!({"hostnames": ["n0"]});
    serde_json::from_value(wish).unwrap()
}

/// A world in which `p` runs an image that cannot be pulled, and has come to nothing on its node.
fn late() -> World {
    let mut world = World::new(13);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(on_one_node(GPUS));
    carry_out(&mut world);
    world.start_deadlines_pass();
    carry_out(&mut world);
    assert_eq!(world.scheduled("p"), Reason::Avoided);
    world
}

/// The same request for something else to run.
fn good() -> PlacementSpec {
    with_image(on_one_node(GPUS), 2)
}

#[test]
fn what_one_placement_runs_badly_keeps_no_other_of_its_shape_away() {
    let mut world = late();
    let why = world.why_not("p");
    assert!(why.contains("it was not ready in time there at"), "{why}");
    assert!(
        why.contains("it would fit if node n0 of cluster c0 is tried again, at 2026-01-01T"),
        "only time ends it: {why}"
    );
    world.ask("good", good());
    assert!(world.is_placed("good"), "{}", world.why_not("good"));
}

#[test]
fn of_two_that_ask_for_the_same_the_one_that_avoids_all_does_not_answer_for_the_other() {
    let mut world = late();
    // Of another shape, it takes what `p` does not want for now.
    world.ask("other", on_one_node(GPUS - 1));
    carry_out(&mut world);
    assert!(world.is_placed("other"));
    world.ask("good", good());
    assert!(!world.is_placed("good"));
    world.remove("other");
    carry_out(&mut world);
    assert!(!world.is_placed("p"), "it is in front, and avoids its node");
    assert!(world.is_placed("good"), "{}", world.why_not("good"));
}

#[test]
fn a_changed_placement_starts_afresh_where_it_was_late_before() {
    let mut world = late();
    let input = new_image(&world, 2);
    update(&mut world, &input);
    assert!(world.is_placed("p"), "{}", world.why_not("p"));
}
