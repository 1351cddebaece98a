//! Going back to an earlier spec replaces what carries another one, and nothing else.

use hourglass_model::ids::{Generation, Slot};
use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::asking::id;
use super::rolling::{
    carry_out, change, condition, new_image, ripen_all, rolling_spec, serving, the_one, update,
};
use super::update_safety::{given_up, places};
use super::*;
use crate::records::placement::ConditionStatus;
use crate::scheduler::port::{RollbackPlacement, UpdateAnswer};

/// How a placement goes back to what it was.
#[derive(Clone, Copy, Debug)]
enum Back {
    /// RollbackPlacement.
    ToRevision(u64),
    /// UpdatePlacement with the spec of then.
    ToSpec,
}

const WAYS: [Back; 2] = [Back::ToRevision(1), Back::ToSpec];

fn go_back(world: &mut World, back: Back, first: &PlacementSpec, validate_only: bool) -> UpdateAnswer {
    let answer = match back {
        Back::ToRevision(revision) => {
            let input = RollbackPlacement {
                tenant: tenant(),
                id: id("p"),
                revision: Generation(revision),
                etag: None,
                request_id: None,
                validate_only,
                traceparent: None,
            };
            world.round(false, |core, round| core.rollback_placement(&input, None, round))
        }
        Back::ToSpec => {
            let mut input = change(&id("p"), first.clone(), &["spec"]);
            input.validate_only = validate_only;
            world.round(false, |core, round| core.update_placement(&input, None, round))
        }
    };
    answer.unwrap().unwrap()
}

/// What is rehearsed and then done; the slots that are said to move.
fn go_back_as_rehearsed(world: &mut World, back: Back, first: &PlacementSpec) -> Vec<Slot> {
    let before = the_one(world);
    let rehearsed = go_back(world, back, first, true);
    assert_eq!(the_one(world), before, "a rehearsal changes nothing");
    let done = go_back(world, back, first, false).placement.record;
    let said = rehearsed.placement.record;
    assert_eq!((said.generation, &said.spec), (done.generation, &done.spec));
    assert_eq!(condition(&said), condition(&done), "{back:?}");
    let moves = rehearsed.plan.unwrap().moves;
    let moves: Vec<Slot> = moves.into_iter().map(|one| one.slot).collect();
    for (said, done) in said.slots.iter().zip(&done.slots) {
        let begun = said.epoch != done.epoch || said.successor.is_some() != done.successor.is_some();
        assert_eq!(begun, moves.contains(&said.slot), "{back:?}: {said:?} {done:?}");
    }
    moves
}

fn performers(world: &World) -> BTreeSet<(Slot, Epoch)> {
    let all = world.members.iter().flat_map(|member| member.performers.keys());
    all.map(|(key, epoch)| (key.slot, *epoch)).collect()
}

fn is_current(record: &PlacementRecord) -> bool {
    record
        .assigned()
        .all(|(_, at)| at.generation == record.generation)
}

#[test]
fn an_update_that_is_blocked_is_undone_without_any_room() {
    for back in WAYS {
        let mut world = serving(spec(GPUS, 3, false));
        world.ask("other", spec(GPUS, 1, false));
        carry_out(&mut world);
        ripen_all(&mut world);
        let (first, running) = (the_one(&world), performers(&world));
        let input = new_image(&world, 2);
        update(&mut world, &input);
        carry_out(&mut world);
        assert_eq!(condition(&the_one(&world)).1, Reason::UpdateBlocked);

        assert_eq!(
            go_back_as_rehearsed(&mut world, back, &first.spec),
            [],
            "{back:?}"
        );
        let undone = the_one(&world);
        assert_eq!(undone.generation, Generation(3));
        assert_eq!(condition(&undone), (ConditionStatus::True, Reason::UpToDate));
        assert_eq!(undone.state, PlacementState::Ready);
        world.restart();
        world.connect_all();
        carry_out(&mut world);
        // Also a blip is no reason to replace what is as it should be.
        world.blip();
        carry_out(&mut world);
        ripen_all(&mut world);
        let after = the_one(&world);
        assert!(is_current(&after) && after.roll.is_none());
        assert_eq!(places(&after), places(&first));
        assert_eq!(performers(&world), running, "nothing was started anew");
        world.settle();
        world.check_settled();
    }
}

#[test]
fn half_way_only_those_go_back_that_were_replaced() {
    for back in WAYS {
        let mut world = serving(spec(1, 3, false));
        let first = the_one(&world);
        let input = new_image(&world, 2);
        update(&mut world, &input);
        carry_out(&mut world);
        ripen_all(&mut world);
        let half = the_one(&world);
        let generations: Vec<u64> = half.assigned().map(|(_, at)| at.generation.0).collect();
        assert_eq!(generations, [2, 1, 1]);
        assert!(half.slots[1].successor.is_some(), "the second one is under way");

        assert_eq!(
            go_back_as_rehearsed(&mut world, back, &first.spec),
            [Slot(0)],
            "{back:?}"
        );
        let undone = the_one(&world);
        let generations: Vec<u64> = undone.assigned().map(|(_, at)| at.generation.0).collect();
        assert_eq!(generations, [2, 3, 3]);
        assert!(undone.slots[0].successor.is_some() && undone.slots[1].successor.is_none());
        for _ in 0..3 {
            carry_out(&mut world);
            ripen_all(&mut world);
        }
        let after = the_one(&world);
        assert_eq!((after.state, after.roll.is_none()), (PlacementState::Ready, true));
        assert!(is_current(&after));
        assert!(after.slots[0].epoch > half.slots[0].epoch);
        assert_eq!(places(&after)[1..], places(&first)[1..]);
        assert_eq!(performers(&world).len(), 3);
        world.settle();
        world.check_settled();
    }
}

#[test]
fn an_update_that_was_given_up_is_undone_at_once() {
    for back in WAYS {
        let mut world = given_up();
        let first = PlacementSpec {
            performer: spec(1, 1, false).performer,
            ..the_one(&world).spec
        };
        let before = the_one(&world);
        assert_eq!(go_back_as_rehearsed(&mut world, back, &first), []);
        let undone = the_one(&world);
        assert_eq!(condition(&undone), (ConditionStatus::True, Reason::UpToDate));
        assert_eq!(undone.state, PlacementState::Ready);
        assert_eq!(
            (undone.slots[0].failed_starts, places(&undone)),
            (0, places(&before))
        );
    }
}

#[test]
fn what_has_not_gone_yet_for_a_gap_that_was_asked_for_stays() {
    let policy = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        ..UpdatePolicy::default()
    };
    let mut world = serving(rolling_spec(1, 2, policy, Some("1")));
    let first = the_one(&world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    assert_eq!(the_one(&world).behind_victims().count(), 1);
    let moves = go_back_as_rehearsed(&mut world, Back::ToRevision(1), &first.spec);
    assert_eq!(moves, [Slot(0)]);
    for _ in 0..3 {
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    let after = the_one(&world);
    assert_eq!((after.state, after.roll.is_none()), (PlacementState::Ready, true));
    assert!(is_current(&after));
    assert_eq!(places(&after)[1], places(&first)[1]);
}

#[test]
fn a_change_that_pods_do_not_see_on_the_way_back_hinders_nothing() {
    let mut world = serving(spec(1, 2, false));
    let first = the_one(&world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let priority = PlacementSpec {
        priority: Some(3),
        ..the_one(&world).spec
    };
    let input = change(&id("p"), priority, &["spec.priority"]);
    let record = update(&mut world, &input);
    assert!(record.slots[0].successor.is_some(), "it is what is wanted still");
    assert_eq!(
        go_back_as_rehearsed(&mut world, Back::ToRevision(1), &first.spec),
        []
    );
    carry_out(&mut world);
    ripen_all(&mut world);
    let after = the_one(&world);
    assert_eq!(
        (after.state, places(&after)),
        (PlacementState::Ready, places(&first))
    );
    assert_eq!(performers(&world).len(), 2);
}

#[test]
fn a_gang_that_has_not_started_goes_back_whole() {
    let mut world = World::new(5);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(GPUS, 2, true));
    let first = the_one(&world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    go_back(&mut world, Back::ToRevision(1), &first.spec, false);
    let record = the_one(&world);
    assert!(is_current(&record));
    assert_eq!(record.gang_start.unwrap().phase, GangPhase::Gated);
    world.slow_starts = false;
    world.settle();
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.check_settled();
}
