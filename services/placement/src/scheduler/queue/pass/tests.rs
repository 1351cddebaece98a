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
    let mut slice = queue.slice(turns, wanted);
    let mut all = Vec::new();
    while let Some(uid) = slice.next(queue, turns) {
        all.push(uid);
    }
    slice.give_back(queue);
    all
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
    assert_eq!(all_of(&mut queue, &turns, 10), [uid(1)]);
    queue.happened(node_with_gpus_came());
    assert_eq!(all_of(&mut queue, &turns, 10), [uid(0), uid(1)]);
}

#[test]
fn a_pass_goes_on_where_the_round_before_has_stopped() {
    let (mut queue, turns) = (Queue::default(), turns(5));
    queue.happened(cpu_is_freed());
    assert_eq!(all_of(&mut queue, &turns, 2), [uid(0), uid(1)]);
    assert!(queue.has_turns());
    // What happens meanwhile is for a pass of its own: those before may be helped by it.
    queue.happened(cpu_is_freed());
    assert_eq!(all_of(&mut queue, &turns, 2), [uid(2), uid(3)]);
    assert_eq!(all_of(&mut queue, &turns, 3), [uid(4), uid(0), uid(1)]);
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
fn those_that_begin_to_wait_get_a_turn_of_their_own() {
    let (mut queue, turns) = (Queue::default(), turns(3));
    queue.began(&uid(2));
    queue.began(&uid(1));
    assert_eq!(all_of(&mut queue, &turns, 1), [uid(1)]);
    assert!(queue.has_turns());
    assert_eq!(all_of(&mut queue, &turns, 10), [uid(2)]);
    queue.began(&uid(0));
    queue.failed(&uid(0), short_of_cpu());
    assert_eq!(
        all_of(&mut queue, &turns, 10),
        [],
        "it was tried by whoever took its place"
    );
}

#[test]
fn an_answer_holds_for_all_that_are_alike_until_the_pass_ends() {
    let (mut queue, turns) = (Queue::default(), turns(2));
    let alike = Alike::of(&record("default", "a", "uid-a"), ShapeId(1)).unwrap();
    queue.happened(cpu_is_freed());
    let mut slice = queue.slice(&turns, 10);
    assert_eq!(slice.next(&mut queue, &turns), Some(uid(0)));
    queue.fits_nowhere(alike.clone(), short_of_cpu());
    assert!(queue.nowhere(&alike).is_some());
    while slice.next(&mut queue, &turns).is_some() {}
    assert!(queue.nowhere(&alike).is_none());
}
