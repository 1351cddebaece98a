//! What an explanation tells beside the engine's: who would make room, why they do not, and how what has a place came by it.

use hourglass_model::placement::Preemption;

use super::asking::{full, id};
use super::*;
use crate::scheduler::explained::Explained;
use crate::scheduler::port::ExplainSubject;
use crate::scheduler::queue::{Happened, Told};
use crate::scheduler::victims::VictimNote;

fn important(wish: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        priority: Some(10),
        ..wish
    }
}

impl World {
    fn explain(&self, name: &str) -> Explained {
        let subject = ExplainSubject::Existing(tenant(), id(name));
        self.core.explain(&subject).unwrap()
    }

    fn explain_new(&self, spec: PlacementSpec) -> Explained {
        let subject = ExplainSubject::New {
            tenant: tenant(),
            labels: BTreeMap::new(),
            spec: Box::new(spec),
        };
        self.core.explain(&subject).unwrap()
    }
}

#[test]
fn of_what_does_not_exist_yet_it_names_those_that_a_dry_run_names() {
    let mut world = full();
    let wish = important(spec(GPUS, 2, false));
    let told = world.explain_new(wish.clone());
    assert_eq!((told.explanation.fit, told.victims.len()), (0, 2));
    let summary = &told.explanation.summary;
    assert!(
        summary.contains("2 replicas of lower priority would make room, so that 2 of 2 fit"),
        "{summary}"
    );
    let dry_run = CreatePlacement {
        validate_only: true,
        ..creation(id("high"), wish)
    };
    let answer = world
        .round(false, |core, round| core.create_placement(&dry_run, None, round))
        .unwrap()
        .unwrap();
    assert_eq!(told.victims, answer.victims);

    let polite = PlacementSpec {
        preemption: Some(Preemption::Never),
        ..important(spec(GPUS, 1, false))
    };
    for nobody in [polite, spec(GPUS, 1, false)] {
        let told = world.explain_new(nobody);
        assert!(told.victims.is_empty());
        assert!(!told.explanation.summary.contains("make room"));
    }
}

#[test]
fn of_those_that_make_room_only_placements_of_the_own_tenant_are_named() {
    let mut world = World::new(3);
    world.connect_all();
    // Nodes of one cluster: one for each tenant.
    let of = |owner: TenantId, name: &str, wish: PlacementSpec| CreatePlacement {
        tenant: owner,
        ..creation(id(name), wish)
    };
    let here = |mut wish: PlacementSpec| {
        wish.cluster_rules.get_or_insert_default().include = vec!["c0".to_owned()];
        wish
    };
    for owner in [tenant(), other_tenant()] {
        let input = of(owner, "low", here(spec(GPUS, 1, false)));
        world.call(&input).unwrap();
    }
    let wish = here(important(spec(GPUS, 2, false)));
    let names = |victims: &[VictimNote]| -> Vec<Option<String>> {
        let mut names: Vec<_> = victims.iter().map(|victim| victim.placement.clone()).collect();
        names.sort();
        assert!(
            victims.iter().all(|victim| victim.cluster.as_str() == "c0"),
            "{victims:?}"
        );
        names
    };
    let told = [None, Some("tenants/default/placements/low".to_owned())];
    assert_eq!(names(&world.explain_new(wish.clone()).victims), told);
    let dry_run = CreatePlacement {
        validate_only: true,
        ..creation(id("high"), wish.clone())
    };
    assert_eq!(names(&world.call(&dry_run).unwrap().victims), told);
    let done = world.call(&creation(id("high"), wish)).unwrap();
    assert_eq!(names(&done.victims), told, "they are on their way out");
    let high = world.core.placement(&tenant(), &id("high")).unwrap();
    assert_eq!(names(&world.core.victims_on_their_way(high)), told);
}

#[test]
fn of_what_waits_and_moves_nobody_it_names_nobody() {
    let mut world = full();
    let polite = PlacementSpec {
        preemption: Some(Preemption::Never),
        ..important(spec(GPUS, 1, false))
    };
    world.ask("polite", polite);
    let told = world.explain("polite");
    assert!(told.victims.is_empty() && told.decisions.is_empty());
    assert!(!told.explanation.summary.contains("lower priority"));
}

#[test]
fn why_it_waits_is_found_out_when_somebody_asks_for_all_that_are_alike() {
    let mut world = full();
    for name in ["one", "two"] {
        world.ask(name, spec(3, 1, false));
    }
    let uid = |world: &World, name: &str| {
        let record = world.core.placement(&tenant(), &id(name));
        record.unwrap().uid.clone()
    };
    let failure = |world: &World, name: &str| world.core.queue.failure(&uid(world, name)).cloned().unwrap();
    assert!(failure(&world, "one").told().is_some(), "it was news");
    world.round(false, |core, _| core.queue.happened(Happened::anything()));
    let again = failure(&world, "one");
    assert!(again.told().is_none(), "the same once more, and nobody has asked");

    let notes = world.core.waiting_notes(&[uid(&world, "one")].into());
    let told = failure(&world, "two").told().unwrap().clone();
    assert_eq!(told.snapshot, world.core.fleet().snapshot_id());
    assert_eq!(told, Told::of(&world.explain("two").explanation));
    let message = notes[&uid(&world, "one")].message("");
    assert!(message.starts_with(&told.text), "{message}");
}

#[test]
fn of_what_has_its_places_it_says_that_it_decides_afresh_and_what_was_decided() {
    let mut world = World::new(1);
    world.connect_all();
    world.ask("runs", spec(GPUS, 2, false));
    world.pump();
    let before = world.core.placement(&tenant(), &id("runs")).unwrap().clone();
    world.ask("other", spec(GPUS, 2, false));
    world.pump();
    let told = world.explain("runs");
    let summary = &told.explanation.summary;
    assert!(
        summary.starts_with("every replica has a place, by earlier decisions; one more, decided now: "),
        "{summary}"
    );
    assert_eq!((told.explanation.wanted, told.explanation.fit), (1, 0));
    assert_eq!(told.decisions.len(), 2);
    for (decision, (slot, assignment)) in told.decisions.iter().zip(before.assigned()) {
        assert_eq!((decision.slot, decision.epoch), (slot.slot, slot.epoch));
        assert_eq!(decision.node, assignment.charged_node);
        assert_eq!(decision.snapshot, assignment.snapshot);
        assert!(decision.snapshot < told.explanation.snapshot, "it is of then");
        assert_eq!(decision.scores, assignment.scores);
        assert!(!decision.scores.is_empty());
    }
}
