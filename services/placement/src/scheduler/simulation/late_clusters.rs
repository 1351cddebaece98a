//! Agents that are away for moments: what is decided meanwhile is what would have been decided with their clusters, or waits.

use hourglass_engine::CapacityBound;
use hourglass_model::ids::Slot;
use hourglass_model::placement::{ClusterPreference, SpreadConstraint, Topology, WhenUnsatisfiable};

use super::asking::id;
use super::rolling::{carry_out, change, the_one, with_image};
use super::*;
use crate::scheduler::handlers::capacity::Counting;
use crate::scheduler::merge::FieldPath;
use crate::scheduler::port::{CallError, CountCapacity, EvictReplica};
use crate::scheduler::queue::Happened;

/// Two clusters. The first one is full, with replicas of priority 0; the agent of the second one, which is empty, has just gone.
fn one_is_late() -> World {
    let mut world = World::new(5);
    world.connect_all();
    for number in 0..NODES {
        let mut wish = spec(GPUS, 1, false);
        wish.cluster_rules.get_or_insert_default().include = vec![world.members[0].name.to_string()];
        world.ask(&format!("low-{number}"), wish);
    }
    carry_out(&mut world);
    world.disconnect(1);
    world
}

/// The same, with a node of the first one free.
fn half_free() -> World {
    let mut world = one_is_late();
    world.remove("low-0");
    carry_out(&mut world);
    world
}

fn important(wish: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        priority: Some(10),
        ..wish
    }
}

fn prefers_the_late(world: &World, wish: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        cluster_preferences: vec![ClusterPreference {
            clusters: vec![world.members[1].name.to_string()],
            ..ClusterPreference::default()
        }],
        ..wish
    }
}

fn comes_back(world: &mut World) {
    world.connect(1);
    world.send_inventory(1);
    carry_out(world);
}

/// What each of them is asked for, and the clusters of its replicas in the end.
fn clusters_of(world: &World) -> Vec<ClusterName> {
    let record = the_one(world);
    record.assigned().map(|(_, of)| of.cluster.clone()).collect()
}

fn waits(world: &World) -> bool {
    world.scheduled("p") == Reason::WaitingForInventory && clusters_of(world).is_empty()
}

impl World {
    /// All agents that are connected have just spoken.
    pub(super) fn touch_all(&mut self) {
        for member in self.members.iter().filter(|member| member.session.is_some()) {
            let cluster = self.core.clusters().get(&member.name).unwrap();
            cluster.session.as_ref().unwrap().last_seen.touch(self.clock);
        }
    }
}

fn nobody_was_moved(world: &World) -> bool {
    let slots = world.core.placements().flat_map(|record| &record.slots);
    slots
        .flat_map(|slot| &slot.attempts)
        .all(|attempt| attempt.reason != Reason::Preempted)
}

#[test]
fn nobody_makes_room_while_a_cluster_that_may_have_some_is_late() {
    let mut world = one_is_late();
    world.ask("p", important(spec(GPUS, 1, false)));
    carry_out(&mut world);
    assert!(waits(&world) && nobody_was_moved(&world));
    comes_back(&mut world);
    assert_eq!(clusters_of(&world), [world.members[1].name.clone()]);
    assert!(nobody_was_moved(&world));
}

#[test]
fn what_prefers_a_cluster_that_is_late_goes_nowhere_else() {
    let mut world = half_free();
    let wish = prefers_the_late(&world, spec(1, 1, false));
    world.ask("p", wish);
    assert!(waits(&world));
    comes_back(&mut world);
    assert_eq!(clusters_of(&world), [world.members[1].name.clone()]);
}

#[test]
fn what_is_to_be_spread_is_not_spread_over_the_rest() {
    let mut world = half_free();
    let mut wish = spec(1, 2, false);
    wish.spread = vec![SpreadConstraint {
        topology: Some(Topology::Cluster),
        max_skew: Some(1),
        when_unsatisfiable: Some(WhenUnsatisfiable::DoNotSchedule),
        ..SpreadConstraint::default()
    }];
    world.ask("p", wish);
    assert!(waits(&world));
    comes_back(&mut world);
    let clusters: BTreeSet<ClusterName> = clusters_of(&world).into_iter().collect();
    assert_eq!(clusters.len(), 2);
}

#[test]
fn what_would_go_there_with_it_all_the_same_is_placed_at_once() {
    let mut world = half_free();
    world.ask("p", important(spec(1, 1, false)));
    assert_eq!(clusters_of(&world), [world.members[0].name.clone()]);

    // A cluster that may not take it is not waited for.
    let mut wish = important(spec(GPUS, 1, false));
    wish.cluster_rules.get_or_insert_default().include = vec![world.members[0].name.to_string()];
    world.ask("bound", wish);
    assert!(!nobody_was_moved(&world));
}

#[test]
fn a_cluster_that_is_silent_for_too_long_is_waited_for_no_longer() {
    for session in [false, true] {
        let mut world = one_is_late();
        if session {
            // Its agent is back, and never says what it has.
            world.connect(1);
        }
        world.ask("p", important(spec(GPUS, 1, false)));
        assert!(waits(&world));
        world.later(world.core.liveness_policy.suspect_after);
        for index in if session { 0..2 } else { 0..1 } {
            let cluster = world.core.clusters().get(&world.members[index].name).unwrap();
            cluster.session.as_ref().unwrap().last_seen.touch(world.clock);
        }
        world.round(false, Core::judge_clusters);
        world.round(false, |_, _| ());
        assert_eq!(clusters_of(&world), [world.members[0].name.clone()]);
    }
}

#[test]
fn a_cluster_of_whose_inventory_something_is_missing_is_late_until_all_of_it_has_come_again() {
    let mut world = one_is_late();
    comes_back(&mut world);
    world.later(Duration::from_secs(3600));
    world.touch_all();
    world.lose_delta(1);
    world.ask("p", important(spec(GPUS, 1, false)));
    assert!(waits(&world) && nobody_was_moved(&world));
    world.send_inventory(1);
    carry_out(&mut world);
    assert_eq!(clusters_of(&world), [world.members[1].name.clone()]);
    assert!(nobody_was_moved(&world));
}

#[test]
fn a_session_whose_inventory_does_not_come_again_ends() {
    let mut world = one_is_late();
    comes_back(&mut world);
    let has_session = |world: &World, index: usize| {
        let cluster = world.core.clusters().get(&world.members[index].name).unwrap();
        cluster.session.is_some()
    };
    world.lose_delta(1);
    for (seconds, lasts) in [(59, true), (1, false)] {
        world.later(Duration::from_secs(seconds));
        for member in 0..CLUSTERS {
            if has_session(&world, member) {
                let cluster = world.core.clusters().get(&world.members[member].name).unwrap();
                cluster.session.as_ref().unwrap().last_seen.touch(world.clock);
            }
        }
        world.round(false, Core::judge_clusters);
        assert_eq!(has_session(&world, 1), lasts);
        assert!(has_session(&world, 0), "the other one goes on");
    }
}

#[test]
fn who_waits_for_room_already_waits_for_a_cluster_that_is_late_as_well() {
    let mut world = one_is_late();
    comes_back(&mut world);
    for number in 0..NODES {
        let mut wish = spec(GPUS, 1, false);
        wish.cluster_rules.get_or_insert_default().include = vec![world.members[1].name.to_string()];
        world.ask(&format!("there-{number}"), wish);
    }
    carry_out(&mut world);
    let wish = prefers_the_late(&world, spec(GPUS, 1, false));
    world.ask("p", wish);
    assert_eq!(world.scheduled("p"), Reason::NoCapacity);
    world.later(Duration::from_secs(3600));
    world.touch_all();
    world.disconnect(1);
    world.remove("low-0");
    carry_out(&mut world);
    assert!(clusters_of(&world).is_empty(), "it prefers the other one");
    comes_back(&mut world);
    assert_eq!(clusters_of(&world), [world.members[0].name.clone()]);
}

#[test]
fn who_has_waited_long_for_clusters_that_are_late_waits_for_no_further_one() {
    let mut world = half_free();
    let wish = prefers_the_late(&world, spec(1, 1, false));
    world.ask("p", wish);
    assert!(waits(&world));
    world.later(world.core.liveness_policy.suspect_after / 2);
    world.touch_all();
    // Back, and late again for as long.
    world.connect(1);
    world.later(world.core.liveness_policy.suspect_after / 2);
    world.touch_all();
    world.round(false, |core, round| {
        core.judge_clusters(round);
        core.happened(Happened::anything());
    });
    world.round(false, |_, _| ());
    assert_eq!(clusters_of(&world), [world.members[0].name.clone()]);
}

#[test]
fn an_eviction_is_to_be_asked_for_again() {
    let mut world = one_is_late();
    comes_back(&mut world);
    let wish = prefers_the_late(&world, spec(1, 1, false));
    world.ask("p", wish);
    carry_out(&mut world);
    world.remove("low-0");
    carry_out(&mut world);
    let record = the_one(&world);
    let place = record.slots[0].assignment.clone().unwrap();
    assert_eq!(place.cluster, world.members[1].name);
    world.disconnect(1);
    let input = EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(0),
        epoch: record.slots[0].epoch,
        reason: String::new(),
        request_id: None,
        traceparent: None,
    };
    let answer = world.round(false, |core, round| core.evict_replica(&input, None, round));
    assert!(
        matches!(answer, Some(Err(CallError::InventoryIncomplete))),
        "{answer:?}"
    );
    assert_eq!(clusters_of(&world), [world.members[1].name.clone()]);
}

/// One that goes to the first cluster alone.
fn bound_to_first(world: &World, mut wish: PlacementSpec) -> PlacementSpec {
    wish.cluster_rules.get_or_insert_default().include = vec![world.members[0].name.to_string()];
    wish
}

/// What `create` answers to who wants to know now.
fn asked_now(world: &mut World, wish: PlacementSpec, validate_only: bool) -> Result<(), CallError> {
    let input = CreatePlacement {
        fail_fast: !validate_only,
        validate_only,
        ..creation(id("now"), wish)
    };
    let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
    answer.unwrap().map(drop)
}

fn counting(wish: PlacementSpec) -> Counting {
    let question = CountCapacity {
        tenant: tenant(),
        labels: BTreeMap::new(),
        spec: Box::new(wish),
        limit: 1_000,
    };
    Counting::of(question).unwrap()
}

/// Whether a count has ended with one more turn, which is as short as a turn may be.
fn count_on(world: &mut World, counting: &mut Counting) -> Result<bool, CallError> {
    let until = Instant::now();
    let turn = world.round(false, |core, _| core.count_on(counting, until));
    turn.unwrap().map(|turn| turn.ended)
}

#[test]
fn while_an_agent_sends_its_inventory_again_only_answers_that_it_may_change_are_put_off() {
    let mut world = one_is_late();
    comes_back(&mut world);
    let wish = bound_to_first(&world, spec(1, 1, false));
    world.remove("low-0");
    carry_out(&mut world);
    world.ask("p", wish.clone());
    carry_out(&mut world);
    world.lose_delta(1);

    let bound = |gpus: i64| spec(gpus, 1, false);
    let too_large = bound_to_first(&world, bound(GPUS));
    let refused = asked_now(&mut world, too_large.clone(), false);
    assert!(matches!(refused, Err(CallError::FitsNowhere(_))), "{refused:?}");
    asked_now(&mut world, too_large, true).unwrap();
    for validate_only in [false, true] {
        let answer = asked_now(&mut world, bound(GPUS), validate_only);
        assert!(
            matches!(answer, Err(CallError::InventoryIncomplete)),
            "{answer:?}"
        );
    }

    let mut change = change(&id("p"), with_image(wish.clone(), 2), &["spec.performer.image"]);
    change.validate_only = true;
    let told = world.round(false, |core, round| core.update_placement(&change, None, round));
    assert!(told.unwrap().is_ok());
    let mut more = the_one(&world).spec;
    more.cluster_rules = None;
    change.fields = vec![FieldPath::new(vec!["spec".to_owned(), "clusterRules".to_owned()])];
    change.given.spec = more;
    let told = world.round(false, |core, round| core.update_placement(&change, None, round));
    assert!(
        matches!(told, Some(Err(CallError::InventoryIncomplete))),
        "{told:?}"
    );

    assert!(count_on(&mut world, &mut counting(wish)).is_ok());
    let any = count_on(&mut world, &mut counting(bound(1)));
    assert!(matches!(any, Err(CallError::InventoryIncomplete)), "{any:?}");
}

#[test]
fn a_count_that_has_begun_ends_with_what_was_counted_once_a_cluster_is_late() {
    let mut world = half_free();
    comes_back(&mut world);
    let mut counting = counting(spec(1, 1, false));
    assert!(!count_on(&mut world, &mut counting).unwrap(), "more fit");
    world.lose_delta(1);
    assert!(count_on(&mut world, &mut counting).unwrap());
    let answer = counting.answer();
    assert_eq!((answer.total, answer.limited_by), (1, Some(CapacityBound::Time)));
}
