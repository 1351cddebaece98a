//! What should move: told and kept when an agent says so, and when it says that it is over.

use super::*;

/// A world with a placement whose performers serve, and a report of its first as its agent would send it.
fn serving(wish: PlacementSpec) -> (World, SessionId, PerformerReport) {
    let mut world = World::new(11);
    world.connect_all();
    world.create_one(wish);
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
        world.send_inventory(index);
        world.report_all(index, false);
    }
    let record = world.core.placements().next().unwrap();
    let (slot, assignment) = record.assigned().next().unwrap();
    assert!(assignment.observed.ready);
    let id = world.session_of(&assignment.cluster);
    let report = PerformerReport {
        phase: Phase::Running,
        ready: true,
        node: assignment.node.as_ref().unwrap().to_string(),
        endpoint: assignment.observed.endpoint.clone(),
        message: assignment.observed.message.clone(),
        ..not_ready(&record.uid, slot.slot, slot.epoch)
    };
    (world, id, report)
}

impl World {
    /// The story of the only placement from its last decision on.
    fn told(&self) -> Vec<String> {
        let record = self.core.placements().next().unwrap();
        record.events.iter().map(|event| event.reason.clone()).collect()
    }
}

#[test]
fn a_disruption_is_news_once_and_survives_a_restart_and_so_is_its_end() {
    // There is no room to move it to.
    let whole = i32::try_from(CLUSTERS * NODES).unwrap();
    let (mut world, id, mut report) = serving(spec(GPUS, whole, false));
    world.say(&id, &report);
    assert!(world.written.is_empty(), "nothing is new");
    report.disruption = "EVICTION_BY_EVICTION_API".to_owned();
    world.say(&id, &report);
    assert!(world.written.iter().any(|key| key.ends_with("/status")));
    assert_eq!(
        world.told()[world.told().len() - 2..],
        ["DISRUPTION", "MOVE_BLOCKED"]
    );
    let before = world.told();
    world.say(&id, &report);
    assert_eq!(world.told(), before, "the same once more is no news");

    world.restart();
    let record = world.core.placements().next().unwrap();
    let (_, assignment) = record.assigned().next().unwrap();
    assert_eq!(assignment.observed.disruption, "EVICTION_BY_EVICTION_API");
    let mut events = record.events.iter().rev();
    let event = events.find(|event| event.reason == "DISRUPTION").unwrap();
    let place = assignment.place();
    assert_eq!(
        event.message,
        format!("replica 0 should not stay on {place}: EVICTION_BY_EVICTION_API")
    );

    world.connect_all();
    let index = world
        .members
        .iter()
        .position(|member| place.starts_with(member.name.as_str()))
        .unwrap();
    let id = world.members[index].session.as_ref().unwrap().id.clone();
    report.disruption.clear();
    world.say(&id, &report);
    assert!(world.told().contains(&"DISRUPTION_ENDED".to_owned()));
    let record = world.core.placements().next().unwrap();
    let (_, assignment) = record.assigned().next().unwrap();
    assert_eq!(assignment.observed.disruption, "");
}

#[test]
fn what_serves_stays_although_what_would_come_after_it_is_rejected() {
    let (mut world, id, mut report) = serving(spec(1, 1, false));
    let before = the_first(&world);
    report.rejected = true;
    report.reason = "Unschedulable".to_owned();
    world.say(&id, &report);
    assert_eq!(the_first(&world), before);
    // Without it, nothing is left there.
    report.ready = false;
    world.say(&id, &report);
    assert!(the_first(&world) > before);
}

/// The epoch of the first replica.
fn the_first(world: &World) -> Epoch {
    world.core.placements().next().unwrap().slots[0].epoch
}
