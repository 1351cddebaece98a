//! A big gang among a stream of small placements: it starves without a reservation, and runs in bounded steps with one.

use std::time::Duration;

use hourglass_model::placement::PlacementSpec;

use super::asking::id;
use super::*;
use crate::scheduler::port::ExplainSubject;
use crate::scheduler::reservations::ReservationPolicy;

/// Replicas of one GPU that fill the fleet.
const SMALL: usize = CLUSTERS * NODES * 4;
const _: () = assert!(GPUS == 4);
/// Between two steps of the stream.
const PAUSE: Duration = Duration::from_secs(300);
/// Nothing more comes free for so long: longer than the stream takes between two of them on one node.
const HOLD: Duration = Duration::from_secs(300 * 8);
/// Steps until the gang has waited long.
const PATIENCE: usize = 10;

fn reserving(most: usize) -> ReservationPolicy {
    ReservationPolicy {
        after: PAUSE * u32::try_from(PATIENCE).unwrap(),
        most,
        hold: HOLD,
    }
}

/// A fleet that small ones fill, and a gang of two whole nodes that waits.
fn crowded(most: usize) -> World {
    let mut world = World::new(7);
    world.queue_policy.reservation = reserving(most);
    world.restart();
    world.connect_all();
    for number in 0..SMALL {
        world.ask(&format!("small-{number}"), spec(1, 1, false));
        world.pump();
        assert!(world.is_placed(&format!("small-{number}")));
    }
    world.ask("gang", spec(GPUS, 2, true));
    world.pump();
    assert!(!world.is_placed("gang"));
    world
}

impl World {
    /// The oldest small one goes and a new one comes, until the gang has its places: after how many steps, if at all.
    fn stream(&mut self, steps: std::ops::Range<usize>) -> Option<usize> {
        for step in steps {
            self.remove(&format!("small-{step}"));
            self.ask(&format!("small-{}", SMALL + step), spec(1, 1, false));
            self.pump();
            self.check();
            if self.is_placed("gang") {
                return Some(step);
            }
            self.later(PAUSE);
            self.tick();
        }
        None
    }

    fn kept(&self) -> Vec<(String, usize)> {
        let all = self.core.fleet().reservations();
        all.map(|kept| {
            let record = self.core.placements.by_uid(&kept.placement).unwrap();
            (record.id.to_string(), kept.nodes.len())
        })
        .collect()
    }

    fn events_of(&self, name: &str) -> Vec<String> {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        record.events.iter().map(|event| event.reason.clone()).collect()
    }

    /// Nodes with room that are kept from a newcomer.
    fn turned_away(&self, spec: PlacementSpec) -> usize {
        let subject = ExplainSubject::New {
            tenant: tenant(),
            labels: BTreeMap::new(),
            spec: Box::new(spec),
        };
        let explanation = self.core.explain(&subject).unwrap().explanation;
        let clusters = explanation.clusters.iter();
        let rejections = clusters.flat_map(|cluster| &cluster.rejections);
        let reserved = rejections.filter(|rejection| rejection.rule == "Reserved");
        reserved.map(|rejection| rejection.nodes).sum()
    }
}

#[test]
fn a_gang_that_a_stream_of_small_ones_starves_runs_in_bounded_steps_with_a_reservation() {
    let mut starving = crowded(0);
    assert_eq!(starving.stream(0..10 * SMALL), None, "the control run starves it");
    assert_eq!(starving.kept(), []);

    let mut world = crowded(2);
    assert_eq!(world.stream(0..PATIENCE - 1), None);
    assert_eq!(world.kept(), [], "it has not waited long");
    let step = world.stream(PATIENCE - 1..10 * SMALL).expect("it gets its turn");
    // Whoever was there when the nodes were kept has gone by then, and nobody else has come.
    assert!(step <= PATIENCE + SMALL + 2, "only after {step} steps");
    world.pump();
    world.tick();
    assert_eq!(world.kept(), [], "placed, it keeps nothing free");
    assert!(world.events_of("gang").contains(&"RESERVED".to_owned()));
    world.settle();
    world.check_settled();
}

/// A world in which the gang has just got nodes kept.
fn reserved() -> World {
    let mut world = crowded(2);
    assert_eq!(world.stream(0..PATIENCE + 1), None);
    assert_eq!(world.kept(), [("gang".to_owned(), 2)]);
    world
}

#[test]
fn what_is_kept_is_explained_to_others_and_to_itself() {
    let mut world = reserved();
    // Until something comes free on a node that is kept.
    let mut step = PATIENCE + 1;
    while world.turned_away(spec(1, 1, false)) == 0 {
        assert!(step < PATIENCE + SMALL, "nothing that came free is kept");
        assert_eq!(world.stream(step..step + 1), None);
        step += 1;
    }
    let urgent = PlacementSpec {
        priority: Some(1),
        ..spec(1, 1, false)
    };
    assert_eq!(world.turned_away(urgent), 0, "a higher priority does not care");
    world.ask("late", spec(1, 1, false));
    assert_eq!(world.scheduled("late"), Reason::Reserved);

    let gang = world.core.placement(&tenant(), &id("gang")).unwrap();
    let notes = world.core.waiting_notes(&[gang.uid.clone()].into());
    let message = notes[&gang.uid].message("");
    assert!(message.contains("kept free for it"), "{message}");
}

#[test]
fn it_is_taken_anew_after_a_restart() {
    let mut world = reserved();
    world.restart();
    assert_eq!(world.kept(), []);
    world.connect_all();
    world.pump();
    world.tick();
    world.tick();
    assert_eq!(world.kept(), [("gang".to_owned(), 2)]);
}

#[test]
fn it_ends_with_the_wait() {
    let mut world = reserved();
    world.remove("gang");
    world.tick();
    assert_eq!(world.core.fleet().reservations().len(), 0, "deleted");

    let mut world = crowded(2);
    world.remove("gang");
    let wish = PlacementSpec {
        queue_timeout: Some(PAUSE * u32::try_from(PATIENCE + 2).unwrap()),
        ..spec(GPUS, 2, true)
    };
    world.ask("brief", wish);
    for _ in 0..=PATIENCE {
        world.later(PAUSE);
        world.tick();
    }
    assert_eq!(world.kept(), [("brief".to_owned(), 2)]);
    world.later(PAUSE * 2);
    world.tick();
    world.tick();
    assert_eq!(world.state("brief"), PlacementState::Failed);
    assert_eq!(world.kept(), [], "it waits no more");
}

#[test]
fn a_small_one_keeps_nothing_and_of_several_large_ones_only_so_many_do() {
    let mut world = crowded(2);
    world.remove("gang");
    world.ask("small", spec(1, 1, false));
    for number in 0..3 {
        world.ask(&format!("large-{number}"), spec(GPUS, 1, false));
    }
    for _ in 0..=PATIENCE + 2 {
        world.later(PAUSE);
        world.tick();
    }
    let kept: BTreeSet<_> = world.kept().into_iter().collect();
    assert_eq!(
        kept,
        BTreeSet::from([("large-0".to_owned(), 1), ("large-1".to_owned(), 1)])
    );
}

#[test]
fn nodes_that_are_lost_are_kept_no_more() {
    let mut world = reserved();
    let kept = world.core.fleet().reservations().next().unwrap();
    let cluster = kept.nodes.iter().next().unwrap().0.clone();
    let index = world
        .members
        .iter()
        .position(|member| member.name == cluster)
        .unwrap();
    world.cordon(index);
    world.tick();
    world.tick();
    let kept = world.core.fleet().reservations().next();
    let elsewhere = kept.is_none_or(|kept| kept.nodes.iter().all(|(at, _)| *at != cluster));
    assert!(elsewhere, "{:?}", world.kept());
}

/// Three nodes are taken for ever, the fourth by small ones; two gangs of four nodes wait that could only run on an empty
/// fleet.
fn two_without_hope() -> World {
    let mut world = World::new(7);
    world.queue_policy.reservation = reserving(2);
    world.restart();
    world.connect_all();
    for number in 0..CLUSTERS * NODES - 1 {
        world.ask(&format!("lasting-{number}"), spec(GPUS, 1, false));
    }
    for number in 0..4 {
        world.ask(&format!("small-{number}"), spec(1, 1, false));
    }
    world.pump();
    for name in ["hopeless-0", "hopeless-1"] {
        world.ask(name, spec(GPUS, 4, true));
    }
    for _ in 0..=PATIENCE {
        world.later(PAUSE);
        world.tick();
    }
    assert_eq!(world.kept(), [("hopeless-0".to_owned(), CLUSTERS * NODES)]);
    world
}

#[test]
fn two_gangs_without_hope_do_not_starve_a_third() {
    let mut world = two_without_hope();
    world.ask("hopeful", spec(GPUS, 1, false));
    // Small ones come and go, as long as they are let.
    for step in 0..200 {
        if step % 5 == 4 {
            world.remove(&format!("small-{}", step / 5));
            world.ask(&format!("small-{}", 4 + step / 5), spec(1, 1, false));
        }
        world.pump();
        world.check();
        if world.is_placed("hopeful") {
            return;
        }
        world.later(PAUSE);
        world.tick();
    }
    panic!("it never gets its turn: {:?}", world.kept());
}

#[test]
fn what_is_kept_in_vain_is_free_for_others_most_of_the_time() {
    let mut world = two_without_hope();
    let mut kept = 0;
    let steps = 400;
    for _ in 0..steps {
        world.later(PAUSE);
        world.tick();
        kept += usize::from(world.core.reservations() > 0);
    }
    assert!(kept > 0 && kept < steps / 4, "kept in {kept} of {steps} steps");
    let told = world.core.placement(&tenant(), &id("hopeless-0")).unwrap();
    let mut events = told.events.iter();
    assert!(events.any(|event| event.message.contains("nothing more has come free")));
    assert!(
        events.any(|event| event.reason == "RESERVED"),
        "and it has another turn"
    );
}

#[test]
fn no_history_with_reservations_loses_doubles_or_over_commits() {
    for seed in 0..20 {
        let outcome = std::panic::catch_unwind(|| {
            let mut world = World::new(9_000 + seed);
            world.queue_policy.reservation = ReservationPolicy {
                after: Duration::from_secs(2),
                most: 2,
                hold: Duration::from_secs(20),
            };
            world.restart();
            for _ in 0..150 {
                world.step();
                if world.open.is_none() {
                    world.tick();
                }
                assert!(world.core.reservations.held().len() <= 2);
            }
            world.settle();
            world.check_settled();
            for (uid, _) in world.core.reservations.held() {
                assert!(
                    world
                        .core
                        .placements
                        .by_uid(uid)
                        .is_some_and(PlacementRecord::waits)
                );
            }
        });
        assert!(
            outcome.is_ok(),
            "history with seed {seed} breaks a rule; the panic above says which"
        );
    }
}
