//! Replicas that should not stay where they are: they serve elsewhere before they go, and stay where there is no room.

use hourglass_model::placement::UpdatePolicy;

use super::asking::id;
use super::availability::Availability;
use super::rolling::{carry_out, change, new_image, ripen_all, rolling_spec, serving, the_one, told, update};
use super::*;
use crate::records::SlotRecord;

/// A node of a member.
pub(super) type At = (usize, NodeName);

impl World {
    /// Where a replica of the placement `p` is.
    pub(super) fn whereabouts(&self, slot: usize) -> At {
        let record = the_one(self);
        let assignment = record.slots[slot].assignment.as_ref().unwrap();
        let mut members = self.members.iter();
        let member = members.position(|member| member.name == assignment.cluster);
        (member.unwrap(), assignment.charged_node.clone())
    }

    /// Somebody empties a node, and its agent says so.
    pub(super) fn empty(&mut self, (member, node): &At) {
        self.members[*member].cordoned.insert(node.clone());
        self.send_inventory(*member);
        self.report_all(*member, false);
    }

    /// Performers on a node.
    pub(super) fn on(&self, (member, node): &At) -> usize {
        let all = self.members[*member].performers.values();
        all.filter(|performer| performer.node == *node).count()
    }

    pub(super) fn all_performers(&self) -> usize {
        self.members.iter().map(|member| member.performers.len()).sum()
    }
}

fn moving(record: &PlacementRecord) -> usize {
    let with = |slot: &&SlotRecord| slot.successor.is_some();
    record.slots.iter().filter(with).count()
}

#[test]
fn a_replica_serves_elsewhere_before_it_leaves_a_node_that_is_emptied() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let left = world.whereabouts(0);
    world.empty(&left);
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert!(
        slot.epoch == before.slots[0].epoch && slot.serves(),
        "it serves on"
    );
    assert_eq!(record.state, PlacementState::Ready);
    let successor = slot.successor.as_ref().expect("it gets one at once");
    let from = slot.assignment.as_ref().unwrap();
    assert_ne!(successor.assignment.place(), from.place());
    let epoch = successor.epoch;

    world.restart();
    world.connect_all();
    carry_out(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].serves() && record.slots[0].epoch < epoch);
    assert_eq!(
        record.slots[0].successor.as_ref().map(|one| one.epoch),
        Some(epoch)
    );
    assert_eq!(world.all_performers(), 2, "side by side");

    ripen_all(&mut world);
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert!(slot.epoch == epoch && slot.serves(), "the successor took over");
    let attempt = slot.attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::Drained);
    assert!(attempt.message.contains("NODE_CORDONED"), "{}", attempt.message);
    assert_eq!((world.on(&left), world.all_performers()), (0, 1));
    world.settle();
    world.check_settled();
    assert_eq!(the_one(&world).slots[0].epoch, epoch, "and there it stays");
}

#[test]
fn without_room_it_stays_and_says_so_once_and_moves_when_there_is_some() {
    let all_of_three = rolling_spec(GPUS, 3, UpdatePolicy::default(), Some("3"));
    let mut world = serving(all_of_three);
    world.ask("other", spec(GPUS, 1, false));
    carry_out(&mut world);
    let left = world.whereabouts(0);
    world.empty(&left);
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(moving(&record), 0);
    assert!(
        record.slots.iter().all(SlotRecord::serves),
        "nothing is taken away"
    );
    assert_eq!(told(&record, "MOVE_BLOCKED"), 1);

    world.remove("other");
    carry_out(&mut world);
    assert_eq!(moving(&the_one(&world)), 1, "what became free is taken");
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!((record.state, world.on(&left)), (PlacementState::Ready, 0));
    assert_eq!(told(&record, "MOVE_BLOCKED"), 1);
}

#[test]
fn so_many_move_at_once_as_an_update_may_replace_until_all_have() {
    let two_at_once = UpdatePolicy {
        max_parallel: Some(2),
        ..UpdatePolicy::default()
    };
    let mut world = serving(rolling_spec(1, 3, two_at_once, Some("3")));
    let left = world.whereabouts(0);
    assert_eq!(world.on(&left), 3, "they are packed");
    let mut availability = Availability::default();
    world.empty(&left);
    for _ in 0..4 {
        availability.check(&world, &BTreeSet::new());
        assert!(moving(&the_one(&world)) <= 2);
        ripen_all(&mut world);
    }
    assert_eq!((world.on(&left), world.all_performers()), (0, 3));
    assert!(availability.tight > 0 && availability.followed > 0);
}

#[test]
fn one_that_does_not_serve_yet_gets_a_successor_as_well() {
    let mut world = World::new(3);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(1, 1, false));
    carry_out(&mut world);
    let left = world.whereabouts(0);
    world.empty(&left);
    assert_eq!(
        moving(&the_one(&world)),
        1,
        "nobody knows whether it ever comes up there"
    );
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!((record.state, world.on(&left)), (PlacementState::Ready, 0));
}

#[test]
fn an_update_takes_along_what_should_move_also_before_the_inventory_shows_why() {
    let mut world = serving(spec(1, 1, false));
    let left = world.whereabouts(0);
    // Reports and inventory are two streams: this one is ahead.
    world.members[left.0].cordoned.insert(left.1.clone());
    world.report_all(left.0, false);
    let dropped = the_one(&world).slots[0].successor.as_ref().unwrap().epoch;
    let input = new_image(&world, 2);
    let record = update(&mut world, &input);
    let successor = record.slots[0].successor.as_ref().unwrap();
    assert!(successor.epoch > dropped);
    assert_eq!(successor.assignment.generation, record.generation);
    let to = (&successor.assignment.cluster, &successor.assignment.charged_node);
    assert_ne!(to, (&world.members[left.0].name, &left.1));
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!((record.state, world.on(&left)), (PlacementState::Ready, 0));
    assert_eq!(world.all_performers(), 1);
}

#[test]
fn after_a_start_nothing_moves_before_its_agent_has_said_again_that_it_should() {
    for still_cordoned in [true, false] {
        let mut world = serving(spec(GPUS, 3, false));
        world.ask("other", spec(GPUS, 1, false));
        carry_out(&mut world);
        let left = world.whereabouts(0);
        world.empty(&left);
        assert_eq!(moving(&the_one(&world)), 0, "there is no room");

        if !still_cordoned {
            world.members[left.0].cordoned.clear();
        }
        world.restart();
        world.remove("other");
        world.connect_all();
        for index in 0..CLUSTERS {
            while world.obey(index, false) {}
            world.send_inventory(index);
        }
        let stored = &the_one(&world).slots[0];
        assert!(stored.is_disturbed() && stored.successor.is_none());
        world.report_all(left.0, false);
        assert_eq!(moving(&the_one(&world)), usize::from(still_cordoned));
        world.slow_starts = false;
        carry_out(&mut world);
        ripen_all(&mut world);
        let record = the_one(&world);
        assert_eq!(record.state, PlacementState::Ready);
        assert_eq!(world.on(&left), usize::from(!still_cordoned));
    }
}

#[test]
fn a_gang_that_runs_is_joined_by_the_successor_and_not_started_anew() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(1, 2, true));
    world.settle();
    let left = world.whereabouts(0);
    world.empty(&left);
    for _ in 0..4 {
        carry_out(&mut world);
        let record = the_one(&world);
        assert_eq!(record.state, PlacementState::Ready, "it never stands still");
        let start = record.gang_start.map(|start| start.phase);
        assert_eq!(start, Some(GangPhase::Lifted));
    }
    assert_eq!(world.on(&left), 0);
    world.settle();
    world.check_settled();
}

#[test]
fn an_emptied_node_is_left_by_all_whatever_crashes() {
    for cut in 0..14 {
        let mut world = World::new(1);
        world.connect_all();
        let one_must = rolling_spec(1, 2, UpdatePolicy::default(), Some("1"));
        for name in ["p", "q"] {
            world.ask(name, one_must.clone());
        }
        world.settle();
        let left = world.whereabouts(0);
        let mut availability = Availability::default();
        world.empty(&left);
        for number in 0..cut {
            availability.check(&world, &BTreeSet::new());
            world.happen(number);
        }
        world.restart();
        availability.check(&world, &BTreeSet::new());
        world.connect_all();
        world.settle();
        world.check_settled();
        assert_eq!(world.on(&left), 0, "cut {cut}");
        for name in ["p", "q"] {
            let record = world.core.placement(&tenant(), &id(name)).unwrap();
            assert_eq!(record.state, PlacementState::Ready, "cut {cut}");
        }
    }
}

#[test]
fn one_that_finds_no_room_keeps_no_other_of_it_from_the_room_on_its_own_node() {
    let mut world = World::new(7);
    world.connect_all();
    world.ask("p", spec(GPUS / 2, 1, false));
    carry_out(&mut world);
    let first = world.whereabouts(0);
    // The rest of its node, and all others but a half of one.
    world.ask("beside", spec(GPUS / 2, 1, false));
    carry_out(&mut world);
    for number in 0..CLUSTERS * NODES - 2 {
        world.ask(&format!("full-{number}"), spec(GPUS, 1, false));
    }
    let wish = PlacementSpec {
        replicas: Some(2),
        ..the_one(&world).spec
    };
    let input = change(&id("p"), wish, &["spec.replicas"]);
    update(&mut world, &input);
    world.ask("last", spec(GPUS / 2, 1, false));
    carry_out(&mut world);
    let second = world.whereabouts(1);
    assert_ne!(first, second);
    // Its first successor came to nothing.
    let uid = the_one(&world).uid;
    world
        .core
        .placements
        .update(&uid, |record| record.slots[0].evicted = true);
    world.remove("beside");
    carry_out(&mut world);
    world.empty(&second);
    carry_out(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].successor.is_none() && record.slots[0].evicted);
    assert_eq!(world.whereabouts(1), first, "the second one has moved there");
}
