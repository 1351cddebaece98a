//! Removals that never end, as of the pods of a dead node: the next place of the replica starts all the same.

use hourglass_model::ids::Slot;

use super::asking::id;
use super::rolling::{carry_out, the_one};
use super::*;
use crate::scheduler::port::EvictReplica;

/// What an order is for.
fn told(order: &Order) -> (&'static str, Epoch) {
    let name = match order.content {
        OrderContent::Apply(_) => "apply",
        OrderContent::Adopt { .. } => "adopt",
        OrderContent::LiftGate => "lift",
        OrderContent::Remove { .. } => "remove",
    };
    (name, order.epoch)
}

impl World {
    /// The orders of a cluster that its agent has and does not answer.
    fn unanswered(&mut self, index: usize) -> Vec<(&'static str, Epoch)> {
        let session = self.members[index].session.as_mut().unwrap();
        std::iter::from_fn(|| session.orders.try_recv().ok())
            .map(|order| told(&order))
            .collect()
    }
}

/// A replica whose place in the only cluster for it was refused, at an agent of this version.
pub(super) fn placed_anew(protocol: u32) -> (World, Epoch) {
    let mut world = World::new(11);
    world.members[0].protocol = protocol;
    world.connect_all();
    let mut wish = spec(1, 1, false);
    wish.cluster_rules.get_or_insert_default().include = vec!["c0".to_owned()];
    world.create_one(wish);
    carry_out(&mut world);
    let record = the_one(&world);
    let (slot, assignment) = record.assigned().next().unwrap();
    let (first, cluster) = (slot.epoch, assignment.cluster.clone());
    let report = not_ready(&record.uid, slot.slot, first);
    world.refuse_place(&cluster, report);
    let record = the_one(&world);
    let (slot, assignment) = record.assigned().next().expect("another node takes it");
    assert_eq!(assignment.cluster, cluster);
    assert!(slot.epoch > first);
    (world, first)
}

#[test]
fn the_next_place_is_applied_beside_a_removal_that_does_not_end() {
    let (mut world, first) = placed_anew(EXACT_REMOVES);
    let next = the_one(&world).slots[0].epoch;
    assert_eq!(world.unanswered(0), [("remove", first), ("apply", next)]);
}

#[test]
fn an_older_agent_gets_it_when_the_removal_is_answered() {
    let (mut world, first) = placed_anew(EXACT_REMOVES - 1);
    let next = the_one(&world).slots[0].epoch;
    let session = world.members[0].session.as_mut().unwrap();
    let removal = session.orders.try_recv().unwrap();
    assert_eq!(told(&removal), ("remove", first));
    assert_eq!(world.unanswered(0), []);

    let answer = Acknowledgement {
        command_id: removal.command_id,
        outcome: Outcome::Failed,
        reason: "STILL_TERMINATING".to_owned(),
        message: "a pod is still there".to_owned(),
        inventory_sequence: 1,
    };
    let id = world.members[0].session.as_ref().unwrap().id.clone();
    world.round(false, |core, round| core.acknowledged(&id, &answer, 0.5, round));
    assert_eq!(world.unanswered(0), [("apply", next)]);
}

#[test]
fn a_place_is_confirmed_gone_beside_an_earlier_one_that_does_not_end() {
    let mut world = World::new(7);
    world.connect_all();
    let mut wish = spec(GPUS / 2, 1, false);
    wish.cluster_rules.get_or_insert_default().include = vec!["c0".to_owned()];
    world.ask("p", wish);
    carry_out(&mut world);
    let first = the_one(&world).slots[0].assignment.clone().unwrap();
    world.members[0].hung.insert(first.charged_node.clone());
    let mut epochs = vec![the_one(&world).slots[0].epoch];
    for _ in 0..2 {
        let input = EvictReplica {
            tenant: tenant(),
            id: id("p"),
            slot: Slot(0),
            epoch: *epochs.last().unwrap(),
            reason: String::new(),
            request_id: None,
            traceparent: None,
        };
        world
            .round(false, |core, round| core.evict_replica(&input, None, round))
            .unwrap()
            .unwrap();
        carry_out(&mut world);
        world.later(Duration::from_secs(40));
        world.round(false, Core::due_orders);
        carry_out(&mut world);
        epochs.push(the_one(&world).slots[0].epoch);
    }
    let uid = the_one(&world).uid;
    let claimed: Vec<Epoch> = world
        .core
        .fleet
        .claims_of(&uid)
        .map(|one| one.claim.id.epoch)
        .collect();
    assert_eq!(
        claimed,
        [epochs[0], epochs[2]],
        "the one between has left for good"
    );
    world.settle();
    world.check_settled();
}

#[test]
fn the_next_place_is_told_to_go_beside_a_removal_that_does_not_end() {
    let (mut world, first) = placed_anew(EXACT_REMOVES);
    let next = the_one(&world).slots[0].epoch;
    let session = world.members[0].session.as_mut().unwrap();
    let (removal, apply) = (
        session.orders.try_recv().unwrap(),
        session.orders.try_recv().unwrap(),
    );
    assert_eq!(
        (told(&removal), told(&apply)),
        (("remove", first), ("apply", next))
    );
    let made = |command_id: String, outcome| Acknowledgement {
        command_id,
        outcome,
        reason: String::new(),
        message: String::new(),
        inventory_sequence: 1,
    };
    let id = world.members[0].session.as_ref().unwrap().id.clone();
    let applied = made(apply.command_id, Outcome::Applied);
    world.round(false, |core, round| core.acknowledged(&id, &applied, 0.5, round));
    let record = the_one(&world);
    let report = not_ready(&record.uid, Slot(0), next);
    let cluster = world.members[0].name.clone();
    world.refuse_place(&cluster, report);
    let sent = {
        let session = world.members[0].session.as_mut().unwrap();
        session.orders.try_recv().expect("it is told at once")
    };
    assert_eq!(told(&sent), ("remove", next));
    assert!(matches!(sent.content, OrderContent::Remove { exact: true, .. }));

    // It is confirmed by itself.
    let removed = made(sent.command_id, Outcome::Removed);
    world.round(false, |core, round| core.acknowledged(&id, &removed, 0.5, round));
    let open = world.core.tombstones.record(&record.uid).unwrap();
    let left: Vec<Epoch> = open.open.iter().map(|one| one.epoch).collect();
    assert_eq!(left, [first]);
}
