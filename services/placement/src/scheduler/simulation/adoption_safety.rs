//! What was found after the loss of a store is taken for what it is: something that runs, and may serve.

use std::time::Duration;

use hourglass_model::ids::Slot;

use super::rollout_rules::{new_image, the_one, update};
use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// `p`, which serves for an hour.
fn old(spec: PlacementSpec) -> World {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec);
    world.settle();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.later(HOUR);
    world
}

impl World {
    /// The clusters come back and are told what to take over; how it is they do not say yet.
    fn come_back(&mut self) {
        for index in 0..CLUSTERS {
            self.connect(index);
            while self.obey(index, false) {}
            self.send_inventory(index);
        }
    }

    fn all_fail(&mut self) {
        let members = self.members.iter_mut();
        for performer in members.flat_map(|member| member.performers.values_mut()) {
            performer.ready = false;
        }
    }

    fn report_everywhere(&mut self) {
        for index in 0..CLUSTERS {
            self.report_all(index, false);
        }
    }

    fn epochs(&self) -> Vec<Epoch> {
        let record = the_one(self);
        let assigned = record.assigned().map(|(slot, _)| slot.epoch);
        assigned.collect()
    }
}

#[test]
fn what_is_found_is_not_late_because_it_is_old() {
    let mut world = old(spec(1, 3, false));
    let before = world.epochs();
    world.lose(1);
    world.come_back();
    world.tick();
    assert_eq!(world.epochs(), before, "nothing was said of them yet");
    world.all_fail();
    world.report_everywhere();
    world.tick();
    assert_eq!(world.epochs(), before, "they fail for a moment");
    world.later(HOUR);
    world.tick();
    assert_eq!(
        world.epochs(),
        before,
        "what has served is not a start that fails"
    );
    assert_eq!(world.performers(), 3);
}

#[test]
fn what_a_backup_has_not_seen_start_is_not_late_either() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(1, 3, false));
    let copy = world.disk.clone();
    world.settle();
    let before = world.epochs();
    world.later(HOUR);
    world.disk = copy;
    world.incarnation += 1;
    world.restart();
    for index in 0..CLUSTERS {
        world.connect(index);
    }
    world.tick();
    assert_eq!(world.epochs(), before, "listed, and not answered for");
    world.come_back();
    world.all_fail();
    world.report_everywhere();
    world.tick();
    assert_eq!(world.epochs(), before);
    assert_eq!(world.performers(), 3);
}

#[test]
fn an_update_before_the_first_report_takes_nothing_away() {
    for gang in [false, true] {
        let mut world = old(spec(1, 2, gang));
        let before = world.epochs();
        world.lose(1);
        world.slow_starts = true;
        world.come_back();
        for index in 0..CLUSTERS {
            world.uncordon(index);
        }
        let input = new_image(&world, 2);
        update(&mut world, &input);
        world.tick();
        for index in 0..CLUSTERS {
            while world.obey(index, false) {}
        }
        assert_eq!(world.epochs(), before, "gang: {gang}");
        assert!(world.burials.is_empty(), "gang: {gang}");
        world.report_everywhere();
        world.tick();
        assert_eq!(world.epochs(), before, "gang: {gang}");
        assert!(world.burials.is_empty(), "gang: {gang}");
    }
}

#[test]
fn a_gang_of_which_a_member_was_replaced_has_started_when_it_is_found() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(2, 2, true));
    world.settle();
    world.evict(1).unwrap();
    world.settle();
    let record = the_one(&world);
    assert!(record.slots[1].assignment.as_ref().unwrap().ungated);
    assert_eq!(record.state, PlacementState::Ready);

    world.lose(1);
    world.come_back();
    world.report_everywhere();
    let record = the_one(&world);
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted);
    let first = record.slots[0].epoch;
    world.refuse_slot(1);
    let record = the_one(&world);
    assert_eq!(
        (record.slots[0].epoch, record.slots[0].serves()),
        (first, true),
        "for one that is refused no other goes"
    );
    world.settle();
    let record = the_one(&world);
    assert_eq!(record.slots[0].epoch, first);
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Lifted);
    assert!(record.slot(Slot(0)).unwrap().serves());
}

#[test]
fn a_gang_that_was_found_behind_its_gates_starts_whole() {
    let mut world = World::new(5);
    world.connect_all();
    world.create_one(spec(GPUS, 2, true));
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
    }
    world.lose(1);
    world.come_back();
    let phase = |world: &World| the_one(world).gang_start.map(|start| start.phase);
    assert_eq!(phase(&world), None, "nothing was said of its gates");
    let (first, second): (Vec<usize>, Vec<usize>) = (0..CLUSTERS).partition(|index| *index == 0);
    for index in first.into_iter().chain(second) {
        world.report_all(index, false);
    }
    assert_eq!(phase(&world), Some(GangPhase::Lifting), "all were admitted");
    world.settle();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}
