//! Whose room it is that is being left: what those in front, who wait for room, could not have is nobody's.

use hourglass_engine::{Avoid, SlotWanted};
use hourglass_model::ids::Slot;
use hourglass_model::labels::Labels;
use hourglass_model::placement::{ClusterRules, PlacementTerm};
use hourglass_model::request::canonicalise;

use super::super::rolling::{change, update};
use super::*;

/// One replica over zones has its place on a node of the first zone, where another one leaves or stays; the second one waits for
/// room in the other zone.
fn half_spread() -> World {
    let mut world = full();
    let zone = |world: &World, name: &str| world.place_of(name).zone.unwrap();
    let first: Vec<String> = filling().filter(|name| zone(&world, name) == "z0").collect();
    assert_eq!(first.len(), 2);
    world.remove(&first[0]);
    carry_out(&mut world);
    let apart = PlacementSpec {
        spread: vec![SpreadConstraint {
            topology: Some(Topology::Zone),
            max_skew: Some(1),
            when_unsatisfiable: Some(WhenUnsatisfiable::DoNotSchedule),
            ..SpreadConstraint::default()
        }],
        replicas: Some(2),
        ..polite(10, GPUS)
    };
    world.ask("apart", apart);
    carry_out(&mut world);
    let record = world.record("apart");
    assert!(record.waits() && record.assigned().count() == 1);
    world.hang();
    world
}

#[test]
fn who_is_to_be_spread_and_may_not_be_there_takes_nothing_from_those_behind() {
    for (zone, theirs) in [("z0", 0), ("z1", 1)] {
        let mut world = half_spread();
        let there = filling().find(|name| {
            let record = world.core.placement(&tenant(), &id(name));
            let lives = record.filter(|record| record.delete_time.is_none());
            lives.is_some() && world.place_of(name).zone.as_deref() == Some(zone)
        });
        world.remove(&there.unwrap());
        world.ask("behind", wish(5, GPUS, 1, false));
        carry_out(&mut world);
        assert_eq!(moved(&world), theirs, "{zone} is left");
        unhang_all(&mut world);
        world.pass(Duration::from_secs(60));
        let apart = world.record("apart").assigned().count();
        assert_eq!(apart, 1 + theirs, "{zone}");
        assert_eq!(world.state("behind"), PlacementState::Ready);
        ends_well(world);
    }
}

#[test]
fn who_is_turned_away_from_a_node_that_is_kept_takes_nothing_from_whom_it_is_kept_for() {
    let mut world = World::new(1);
    world.connect_all();
    for number in 0..CLUSTERS * NODES {
        world.ask(&format!("full-{number}"), wish(30, GPUS, 1, false));
    }
    carry_out(&mut world);
    let here = world.members[0].name.clone();
    let small = PlacementSpec {
        cluster_rules: Some(ClusterRules {
            include: vec![here.to_string()],
            ..ClusterRules::default()
        }),
        ..polite(10, 1)
    };
    world.ask("small", small);
    world.ask("large", wish(10, GPUS, 1, false));
    for _ in 0..5 {
        world.pass(Duration::from_secs(70));
        world.tick();
    }
    let large = world.record("large").uid.clone();
    let kept: Vec<_> = world.core.fleet().reservations().cloned().collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].placement, large);
    let (cluster, node) = kept[0].nodes.first().unwrap().clone();
    assert_eq!(cluster, here);

    world.hang();
    let on = |world: &World, name: &str| {
        let of = world.place_of(name);
        (of.cluster, of.charged_node)
    };
    let there = filling()
        .find(|name| on(&world, name) == (cluster.clone(), node.clone()))
        .unwrap();
    let other = filling().find(|name| on(&world, name).0 != here).unwrap();
    world.remove(&there);
    carry_out(&mut world);
    let less = wish(0, GPUS, 1, false);
    let input = change(&id(&other), less, &["spec.priority"]);
    update(&mut world, &input);
    carry_out(&mut world);
    assert_eq!(moved(&world), 0, "{:?}", world.record("large").events);
    assert_eq!(places(&world, "large"), [(cluster, node)]);
    unhang_all(&mut world);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.state("large"), PlacementState::Ready);
    assert!(world.is_placed(&other) && !world.is_placed("small"));
    ends_well(world);
}

#[test]
fn nobody_is_asked_about_a_node_that_nobody_leaves() {
    let mut world = World::new(1);
    world.connect_all();
    world.ask_labelled("web", &[("app", "web")], wish(0, GPUS, 1, false));
    for number in 0..CLUSTERS * NODES - 1 {
        world.ask(&format!("full-{number}"), wish(0, GPUS, 1, false));
    }
    carry_out(&mut world);
    let here = world.place_of("web").cluster;
    let mut names = filling().take(CLUSTERS * NODES - 1);
    let beside = names.find(|name| world.place_of(name).cluster == here);
    world.remove(&beside.unwrap());
    carry_out(&mut world);
    let left = places(&world, "web");
    world.hang();
    world.remove("web");
    carry_out(&mut world);

    let term = serde_json::json!({"selector": {"matchLabels": {"app": "web"}}, "topology": "CLUSTER"});
    let term: PlacementTerm = serde_json::from_value(term).unwrap();
    let away = PlacementSpec {
        anti_affinity: vec![term],
        ..wish(10, GPUS, 2, false)
    };
    let request = canonicalise(&away, &Labels::new()).unwrap();
    let slots = [0, 1].map(|slot| SlotWanted {
        slot: Slot(slot),
        epoch: Epoch(1),
    });
    let counted_on = world.round(false, |core, round| {
        let whose = (&tenant(), None);
        let decision = core.decide_with_leavers(whose, &request, &slots, &Avoid::new(), round);
        let waits: Vec<usize> = decision
            .placed
            .iter()
            .map(|placed| placed.waits_for.len())
            .collect();
        assert_eq!(
            waits,
            [1, 1],
            "on one node it is kept apart from the one that leaves the other"
        );
        let nodes = core.counted_on(&decision, &BTreeSet::new());
        let nodes = nodes.iter().map(|node| (node.cluster.clone(), node.node.clone()));
        nodes.collect::<Vec<_>>()
    });
    assert_eq!(counted_on.unwrap(), left);
}
