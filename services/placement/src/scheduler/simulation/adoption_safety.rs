//! What was found after the loss of a store is taken for what it is: something that runs, and may serve.

use std::time::Duration;

use hourglass_model::ids::Slot;

use super::rolling::{carry_out, change, new_image, ripen_all, the_one, update};
use super::*;
use crate::records::SlotRecord;

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

    pub(super) fn report_everywhere(&mut self) {
        for index in 0..CLUSTERS {
            self.report_all(index, false);
        }
    }

    /// The store is lost, and its clusters come back in this order.
    pub(super) fn lose_and_find(&mut self, first: usize) {
        self.lose(1);
        for index in [first, 1 - first] {
            self.connect(index);
            while self.obey(index, false) {}
            self.send_inventory(index);
        }
        self.report_everywhere();
    }

    /// What each performer carries stays as it is now, whatever it is told: as with an agent that is away, or refuses.
    fn seals(&self) -> BTreeMap<(SlotKey, Epoch), Vec<u8>> {
        let performers = self.members.iter().flat_map(|member| &member.performers);
        performers
            .map(|(key, performer)| (key.clone(), performer.signed_placement.clone()))
            .collect()
    }

    fn put_back(&mut self, seals: &BTreeMap<(SlotKey, Epoch), Vec<u8>>) {
        let members = self.members.iter_mut();
        for (key, performer) in members.flat_map(|member| &mut member.performers) {
            if let Some(seal) = seals.get(key) {
                performer.signed_placement.clone_from(seal);
            }
        }
    }

    fn change_p(&mut self, fields: &[&str], edit: impl FnOnce(&mut PlacementSpec)) {
        let record = the_one(self);
        let mut given = record.spec;
        edit(&mut given);
        update(self, &change(&record.id, given, fields));
    }

    pub(super) fn epochs(&self) -> Vec<Epoch> {
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

#[test]
fn replicas_that_were_added_come_back_whoever_is_found_first() {
    for first in 0..CLUSTERS {
        for renewed in [false, true] {
            let mut world = old(spec(GPUS, 1, false));
            let old_seals = world.seals();
            world.change_p(&["spec.replicas"], |spec| spec.replicas = Some(4));
            world.settle();
            if !renewed {
                world.put_back(&old_seals);
            }
            let before = world.epochs();
            world.lose_and_find(first);
            let record = the_one(&world);
            assert_eq!((record.replicas(), world.epochs()), (4, before));
            assert_eq!(record.state, PlacementState::Ready);
            assert_eq!(world.reasons(), [""; 0], "no orphans");
            world.settle();
            assert!(
                the_one(&world).assigned().all(|(_, at)| !at.old_seal),
                "all are told"
            );
        }
    }
}

#[test]
fn a_change_that_replaces_nothing_comes_back_and_no_pod_is_another_for_it() {
    let mut world = old(spec(1, 3, false));
    let (before, hashes) = (world.epochs(), world.content());
    let expire = world.wall.checked_add(SignedDuration::from_hours(100)).unwrap();
    world.change_p(&["spec.priority", "spec.expireTime"], |spec| {
        spec.priority = Some(50);
        spec.expire_time = Some(expire);
    });
    carry_out(&mut world);
    assert_eq!(
        (world.epochs(), world.content()),
        (before.clone(), hashes.clone())
    );
    world.lose_and_find(0);
    let record = the_one(&world);
    assert_eq!(
        (record.spec.priority, record.spec.expire_time, record.generation.0),
        (Some(50), Some(expire), 2)
    );
    world.settle();
    assert_eq!((world.epochs(), world.content()), (before, hashes));
    assert!(world.burials.is_empty());
}

impl World {
    fn content(&self) -> BTreeMap<(SlotKey, Epoch), (String, NodeName)> {
        let performers = self.members.iter().flat_map(|member| &member.performers);
        performers
            .map(|(key, of)| (key.clone(), (of.content_hash.clone(), of.node.clone())))
            .collect()
    }
}

#[test]
fn fewer_replicas_come_back_as_fewer() {
    for first in 0..CLUSTERS {
        let mut world = old(spec(GPUS, 4, false));
        let copies: Vec<_> = world
            .members
            .iter()
            .map(|member| member.performers.clone())
            .collect();
        world.change_p(&["spec.replicas"], |spec| spec.replicas = Some(1));
        world.settle();
        assert_eq!(world.performers(), 1);
        // The removals had not been carried out yet.
        for (member, copy) in world.members.iter_mut().zip(copies) {
            for (key, performer) in copy {
                member.removed.remove(&key);
                member.performers.entry(key).or_insert(performer);
            }
        }
        world.lose_and_find(first);
        world.settle();
        let record = the_one(&world);
        assert_eq!((record.replicas(), record.slots.len()), (1, 1));
        assert_eq!((record.state, world.performers()), (PlacementState::Ready, 1));
        assert_eq!(world.reasons(), [""; 0]);
    }
}

#[test]
fn an_update_that_was_half_way_goes_on() {
    for first in 0..CLUSTERS {
        let mut world = old(spec(1, 3, false));
        world.slow_starts = true;
        let old_seals = world.seals();
        let input = new_image(&world, 2);
        update(&mut world, &input);
        carry_out(&mut world);
        ripen_all(&mut world);
        world.put_back(&old_seals);
        let record = the_one(&world);
        let current = record.assigned().filter(|(_, at)| record.is_current(at)).count();
        assert!((1..3).contains(&current), "{current} of 3 are updated");
        // The one that is under way serves by the time that it is found: of two epochs the higher one stays.
        for member in &mut world.members {
            member
                .performers
                .values_mut()
                .for_each(|performer| performer.ready = true);
        }

        world.lose(1);
        for index in [first, 1 - first] {
            world.connect(index);
            world.uncordon(index);
        }
        for _ in 0..6 {
            carry_out(&mut world);
            assert!(
                the_one(&world).slots.iter().all(SlotRecord::serves),
                "none is taken away before its successor serves"
            );
            ripen_all(&mut world);
        }
        let record = the_one(&world);
        assert_eq!(record.spec.performer.image, "example.org/performer:2");
        assert!(record.assigned().all(|(_, at)| record.is_current(at)));
        assert_eq!(
            (record.state, record.roll.is_none()),
            (PlacementState::Ready, true)
        );
    }
}

#[test]
fn a_wish_that_no_pod_has_seen_yet_comes_back_with_those_that_run() {
    let mut world = old(spec(GPUS, 4, false));
    let before = world.epochs();
    // There is no room for a successor.
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    assert_eq!(world.epochs(), before);
    world.lose_and_find(1);
    let record = the_one(&world);
    assert_eq!(record.spec.performer.image, "example.org/performer:2");
    assert!(
        record.assigned().all(|(_, at)| !record.is_current(at)),
        "they are still to be replaced"
    );
    assert_eq!(world.epochs(), before);
    assert!(record.slots.iter().all(SlotRecord::serves));
}

#[test]
fn what_may_have_been_put_off_does_not_end_before_everything_was_found() {
    let mut world = World::new(5);
    world.connect_all();
    let soon = world.wall.checked_add(SignedDuration::from_hours(2)).unwrap();
    world.create_one(PlacementSpec {
        expire_time: Some(soon),
        ..spec(GPUS, 4, false)
    });
    world.settle();
    let old_seals = world.seals();
    let late = soon.checked_add(SignedDuration::from_hours(100)).unwrap();
    world.change_p(&["spec.expireTime"], |spec| spec.expire_time = Some(late));
    carry_out(&mut world);
    // Those of the first cluster never heard of it.
    let new_seals = world.seals();
    world.put_back(&old_seals);
    let second = world.members[1]
        .performers
        .keys()
        .cloned()
        .collect::<BTreeSet<_>>();
    let of_second = new_seals.into_iter().filter(|(key, _)| second.contains(key));
    world.put_back(&of_second.collect());
    world.later(3 * HOUR);
    world.lose(1);
    world.connect(0);
    world.tick();
    world.tick();
    assert!(
        the_one(&world).delete_time.is_none(),
        "half of it was not found yet"
    );
    world.connect(1);
    world.tick();
    let record = the_one(&world);
    assert_eq!((record.spec.expire_time, record.delete_time), (Some(late), None));
    assert_eq!(world.performers(), 4);
}
