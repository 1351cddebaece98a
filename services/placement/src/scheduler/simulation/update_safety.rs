//! What serves, or has served and only blips, stays through updates that get nowhere.

use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::asking::full;
use super::rolling::{
    carry_out, change, condition, new_image, ripen_all, rolling_spec, serving, the_one, update,
};
use super::*;
use crate::records::placement::{ConditionStatus, EventRecord};
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::records::{RequestRecord, SlotRecord};
use crate::scheduler::port::{CallError, UpdatePlacement};

impl World {
    /// No performer serves for a moment, and their agents say so.
    pub(super) fn blip(&mut self) {
        for member in &mut self.members {
            for performer in member.performers.values_mut() {
                performer.ready = false;
            }
        }
        for index in 0..CLUSTERS {
            self.report_all(index, false);
        }
    }

    /// Nothing new has become ready by the start deadline.
    pub(super) fn start_deadlines_pass(&mut self) {
        self.later(Duration::from_secs(601));
        for member in &self.members {
            let cluster = self.core.clusters().get(&member.name).unwrap();
            if let Some(session) = cluster.session.as_ref() {
                session.last_seen.touch(self.clock);
            }
        }
        self.tick();
    }
}

/// Where the replicas are, with their epochs.
pub(super) fn places(record: &PlacementRecord) -> Vec<(Epoch, String)> {
    let assigned = record.assigned();
    assigned
        .map(|(slot, assignment)| (slot.epoch, assignment.place()))
        .collect()
}

#[test]
fn a_blip_while_an_update_is_blocked_takes_nothing_away() {
    let mut world = serving(spec(GPUS, 3, false));
    world.ask("other", spec(GPUS, 1, false));
    carry_out(&mut world);
    ripen_all(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world);
    assert_eq!(condition(&before).1, Reason::UpdateBlocked);
    world.blip();
    assert!(!the_one(&world).serves());
    carry_out(&mut world);
    assert_eq!(places(&the_one(&world)), places(&before));
    ripen_all(&mut world);
    let after = the_one(&world);
    assert!(after.slots.iter().all(SlotRecord::serves));
    assert_eq!(places(&after), places(&before));
    assert_eq!(condition(&after), (ConditionStatus::False, Reason::UpdateBlocked));
}

/// An update of `p` that was given up, with the earlier generation serving on.
pub(super) fn given_up() -> World {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        assert!(the_one(&world).slots[0].successor.is_some(), "{failed}");
        world.start_deadlines_pass();
        assert_eq!(the_one(&world).slots[0].failed_starts, failed);
    }
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].successor.is_none());
    world
}

#[test]
fn a_blip_after_an_update_was_given_up_takes_nothing_away() {
    let mut world = given_up();
    let before = the_one(&world);
    assert!(before.serves());
    for _ in 0..3 {
        world.blip();
        carry_out(&mut world);
        assert_eq!(places(&the_one(&world)), places(&before));
        world.restart();
        world.connect_all();
        carry_out(&mut world);
        ripen_all(&mut world);
        assert_eq!(places(&the_one(&world)), places(&before));
        assert!(the_one(&world).serves());
    }
}

#[test]
fn what_was_given_up_and_then_loses_its_place_comes_back_as_what_served() {
    let mut world = given_up();
    let before = the_one(&world);
    let (slot, assignment) = before.assigned().next().unwrap();
    let report = PerformerReport {
        message: "its node was rebuilt, and a local pod was faster".into(),
        ..not_ready(&before.uid, slot.slot, slot.epoch)
    };
    world.refuse_place(&assignment.cluster, report);
    let after = the_one(&world);
    assert!(after.slots[0].assignment.is_some(), "{:?}", world.scheduled("p"));
    let next = after.slots[0].assignment.as_ref().unwrap();
    assert_eq!(next.generation, assignment.generation);
    assert!(after.slots[0].is_given_up(), "as it is wanted it is not tried");
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!(
        record.state,
        PlacementState::Degraded,
        "what serves is not what is wanted"
    );
    assert!(record.slots[0].serves() && record.slots[0].is_given_up());
}

fn recreated(gpus: i64, replicas: i32) -> PlacementSpec {
    let policy = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        ..UpdatePolicy::default()
    };
    rolling_spec(gpus, replicas, policy, None)
}

/// A world that is full with `p`, everything of which serves, and three others; `older` waits for a whole node.
fn contended(spec: PlacementSpec) -> World {
    let mut world = serving(spec);
    for name in ["a", "b", "c"] {
        world.ask(name, super::spec(GPUS, 1, false));
    }
    world.ask("older", super::spec(GPUS, 1, false));
    world.slow_starts = false;
    carry_out(&mut world);
    ripen_all(&mut world);
    assert!(world.is_placed("c") && !world.is_placed("older"));
    world.slow_starts = true;
    world
}

#[test]
fn recreation_keeps_the_room_from_those_that_have_waited_longer() {
    let mut world = contended(recreated(GPUS, 1));
    let before = places(&the_one(&world));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for cut in 0..6 {
        world.happen(cut);
        assert!(!world.is_placed("older"), "cut {cut}");
    }
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    ripen_all(&mut world);
    let after = the_one(&world);
    assert_eq!(after.state, PlacementState::Ready);
    let (before, now) = (&before[0], &places(&after)[0]);
    assert!(now.1 == before.1 && now.0 > before.0, "{before:?} {now:?}");
    assert!(!world.is_placed("older"));
}

#[test]
fn a_corrected_manifest_keeps_the_room_of_what_never_served() {
    let mut world = World::new(7);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(GPUS, 1, false));
    for name in ["a", "b", "c", "older"] {
        world.ask(name, spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    let before = places(&the_one(&world));
    for number in 2..5 {
        // Also while the last correction is still on its way.
        let input = new_image(&world, number);
        update(&mut world, &input);
        assert_eq!(places(&the_one(&world))[0].1, before[0].1, "{number}");
        assert!(!world.is_placed("older"));
    }
    carry_out(&mut world);
    carry_out(&mut world);
    ripen_all(&mut world);
    let after = the_one(&world);
    assert_eq!(after.state, PlacementState::Ready);
    assert_eq!(places(&after)[0].1, before[0].1);
    world.settle();
    assert!(!world.is_placed("older"));
}

#[test]
fn recreation_that_fits_nowhere_is_blocked_while_the_earlier_one_serves() {
    let mut world = contended(recreated(GPUS, 1));
    let before = the_one(&world);
    let input = change(&before.id, spec(GPUS + 1, 1, false), &["spec.compute"]);
    update(&mut world, &input);
    carry_out(&mut world);
    let blocked = the_one(&world);
    assert_eq!(
        condition(&blocked),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
    assert_eq!(places(&blocked), places(&before));
    assert!(blocked.serves());
}

#[test]
fn recreation_elsewhere_starts_when_the_earlier_one_has_gone() {
    let mut world = serving(recreated(GPUS, 1));
    let before = the_one(&world);
    let left = before.slots[0].assignment.clone().unwrap();
    let member = world
        .members
        .iter()
        .position(|member| member.name == left.cluster)
        .unwrap();
    world.members[member].cordoned.insert(left.charged_node.clone());
    world.send_inventory(member);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let between = the_one(&world);
    assert_ne!(places(&between)[0].1, places(&before)[0].1);
    assert_eq!(between.behind_victims().count(), 1);
    carry_out(&mut world);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn nobody_makes_room_for_what_leaves_its_own() {
    let important = |gpus| PlacementSpec {
        priority: Some(100),
        ..spec(gpus, 1, false)
    };
    let mut world = World::new(7);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(important(GPUS));
    for name in ["a", "b", "c"] {
        world.ask(name, spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for cut in 0..6 {
        world.happen(cut);
        for name in ["a", "b", "c"] {
            assert!(world.is_placed(name), "{name} made room, cut {cut}");
        }
    }
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn what_waits_for_victims_needs_no_others_when_it_is_changed() {
    let mut world = full();
    world.slow_starts = true;
    let high = PlacementSpec {
        priority: Some(10),
        ..spec(GPUS, 1, false)
    };
    world.create_one(high);
    let waiting = |world: &World| {
        let all = world.core.placements();
        all.filter(|record| record.assigned().count() == 0).count()
    };
    assert_eq!(waiting(&world), 1);
    let before = the_one(&world);
    for number in 2..4 {
        let input = new_image(&world, number);
        let record = update(&mut world, &input);
        assert_eq!(places(&record)[0].1, places(&before)[0].1);
        assert_eq!(waiting(&world), 1, "{number}");
    }
    world.restart();
    world.connect_all();
    for _ in 0..3 {
        carry_out(&mut world);
    }
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    assert_eq!(waiting(&world), 1);
}

/// Replicas of `p` that serve no more, while the server is away and hears nothing of it.
fn fail_unheard(world: &mut World, slots: &[u32]) {
    for member in &mut world.members {
        for ((key, _), performer) in &mut member.performers {
            performer.ready &= !slots.contains(&key.slot.0);
        }
    }
    world.restart();
    world.connect_all();
}

fn really_serving(world: &World) -> usize {
    let all = world.members.iter().flat_map(|member| member.performers.values());
    all.filter(|performer| performer.ready).count()
}

#[test]
fn what_agents_have_not_said_in_this_session_is_neither_spared_nor_replaced() {
    let policy = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        max_parallel: Some(3),
        ..UpdatePolicy::default()
    };
    let mut world = serving(rolling_spec(1, 3, policy, Some("1")));
    fail_unheard(&mut world, &[0, 1]);
    let before = the_one(&world);
    assert_eq!(
        before.slots.iter().filter(|slot| slot.serves()).count(),
        3,
        "it was stored"
    );
    let input = new_image(&world, 2);
    let record = update(&mut world, &input);
    assert_eq!(
        places(&record),
        places(&before),
        "nobody has said yet how they are"
    );
    for _ in 0..3 {
        for index in 0..CLUSTERS {
            world.report_all(index, false);
            while world.obey(index, false) {}
            world.send_inventory(index);
            assert_eq!(really_serving(&world), 1, "the one that serves stays");
        }
    }
    assert!(the_one(&world).slots[2].serves());
    for _ in 0..3 {
        ripen_all(&mut world);
    }
    let after = the_one(&world);
    assert_eq!((after.state, after.roll.is_none()), (PlacementState::Ready, true));
}

#[test]
fn a_smaller_number_takes_none_away_that_has_to_serve_for_one_that_failed_unheard() {
    let mut world = serving(rolling_spec(1, 3, UpdatePolicy::default(), Some("1")));
    fail_unheard(&mut world, &[0]);
    let record = the_one(&world);
    let fewer = PlacementSpec {
        replicas: Some(1),
        ..record.spec.clone()
    };
    let input = change(&record.id, fewer, &["spec.replicas"]);
    update(&mut world, &input);
    assert_eq!(the_one(&world).slots.len(), 3);
    carry_out(&mut world);
    assert_eq!(really_serving(&world), 1, "until the one that is wanted serves");
    assert_eq!(the_one(&world).slots.len(), 2);
    ripen_all(&mut world);
    ripen_all(&mut world);
    let after = the_one(&world);
    assert_eq!((after.state, after.slots.len()), (PlacementState::Ready, 1));
}

#[test]
fn an_eviction_without_room_counts_only_those_that_are_known_to_serve() {
    let mut world = serving(rolling_spec(GPUS, 4, UpdatePolicy::default(), Some("3")));
    world.restart();
    world.connect_all();
    let refused = world.evict(2);
    assert!(matches!(refused, Err(CallError::Precondition(_))), "{refused:?}");
    for index in 0..CLUSTERS {
        world.report_all(index, false);
    }
    let record = world.evict(2).unwrap();
    assert_eq!(record.slots.iter().filter(|slot| slot.serves()).count(), 3);
    let refused = world.evict(1);
    assert!(matches!(refused, Err(CallError::Precondition(_))), "{refused:?}");
}

/// The successor of the replica of `p` is not made where it was decided: a local pod was faster.
fn refuse_successor(world: &mut World) {
    let record = the_one(world);
    let slot = &record.slots[0];
    let successor = slot.successor.as_ref().unwrap();
    let report = PerformerReport {
        message: "a local pod was faster".into(),
        ..not_ready(&record.uid, slot.slot, successor.epoch)
    };
    world.refuse_place(&successor.assignment.cluster, report);
}

#[test]
fn an_eviction_is_not_forgotten_when_its_successor_comes_to_nothing() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let moving = world.evict(0).unwrap();
    let first = moving.slots[0].successor.as_ref().unwrap().epoch;
    refuse_successor(&mut world);
    let again = the_one(&world).slots[0].successor.clone().expect("another one");
    assert!(again.epoch > first);
    assert_eq!(again.cause, Reason::Evicted);
    let why = moving.slots[0].successor.as_ref().unwrap().message.clone();
    assert!(why.starts_with("it was evicted: "), "{why}");
    assert_eq!(again.message, why);
    let story: Vec<String> = moving.events.iter().map(EventRecord::text).collect();
    assert!(story.contains(&format!("replica 0: {why}")), "{story:?}");
    carry_out(&mut world);
    world.start_deadlines_pass();
    let third = the_one(&world).slots[0].successor.clone().expect("a third one");
    assert!(third.epoch > again.epoch);
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    ripen_all(&mut world);
    let moved = the_one(&world);
    assert_eq!(
        (moved.state, moved.slots[0].epoch),
        (PlacementState::Ready, third.epoch)
    );
    assert_ne!(places(&moved)[0].1, places(&before)[0].1);
    assert!(!moved.slots[0].evicted);
    assert_eq!(moved.slots[0].failed_starts, 0);
    world.settle();
    world.check_settled();
}

#[test]
fn an_eviction_that_fails_too_often_ends_with_the_replica_where_it_was_and_may_be_asked_for_again() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    world.evict(0).unwrap();
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        assert!(the_one(&world).slots[0].successor.is_some(), "{failed}");
        world.start_deadlines_pass();
        world.later(Duration::from_secs(300));
        world.tick();
    }
    carry_out(&mut world);
    let stays = the_one(&world);
    assert!(stays.serves() && stays.slots[0].successor.is_none());
    assert_eq!(places(&stays), places(&before));
    let told = stays
        .events
        .iter()
        .filter(|event| event.reason == "ATTEMPTS_EXHAUSTED");
    assert_eq!(told.count(), 1);
    world.evict(0).unwrap();
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_ne!(places(&the_one(&world))[0].1, places(&before)[0].1);
}

#[test]
fn one_that_flaps_says_nothing_of_its_successor() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let epoch = the_one(&world).slots[0].epoch;
    for failed in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        for ready in [false, true] {
            for member in &mut world.members {
                let old = member.performers.iter_mut().filter(|((_, of), _)| *of == epoch);
                old.for_each(|(_, performer)| performer.ready = ready);
            }
            for index in 0..CLUSTERS {
                world.report_all(index, false);
            }
        }
        world.start_deadlines_pass();
        assert_eq!(the_one(&world).slots[0].failed_starts, failed);
        assert_eq!(condition(&the_one(&world)).1, Reason::ProgressDeadlineExceeded);
    }
    let next = the_one(&world);
    assert!(
        next.serves() && next.slots[0].successor.is_none(),
        "it is given up"
    );
}

#[test]
fn with_strict_fencing_nothing_is_evicted_from_a_cluster_that_is_not_heard_of() {
    for (mode, strict) in [
        ("RESCHEDULE", false),
        ("RESCHEDULE", true),
        ("NEVER", false),
        ("NEVER", true),
    ] {
        let fencing = if strict { "STRICT" } else { "NONE" };
        let policy = serde_json::json!({"mode": mode, "fencing": fencing});
        let mut world = serving(PlacementSpec {
            failover: Some(serde_json::from_value(policy).unwrap()),
            ..spec(1, 1, false)
        });
        let record = the_one(&world);
        let (_, assignment) = record.assigned().next().unwrap();
        let member = world
            .members
            .iter()
            .position(|member| member.name == assignment.cluster)
            .unwrap();
        world.disconnect(member);
        let answer = world.evict(0);
        assert_eq!(
            matches!(answer, Err(CallError::Precondition(_))),
            strict,
            "{answer:?}"
        );
        world.connect(member);
        world.send_inventory(member);
        assert_eq!(world.evict(0).is_ok(), strict, "it is heard of, or moves already");
    }
}

#[test]
fn a_rehearsal_is_not_answered_by_what_was_done_under_its_request_id() {
    let mut world = serving(spec(1, 1, false));
    let input = UpdatePlacement {
        request_id: Some("r".to_owned()),
        ..new_image(&world, 2)
    };
    update(&mut world, &input);
    let (key, value) = world
        .disk
        .iter()
        .find(|(key, _)| key.starts_with("requests/"))
        .unwrap();
    let remembered: RequestRecord = decode(key, value).unwrap();
    let again = |world: &mut World, validate_only| {
        let input = UpdatePlacement {
            validate_only,
            ..input.clone()
        };
        let remembered = Some(remembered.clone());
        let answer = world.round(false, |core, round| {
            core.update_placement(&input, remembered, round)
        });
        answer.unwrap().unwrap().plan.is_some()
    };
    assert!(!again(&mut world, false), "done before");
    assert!(again(&mut world, true));
}
