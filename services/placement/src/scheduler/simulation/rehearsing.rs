//! What a call with `validate_only` or `fail_fast` is told is what would happen: by the decision that would be made, in turn.

use hourglass_model::ids::Slot;
use hourglass_model::placement::{PlacementSpec, UpdatePolicy, UpdateStrategy};

use super::asking::{full, id};
use super::blocked_texts::apart;
use super::rolling::{carry_out, change, new_image, ripen_all, rolling_spec, serving, the_one, update};
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus};
use crate::scheduler::port::{CallError, UpdateAnswer, UpdatePlacement};

impl World {
    /// What a change of these fields would do.
    fn rehearsed(&mut self, name: &str, fields: &[&str], spec: PlacementSpec) -> UpdateAnswer {
        let input = UpdatePlacement {
            validate_only: true,
            ..change(&id(name), spec, fields)
        };
        let answer = self.round(false, |core, round| core.update_placement(&input, None, round));
        let answer = answer.unwrap().unwrap();
        UpdateAnswer {
            placement: self.core.tell_rehearsed(answer.placement, self.clock),
            ..answer
        }
    }
}

fn places(answer: &UpdateAnswer) -> Vec<Option<String>> {
    let moves = answer.plan.as_ref().unwrap().moves.iter();
    moves
        .map(|one| {
            let to = one.to.as_ref();
            to.map(|(cluster, node)| format!("{cluster}/{node}"))
        })
        .collect()
}

#[test]
fn a_rehearsal_gives_the_same_room_to_one_replica_only() {
    let mut world = full();
    world.remove("full-1");
    world.pump();
    world.pump();
    let four = PlacementSpec {
        replicas: Some(4),
        ..spec(GPUS, 1, false)
    };
    let before = world.disk.clone();
    let answer = world.rehearsed("full-0", &["spec.replicas"], four.clone());
    assert_eq!(world.disk, before, "nothing changes");
    let to = places(&answer);
    assert_eq!(to.len(), 3);
    assert_eq!(to.iter().flatten().count(), 1, "{to:?}");
    let scheduled = answer.placement.record.condition(ConditionKind::Scheduled);
    let scheduled = scheduled.unwrap();
    assert_eq!(scheduled.status, ConditionStatus::False);
    assert!(
        scheduled.message.contains("1 of 3 replicas fit"),
        "{}",
        scheduled.message
    );
    let slots: Vec<Slot> = answer.plan.unwrap().moves.iter().map(|one| one.slot).collect();
    assert_eq!(slots, [Slot(1), Slot(2), Slot(3)]);

    // What is done afterwards is what was said.
    let input = change(&id("full-0"), four, &["spec.replicas"]);
    let done = world.round(false, |core, round| core.update_placement(&input, None, round));
    let record = done.unwrap().unwrap().placement.record;
    let placed = record.slots.iter().skip(1).map(|slot| {
        let (_, place) = slot.places().next()?;
        Some(format!("{}/{}", place.cluster, place.charged_node))
    });
    assert_eq!(placed.collect::<Vec<_>>(), to);
}

/// What a caller is shown of a placement: its state and conditions, and where its replicas are.
fn shown(record: &PlacementRecord) -> impl PartialEq + std::fmt::Debug + use<> {
    let conditions = record.conditions.iter();
    let conditions: Vec<_> = conditions
        .map(|one| (one.kind, one.status, one.reason, one.message.clone()))
        .collect();
    let slots = record.slots.iter();
    let places: Vec<_> = slots
        .map(|slot| {
            let place = slot.assignment.as_ref();
            let place = place.map(|place| format!("{}/{}", place.cluster, place.charged_node));
            (slot.slot, slot.epoch, place)
        })
        .collect();
    (record.state, record.generation, conditions, places)
}

#[test]
fn a_rehearsed_change_is_shown_as_it_is_once_it_is_made() {
    let replicas = |number: i32| PlacementSpec {
        replicas: Some(number),
        ..spec(GPUS, 1, false)
    };
    // One that runs gets a second replica; one that waits for more than there is wants less; one of four has no room.
    for (before, after) in [(1, 2), (5, 3), (1, 5)] {
        let mut world = serving(replicas(before));
        let told = the_one(&world);
        let rehearsed = world.rehearsed("p", &["spec.replicas"], replicas(after));
        let done = update(&mut world, &change(&told.id, replicas(after), &["spec.replicas"]));
        if after < 5 {
            assert_eq!(
                shown(&rehearsed.placement.record),
                shown(&done),
                "{before} to {after}"
            );
            let scheduled = done.condition(ConditionKind::Scheduled).unwrap();
            assert_eq!(scheduled.status, ConditionStatus::True);
            continue;
        }
        // Why at length is said to who asks.
        let reason = |record: &PlacementRecord| record.condition(ConditionKind::Scheduled).unwrap().reason;
        assert_eq!(reason(&rehearsed.placement.record), reason(&done));
        assert_eq!(rehearsed.placement.record.state, done.state);
        let without = |record: &PlacementRecord| record.without_place().count();
        assert_eq!((without(&rehearsed.placement.record), without(&done)), (1, 1));
    }
}

/// Where each replica of `p` is.
fn all_places(world: &World) -> Vec<Option<String>> {
    let record = the_one(world);
    let places = record.slots.iter().map(|slot| {
        let place = slot.assignment.as_ref()?;
        Some(format!("{}/{}", place.cluster, place.charged_node))
    });
    places.collect()
}

/// An update to come.
#[derive(Debug)]
struct Plot {
    /// What each replica takes.
    gpus: i64,
    replicas: i32,
    at_once: i32,
    /// Placements that take a node each.
    others: usize,
    recreates: bool,
    /// Replicas that have to serve.
    least: Option<&'static str>,
}

impl Plot {
    const fn surge(gpus: i64, replicas: i32, at_once: i32, others: usize) -> Self {
        Self {
            gpus,
            replicas,
            at_once,
            others,
            recreates: false,
            least: None,
        }
    }

    const fn recreate(gpus: i64, replicas: i32, at_once: i32, others: usize) -> Self {
        Self {
            recreates: true,
            ..Self::surge(gpus, replicas, at_once, others)
        }
    }

    const fn with_least(self, least: &'static str) -> Self {
        Self {
            least: Some(least),
            ..self
        }
    }

    fn policy(&self) -> UpdatePolicy {
        UpdatePolicy {
            max_parallel: Some(self.at_once),
            strategy: self.recreates.then_some(UpdateStrategy::Recreate),
            ..UpdatePolicy::default()
        }
    }
}

const UPDATES: [Plot; 10] = [
    Plot::surge(GPUS, 2, 1, 1),
    Plot::surge(GPUS, 2, 2, 1),
    Plot::surge(GPUS, 3, 1, 0),
    Plot::surge(GPUS, 3, 3, 0).with_least("3"),
    Plot::surge(GPUS, 4, 2, 0),
    Plot::surge(3, 3, 2, 0),
    Plot::surge(2, 4, 2, 1),
    Plot::surge(1, 3, 2, 3),
    Plot::recreate(GPUS, 4, 2, 0).with_least("3"),
    Plot::recreate(GPUS, 3, 2, 1),
];

/// Rehearses another image for `p`, and then updates it: where each replica is said to go, and where it is in the end. None
/// for those that stay what they are.
fn rehearsed_and_done(world: &mut World, told: &str) -> [Vec<Option<String>>; 2] {
    let claims = |world: &World| -> Vec<_> {
        let all = world.core.fleet().claims();
        all.map(|record| (record.claim.clone(), record.phase.clone()))
            .collect()
    };
    let (disk, before, places_before) = (world.disk.clone(), claims(world), all_places(world));
    let change = new_image(world, 2);
    let rehearsal = UpdatePlacement {
        validate_only: true,
        ..change.clone()
    };
    let answer = world.round(false, |core, round| {
        core.update_placement(&rehearsal, None, round)
    });
    let answer = answer.unwrap().unwrap();
    let to = places(&answer);
    let slots: Vec<Slot> = answer.plan.unwrap().moves.iter().map(|one| one.slot).collect();
    assert_eq!(
        slots,
        (0..).map(Slot).take(slots.len()).collect::<Vec<_>>(),
        "{told}"
    );
    assert_eq!(
        (&world.disk, claims(world)),
        (&disk, before),
        "nothing changes: {told}"
    );
    world.check();

    update(world, &change);
    for _ in 0..8 {
        carry_out(world);
        ripen_all(world);
    }
    let record = the_one(world);
    let moved = record.slots.iter().zip(all_places(world)).zip(places_before);
    let done = moved.map(|((slot, place), before)| {
        let is_new = slot.assignment.as_ref().is_some_and(|one| record.is_current(one));
        assert!(is_new || place == before, "{told}");
        place.filter(|_| is_new)
    });
    [to, done.collect()]
}

#[test]
fn a_rehearsed_update_says_where_each_replica_is_in_the_end() {
    for plot in UPDATES {
        let told = format!("{plot:?}");
        let wish = rolling_spec(plot.gpus, plot.replicas, plot.policy(), plot.least);
        let mut world = serving(wish);
        for number in 0..plot.others {
            world.ask(&format!("other-{number}"), spec(GPUS, 1, false));
        }
        carry_out(&mut world);
        ripen_all(&mut world);
        let [to, done] = rehearsed_and_done(&mut world, &told);
        assert_eq!(to, done, "{told}");
    }
}

#[test]
fn replicas_that_stay_apart_are_rehearsed_on_the_nodes_that_others_leave() {
    for replicas in 1..4 {
        let mut world = apart(replicas);
        let [to, done] = rehearsed_and_done(&mut world, "apart");
        assert_eq!(to, done);
        let nodes: BTreeSet<_> = to.iter().flatten().collect();
        assert_eq!(nodes.len(), to.len(), "{to:?}");
    }
}

#[test]
fn who_is_asked_about_where_others_have_left_is_bounded() {
    let told = |most_asked: usize| {
        let mut world = apart(3);
        world.core.most_asked = most_asked;
        let [to, done] = rehearsed_and_done(&mut world, "apart");
        assert!(done.iter().all(Option::is_some), "{done:?}");
        to.iter().zip(done).filter(|(to, done)| *to == done).count()
    };
    // The first one goes to the node that is free; each of the others takes the node of the one before it.
    assert_eq!([0, 1, 2, 64].map(told), [1, 2, 3, 3]);
}

#[test]
fn what_fails_fast_or_is_rehearsed_is_decided_as_it_would_be() {
    let mut world = full();
    let mut ask = |fail_fast, validate_only| {
        let input = CreatePlacement {
            fail_fast,
            validate_only,
            ..creation(id("new"), spec(GPUS, 1, false))
        };
        world.call(&input)
    };
    let refused = ask(true, false);
    let Err(CallError::DoesNotFit(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(why.summary.contains("needs 4"), "{}", why.summary);
    assert!(matches!(ask(true, true), Err(CallError::DoesNotFit(_))));
    let rehearsed = ask(false, true).unwrap();
    let scheduled = rehearsed.record.condition(ConditionKind::Scheduled).unwrap();
    assert_eq!(scheduled.status, ConditionStatus::False);
    assert!(scheduled.message.contains("needs 4"), "{}", scheduled.message);
    assert!(world.core.placement(&tenant(), &id("new")).is_none());
}

#[test]
fn where_more_would_have_to_go_for_it_than_may_it_fails_fast_and_the_rehearsal_says_why() {
    let mut world = World::new(1);
    world.core.preemption.waits = 39;
    for member in &mut world.members {
        member.more = vec![(ResourceName::new("example.org/seats").unwrap(), 40)];
    }
    world.connect_all();
    let seats = |count: i64, priority: i32, replicas: i32| {
        let mut wish = PlacementSpec {
            priority: Some(priority),
            ..spec(1, replicas, false)
        };
        let compute =
            serde_json::json!({"requests": {"cpu": "100m", "example.org/seats": count.to_string()}});
        wish.compute = Some(serde_json::from_value(compute).unwrap());
        wish
    };
    for number in 0..CLUSTERS * NODES * 40 {
        world.ask(&format!("small-{number}"), seats(1, 0, 1));
    }
    let ask = |world: &mut World, fail_fast, validate_only| {
        let input = CreatePlacement {
            fail_fast,
            validate_only,
            ..creation(id("large"), seats(40, 10, 1))
        };
        world.call(&input)
    };
    let rehearsed = ask(&mut world, false, true).unwrap();
    assert!(rehearsed.victims.is_empty(), "nobody would be moved");
    let scheduled = rehearsed.record.condition(ConditionKind::Scheduled).unwrap();
    assert!(
        scheduled.message.contains("more than may at once"),
        "{}",
        scheduled.message
    );
    let refused = ask(&mut world, true, false);
    let Err(CallError::DoesNotFit(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(why.summary.contains("more than may at once"), "{}", why.summary);
    assert!(world.core.placement(&tenant(), &id("large")).is_none());
}
