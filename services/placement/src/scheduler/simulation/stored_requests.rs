//! A stored request that no longer makes a performer, as after a change of the rules: nothing is claimed or ordered for
//! it, and it says why.

use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};

impl World {
    /// The rules have changed since the only placement was made.
    fn break_request(&mut self) {
        let uid = self.core.placements().next().unwrap().uid.clone();
        self.core
            .placements
            .update(&uid, |record| record.spec = spec(-1, 1, false));
        self.core.shapes.clear();
    }
}

#[test]
fn what_cannot_be_made_gets_no_place_and_says_why() {
    let mut world = World::new(1);
    world.create_one(spec(1, 1, false));
    world.break_request();
    world.connect_all();
    let record = world.core.placements().next().unwrap();
    assert_eq!(record.assigned().count(), 0);
    let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
    assert_eq!(
        (scheduled.status, scheduled.reason),
        (ConditionStatus::False, Reason::WaitingForPlace)
    );
    assert!(
        scheduled
            .message
            .contains("makes no performer any more: spec.compute.gpu.count"),
        "{}",
        scheduled.message
    );
}

#[test]
fn what_has_a_place_and_cannot_be_ordered_says_why() {
    let mut world = World::new(1);
    world.connect_all();
    world.create_one(spec(1, 1, false));
    for index in 0..CLUSTERS {
        world.disconnect(index);
    }
    world.break_request();
    for index in 0..CLUSTERS {
        world.connect(index);
        assert!(!world.obey(index, false), "no order is made");
    }
    let record = world.core.placements().next().unwrap();
    let observed = &record.assigned().next().unwrap().1.observed;
    assert_eq!(observed.reason, "NOT_RENDERED");
    assert!(
        observed.message.contains("spec.compute.gpu.count"),
        "{}",
        observed.message
    );
    let mut conditions = record.conditions.iter();
    assert!(conditions.any(|condition| condition.message.contains("makes no performer any more")));
}

#[test]
fn what_arrives_is_learnt_and_known_again_after_a_restart() {
    let mut world = World::new(1);
    let before = world.core.fleet().dump().packing;
    world.create_one(spec(1, 1, false));
    let learnt = world.core.fleet().dump().packing;
    assert_ne!(learnt, before);
    world.restart();
    assert_eq!(world.core.fleet().dump().packing, learnt);
}
