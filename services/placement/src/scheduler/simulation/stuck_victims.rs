//! Those that make room and do not leave, as the pods of a dead node: they hold nobody up who could be elsewhere.

mod beside;

use hourglass_model::placement::{
    Preemption, SpreadConstraint, Topology, UpdatePolicy, UpdateStrategy, WhenUnsatisfiable,
};

use super::asking::full;
use super::rolling::{carry_out, new_image, rolling_spec, the_one, update};
use super::*;
use crate::records::AssignmentRecord;

fn wish(priority: i32, gpus: i64, replicas: i32, gang: bool) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        ..spec(gpus, replicas, gang)
    }
}

impl World {
    /// No pod on any node ends any more.
    pub(super) fn hang(&mut self) {
        for member in &mut self.members {
            member.hung = (0..NODES)
                .map(|index| NodeName::new(format!("n{index}")).unwrap())
                .collect();
        }
    }

    /// The pods of one node end again.
    pub(super) fn unhang(&mut self, place: &AssignmentRecord) {
        let member = self
            .members
            .iter_mut()
            .find(|member| member.name == place.cluster);
        member.unwrap().hung.remove(&place.charged_node);
    }

    /// One node after the other ends no pods for a while, in histories that count their steps.
    pub(super) fn hang_in_turn(&mut self, seed: u64, step: u64) {
        if step % 10 != 3 {
            return;
        }
        let member = usize::try_from(seed + step / 10).unwrap() % CLUSTERS;
        let node = NodeName::new(format!("n{}", step / 20 % 2)).unwrap();
        let hung = &mut self.members[member].hung;
        if !hung.remove(&node) {
            hung.insert(node);
        }
    }

    pub(super) fn place_of(&self, name: &str) -> AssignmentRecord {
        self.record(name).slots[0].assignment.clone().unwrap()
    }

    /// Time passes in which every agent goes on speaking, and everything that is due is done.
    pub(super) fn pass(&mut self, length: Duration) {
        let end = self.clock + length;
        while self.clock < end {
            self.later(Duration::from_secs(10).min(end - self.clock));
            for member in &self.members {
                let cluster = self.core.clusters().get(&member.name).unwrap();
                cluster.session.as_ref().unwrap().last_seen.touch(self.clock);
            }
            self.tick();
            self.round(false, Core::due_orders);
            carry_out(self);
            self.check();
        }
    }
}

/// A full fleet in which nothing ends, and `high`, which waits for one of those that have to leave.
fn stuck() -> (World, String) {
    let mut world = full();
    world.hang();
    world.ask("high", wish(10, GPUS, 1, false));
    carry_out(&mut world);
    assert_eq!(world.place_of("high").waits_for.len(), 1);
    let waits = |name: &String| world.record(name).waits();
    let mut all = (0..CLUSTERS * NODES).map(|number| format!("full-{number}"));
    let victim = all.find(waits).expect("somebody is on the way out");
    (world, victim)
}

/// One that is not the victim leaves, and its node ends its pods.
fn another_leaves(world: &mut World, victim: &str) {
    let mut others = (0..CLUSTERS * NODES).map(|number| format!("full-{number}")).rev();
    let other = others.find(|name| name != victim).unwrap();
    let place = world.place_of(&other);
    world.unhang(&place);
    world.remove(&other);
    carry_out(world);
}

#[test]
fn what_comes_free_elsewhere_goes_to_the_one_that_waits_for_others_to_leave() {
    let (mut world, victim) = stuck();
    let promised = world.place_of("high");
    another_leaves(&mut world, &victim);
    let record = world.record("high").clone();
    let now = record.slots[0].assignment.clone().unwrap();
    assert_ne!(now.place(), promised.place());
    assert!(now.waits_for.is_empty() && now.observed.ready, "it serves");
    let attempt = record.slots[0].attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::RoomElsewhere);
    assert!(!world.is_placed(&victim), "the victim waits on");

    world.settle();
    world.check_settled();
    assert!(world.is_placed(&victim), "it comes back to where it was");
}

#[test]
fn a_server_that_starts_in_between_gives_it_to_the_same_one() {
    for cut in 0..4 {
        let (mut world, victim) = stuck();
        if cut == 0 {
            world.restart();
            world.connect_all();
            carry_out(&mut world);
            assert_eq!(world.place_of("high").waits_for.len(), 1);
        }
        another_leaves(&mut world, &victim);
        if cut > 1 {
            world.restart();
            world.connect_all();
            carry_out(&mut world);
        }
        let high = world.place_of("high");
        assert!(high.waits_for.is_empty() && high.observed.ready, "cut {cut}");
        assert!(!world.is_placed(&victim), "cut {cut}");
        world.settle();
        world.check_settled();
    }
}

#[test]
fn who_has_the_higher_priority_goes_first_all_the_same() {
    let (mut world, victim) = stuck();
    world.ask(
        "polite",
        PlacementSpec {
            preemption: Some(Preemption::Never),
            ..wish(20, GPUS, 1, false)
        },
    );
    let promised = world.place_of("high").place();
    another_leaves(&mut world, &victim);
    assert!(world.is_placed("polite"));
    assert_eq!(world.place_of("high").place(), promised);
}

#[test]
fn those_that_do_not_leave_in_time_are_not_waited_for_and_their_node_is_left_out_for_a_while() {
    let (mut world, victim) = stuck();
    let promised = world.place_of("high");
    world.pass(Duration::from_secs(500));
    assert_eq!(world.place_of("high").place(), promised.place());
    world.pass(Duration::from_secs(120));
    let record = world.record("high").clone();
    let next = record.slots[0]
        .assignment
        .clone()
        .expect("another one makes room");
    assert_ne!(next.place(), promised.place());
    let attempt = record.slots[0].attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::VictimsStay);
    assert_eq!(record.slots[0].failed_starts, 0, "it was never started there");
    // The node of the second one is alive.
    world.unhang(&next);
    world.pass(Duration::from_secs(20));
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert!(!world.is_placed(&victim));
    world.settle();
    world.check_settled();
}

#[test]
fn what_was_promised_first_is_its_once_they_have_left_after_all() {
    let (mut world, victim) = stuck();
    let promised = world.place_of("high");
    world.pass(Duration::from_secs(620));
    assert_ne!(world.place_of("high").place(), promised.place());
    world.unhang(&promised);
    // Its removal is asked for again after a backoff.
    world.pass(Duration::from_secs(60));
    let place = world.place_of("high");
    assert_eq!(place.place(), promised.place());
    assert!(place.observed.ready && !world.is_placed(&victim));
}

#[test]
fn a_hurry_takes_from_nobody_the_time_to_end() {
    let mut world = full();
    world.hang();
    let hasty = PlacementSpec {
        start_deadline: Some(Duration::from_secs(8)),
        ..wish(10, GPUS, 1, false)
    };
    world.ask("high", hasty);
    let promised = world.place_of("high");
    world.pass(Duration::from_secs(250));
    assert_eq!(world.place_of("high").place(), promised.place());
    let moved = (0..CLUSTERS * NODES).filter(|number| !world.is_placed(&format!("full-{number}")));
    assert_eq!(moved.count(), 1);
}

#[test]
fn an_agent_that_was_away_has_its_time_to_make_them_leave() {
    let (mut world, _) = stuck();
    let promised = world.place_of("high");
    world.later(Duration::from_secs(700));
    world.restart();
    world.connect_all();
    world.pass(Duration::from_secs(500));
    assert_eq!(world.place_of("high").place(), promised.place());
    world.unhang(&promised);
    world.pass(Duration::from_secs(200));
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert_eq!(world.place_of("high").place(), promised.place());
}

#[test]
fn a_gang_takes_what_comes_free_replica_by_replica_and_starts_whole() {
    let mut world = full();
    world.hang();
    world.ask("high", wish(10, GPUS, 2, true));
    carry_out(&mut world);
    let behind = |world: &World| world.record("high").behind_victims().count();
    assert_eq!(behind(&world), 2);
    let left: Vec<String> = (0..CLUSTERS * NODES)
        .map(|number| format!("full-{number}"))
        .filter(|name| world.is_placed(name))
        .collect();
    assert_eq!(left.len(), 2);
    for (at, name) in left.iter().enumerate() {
        let place = world.place_of(name);
        world.unhang(&place);
        world.remove(name);
        carry_out(&mut world);
        assert_eq!(behind(&world), 1 - at);
    }
    world.pass(Duration::from_secs(20));
    let record = world.record("high").clone();
    assert_eq!(record.state, PlacementState::Ready);
    let phase = record.gang_start.map(|start| start.phase);
    assert_eq!(phase, Some(GangPhase::Lifted));
    world.settle();
    world.check_settled();
}

#[test]
fn the_place_that_it_leaves_counts_in_none_of_its_rules() {
    let mut world = World::new(1);
    world.connect_all();
    let mut apart = wish(10, GPUS, 2, false);
    apart.spread = vec![SpreadConstraint {
        topology: Some(Topology::Zone),
        max_skew: Some(1),
        when_unsatisfiable: Some(WhenUnsatisfiable::DoNotSchedule),
        ..SpreadConstraint::default()
    }];
    for number in 0..CLUSTERS * NODES {
        world.ask(&format!("full-{number}"), spec(GPUS, 1, false));
    }
    carry_out(&mut world);
    world.hang();
    world.ask("high", apart);
    carry_out(&mut world);
    let zones = |world: &World| -> BTreeMap<String, usize> {
        let mut zones = BTreeMap::new();
        for (_, of) in world.record("high").assigned() {
            *zones.entry(of.zone.clone().unwrap()).or_default() += 1;
        }
        zones
    };
    assert_eq!(zones(&world).len(), 2, "one in each zone");
    let first = world.place_of("high");
    // What comes free in the zone of the first is no place for the second one, though it counts two zones then.
    let record = world.record("high").clone();
    let second = record.slots[1].assignment.clone().unwrap();
    let beside = (0..CLUSTERS * NODES)
        .map(|number| format!("full-{number}"))
        .find(|name| {
            let of = world.record(name).slots[0].assignment.clone();
            of.is_some_and(|of| of.zone == first.zone)
        });
    let beside = beside.expect("two nodes are in a zone");
    let place = world.place_of(&beside);
    world.unhang(&place);
    world.remove(&beside);
    carry_out(&mut world);
    let record = world.record("high").clone();
    assert_eq!(zones(&world).len(), 2);
    assert_eq!(
        record.slots[1].assignment.as_ref().unwrap().place(),
        second.place()
    );
    assert_eq!(
        record.slots[0].assignment.as_ref().unwrap().place(),
        place.place(),
        "the first one may change its node within its zone"
    );
}

#[test]
fn what_waits_for_its_own_earlier_place_to_end_goes_on_doing_so() {
    let mut world = World::new(7);
    world.connect_all();
    let recreate = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        ..UpdatePolicy::default()
    };
    world.ask("p", rolling_spec(GPUS, 1, recreate, None));
    carry_out(&mut world);
    let first = world.place_of("p");
    world.hang();
    let input = new_image(&world, 2);
    update(&mut world, &input);
    world.pass(Duration::from_secs(900));
    let record = the_one(&world);
    let place = record.slots[0].assignment.as_ref().unwrap();
    assert_eq!(place.place(), first.place(), "three other nodes are free");
    assert_eq!(place.waits_for.len(), 1);
    world.unhang(&first);
    world.pass(Duration::from_secs(200));
    assert_eq!(world.state("p"), PlacementState::Ready);
}

/// How often one took free room, and how often one was decided anew.
fn history(seed: u64) -> (usize, usize) {
    let mut world = World::new(70_000 + seed);
    for step in 0..150 {
        world.hang_in_turn(seed, step);
        if step % 25 == 24 {
            world.later(Duration::from_secs(150));
            world.tick();
        }
        world.step();
    }
    let slots = world.core.placements().flat_map(|record| &record.slots);
    let ended: Vec<_> = slots.flat_map(|slot| slot.attempts.clone()).collect();
    for attempt in ended.iter().filter(|of| of.reason == Reason::RoomElsewhere) {
        let place = format!("{}/{},", attempt.cluster, attempt.node.as_ref().unwrap());
        assert!(!attempt.message.contains(&place), "{attempt:?}");
    }
    let count = |reason| ended.iter().filter(|of| of.reason == reason).count();
    world.settle();
    world.check_settled();
    (count(Reason::RoomElsewhere), count(Reason::VictimsStay))
}

#[test]
fn no_history_with_pods_that_do_not_end_loses_doubles_or_over_commits() {
    let seen = histories(30, history);
    let elsewhere: usize = seen.iter().map(|(elsewhere, _)| elsewhere).sum();
    assert!(seen.len() < 20 || elsewhere > 0, "nobody ever takes free room");
}
