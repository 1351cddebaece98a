use hourglass_engine::{ChangeKind, NoFit, NoFitReason, RetryHints};
use hourglass_model::ids::{ClusterName, Slot, SnapshotId};
use hourglass_model::request::ShapeId;
use hourglass_model::resources::ResourceName;

use super::*;
use crate::edge::testing::record;
use crate::records::SlotRecord;

fn turns(count: usize) -> Turns {
    let mut turns = Turns::default();
    for number in 0..count {
        let mut waiting = record("default", &format!("p{number:05}"), &format!("uid-{number:05}"));
        waiting.slots = vec![SlotRecord::waiting(Slot(0), 1)];
        turns.set(&waiting.uid, Turn::of(&waiting));
    }
    turns
}

fn uid(number: usize) -> PlacementUid {
    PlacementUid::new(format!("uid-{number:05}")).unwrap()
}

fn resources(names: &[&str]) -> BTreeSet<ResourceName> {
    names
        .iter()
        .map(|name| ResourceName::new(*name).unwrap())
        .collect()
}

fn cpu_is_freed() -> Happened {
    let change = ChangeKind::CapacityFreed {
        cluster: ClusterName::new("c").unwrap(),
        resources: resources(&["cpu"]),
    };
    std::iter::once(change).collect()
}

fn node_with_gpus_came() -> Happened {
    let change = ChangeKind::NodesChanged {
        cluster: ClusterName::new("c").unwrap(),
        resources: resources(&["cpu", "nvidia.com/gpu"]),
    };
    std::iter::once(change).collect()
}

fn failure(reason: NoFitReason, freed: &[&str], nodes_with: &[&str]) -> Arc<Failure> {
    let no_fit = NoFit {
        reason,
        slots: Vec::new(),
        fit: 0,
        explanation: None,
        hints: RetryHints {
            anything: false,
            freed: resources(freed),
            nodes_with: resources(nodes_with),
            claims_of: None,
            claims_below: None,
            reservations: false,
        },
    };
    Arc::new(Failure::of(&no_fit, SnapshotId(1), false))
}

fn short_of_cpu() -> Arc<Failure> {
    failure(NoFitReason::NoCapacity, &["cpu"], &["cpu"])
}

/// No node has any.
fn without_gpus() -> Arc<Failure> {
    failure(NoFitReason::NoSuchProduct, &[], &["nvidia.com/gpu"])
}

fn all_of(queue: &mut Queue, turns: &Turns, wanted: usize) -> Vec<PlacementUid> {
    let mut looked_at = 0;
    let next = |_| queue.next(turns, &mut looked_at);
    (0..wanted).map_while(next).collect()
}

/// The same, each of which fits nowhere.
fn tried(queue: &mut Queue, turns: &Turns, wanted: usize) -> Vec<PlacementUid> {
    let mut all = Vec::new();
    while all.len() < wanted
        && let Some(uid) = all_of(queue, turns, 1).pop()
    {
        queue.failed(&uid, short_of_cpu());
        all.push(uid);
    }
    all
}

fn turn(turns: &Turns, number: usize) -> Turn {
    turns.of(&uid(number)).unwrap().clone()
}

#[test]
fn nobody_gets_a_turn_unless_something_happened() {
    let (mut queue, turns) = (Queue::default(), turns(3));
    assert!(!queue.has_turns());
    assert_eq!(all_of(&mut queue, &turns, 10), []);
    queue.happened(cpu_is_freed());
    assert_eq!(all_of(&mut queue, &turns, 10), [uid(0), uid(1), uid(2)]);
    assert!(!queue.has_turns());
    assert_eq!(all_of(&mut queue, &turns, 10), [], "one turn for one event");
}

#[test]
fn what_cannot_help_gives_no_turn() {
    let (mut queue, turns) = (Queue::default(), turns(2));
    queue.failed(&uid(0), without_gpus());
    queue.failed(&uid(1), short_of_cpu());
    queue.happened(cpu_is_freed());
    assert_eq!(tried(&mut queue, &turns, 10), [uid(1)]);
    queue.happened(node_with_gpus_came());
    assert_eq!(tried(&mut queue, &turns, 10), [uid(0), uid(1)]);
}

#[test]
fn what_happens_meanwhile_is_for_those_in_front_first_and_nobody_is_tried_twice_for_one_thing() {
    let (mut queue, turns) = (Queue::default(), turns(5));
    queue.happened(cpu_is_freed());
    assert_eq!(tried(&mut queue, &turns, 2), [uid(0), uid(1)]);
    assert_eq!(tried(&mut queue, &turns, 1), [uid(2)], "it goes on where it was");
    queue.happened(cpu_is_freed());
    assert_eq!(
        tried(&mut queue, &turns, 10),
        [uid(0), uid(1), uid(2), uid(3), uid(4)],
        "also those that were not tried for the first have one turn for both"
    );
    assert!(!queue.has_turns());
}

#[test]
fn those_far_behind_get_their_turn_however_much_happens() {
    let (mut queue, turns) = (Queue::default(), turns(3));
    let mut last = 0;
    for round in 1..100 {
        queue.happened(cpu_is_freed());
        if tried(&mut queue, &turns, 1) == [uid(2)] {
            last = round;
            break;
        }
    }
    assert!((3..40).contains(&last), "in round {last}");
}

fn claims() -> Happened {
    let change = ChangeKind::ClaimsChanged {
        tenant: hourglass_model::ids::TenantId::new("default").unwrap(),
        lowest_priority: 0,
    };
    std::iter::once(change).collect()
}

/// Others may make room for it.
fn cares() -> Arc<Failure> {
    let mut failure = (*short_of_cpu()).clone();
    failure.hints.claims_below = Some(1);
    Arc::new(failure)
}

#[test]
fn one_that_has_found_room_lets_those_in_front_go_first_whom_a_decision_may_have_helped() {
    let (mut queue, turns) = (Queue::default(), turns(4));
    for number in [0, 3] {
        queue.failed(&uid(number), short_of_cpu());
    }
    queue.failed(&uid(1), cares());
    let found = turn(&turns, 2);
    assert!(!queue.gives_way(&found, &turns), "nothing happened");
    queue.happened(claims());
    assert!(queue.gives_way(&found, &turns));
    assert_eq!(all_of(&mut queue, &turns, 1), [uid(1)]);
    queue.failed(&uid(1), cares());
    assert_eq!(
        all_of(&mut queue, &turns, 1),
        [uid(2)],
        "it has its turn after them"
    );
    assert!(!queue.gives_way(&found, &turns), "they were told again");
}

#[test]
fn nobody_gives_way_for_ever() {
    let (mut queue, turns) = (Queue::default(), turns(2));
    let found = turn(&turns, 1);
    let mut gave_way = 0;
    loop {
        queue.failed(&uid(0), cares());
        queue.happened(claims());
        if !queue.gives_way(&found, &turns) {
            break;
        }
        gave_way += 1;
        assert!(gave_way < 100);
        queue.has_its_turn(&found.uid().clone());
    }
    assert!(gave_way > 3);
}

#[test]
fn what_decisions_bring_about_does_not_send_a_sweep_back() {
    let (mut queue, turns) = (Queue::default(), turns(3));
    queue.happened(cpu_is_freed());
    for number in 0..3 {
        assert_eq!(all_of(&mut queue, &turns, 1), [uid(number)]);
        queue.failed(&uid(number), cares());
        queue.happened(claims());
    }
    assert_eq!(
        all_of(&mut queue, &turns, 1),
        [uid(0)],
        "and is looked at afterwards"
    );
}

#[test]
fn a_round_looks_at_a_bounded_number_of_turns_even_if_none_can_be_helped() {
    let count = LOOKED_AT + 10;
    let (mut queue, turns) = (Queue::default(), turns(count));
    for number in 0..count - 1 {
        queue.failed(&uid(number), without_gpus());
    }
    queue.happened(cpu_is_freed());
    assert_eq!(all_of(&mut queue, &turns, 10), []);
    assert!(queue.has_turns());
    assert_eq!(all_of(&mut queue, &turns, 10), [uid(count - 1)]);
}

#[test]
fn those_that_begin_to_wait_have_their_turn_among_the_others() {
    let (mut queue, turns) = (Queue::default(), turns(5));
    queue.failed(&uid(1), short_of_cpu());
    queue.failed(&uid(3), without_gpus());
    for number in [4, 2, 0] {
        queue.began(&uid(number));
    }
    assert_eq!(
        all_of(&mut queue, &turns, 1),
        [uid(0)],
        "also when nothing happened"
    );
    queue.happened(cpu_is_freed());
    assert_eq!(tried(&mut queue, &turns, 10), [uid(0), uid(1), uid(2), uid(4)]);
    assert!(!queue.has_turns());
    queue.began(&uid(0));
    queue.failed(&uid(0), short_of_cpu());
    assert_eq!(
        all_of(&mut queue, &turns, 10),
        [],
        "it was tried by whoever took its place"
    );
}

#[test]
fn a_newcomer_goes_first_only_when_nobody_in_front_is_due() {
    let (mut queue, turns) = (Queue::default(), turns(4));
    for number in 0..3 {
        queue.failed(&uid(number), without_gpus());
    }
    let newcomer = turn(&turns, 3);
    assert!(queue.goes_first(&newcomer, &turns), "nothing happened");
    queue.happened(cpu_is_freed());
    assert!(queue.goes_first(&newcomer, &turns), "it helps nobody in front");
    queue.happened(node_with_gpus_came());
    assert!(!queue.goes_first(&newcomer, &turns));
    assert!(
        queue.goes_first(&turn(&turns, 0), &turns),
        "those behind do not matter"
    );
    assert_eq!(tried(&mut queue, &turns, 3), [uid(0), uid(1), uid(2)]);
    assert!(queue.goes_first(&newcomer, &turns), "they have had their turns");
    queue.began(&uid(2));
    assert!(!queue.goes_first(&newcomer, &turns));
    assert!(queue.goes_first(&turn(&turns, 1), &turns));
}

#[test]
fn an_answer_holds_for_all_that_are_alike_until_something_can_help_against_it() {
    let (mut queue, turns) = (Queue::default(), turns(2));
    let alike = Alike::of(&record("default", "a", "uid-a"), ShapeId(1)).unwrap();
    queue.happened(cpu_is_freed());
    assert_eq!(all_of(&mut queue, &turns, 1), [uid(0)]);
    queue.fits_nowhere(alike.clone(), short_of_cpu());
    assert!(queue.nowhere(&alike).is_some());
    queue.happened(node_with_gpus_came());
    assert!(queue.nowhere(&alike).is_none(), "that node has cpu as well");
    queue.fits_nowhere(alike.clone(), short_of_cpu());
    assert_eq!(all_of(&mut queue, &turns, 10).len(), 2);
    assert!(queue.nowhere(&alike).is_none(), "the sweep has ended");
}
