//! What a placement says of itself while it is deleted: that it goes, and which clusters have not confirmed it.

use super::asking::id;
use super::reporting::not_ready;
use super::rolling::{carry_out, ripen_all, the_one};
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus};

/// One replica in each cluster, and the placement is deleted.
fn deleted_in_both() -> World {
    let mut world = World::new(9);
    world.connect_all();
    world.create_one(spec(GPUS, 4, false));
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.remove("p");
    world
}

fn released(world: &World) -> String {
    let record = the_one(world);
    assert_eq!(record.state, PlacementState::Deleting);
    for condition in &record.conditions {
        assert_eq!(condition.status, ConditionStatus::False, "{condition:?}");
        assert_eq!(condition.reason, Reason::WaitingForRemoval, "{condition:?}");
    }
    let serving = record.condition(ConditionKind::Serving).unwrap();
    assert_eq!(serving.message, "the placement is being deleted");
    let released = record.condition(ConditionKind::Released).unwrap();
    released.message.clone()
}

#[test]
fn what_is_deleted_says_which_clusters_have_not_confirmed() {
    let mut world = deleted_in_both();
    assert_eq!(
        released(&world),
        "4 performers are not confirmed to be gone, by cluster: c0 (2), c1 (2)"
    );
    // Its pods may serve until they are gone: that is no news of a placement that goes.
    let record = the_one(&world);
    for (slot, place) in record.assigned() {
        let report = PerformerReport {
            phase: Phase::Terminating,
            ready: true,
            ..not_ready(&record.uid, slot.slot, slot.epoch)
        };
        let session = world.session_of(&place.cluster);
        world.round(false, |core, round| core.reported(&session, report, round));
    }
    released(&world);
    world.disconnect(1);
    while world.obey(0, false) {}
    assert_eq!(
        released(&world),
        "2 performers are not confirmed to be gone, by cluster: c1 (2)"
    );
    world.later(world.core.liveness_policy.unreachable_after);
    world.round(false, Core::judge_clusters);
    let silent = "2 performers are not confirmed to be gone, by cluster: c1 (2, not heard of)";
    assert_eq!(released(&world), silent);
    world.restart();
    world.connect(0);
    assert_eq!(released(&world), silent);
    world.connect(1);
    world.send_inventory(1);
    while world.obey(1, false) {}
    assert!(world.core.placement(&tenant(), &id("p")).is_none());
}
