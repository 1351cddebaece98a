//! Nobody is moved where the room that others leave anyway, and that is promised to nobody, would do: looked at before anybody
//! is moved, in every history.

mod in_front;

use hourglass_engine::{ClaimRecord, Decision};
use hourglass_model::ids::PlacementUid;
use hourglass_model::placement::{PlacementSpec, Preemption, SpreadConstraint, Topology, WhenUnsatisfiable};

use super::asking::{full, id};
use super::rolling::carry_out;
use super::*;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::clusters::Cluster;

/// Those that make room for a placement are about to be moved.
pub(in crate::scheduler) fn about_to_move(
    core: &Core,
    uid: &PlacementUid,
    decision: &Decision,
    round: &Round,
) {
    let Some(record) = core.placements.by_uid(uid) else {
        return;
    };
    let request = record.request().unwrap();
    let rules = |record: &PlacementRecord| {
        let spec = &record.spec;
        !(spec.spread.is_empty() && spec.affinity.is_empty() && spec.anti_affinity.is_empty())
    };
    // What somebody in front waits for is his.
    let in_front = core.waits_in_front(Some(uid), request.priority).next().is_some();
    if in_front || core.placements().any(rules) || request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique) {
        return;
    }
    let avoid = core.avoided_as(record, record.generation_tried(), request.shape, round.instant);
    let old = core.may_stay(round.now);
    for placed in &decision.placed {
        for cluster in core.clusters().iter().filter(|cluster| cluster.is_fresh()) {
            check_cluster(
                core,
                cluster,
                (record, decision),
                |node| {
                    let place = (cluster.record.name.clone(), Some(node.clone()));
                    let avoided = avoid.contains_key(&place) || avoid.contains_key(&(place.0, None));
                    let counts = |one: &ClaimRecord| {
                        let own = one.claim.id.placement == *uid;
                        let here = one.claim.cluster == cluster.record.name && one.claim.node == *node;
                        here && !own && !old.contains(&one.claim.id)
                    };
                    (!avoided).then(|| {
                        let leaving = core.fleet.leaving().filter(|one| counts(one));
                        leaving.fold(ResourceVector::new(), |sum, one| {
                            sum.saturating_add(&one.claim.vector)
                        })
                    })
                },
                &placed.vector,
            );
        }
    }
}

/// One more replica that takes this fits on no node of a cluster, be it that those have gone who leave it.
fn check_cluster(
    core: &Core,
    cluster: &Cluster,
    (record, decision): (&PlacementRecord, &Decision),
    leaves: impl Fn(&NodeName) -> Option<ResourceVector>,
    vector: &ResourceVector,
) {
    let name = &cluster.record.name;
    let Some(state) = core.fleet().cluster(name) else {
        return;
    };
    let ready = state.health() == hourglass_engine::Health::Ready && !state.settings().cordoned;
    for node in state.nodes().filter(|_| ready) {
        let Some(left) = leaves(node.name()).filter(|left| !left.is_empty()) else {
            continue;
        };
        let kept = core.fleet().reservations().any(|kept| {
            kept.placement != record.uid && kept.nodes.contains(&(name.clone(), node.name().clone()))
        });
        let mut free = node.free().saturating_add(&left);
        let here = decision.placed.iter();
        for other in here.filter(|other| other.cluster == *name && other.node == *node.name()) {
            free = free.saturating_sub(&other.vector);
        }
        assert!(
            kept || node.unschedulable() || !node.ready() || !vector.fits_in(&free),
            "{} moves {:?}, and {name}/{} will have {free:?} free",
            record.name(),
            decision.victims,
            node.name()
        );
    }
}

fn wish(priority: i32, gpus: i64, replicas: i32, gang: bool) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        ..spec(gpus, replicas, gang)
    }
}

fn polite(priority: i32, gpus: i64) -> PlacementSpec {
    PlacementSpec {
        preemption: Some(Preemption::Never),
        ..wish(priority, gpus, 1, false)
    }
}

/// A fleet of which every node has one that takes all of it, and no pod of which ends.
fn hung() -> World {
    let mut world = full();
    world.hang();
    world
}

fn filling() -> impl Iterator<Item = String> {
    (0..CLUSTERS * NODES).map(|number| format!("full-{number}"))
}

/// How many of those that filled the fleet have no place.
fn moved(world: &World) -> usize {
    let known = filling().filter_map(|name| world.core.placement(&tenant(), &id(&name)));
    let lives = known.filter(|record| record.delete_time.is_none());
    lives.filter(|record| record.assigned().next().is_none()).count()
}

fn places(world: &World, name: &str) -> Vec<(ClusterName, NodeName)> {
    let record = world.record(name);
    let assigned = record.assigned();
    assigned
        .map(|(_, of)| (of.cluster.clone(), of.charged_node.clone()))
        .collect()
}

fn unhang_all(world: &mut World) {
    for member in &mut world.members {
        member.hung.clear();
    }
}

/// Everybody ends, and nothing is left over or missing.
fn ends_well(mut world: World) {
    unhang_all(&mut world);
    world.pass(Duration::from_secs(120));
    world.settle();
    world.check_settled();
}

fn pass_two_seconds(world: &mut World) {
    world.later(Duration::from_secs(2));
    carry_out(world);
    world.check();
}

#[test]
fn the_next_small_one_takes_what_the_first_one_left_over() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    world.ask("second", wish(10, 1, 1, false));
    world.ask("third", wish(5, 2, 1, false));
    carry_out(&mut world);
    assert_eq!(moved(&world), 1);
    assert_eq!(places(&world, "second"), places(&world, "first"));
    assert_eq!(places(&world, "third"), places(&world, "first"));
    assert_eq!(
        world.place_of("second").waits_for,
        world.place_of("first").waits_for
    );
    let story = &world.record("second").events;
    assert!(
        story.iter().any(|event| event.reason == "COUNTS_ON_ROOM"),
        "{story:?}"
    );

    // Nothing is left over of it.
    world.ask("fourth", wish(10, 1, 1, false));
    carry_out(&mut world);
    assert_eq!(moved(&world), 2);
    unhang_all(&mut world);
    world.pass(Duration::from_secs(60));
    for name in ["first", "second", "third", "fourth"] {
        assert_eq!(world.state(name), PlacementState::Ready, "{name}");
    }
    assert_eq!(moved(&world), 2);
    ends_well(world);
}

#[test]
fn it_is_so_whenever_a_server_starts_anew() {
    for cut in 0..5 {
        let mut world = hung();
        world.ask("first", wish(10, 1, 1, false));
        if cut == 0 {
            world.restart();
        }
        if cut == 1 {
            pass_two_seconds(&mut world);
            world.restart();
        }
        world.connect_all();
        carry_out(&mut world);
        world.ask("second", wish(10, 1, 2, false));
        if cut > 1 {
            world.restart();
            world.connect_all();
        }
        if cut > 2 {
            pass_two_seconds(&mut world);
        }
        carry_out(&mut world);
        assert_eq!(moved(&world), 1, "cut {cut}");
        assert_eq!(places(&world, "second").len(), 2, "cut {cut}");
        assert_eq!(world.performers_of("second"), 0, "it waits (cut {cut})");
        unhang_all(&mut world);
        if cut == 4 {
            world.restart();
            world.connect_all();
        }
        world.pass(Duration::from_secs(60));
        assert_eq!(world.state("second"), PlacementState::Ready, "cut {cut}");
        ends_well(world);
    }
}

#[test]
fn a_gang_takes_what_is_left_over_and_moves_as_few_as_that_allows() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    world.ask("gang", wish(10, 1, 3, true));
    assert_eq!(moved(&world), 1);
    world.ask("larger", wish(20, 2, 3, true));
    // Two of them take the room of one more, and the third that of another: those that wait are not moved for it.
    assert_eq!(moved(&world), 3);
    unhang_all(&mut world);
    world.pass(Duration::from_secs(60));
    for name in ["first", "gang", "larger"] {
        assert_eq!(world.state(name), PlacementState::Ready, "{name}");
    }
    ends_well(world);
}

#[test]
fn replicas_that_are_kept_apart_take_what_is_left_over_where_they_may() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    let spread = SpreadConstraint {
        topology: Some(Topology::Zone),
        max_skew: Some(1),
        when_unsatisfiable: Some(WhenUnsatisfiable::DoNotSchedule),
        ..SpreadConstraint::default()
    };
    let apart = PlacementSpec {
        spread: vec![spread],
        ..wish(10, 1, 2, false)
    };
    world.ask("apart", apart.clone());
    carry_out(&mut world);
    assert_eq!(moved(&world), 2, "one of the two zones has nobody yet who leaves");
    world.ask("also", apart);
    carry_out(&mut world);
    assert_eq!(moved(&world), 2);
    ends_well(world);
}

#[test]
fn whoever_leaves_for_whatever_reason_leaves_room() {
    let mut world = hung();
    world.remove("full-1");
    carry_out(&mut world);
    world.ask("high", wish(10, GPUS, 1, false));
    carry_out(&mut world);
    assert_eq!(moved(&world), 0);
    let record = world.record("high");
    assert_eq!(record.behind_others().count(), 1);
    let dispatched = record.condition(ConditionKind::Dispatched).unwrap();
    assert_eq!(dispatched.reason, Reason::WaitingForVictims);
    assert!(
        dispatched.message.contains("until 1 others have left"),
        "{}",
        dispatched.message
    );
    unhang_all(&mut world);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert_eq!(moved(&world), 0);
    ends_well(world);
}

#[test]
fn a_dry_run_moves_nobody_and_says_that_it_would_wait() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    let input = CreatePlacement {
        validate_only: true,
        ..creation(id("second"), wish(10, 1, 1, false))
    };
    let answer = world
        .round(false, |core, round| core.create_placement(&input, None, round))
        .unwrap()
        .unwrap();
    assert!(answer.victims.is_empty());
    assert_eq!(answer.record.behind_others().count(), 1);
    let dispatched = answer.record.condition(ConditionKind::Dispatched).unwrap();
    assert_eq!(dispatched.reason, Reason::WaitingForVictims);
}

#[test]
fn who_may_move_nobody_waits_for_what_is_free() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    world.ask("polite", polite(10, 1));
    world.ask("plain", spec(1, 1, false));
    carry_out(&mut world);
    assert!(!world.is_placed("polite") && !world.is_placed("plain"));
    unhang_all(&mut world);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.state("polite"), PlacementState::Ready);
    assert_eq!(world.state("plain"), PlacementState::Ready);
    ends_well(world);
}

#[test]
fn what_somebody_in_front_waits_for_is_counted_on_by_nobody_behind() {
    for (priority, theirs) in [(20, true), (10, true), (5, false)] {
        let mut world = hung();
        world.ask("polite", polite(priority, GPUS));
        world.later(Duration::from_secs(1));
        world.remove("full-1");
        world.ask("high", wish(10, 1, 1, false));
        carry_out(&mut world);
        assert_eq!(moved(&world), usize::from(theirs), "priority {priority}");
        unhang_all(&mut world);
        world.pass(Duration::from_secs(60));
        assert_eq!(world.is_placed("polite"), theirs, "priority {priority}");
        assert_eq!(world.state("high"), PlacementState::Ready);
        ends_well(world);
    }
}

#[test]
fn a_higher_priority_takes_it_from_those_to_whom_it_is_promised() {
    let mut world = World::new(1);
    world.connect_all();
    for number in 0..CLUSTERS * NODES - 2 {
        world.ask(&format!("top-{number}"), wish(30, GPUS, 1, false));
    }
    world.ask("large", wish(30, GPUS - 1, 1, false));
    // It leaves too little for anybody here, and is there to be moved.
    world.ask("small", wish(0, 1, 1, false));
    world.ask("low", wish(0, GPUS, 1, false));
    carry_out(&mut world);
    world.hang();
    world.ask("first", wish(10, 2, 1, false));
    pass_two_seconds(&mut world);
    world.ask("second", wish(10, 2, 1, false));
    pass_two_seconds(&mut world);
    let promised = places(&world, "first");
    assert_eq!(places(&world, "second"), promised);
    world.ask("high", wish(20, 3, 1, false));
    assert_eq!(places(&world, "high"), promised, "{:?}", world.record("high"));
    assert!(!world.is_placed("first") && !world.is_placed("second"));
    unhang_all(&mut world);
    world.pass(Duration::from_secs(120));
    assert_eq!(world.state("high"), PlacementState::Ready);
    ends_well(world);
}

#[test]
fn who_was_told_to_leave_long_ago_is_not_counted_on() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    pass_two_seconds(&mut world);
    let promised = places(&world, "first");
    world.pass(Duration::from_secs(250));
    world.ask("second", wish(10, 1, 1, false));
    assert_eq!(places(&world, "second"), promised);
    world.pass(Duration::from_secs(60));
    assert_eq!(moved(&world), 1);
    world.ask("third", wish(10, 1, 1, false));
    carry_out(&mut world);
    assert_eq!(
        moved(&world),
        2,
        "nobody knows whether that one will ever have gone"
    );
    // Both that wait for it are decided anew after their own time: the first one while it is not long since the other was told.
    world.pass(Duration::from_secs(300));
    assert_eq!(places(&world, "first"), places(&world, "third"));
    assert_eq!(moved(&world), 2);
    world.pass(Duration::from_secs(250));
    assert_ne!(places(&world, "second"), promised);
    assert_eq!(moved(&world), 3);
    ends_well(world);
}

#[test]
fn who_is_told_more_than_once_is_told_since_the_first_time() {
    let mut world = hung();
    world.ask("first", wish(10, 1, 1, false));
    world.pass(Duration::from_secs(320));
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    world.ask("second", wish(10, 1, 1, false));
    carry_out(&mut world);
    assert_eq!(moved(&world), 2);
    ends_well(world);
}

/// How often a place was given that counts on those who leave anyway.
fn history(seed: u64) -> usize {
    let mut world = World::new(90_000 + seed);
    for step in 0..150 {
        world.hang_in_turn(seed, step);
        if step % 7 == 6 {
            let input = creation(id(&format!("small-{step}")), wish(10, 1, 1, false));
            let asked = world.round(false, |core, round| core.create_placement(&input, None, round));
            if let Some(answer) = asked {
                answer.unwrap();
                world.answered(Answer::Created(id(&format!("small-{step}"))));
            }
        }
        world.step();
    }
    let stories = world.core.placements().flat_map(|record| &record.events);
    let counted = stories.filter(|event| event.reason == "COUNTS_ON_ROOM").count();
    for member in &mut world.members {
        member.hung.clear();
    }
    world.settle();
    world.check_settled();
    counted
}

#[test]
fn no_history_moves_anybody_where_what_others_leave_would_do() {
    let seen = histories(30, history);
    let counted: usize = seen.iter().sum();
    assert!(
        seen.len() < 20 || counted > 0,
        "nobody ever counts on those that leave"
    );
}
