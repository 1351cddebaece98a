//! What must go on serving of a placement is counted in replicas that serve, as far as this server has heard, when a higher
//! priority wants their room.

use hourglass_model::ids::Slot;
use hourglass_model::placement::PlacementSpec;

use super::asking::id;
use super::*;
use crate::records::placement::Reason;

fn with(priority: i32, least: Option<u32>, spec: PlacementSpec) -> PlacementSpec {
    let mut value = serde_json::to_value(spec).unwrap();
    value["priority"] = priority.into();
    if let Some(least) = least {
        value["disruption"] = serde_json::json!({"minAvailable": least.to_string()});
    }
    serde_json::from_value(value).unwrap()
}

/// Four nodes that are full: three hold a replica each of `web`, of which two must go on serving.
fn three_of_web() -> World {
    let mut world = World::new(1);
    world.connect_all();
    world.ask("web", with(0, Some(2), spec(GPUS, 3, false)));
    world.ask("other", with(20, None, spec(GPUS, 1, false)));
    world.pump();
    world
}

impl World {
    /// The performer of a replica of `web` stops serving, and its agent says so.
    fn breaks(&mut self, slot: u32) {
        let uid = self.core.placement(&tenant(), &id("web")).unwrap().uid.clone();
        for member in &mut self.members {
            for ((key, _), performer) in &mut member.performers {
                if key.placement_uid == uid && key.slot == Slot(slot) {
                    performer.ready = false;
                }
            }
        }
        for index in 0..CLUSTERS {
            self.report_all(index, false);
        }
    }

    /// Replicas of `web` without a place.
    fn displaced(&self) -> Vec<u32> {
        let record = self.core.placement(&tenant(), &id("web")).unwrap();
        let without = record.slots.iter().filter(|slot| slot.assignment.is_none());
        without.map(|slot| slot.slot.0).collect()
    }
}

#[test]
fn one_that_does_not_serve_makes_room_and_the_others_serve_on() {
    let mut world = three_of_web();
    world.breaks(1);
    world.ask("high", with(10, None, spec(GPUS, 1, false)));
    assert_eq!(world.displaced(), [1]);
    world.pump();
    world.ask("higher", with(15, None, spec(GPUS, 1, false)));
    assert_eq!(world.displaced(), [1], "two serve, and two must");
    assert_eq!(world.scheduled("high"), Reason::Preempted, "it goes instead");
}

#[test]
fn nobody_who_serves_goes_when_another_does_not() {
    let mut world = three_of_web();
    world.breaks(2);
    // Only the node of the first replica will do, and that one serves.
    let record = world.core.placement(&tenant(), &id("web")).unwrap();
    let (_, first) = record.assigned().next().unwrap();
    let (cluster, node) = (first.cluster.clone(), first.charged_node.clone());
    let mut picky = with(10, None, spec(GPUS, 1, false));
    let rules = serde_json::json!({"hostnames": [node]});
    picky.node_rules = Some(serde_json::from_value(rules).unwrap());
    let only = serde_json::json!({"include": [cluster]});
    picky.cluster_rules = Some(serde_json::from_value(only).unwrap());
    world.ask("picky", picky);
    assert_eq!(world.displaced(), [] as [u32; 0]);
    assert_eq!(world.scheduled("picky"), Reason::NoCapacity);
    // It is tried again as soon as there are three that serve.
    for member in &mut world.members {
        for performer in member.performers.values_mut() {
            performer.ready = true;
        }
    }
    world.pump();
    assert_eq!(world.displaced(), [0]);
    world.settle();
    world.check_settled();
}

#[test]
fn a_server_that_starts_moves_nobody_until_it_has_heard_who_serves() {
    let mut world = three_of_web();
    world.restart();
    world.connect_all();
    world.ask("high", with(10, None, spec(GPUS, 1, false)));
    assert_eq!(
        world.displaced(),
        [] as [u32; 0],
        "any of them may have crashed meanwhile"
    );
    for index in 0..CLUSTERS {
        world.report_all(index, false);
    }
    assert_eq!(world.displaced().len(), 1, "three serve, and two must");
    world.settle();
    world.check_settled();
}

#[test]
fn a_session_that_breaks_makes_what_was_said_in_it_unknown() {
    let mut world = three_of_web();
    for index in 0..CLUSTERS {
        world.disconnect(index);
    }
    world.connect_all();
    world.ask("high", with(10, None, spec(GPUS, 1, false)));
    assert_eq!(world.displaced(), [] as [u32; 0]);
    world.breaks(0);
    assert_eq!(world.displaced(), [0], "it is known not to serve");
    world.settle();
}
