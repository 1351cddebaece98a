//! The higher priority takes the place of the lower one, and starts when that has left.

use std::collections::BTreeSet;

use hourglass_engine::{Decision, SlotWanted, Victim};
use hourglass_model::ids::{Slot, SnapshotId};
use hourglass_model::placement::{PlacementSpec, Preemption};

use super::asking::{full, id};
use super::*;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::handlers::place::Mode;
use crate::scheduler::handlers::preempt::NotMoved;

fn with_priority(priority: i32, spec: PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        ..spec
    }
}

impl World {
    pub(super) fn record(&self, name: &str) -> &PlacementRecord {
        self.core.placement(&tenant(), &id(name)).unwrap()
    }

    fn why_dispatching(&self, name: &str) -> Reason {
        let dispatched = self.record(name).condition(ConditionKind::Dispatched);
        dispatched.unwrap().reason
    }

    /// Those that wait because they made room.
    fn preempted(&self) -> Vec<String> {
        let all = self.core.placements().filter(|record| record.waits());
        all.filter(|record| record.preempted().is_some())
            .map(|record| record.id.to_string())
            .collect()
    }

    /// Performers of a placement that are really there.
    pub(super) fn performers_of(&self, name: &str) -> usize {
        let uid = &self.record(name).uid;
        let all = self.members.iter().flat_map(|member| member.performers.keys());
        all.filter(|(key, _)| key.placement_uid == *uid).count()
    }

    /// The member in which the first replica of a placement has its place.
    fn member_of(&self, name: &str) -> usize {
        let (_, assignment) = self.record(name).assigned().next().unwrap();
        let mut members = self.members.iter();
        members
            .position(|member| member.name == assignment.cluster)
            .unwrap()
    }

    /// The n-th of the things that can happen in turn.
    pub(super) fn happen(&mut self, number: usize) {
        let index = number % CLUSTERS;
        match number / CLUSTERS % 3 {
            0 => while self.obey(index, false) {},
            1 => self.send_inventory(index),
            _ => self.report_all(index, false),
        }
        self.check();
    }

    /// Nothing that waits could have a place, be it by moving those of lower priority.
    pub(super) fn check_priorities(&self) {
        for record in self.core.placements().filter(|record| record.waits()) {
            if self.core.is_partly_held(&record.uid) {
                continue;
            }
            let request = record.request().unwrap();
            let waiting = record.without_place();
            let wanted: Vec<SlotWanted> = waiting
                .map(|slot| SlotWanted {
                    slot: slot.slot,
                    epoch: slot.epoch.next(),
                })
                .collect();
            let preempt = self.core.may_preempt(&request);
            let found = self.core.decide(
                (&record.tenant, Some(&record.uid)),
                &request,
                &wanted,
                Mode {
                    preempt,
                    explain: false,
                },
                &self.core.avoided_by(record, request.shape, self.clock),
            );
            assert!(
                found.placed.is_empty(),
                "{} waits and could have {:?}",
                record.name(),
                found.placed
            );
        }
    }
}

#[test]
fn the_higher_priority_gets_the_place_and_starts_only_when_the_lower_one_has_left() {
    let mut world = full();
    world.ask("high", with_priority(10, spec(GPUS, 1, false)));
    assert_eq!(world.state("high"), PlacementState::Assigned);
    assert_eq!(world.why_dispatching("high"), Reason::WaitingForVictims);
    let [victim] = &world.preempted()[..] else {
        panic!("{:?} made room", world.preempted())
    };
    let victim = victim.clone();
    assert_eq!(world.state(&victim), PlacementState::Pending);
    assert_eq!(world.scheduled(&victim), Reason::Preempted);
    let attempt = world.record(&victim).slots[0].attempts.last().unwrap().clone();
    assert_eq!(attempt.reason, Reason::Preempted);
    assert!(
        attempt.message.contains("tenants/default/placements/high") && attempt.message.contains("10"),
        "{}",
        attempt.message
    );
    let notes = world.core.victims_on_their_way(world.record("high"));
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].placement, Some(world.record(&victim).name()));

    let member = world.member_of("high");
    while world.obey(member, false) {}
    assert_eq!(world.performers_of(&victim), 0, "it was told to go at once");
    assert_eq!(
        world.performers_of("high"),
        0,
        "the inventory does not show yet that it has gone"
    );
    assert_eq!(world.why_dispatching("high"), Reason::WaitingForVictims);
    world.send_inventory(member);
    assert_eq!(world.why_dispatching("high"), Reason::WaitingForAgent);
    assert!(world.core.victims_on_their_way(world.record("high")).is_empty());
    while world.obey(member, false) {}
    assert_eq!(world.performers_of("high"), 1);
    world.settle();
    assert_eq!(world.state("high"), PlacementState::Ready);
    assert_eq!(
        world.scheduled(&victim),
        Reason::Preempted,
        "whatever it waits for since"
    );
    world.check_settled();

    world.remove("high");
    world.settle();
    assert_eq!(world.state(&victim), PlacementState::Ready, "there is room again");
    world.check_settled();
}

#[test]
fn nobody_goes_for_an_equal_or_for_one_that_does_not_want_it() {
    let mut world = full();
    world.ask("equal", with_priority(0, spec(GPUS, 1, false)));
    let polite = PlacementSpec {
        preemption: Some(Preemption::Never),
        ..with_priority(10, spec(GPUS, 1, false))
    };
    world.ask("polite", polite);
    for name in ["equal", "polite"] {
        assert_eq!(world.scheduled(name), Reason::NoCapacity, "{name}");
    }
    assert!(world.preempted().is_empty());
    world.settle();
    world.check_settled();
}

#[test]
fn a_crash_after_any_step_changes_nothing_of_how_it_ends() {
    for cut in 0..14 {
        let mut world = full();
        world.ask("high", with_priority(10, spec(GPUS, 1, false)));
        for number in 0..cut {
            world.happen(number);
        }
        world.restart();
        world.check();
        world.connect_all();
        world.settle();
        world.check_settled();
        assert_eq!(world.state("high"), PlacementState::Ready, "cut {cut}");
        let victims = world.preempted();
        assert_eq!(victims.len(), 1, "cut {cut}");
        assert_eq!(world.state(&victims[0]), PlacementState::Pending, "cut {cut}");
    }
}

#[test]
fn a_crash_in_the_commit_leaves_all_of_a_preemption_or_nothing() {
    for crash_after in 0..3 {
        let mut world = full();
        world.plan = Plan {
            more: 0,
            operations: 1,
            crash_after: Some(crash_after),
        };
        let input = creation(id("high"), with_priority(10, spec(GPUS, 1, false)));
        let answer = world.round(false, |core, round| core.create_placement(&input, None, round));
        let is_there = world.core.placement(&tenant(), &id("high")).is_some();
        assert_eq!(
            answer.is_some() || crash_after > 0,
            is_there,
            "one batch holds all of it"
        );
        assert_eq!(world.preempted().len(), usize::from(is_there));
        world.settle();
        world.check_settled();
        assert_eq!(world.preempted().len(), usize::from(is_there));
    }
}

#[test]
fn a_preemptor_that_is_deleted_before_its_start_leaves_the_room_to_those_that_made_it() {
    for steps in 0..6 {
        let mut world = full();
        world.ask("high", with_priority(10, spec(GPUS, 1, false)));
        for number in 0..steps {
            world.happen(number);
        }
        world.remove("high");
        if steps % 2 == 1 {
            world.restart();
        }
        world.settle();
        world.check_settled();
        assert!(world.preempted().is_empty(), "after {steps} steps");
        assert!(
            world
                .core
                .placements()
                .all(|record| record.state == PlacementState::Ready)
        );
    }
}

#[test]
fn a_victim_that_is_deleted_on_its_way_out_is_gone_and_its_place_is_taken() {
    for steps in 0..6 {
        let mut world = full();
        world.ask("high", with_priority(10, spec(GPUS, 1, false)));
        let victim = world.preempted().remove(0);
        for number in 0..steps {
            world.happen(number);
        }
        world.remove(&victim);
        if steps % 2 == 1 {
            world.restart();
        }
        world.settle();
        world.check_settled();
        assert_eq!(world.state("high"), PlacementState::Ready, "after {steps} steps");
        assert!(world.core.placement(&tenant(), &id(&victim)).is_none());
    }
}

#[test]
fn a_preemptor_makes_room_itself_for_one_that_is_higher_still() {
    for cut in 0..10 {
        let mut world = World::new(1);
        world.connect_all();
        for number in 0..CLUSTERS * NODES - 1 {
            world.ask(&format!("top-{number}"), with_priority(30, spec(GPUS, 1, false)));
        }
        world.ask("low", with_priority(0, spec(GPUS, 1, false)));
        world.pump();
        world.ask("middle", with_priority(10, spec(GPUS, 1, false)));
        assert!(world.is_placed("middle"));
        for number in 0..cut {
            world.happen(number);
        }
        world.ask("high", with_priority(20, spec(GPUS, 1, false)));
        if cut % 3 == 2 {
            world.restart();
        }
        world.settle();
        world.check_settled();
        assert_eq!(world.state("high"), PlacementState::Ready, "cut {cut}");
        assert_eq!(world.preempted(), ["low", "middle"], "cut {cut}");
    }
}

#[test]
fn a_gang_makes_room_whole_and_one_that_takes_room_starts_whole() {
    let mut world = World::new(1);
    world.connect_all();
    world.ask("low", spec(GPUS, 2, true));
    world.ask("other", spec(GPUS, 2, true));
    world.settle();
    world.ask("one", with_priority(10, spec(GPUS, 1, false)));
    assert_eq!(world.preempted().len(), 1);
    let victim = world.preempted().remove(0);
    assert!(!world.is_placed(&victim), "a gang goes whole");
    world.settle();
    world.check_settled();
    assert_eq!(world.state("one"), PlacementState::Ready);

    let mut world = full();
    world.ask("gang", with_priority(10, spec(GPUS, 3, true)));
    assert_eq!(world.preempted().len(), 3);
    // The clusters take longer than the gang has for its admission.
    world.later(Duration::from_secs(90));
    world.tick();
    assert!(
        world.is_placed("gang"),
        "that time begins when its places are free"
    );
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
        world.send_inventory(index);
        while world.obey(index, false) {}
        world.check();
    }
    world.settle();
    world.check_settled();
    assert_eq!(world.state("gang"), PlacementState::Ready);
}

#[test]
fn a_dry_run_says_who_would_make_room_and_moves_nobody() {
    let mut world = full();
    let before = world.disk.clone();
    let input = CreatePlacement {
        validate_only: true,
        ..creation(id("high"), with_priority(10, spec(GPUS, 1, false)))
    };
    let answer = world
        .round(false, |core, round| core.create_placement(&input, None, round))
        .unwrap()
        .unwrap();
    assert_eq!(answer.victims.len(), 1);
    let victim = &answer.victims[0];
    let name = victim.placement.clone().unwrap();
    assert!(name.starts_with("tenants/default/placements/full-"), "{name}");
    assert_eq!((victim.priority, victim.for_slot), (0, Slot(0)));
    assert_eq!(answer.record.assigned().count(), 1);
    assert_eq!(world.disk, before);
    assert!(world.preempted().is_empty());
}

#[test]
fn more_victims_than_may_go_at_once_are_left_where_they_are() {
    let world = full();
    let uid = world.record("full-0").uid.clone();
    let decision = |placements: usize, waits: usize| {
        let claim = |number: usize| ClaimId {
            placement: PlacementUid::new(format!("uid-{number}")).unwrap(),
            slot: Slot(0),
            epoch: Epoch(1),
        };
        let victims: Vec<Victim> = (0..placements)
            .map(|number| Victim {
                claim: claim(number),
                cluster: world.members[0].name.clone(),
                node: NodeName::new("n0").unwrap(),
                priority: 0,
                for_slot: Slot(0),
            })
            .collect();
        let (_, assignment) = world.record("full-0").assigned().next().unwrap();
        let placed = hourglass_engine::SlotDecision {
            slot: Slot(0),
            epoch: Epoch(9),
            cluster: assignment.cluster.clone(),
            namespace: Namespace::new("work").unwrap(),
            node: assignment.charged_node.clone(),
            pin: hourglass_model::render::Pin::Cluster,
            vector: assignment.vector.clone(),
            limits: assignment.limits.clone(),
            offer: assignment.offer.clone(),
            scores: Vec::new(),
            waits_for: (0..waits).map(claim).collect::<BTreeSet<_>>(),
        };
        Decision {
            snapshot: SnapshotId(1),
            placed: vec![placed],
            no_fit: None,
            victims,
        }
    };
    let round = Round::new(world.wall, world.clock);
    let why = |placements, waits| {
        world
            .core
            .why_not_moved(Some(&uid), &decision(placements, waits), &round)
    };
    assert_eq!(why(0, 0), None);
    assert_eq!(why(30, 30), None);
    assert_eq!(why(40, 40), None, "more than one commit holds is several");
    assert_eq!(why(1024, 1024), None);
    let too_many = NotMoved::TooMany {
        replicas: 1025,
        placements: 1025,
    };
    assert_eq!(why(1025, 1025), Some(too_many.clone()));
    let message = too_many.message().unwrap();
    assert!(message.contains("1025 replicas of 1025 placements"), "{message}");
    assert!(why(1, 1025).is_some(), "they would all stand in its record");
    let mut second = Round::new(world.wall, world.clock);
    second.preempted = 1;
    assert_eq!(
        world.core.why_not_moved(Some(&uid), &decision(1, 1), &second),
        Some(NotMoved::Later)
    );
}

#[test]
fn two_that_need_others_to_go_in_one_round_both_get_their_places() {
    let mut world = full();
    for name in ["one", "two", "three"] {
        let input = creation(id(name), with_priority(10, spec(GPUS, 1, false)));
        world.plan.more = 10;
        world
            .round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
            .unwrap();
        world.acknowledged.insert(id(name));
    }
    world.settle();
    for name in ["one", "two", "three"] {
        assert_eq!(world.state(name), PlacementState::Ready);
    }
    assert_eq!(world.preempted().len(), 3);
    world.check_settled();
}
