//! `failover.fencing: STRICT`: of a replica in a cluster of which nothing is heard no second one is started, by nothing that is
//! done to the placement meanwhile.

use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::rolling::{carry_out, condition, new_image, ripen_all, serving, the_one, update};
use super::*;

/// How many performers run, over all clusters.
fn running(world: &World) -> usize {
    world.members.iter().map(|member| member.performers.len()).sum()
}

/// One replica that serves in a cluster whose agent is away.
fn cut_off(mode: &str, fencing: &str, strategy: UpdateStrategy) -> (World, usize) {
    let mut world = serving(PlacementSpec {
        failover: Some(
            serde_json::from_value(serde_json::json!({"mode": mode, "fencing": fencing})).unwrap(),
        ),
        update: Some(UpdatePolicy {
            strategy: Some(strategy),
            ..UpdatePolicy::default()
        }),
        ..spec(1, 1, false)
    });
    let record = the_one(&world);
    let (_, assignment) = record.assigned().next().unwrap();
    let mut members = world.members.iter();
    let away = members
        .position(|member| member.name == assignment.cluster)
        .unwrap();
    world.disconnect(away);
    (world, away)
}

#[test]
fn with_strict_fencing_an_update_starts_nothing_beside_what_may_run_in_a_silent_cluster() {
    let strategies = [UpdateStrategy::Surge, UpdateStrategy::Recreate];
    let modes = ["RESCHEDULE", "NEVER"];
    for (strategy, mode) in strategies
        .into_iter()
        .flat_map(|strategy| modes.map(|mode| (strategy, mode)))
    {
        let (mut world, away) = cut_off(mode, "STRICT", strategy);
        let input = new_image(&world, 2);
        update(&mut world, &input);
        carry_out(&mut world);
        let held = the_one(&world);
        assert!(held.slots[0].successor.is_none(), "{strategy:?}");
        assert_eq!(running(&world), 1);
        assert_eq!(condition(&held).1, Reason::UpdateBlocked);
        let why = held.roll.as_ref().unwrap().blocked.clone().unwrap();
        assert!(why.contains("fencing STRICT"), "{why}");
        // Nor after a start of the server that hears of the others alone.
        world.restart();
        let others = (0..CLUSTERS).filter(|index| *index != away);
        for index in others {
            world.connect(index);
        }
        carry_out(&mut world);
        assert!(the_one(&world).slots[0].successor.is_none(), "{strategy:?}");
        assert_eq!(running(&world), 1);

        world.connect(away);
        carry_out(&mut world);
        ripen_all(&mut world);
        carry_out(&mut world);
        ripen_all(&mut world);
        let done = the_one(&world);
        assert_eq!(done.state, PlacementState::Ready, "{strategy:?}");
        assert_eq!(running(&world), 1);
    }
}

#[test]
fn without_it_an_update_may_start_a_successor_elsewhere_meanwhile() {
    let (mut world, _) = cut_off("NEVER", "NONE", UpdateStrategy::Surge);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].successor.is_some());
}

#[test]
fn with_strict_fencing_nothing_moves_off_a_node_of_a_silent_cluster() {
    let (mut world, away) = cut_off("NEVER", "STRICT", UpdateStrategy::Surge);
    world.connect(away);
    carry_out(&mut world);
    let record = the_one(&world);
    let node = record.assigned().next().unwrap().1.charged_node.clone();
    // Somebody empties the node, and the cluster is gone in the same moment.
    world.members[away].cordoned.insert(node);
    world.disconnect(away);
    carry_out(&mut world);
    world.tick();
    assert!(the_one(&world).slots[0].successor.is_none());
    assert_eq!(running(&world), 1);
    world.connect(away);
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].successor.is_some(), "it is heard of");
}
