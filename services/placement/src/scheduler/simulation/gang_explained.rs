//! Why a gang that runs waits for more replicas: said of what the decision is about, which is the one that joins next.

use super::asking::id;
use super::rolling::{carry_out, change, ripen_all, the_one, update};
use super::*;
use crate::records::placement::ConditionKind;
use crate::scheduler::port::{ExplainSubject, UpdatePlacement};

/// Two of a gang run, and one more node is free.
fn running() -> World {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(GPUS, 2, true));
    carry_out(&mut world);
    ripen_all(&mut world);
    world.ask("other", spec(GPUS, 1, false));
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world
}

fn scheduled(record: &PlacementRecord) -> String {
    let condition = record.condition(ConditionKind::Scheduled).unwrap();
    condition.message.clone()
}

#[test]
fn what_joins_a_gang_that_runs_is_explained_as_it_is_decided() {
    let mut world = running();
    let five = PlacementSpec {
        replicas: Some(5),
        ..spec(GPUS, 2, true)
    };
    let input = change(&id("p"), five, &["spec.replicas"]);
    let rehearsal = UpdatePlacement {
        validate_only: true,
        ..input.clone()
    };
    let answer = world
        .round(false, |core, round| {
            core.update_placement(&rehearsal, None, round)
        })
        .unwrap()
        .unwrap();
    let rehearsed = world.core.tell_rehearsed(answer.placement, world.clock).record;
    assert_eq!(rehearsed.assigned().count(), 3);
    let told = scheduled(&rehearsed);
    assert!(told.starts_with("1 of 3 replicas fit: "), "{told}");

    update(&mut world, &input);
    carry_out(&mut world);
    assert_eq!(the_one(&world).assigned().count(), 3);
    let subject = ExplainSubject::Existing(tenant(), id("p"));
    let explanation = world.core.explain(&subject).unwrap().explanation;
    assert_eq!((explanation.fit, explanation.wanted), (0, 1));
    let notes = world.core.waiting_notes(&[the_one(&world).uid].into());
    let note = notes.into_values().next().unwrap();
    for told in [explanation.summary, note.message("")] {
        assert!(told.contains("no node has room"), "{told}");
        assert!(!told.contains("together"), "{told}");
    }
}
