//! Nobody gets a place while somebody in front of it (of higher priority, or of the same and waiting longer) waits who could
//! have one on the same state: looked at before every single decision is carried out.

use std::cell::Cell;

use hourglass_engine::{SlotDecision, SlotWanted};
use hourglass_model::ids::PlacementUid;
use hourglass_model::placement::{PlacementSpec, Preemption};

use super::asking::id;
use super::*;
use crate::scheduler::handlers::place::Mode;
use crate::scheduler::port::CallError;
use crate::scheduler::queue::Turn;

thread_local! {
    /// Whether this test wants it looked at.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// Places that were given while somebody waited in front.
    static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
}

/// A decision in favour of this placement is about to be carried out.
pub(in crate::scheduler) fn about_to_place(core: &Core, uid: &PlacementUid, round: &Round) {
    if !WATCHED.get() {
        return;
    }
    let Some(record) = core.placements.by_uid(uid) else {
        return;
    };
    // What is left of a gang is only worth its room with the one that it lost.
    if record.spec.gang && record.assigned().next().is_some() {
        return;
    }
    let own = Turn::of(record).expect("it waits");
    for turn in core
        .placements
        .turns()
        .behind(None)
        .take_while(|turn| **turn < own)
    {
        let other = core.placements.by_uid(turn.uid()).unwrap();
        check_promised(core, record, other, round);
        let wanted = core.slots_wanted(other);
        // That a place is not avoided any more is told by the next tick.
        let avoids = core
            .queue
            .failure(turn.uid())
            .is_some_and(|failure| failure.avoids);
        if core.is_partly_held(turn.uid()) || wanted.is_empty() || avoids {
            continue;
        }
        LOOKED_AT.set(LOOKED_AT.get() + 1);
        let request = other.request().unwrap();
        let (found, _) = core.decide_over_others(other, &request, &wanted, round);
        assert!(
            found.placed.is_empty(),
            "{} gets a place while {} waits in front of it, answered with {:?}, and could have {:?}",
            record.name(),
            other.name(),
            core.queue.failure(turn.uid()),
            found.placed
        );
    }
}

/// One that waits for others to leave would rather have what is given to `record`.
fn check_promised(core: &Core, record: &PlacementRecord, other: &PlacementRecord, round: &Round) {
    let is_answered = core
        .queue
        .failure(&other.uid)
        .is_some_and(|failure| !failure.avoids);
    if !is_answered || other.uid == record.uid || other.waits() {
        return;
    }
    if let Some(found) = core.free_room_of(other, round) {
        panic!(
            "{} gets a place while {} waits for others to leave, and could have {found:?}",
            record.name(),
            other.name()
        );
    }
}

impl Core {
    /// What a placement that waits for others to leave could have now, beside what it was promised.
    pub(super) fn free_room_of(&self, record: &PlacementRecord, round: &Round) -> Option<Vec<SlotDecision>> {
        let (slot, _) = record.behind_others().find(|(slot, _)| !self.is_held(slot))?;
        let wanted = [SlotWanted {
            slot: slot.slot,
            epoch: slot.highest().next(),
        }];
        let request = record.request().unwrap();
        let avoid = self.avoided_by(record, request.shape, round.instant);
        let mode = Mode {
            preempt: false,
            explain: false,
        };
        let whose = (&record.tenant, Some(&record.uid));
        let found = self.decide(whose, &request, &wanted, mode, &avoid).placed;
        (!found.is_empty()).then_some(found)
    }
}

/// Looks at every decision of a plot; where it panics, its thread ends as well.
fn watched<T>(plot: impl FnOnce() -> T) -> T {
    WATCHED.set(true);
    let answer = plot();
    WATCHED.set(false);
    answer
}

fn wish(priority: i32, gpus: i64) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        preemption: Some(Preemption::Never),
        ..spec(gpus, 1, false)
    }
}

/// Everybody is tried by the rounds of an idle loop.
fn idle(world: &mut World) {
    for _ in 0..200 {
        world.round(false, |_, _| ());
    }
}

/// A fleet that is full: three placements have a node each, two have half of the fourth.
fn halves() -> World {
    let mut world = World::new(1);
    world.connect_all();
    for number in 0..CLUSTERS * NODES - 1 {
        world.ask(&format!("full-{number}"), wish(0, GPUS));
    }
    for name in ["half-a", "half-b"] {
        world.ask(name, wish(0, GPUS / 2));
    }
    world.pump();
    world
}

/// The same, where half a node comes free while thirty wait for a whole one and another, younger than they, for the half.
/// Every round gives one turn, so that those who are due do not have it all at once.
fn a_half_comes_free() -> World {
    let mut world = halves();
    for number in 0..30 {
        // No two of them are alike: each has a decision of its own.
        let mut large = wish(0, GPUS);
        let compute = large.compute.get_or_insert_default();
        compute.requests = BTreeMap::from([("cpu".to_owned(), format!("{}m", 100 + number))]);
        world.ask(&format!("large-{number}"), large);
    }
    world.ask("old", wish(0, GPUS / 2));
    world.short_turns = true;
    world.remove("half-a");
    world.pump();
    world
}

#[test]
fn a_newcomer_waits_for_those_in_front_of_it_who_have_not_had_their_turn() {
    watched(|| {
        let mut world = a_half_comes_free();
        world.ask("new", wish(0, GPUS / 2));
        assert!(
            !world.is_placed("new"),
            "it is not decided before those that are due"
        );
        idle(&mut world);
        assert!(world.is_placed("old") && !world.is_placed("new"));
        world.check();
    });
}

#[test]
fn what_fails_fast_is_not_decided_before_those_in_front_of_it() {
    let mut world = a_half_comes_free();
    let input = CreatePlacement {
        fail_fast: true,
        ..creation(id("hasty"), wish(0, GPUS / 2))
    };
    let ask = |world: &mut World| {
        world
            .round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
    };
    let answer = ask(&mut world);
    assert!(matches!(answer, Err(CallError::OthersFirst)), "{answer:?}");
    idle(&mut world);
    assert!(world.is_placed("old"));
    let answer = ask(&mut world);
    assert!(matches!(answer, Err(CallError::FitsNowhere(_))), "{answer:?}");
    assert!(world.core.placement(&tenant(), &id("hasty")).is_none());
}

#[test]
fn one_that_just_lost_its_place_goes_behind_a_higher_priority_that_the_same_helps() {
    watched(|| {
        let mut world = halves();
        world.ask("high", wish(5, GPUS));
        world.remove("full-0");
        for index in 0..CLUSTERS {
            while world.obey(index, false) {}
        }
        // A whole node comes free in the same round in which half of one is refused.
        world.plan.more = 100;
        for index in 0..CLUSTERS {
            world.send_inventory(index);
        }
        world.reject("half-b");
        world.commit();
        assert!(world.is_placed("high") && !world.is_placed("half-b"));
        world.check();
    });
}

/// How often somebody waited in front of one who got a place.
fn history(seed: u64) -> usize {
    watched(|| {
        let mut world = World::new(40_000 + seed);
        world.short_turns = seed % 2 == 1;
        for _ in 0..150 {
            world.step();
        }
        world.settle();
        world.check_settled();
    });
    LOOKED_AT.take()
}

#[test]
fn a_decision_of_the_same_sweep_helps_those_in_front_before_those_behind() {
    // A gang in front could have its room after others had got theirs.
    assert!(history(77) > 0);
}

#[test]
fn no_history_gives_room_to_anybody_before_those_in_front() {
    let looked_at = histories(20, history);
    let all: usize = looked_at.iter().sum();
    assert!(
        looked_at.len() < 20 || all > 100,
        "somebody waits in front now and then: {all}"
    );
}
