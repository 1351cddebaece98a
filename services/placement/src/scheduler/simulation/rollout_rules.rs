//! Updates, rollbacks and evictions, one plot at a time.

use hourglass_model::ids::{Generation, Slot};
use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::asking::id;
use super::rolling::{
    carry_out, change, condition, new_image, ripen_all, rolling_spec, serving, the_one, update, with_image,
};
use super::*;
use crate::records::keys;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::scheduler::port::{CallError, EvictReplica, RollbackPlacement};

#[test]
fn an_update_surges_on_the_same_node_and_drains_only_what_is_followed() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let input = new_image(&world, 2);
    let updated = update(&mut world, &input);
    assert_eq!(updated.generation, Generation(2));
    carry_out(&mut world);
    let rolling = the_one(&world);
    let (slot, successor) = (&rolling.slots[0], rolling.slots[0].successor.as_ref().unwrap());
    assert!(slot.serves(), "the earlier one serves on");
    let old = slot.assignment.as_ref().unwrap();
    assert_eq!(slot.epoch, before.slots[0].epoch);
    assert_eq!(
        (&successor.assignment.cluster, &successor.assignment.charged_node),
        (&old.cluster, &old.charged_node),
        "there is room for both"
    );
    assert_eq!(
        rolling.state,
        PlacementState::Degraded,
        "READY is for the current generation only"
    );
    assert_eq!(condition(&rolling), (ConditionStatus::False, Reason::Updating));
    // Whatever crashes here: both epochs are known again.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(
        world
            .members
            .iter()
            .map(|member| member.performers.len())
            .sum::<usize>(),
        2
    );
    ripen_all(&mut world);
    let done = the_one(&world);
    assert_eq!((done.state, done.roll.is_none()), (PlacementState::Ready, true));
    assert_eq!(condition(&done), (ConditionStatus::True, Reason::UpToDate));
    assert_eq!(done.slots[0].attempts[0].reason, Reason::Superseded);
    assert_eq!(
        world
            .members
            .iter()
            .map(|member| member.performers.len())
            .sum::<usize>(),
        1
    );
}

#[test]
fn an_update_without_room_is_blocked_while_the_earlier_one_serves_and_goes_on_when_there_is_room() {
    let mut world = serving(spec(4, 3, false));
    // The fourth node is taken.
    let other = creation(id("other"), spec(4, 1, false));
    world
        .round(false, |core, round| core.create_placement(&other, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    ripen_all(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let blocked = the_one(&world);
    assert_eq!(
        condition(&blocked),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
    assert!(
        blocked
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.successor.is_none())
    );
    // A restart comes to the same.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(condition(&the_one(&world)).1, Reason::UpdateBlocked);
    let input = DeletePlacement {
        tenant: tenant(),
        id: id("other"),
        etag: None,
        request_id: None,
        force: false,
        traceparent: None,
    };
    world
        .round(false, |core, round| core.delete_placement(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    assert!(
        the_one(&world).slots.iter().any(|slot| slot.successor.is_some()),
        "what became free is taken without a word from anybody"
    );
    for _ in 0..4 {
        ripen_all(&mut world);
    }
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn a_newer_update_takes_the_place_of_one_that_is_under_way() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let dropped = the_one(&world).slots[0].successor.as_ref().unwrap().epoch;
    let input = new_image(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    let record = the_one(&world);
    let successor = record.slots[0].successor.as_ref().unwrap();
    assert!(successor.epoch > dropped, "no epoch is given twice");
    assert_eq!(successor.assignment.generation, Generation(3));
    assert!(
        record.slots[0].serves(),
        "the removal of the one between spares the earlier one"
    );
    let running: Vec<u64> = world
        .members
        .iter()
        .flat_map(|member| member.performers.keys().map(|(_, epoch)| epoch.0))
        .collect();
    assert_eq!(running.len(), 2, "{running:?}");
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn recreation_waits_until_nothing_is_left() {
    let update_policy = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        ..UpdatePolicy::default()
    };
    let mut world = serving(rolling_spec(4, 1, update_policy, None));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let between = the_one(&world);
    assert_eq!(
        between.behind_victims().count(),
        1,
        "its next place waits for the last one to end"
    );
    let dispatched = between.condition(ConditionKind::Dispatched).unwrap();
    assert_eq!(dispatched.reason, Reason::WaitingForRemoval);
    carry_out(&mut world);
    ripen_all(&mut world);
    let done = the_one(&world);
    assert_eq!(done.state, PlacementState::Ready);
    assert_eq!(done.behind_victims().count(), 0);
    assert_eq!(
        done.slots[0].assignment.as_ref().unwrap().generation,
        Generation(2)
    );
}

#[test]
fn a_rollback_is_an_update_to_an_earlier_spec() {
    let mut world = serving(spec(1, 1, false));
    let first = the_one(&world).spec;
    for number in 2..15 {
        let input = new_image(&world, number);
        update(&mut world, &input);
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    let record = the_one(&world);
    let kept: Vec<u64> = world
        .core
        .earlier_revisions(&record)
        .map(|revision| revision.generation.0)
        .collect();
    assert_eq!(
        kept,
        (5..14).rev().collect::<Vec<_>>(),
        "the last ten, with the current one"
    );
    let stored = world
        .disk
        .keys()
        .filter(|key| key.starts_with(keys::REVISIONS))
        .count();
    assert_eq!(stored, 9);
    world.restart();
    world.connect_all();
    let back_to = |revision: u64| RollbackPlacement {
        tenant: tenant(),
        id: id("p"),
        revision: Generation(revision),
        etag: None,
        request_id: None,
        validate_only: false,
        traceparent: None,
    };
    let gone = world.round(false, |core, round| {
        core.rollback_placement(&back_to(1), None, round)
    });
    assert!(matches!(gone, Some(Err(CallError::NotFound(_)))), "{gone:?}");
    let answer = world
        .round(false, |core, round| {
            core.rollback_placement(&back_to(5), None, round)
        })
        .unwrap()
        .unwrap();
    let record = answer.placement.record;
    assert_eq!(record.generation, Generation(15));
    assert_eq!(record.spec, with_image(first, 5));
}

#[test]
fn an_evicted_replica_serves_elsewhere_before_it_goes() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let node = before.slots[0].assignment.as_ref().unwrap().charged_node.clone();
    let evict = |epoch| EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(0),
        epoch,
        reason: "its fan is loud".to_owned(),
        request_id: None,
        traceparent: None,
    };
    let wrong = evict(before.slots[0].epoch.next());
    let refused = world.round(false, |core, round| core.evict_replica(&wrong, None, round));
    assert!(
        matches!(refused, Some(Err(CallError::Precondition(_)))),
        "{refused:?}"
    );
    let input = evict(before.slots[0].epoch);
    world
        .round(false, |core, round| core.evict_replica(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    let moving = the_one(&world);
    assert_eq!(
        moving.state,
        PlacementState::Ready,
        "it is of the current generation"
    );
    let to = &moving.slots[0].successor.as_ref().unwrap().assignment;
    let from = moving.slots[0].assignment.as_ref().unwrap();
    assert_ne!((&to.cluster, &to.charged_node), (&from.cluster, &node));
    ripen_all(&mut world);
    let moved = the_one(&world);
    assert_eq!(moved.slots[0].attempts[0].reason, Reason::Evicted);
    assert!(moved.slots[0].attempts[0].message.contains("its fan is loud"));
}

#[test]
fn an_eviction_that_nothing_can_follow_is_refused_when_so_many_must_serve() {
    let mut world = serving(rolling_spec(4, 4, UpdatePolicy::default(), Some("4")));
    let epoch = the_one(&world).slots[2].epoch;
    let input = EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(2),
        epoch,
        reason: String::new(),
        request_id: None,
        traceparent: None,
    };
    let refused = world.round(false, |core, round| core.evict_replica(&input, None, round));
    let Some(Err(CallError::Precondition(why))) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        why.contains("minAvailable (4)") && why.contains("when there is room"),
        "{why}"
    );
    assert!(the_one(&world).slots[2].serves());
}

#[test]
fn a_replica_that_does_not_start_in_time_goes_elsewhere_and_is_given_up_after_some_places() {
    let mut world = World::new(3);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(1, 1, false));
    let mut places = BTreeSet::new();
    for attempt in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        let record = the_one(&world);
        let assignment = record.slots[0].assignment.as_ref().unwrap();
        places.insert((assignment.cluster.clone(), assignment.charged_node.clone()));
        world.wall = world.wall.checked_add(SignedDuration::from_secs(601)).unwrap();
        world.round(false, Core::fire_timers);
        assert_eq!(the_one(&world).slots[0].failed_starts, attempt);
        world.clock += Duration::from_secs(60);
    }
    assert!(places.len() > 1, "where it did not start is avoided for a while");
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Failed);
    assert_eq!(
        record.slots[0].attempts.last().unwrap().reason,
        Reason::StartDeadlineExceeded
    );
    let scheduled = record.condition(ConditionKind::Scheduled);
    assert_eq!(scheduled.unwrap().reason, Reason::AttemptsExhausted);
    // A change of the spec is another try.
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn replicas_come_and_the_highest_go() {
    let mut world = serving(spec(1, 1, false));
    let scale = |world: &World, replicas| {
        let record = the_one(world);
        let spec = PlacementSpec {
            replicas: Some(replicas),
            ..record.spec
        };
        change(&record.id, spec, &["spec.replicas"])
    };
    let input = scale(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    let three = the_one(&world);
    assert_eq!((three.state, three.slots.len()), (PlacementState::Ready, 3));
    assert!(three.slots[0].attempts.is_empty(), "what served was left alone");
    let last = three.slots[2].epoch;
    let input = scale(&world, 1);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    let one = the_one(&world);
    assert_eq!((one.state, one.slots.len()), (PlacementState::Ready, 1));
    let input = scale(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    let again = the_one(&world);
    assert!(again.slots[2].epoch > last, "no epoch is given twice");
}
