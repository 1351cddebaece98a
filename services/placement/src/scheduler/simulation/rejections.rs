//! The schedulers of the clusters refuse a replica again and again: there is an end to it, and what it gives up meanwhile is its
//! room, not its turn.

use std::collections::HashSet;

use hourglass_model::placement::{PlacementSpec, Preemption};

use super::asking::id;
use super::rolling::{carry_out, new_image, ripen_all, serving, the_one, told, update};
use super::*;
use crate::records::placement::ConditionKind;
use crate::records::rollout::MAX_REJECTIONS;

impl World {
    /// The scheduler of its cluster refuses the newest place of a placement's first replica, and the room is given back.
    fn reject_first(&mut self, name: &str) {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        let slot = &record.slots[0];
        let (epoch, place) = slot.places().last().unwrap();
        let report = PerformerReport {
            message: "a policy forbids it".into(),
            ..not_ready(&record.uid, slot.slot, epoch)
        };
        let cluster = place.cluster.clone();
        self.refuse_place(&cluster, report);
        for index in 0..CLUSTERS {
            while self.obey(index, false) {}
        }
    }

    /// Every node changes, and no backoff is left.
    fn all_may_be_tried_again(&mut self, number: u32) {
        self.later(Duration::from_secs(301));
        for index in 0..CLUSTERS {
            let seats = ResourceName::new("example.org/seats").unwrap();
            self.members[index].more = vec![(seats, i64::from(number) + 1)];
            self.send_inventory(index);
        }
        self.tick();
    }

    fn position(&self, name: &str) -> Option<usize> {
        let uid = self.core.placement(&tenant(), &id(name)).unwrap().uid.clone();
        let notes = self.core.waiting_notes(&HashSet::from([uid.clone()]));
        notes.get(&uid).map(|note| note.position)
    }
}

#[test]
fn what_is_refused_again_and_again_fails_and_a_change_of_it_is_another_try() {
    let mut world = World::new(4);
    world.connect_all();
    world.create_one(spec(2, 1, false));
    for refusals in 1..=MAX_REJECTIONS {
        assert!(world.is_placed("p"), "after {} refusals", refusals - 1);
        world.reject_first("p");
        assert_eq!(the_one(&world).slots[0].rejections, refusals);
        world.all_may_be_tried_again(refusals);
    }
    for _ in 0..2 {
        let record = the_one(&world);
        assert_eq!(
            (record.state, world.is_placed("p")),
            (PlacementState::Failed, false)
        );
        let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
        assert_eq!(scheduled.reason, Reason::AttemptsExhausted);
        assert!(
            scheduled.message.contains("refused in 20 places"),
            "{}",
            scheduled.message
        );
        assert_eq!(told(&record, "ATTEMPTS_EXHAUSTED"), 1);
        assert_eq!(
            record.slots[0].attempts.last().unwrap().reason,
            Reason::NodeRejected
        );
        world.restart();
        world.connect_all();
        world.all_may_be_tried_again(100);
    }
    let input = new_image(&world, 2);
    update(&mut world, &input);
    assert_eq!(the_one(&world).slots[0].rejections, 0);
    world.settle();
    world.check_settled();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn refusals_count_in_a_row_until_it_serves_and_none_of_a_place_in_which_it_served() {
    let mut world = World::new(4);
    world.connect_all();
    world.create_one(spec(1, 1, false));
    for _ in 0..3 {
        world.reject_first("p");
    }
    assert_eq!(the_one(&world).slots[0].rejections, 3);
    world.pump();
    assert!(the_one(&world).serves());
    assert_eq!(the_one(&world).slots[0].rejections, 0);
    world.reject_first("p");
    assert_eq!(
        the_one(&world).slots[0].rejections,
        0,
        "its node is not what it was"
    );
    world.settle();
    world.check_settled();
}

#[test]
fn an_update_whose_successors_are_refused_again_and_again_is_given_up_and_the_old_one_serves() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    for refusals in 1..=MAX_REJECTIONS {
        carry_out(&mut world);
        assert!(the_one(&world).slots[0].successor.is_some(), "{refusals}");
        world.reject_first("p");
        assert_eq!(the_one(&world).slots[0].rejections, refusals);
        world.all_may_be_tried_again(refusals);
    }
    carry_out(&mut world);
    let record = the_one(&world);
    assert!(record.serves() && record.slots[0].successor.is_none());
    let updated = record.condition(ConditionKind::Updated).unwrap();
    assert!(
        updated.message.contains("refused in 20 places"),
        "{}",
        updated.message
    );
    assert_eq!(told(&record, "ATTEMPTS_EXHAUSTED"), 1);
    let input = new_image(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

/// Takes a whole node; no two of another `number` are alike.
fn whole_node(number: i64) -> PlacementSpec {
    let mut wish = PlacementSpec {
        preemption: Some(Preemption::Never),
        ..spec(GPUS, 1, false)
    };
    let compute = wish.compute.get_or_insert_default();
    compute.requests = BTreeMap::from([("cpu".to_owned(), format!("{}m", 100 + number))]);
    wish
}

#[test]
fn what_was_refused_keeps_its_turn_and_not_its_room() {
    let mut world = World::new(1);
    world.connect_all();
    for number in 1..CLUSTERS * NODES {
        world.ask(&format!("full-{number}"), whole_node(0));
    }
    world.ask("refused", whole_node(1));
    for (number, name) in [(2, "second"), (3, "third")] {
        world.later(Duration::from_secs(1));
        world.ask(name, whole_node(number));
    }
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
        world.send_inventory(index);
    }
    assert!(world.is_placed("refused") && !world.is_placed("second"));
    world.later(Duration::from_secs(10));
    world.reject_first("refused");
    assert_eq!(
        world.position("refused"),
        Some(1),
        "it has waited for longer than the others"
    );
    // Its room is somebody's who may be taken there: it waits for that to change, as a pod that its scheduler refuses does.
    world.pump();
    assert_eq!(
        [
            world.is_placed("refused"),
            world.is_placed("second"),
            world.is_placed("third")
        ],
        [false, true, false]
    );
    world.remove("full-1");
    world.pump();
    world.pump();
    assert_eq!(
        [world.is_placed("refused"), world.is_placed("third")],
        [true, false]
    );
    world.check();
}
