//! A replica waits for no more than it needs, and where it was promised it starts as soon as there is room.

use hourglass_model::placement::PlacementTerm;

use super::*;
use crate::records::SlotRecord;

fn over_zones() -> Vec<SpreadConstraint> {
    vec![SpreadConstraint {
        topology: Some(Topology::Zone),
        max_skew: Some(1),
        when_unsatisfiable: Some(WhenUnsatisfiable::DoNotSchedule),
        ..SpreadConstraint::default()
    }]
}

/// Those that a slot waits for, and how many places it has had before.
fn stands(slot: &SlotRecord) -> (usize, usize) {
    let of = slot.assignment.as_ref().unwrap();
    (of.waits_for.len(), slot.attempts.len())
}

#[test]
fn with_rules_over_others_each_replica_starts_when_its_own_node_is_free() {
    for gang in [false, true] {
        let mut world = full();
        world.hang();
        let apart = PlacementSpec {
            spread: over_zones(),
            ..wish(10, GPUS, 2, gang)
        };
        world.ask("high", apart);
        carry_out(&mut world);
        let before = world.record("high").clone();
        assert_eq!(before.behind_victims().count(), 2);
        world.unhang(before.slots[0].assignment.as_ref().unwrap());
        world.pass(Duration::from_secs(60));
        let record = world.record("high").clone();
        assert_eq!(
            stands(&record.slots[0]),
            (0, 0),
            "gang {gang}: {:?}",
            record.events
        );
        assert_eq!(stands(&record.slots[1]), (1, 0));
        assert_eq!(record.slots[0].epoch, before.slots[0].epoch);
        assert_eq!(world.performers_of("high"), 1);
        let lifted = record
            .gang_start
            .is_some_and(|start| start.phase > GangPhase::Gated);
        assert!(!lifted, "not before the other one is there");
        world.unhang(before.slots[1].assignment.as_ref().unwrap());
        world.pass(Duration::from_secs(60));
        let record = world.record("high").clone();
        assert_eq!(record.state, PlacementState::Ready, "gang {gang}");
        assert!(record.slots.iter().all(|slot| stands(slot) == (0, 0)));
        world.settle();
        world.check_settled();
    }
}

#[test]
fn nobody_starts_beside_those_whom_it_is_to_be_kept_apart_from() {
    let mut world = World::new(1);
    world.connect_all();
    world.ask_labelled("web", &[("app", "web")], wish(0, GPUS, 1, false));
    carry_out(&mut world);
    let here = world.place_of("web").cluster;
    for number in 0..CLUSTERS * NODES - 1 {
        world.ask(&format!("full-{number}"), wish(30, GPUS, 1, false));
    }
    carry_out(&mut world);
    // The other node of its cluster is free.
    let mut names = (0..CLUSTERS * NODES - 1).map(|number| format!("full-{number}"));
    let beside = names.find(|name| world.place_of(name).cluster == here).unwrap();
    world.remove(&beside);
    carry_out(&mut world);
    world.hang();
    let term = serde_json::json!({"selector": {"matchLabels": {"app": "web"}}, "topology": "CLUSTER"});
    let term: PlacementTerm = serde_json::from_value(term).unwrap();
    let away = PlacementSpec {
        anti_affinity: vec![term],
        ..wish(10, GPUS, 2, false)
    };
    world.ask("high", away);
    world.pass(Duration::from_secs(60));
    let record = world.record("high").clone();
    let waits: Vec<_> = record.slots.iter().map(stands).collect();
    assert_eq!(waits, [(1, 0), (1, 0)]);
    assert_eq!(world.performers_of("high"), 0);
    for member in &mut world.members {
        member.hung.clear();
    }
    world.pass(Duration::from_secs(60));
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert!(!world.is_placed("web"));
    world.settle();
    world.check_settled();
}

/// A fleet that is full but for two halves of a node, the pods of which do not end; one of them makes room for `high`, which needs
/// one.
fn halves() -> (World, String, String) {
    let mut world = World::new(1);
    world.connect_all();
    for number in 0..CLUSTERS * NODES - 1 {
        world.ask(&format!("full-{number}"), wish(30, GPUS, 1, false));
    }
    for name in ["half-a", "half-b"] {
        world.ask(name, wish(0, GPUS / 2, 1, false));
    }
    carry_out(&mut world);
    world.hang();
    world.ask("high", wish(10, GPUS / 2, 1, false));
    carry_out(&mut world);
    let waits = world.record("half-a").waits();
    assert_ne!(waits, world.record("half-b").waits());
    let both = ("half-a".to_owned(), "half-b".to_owned());
    let (gone, other) = if waits { both } else { (both.1, both.0) };
    (world, gone, other)
}

impl World {
    /// The pods of one placement, which are to go, end although others of their nodes do not.
    fn pods_end(&mut self, name: &str) {
        let uid = self.record(name).uid.clone();
        for member in &mut self.members {
            let ended = member
                .performers
                .keys()
                .filter(|(key, _)| key.placement_uid == uid);
            let ended: Vec<_> = ended.cloned().collect();
            for key in ended {
                member.performers.remove(&key);
                member.removed.insert(key);
            }
        }
    }
}

#[test]
fn what_comes_free_where_it_was_promised_is_no_other_place() {
    for cut in 0..3 {
        let (mut world, gone, other) = halves();
        let promised = world.place_of("high");
        let epoch = world.record("high").slots[0].epoch;
        if cut == 1 {
            world.restart();
            world.connect_all();
            carry_out(&mut world);
        }
        world.remove(&other);
        carry_out(&mut world);
        assert_eq!(world.performers_of("high"), 0);
        world.pods_end(&other);
        world.pass(Duration::from_secs(90));
        if cut == 2 {
            world.restart();
            world.connect_all();
            carry_out(&mut world);
        }
        let record = world.record("high").clone();
        assert_eq!(stands(&record.slots[0]), (0, 0), "cut {cut}: {:?}", record.events);
        assert_eq!(record.slots[0].epoch, epoch);
        assert_eq!(world.place_of("high").place(), promised.place());
        assert_eq!(record.state, PlacementState::Ready, "cut {cut}");
        assert!(!record.events.iter().any(|event| event.reason == "ROOM_ELSEWHERE"));
        assert!(record.events.iter().any(|event| event.reason == "ROOM_MADE"));
        assert!(!world.is_placed(&gone), "it still ends there");
        world.settle();
        world.check_settled();
    }
}
