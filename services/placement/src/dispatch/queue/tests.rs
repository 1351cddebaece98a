use hourglass_model::ids::{PlacementUid, Slot};

use super::*;
use crate::dispatch::window::{REMOVALS, REMOVALS_AGAIN, REMOVALS_SLOW, TAKES_LONG, WINDOW};

fn work(slot: u32, intent: Intent) -> Work {
    let placement_uid = PlacementUid::new("2d3a0c0e-0000-4000-8000-000000000001").unwrap();
    Work {
        key: SlotKey {
            placement_uid,
            slot: Slot(slot),
        },
        intent,
    }
}

/// What goes next to an agent that does not tell epochs apart.
fn next(queue: &mut ClusterQueue) -> Option<Work> {
    queue.pop(|_, _| false)
}

/// What goes next to an agent that does; everything is about epoch 2.
fn next_of_epoch_2(queue: &mut ClusterQueue) -> Option<Work> {
    queue.pop(|_, removed| Epoch(2) > removed)
}

/// Sends the removals of epoch `epoch` that may be sent now; their slots.
fn send_removals(queue: &mut ClusterQueue, epoch: u64, now: Instant) -> Vec<u32> {
    let mut slots = Vec::new();
    while let Some(work) = next_of_epoch_2(queue) {
        assert_eq!(work.intent, Intent::Remove(Epoch(epoch)));
        slots.push(work.key.slot.0);
        let id = format!("remove-{}", work.key.slot);
        queue.sent(id, work, Epoch(epoch), now, Span::none());
    }
    slots
}

/// The removals of these slots find something left.
fn end_in_vain(queue: &mut ClusterQueue, slots: &[u32], now: Instant) {
    for slot in slots {
        let done = queue.acknowledged(&format!("remove-{slot}")).unwrap();
        queue.failed(done.work, now, 1.0);
    }
}

fn removals() -> u32 {
    u32::try_from(REMOVALS).unwrap()
}

#[test]
fn the_same_work_is_queued_once() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Apply));
    queue.push(work(0, Intent::Apply));
    assert!(next(&mut queue).is_some());
    assert!(next(&mut queue).is_none());
}

#[test]
fn one_slot_has_one_command_in_flight_and_removals_go_first() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Apply));
    queue.push(work(0, Intent::Remove(Epoch(1))));
    let first = next(&mut queue).unwrap();
    assert_eq!(first.intent, Intent::Remove(Epoch(1)));
    queue.sent("a".into(), first, Epoch(1), Instant::now(), Span::none());
    assert!(
        next(&mut queue).is_none(),
        "the apply of the slot waits for the removal's acknowledgement"
    );
    assert!(queue.acknowledged("a").is_some());
    assert_eq!(next(&mut queue).unwrap().intent, Intent::Apply);
}

#[test]
fn removals_and_applies_take_turns() {
    let mut queue = ClusterQueue::default();
    for slot in 0..6 {
        queue.push(work(
            slot,
            if slot < 3 {
                Intent::Remove(Epoch(1))
            } else {
                Intent::Apply
            },
        ));
    }
    let order: Vec<_> = std::iter::from_fn(|| next(&mut queue))
        .map(|work| work.intent)
        .collect();
    let (remove, apply) = (Intent::Remove(Epoch(1)), Intent::Apply);
    assert_eq!(order, [remove, apply, remove, apply, remove, apply]);
}

#[test]
fn a_gate_is_lifted_after_the_apply_of_its_slot_and_before_others() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::LiftGate));
    queue.push(work(0, Intent::Apply));
    queue.push(work(1, Intent::Apply));
    queue.push(work(2, Intent::LiftGate));
    let order: Vec<_> = std::iter::from_fn(|| next(&mut queue))
        .map(|work| (work.key.slot.0, work.intent))
        .collect();
    let (apply, lift) = (Intent::Apply, Intent::LiftGate);
    assert_eq!(order, [(2, lift), (0, apply), (0, lift), (1, apply)]);
}

#[test]
fn a_seal_is_renewed_when_nothing_else_is_to_be_done() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Seal));
    queue.push(work(1, Intent::Apply));
    queue.push(work(0, Intent::Remove(Epoch(1))));
    assert!(queue.is_queued(&work(0, Intent::Seal)));
    let order: Vec<_> = std::iter::from_fn(|| next(&mut queue))
        .map(|work| (work.key.slot.0, work.intent))
        .collect();
    assert_eq!(
        order,
        [
            (0, Intent::Remove(Epoch(1))),
            (1, Intent::Apply),
            (0, Intent::Seal)
        ]
    );
    assert!(!queue.is_queued(&work(0, Intent::Seal)));
}

#[test]
fn a_command_that_is_never_answered_is_sent_again() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Apply));
    let sent = next(&mut queue).unwrap();
    let now = Instant::now();
    queue.sent("a".into(), sent, Epoch(1), now, Span::none());
    assert!(!queue.due(now + ANSWER_DEADLINE / 2));
    assert!(queue.due(now + ANSWER_DEADLINE));
    assert!(next(&mut queue).is_some());
    assert!(queue.acknowledged("a").is_none(), "a late answer finds nothing");
}

#[test]
fn the_windows_are_bounded() {
    let mut queue = ClusterQueue::default();
    let slots = u32::try_from(WINDOW + REMOVALS).unwrap() + 10;
    for slot in 0..slots {
        queue.push(work(slot, Intent::Apply));
        queue.push(work(slots + slot, Intent::Remove(Epoch(1))));
    }
    let mut sent = (0, 0);
    while let Some(work) = next_of_epoch_2(&mut queue) {
        match work.intent {
            Intent::Remove(_) => sent.0 += 1,
            _ => sent.1 += 1,
        }
        let id = format!("{:?}", work.key.slot);
        queue.sent(id, work, Epoch(1), Instant::now(), Span::none());
    }
    assert_eq!(sent, (REMOVALS, WINDOW));
    assert_eq!(queue.depth().1, REMOVALS + WINDOW);
}

#[test]
fn a_failure_comes_back_later_and_later() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let first = queue.failed(work(0, Intent::Apply), now, 1.0);
    queue.due(now);
    assert!(next(&mut queue).is_none());
    queue.due(now + first);
    assert!(next(&mut queue).is_some());
    let second = queue.failed(work(0, Intent::Apply), now, 1.0);
    assert!(second > first);
}

#[test]
fn what_was_refused_comes_back_after_minutes() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let delay = queue.refused(work(0, Intent::Apply), now, (REFUSED_RETRY, 0.0));
    assert_eq!(delay, REFUSED_RETRY / 2);
    assert!(!queue.due(now + delay / 2));
    assert!(queue.due(now + delay));
    assert_eq!(next(&mut queue), Some(work(0, Intent::Apply)));

    queue.refused(work(0, Intent::Apply), now, (REFUSED_RETRY, 0.0));
    assert!(queue.retry_refused(), "at once when the cluster changed");
    assert_eq!(next(&mut queue), Some(work(0, Intent::Apply)));
    assert!(!queue.due(now + REFUSED_RETRY), "and once only");
}

#[test]
fn a_late_acknowledgement_of_an_old_session_finds_nothing() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Apply));
    let next = next(&mut queue).unwrap();
    queue.sent("a".into(), next, Epoch(1), Instant::now(), Span::none());
    queue.reset();
    assert!(queue.acknowledged("a").is_none());
}

#[test]
fn removals_that_nobody_answers_let_applies_and_lifts_pass() {
    let mut queue = ClusterQueue::default();
    for slot in 0..removals() + 10 {
        queue.push(work(slot, Intent::Remove(Epoch(1))));
    }
    let sent = send_removals(&mut queue, 1, Instant::now());
    assert_eq!(sent.len(), REMOVALS, "no more at once");
    let (apply, lift) = (work(1000, Intent::Apply), work(1001, Intent::LiftGate));
    queue.push(apply.clone());
    queue.push(lift.clone());
    assert_eq!(next(&mut queue), Some(lift));
    assert_eq!(next(&mut queue), Some(apply));
    assert_eq!(next(&mut queue), None, "the other removals wait");
}

#[test]
fn removals_that_take_long_keep_no_others_waiting_up_to_a_bound() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let all = u32::try_from(REMOVALS + REMOVALS_SLOW).unwrap() + 10;
    for slot in 0..all {
        queue.push(work(slot, Intent::Remove(Epoch(1))));
    }
    let (mut later, mut sent) = (now, 0);
    while let more = send_removals(&mut queue, 1, later).len()
        && more > 0
    {
        assert!(more <= REMOVALS);
        sent += more;
        assert!(!queue.due(later), "they are on their way for moments");
        later += TAKES_LONG;
        queue.due(later);
    }
    assert_eq!(sent, REMOVALS + REMOVALS_SLOW);
    assert_eq!(queue.depth(), (10, sent));
    // Whatever is answered makes room: one that took long, when others have come to take long.
    end_in_vain(&mut queue, &[0], later);
    queue.due(later);
    assert_eq!(send_removals(&mut queue, 1, later).len(), 1);
}

#[test]
fn the_next_place_of_a_slot_does_not_wait_for_the_end_of_the_one_before() {
    for intent in [Intent::Apply, Intent::ApplySuccessor, Intent::LiftGate] {
        let mut queue = ClusterQueue::default();
        let now = Instant::now();
        let later = work(0, intent);
        queue.push(later.clone());
        queue.push(work(0, Intent::Remove(Epoch(1))));
        let first = next_of_epoch_2(&mut queue).unwrap();
        assert_eq!(first.intent, Intent::Remove(Epoch(1)), "it is sent first");
        queue.sent("remove-0".into(), first, Epoch(1), now, Span::none());
        assert_eq!(next(&mut queue), None, "an older agent keeps the order");
        assert_eq!(next_of_epoch_2(&mut queue), Some(later.clone()));

        // Nor for another try of it, which has to wait for its turn.
        end_in_vain(&mut queue, &[0], now);
        assert!(queue.due(now + RETRY.max));
        let others: Vec<u32> = (1..=removals()).collect();
        for slot in &others {
            queue.push(work(*slot, Intent::Remove(Epoch(1))));
        }
        assert_eq!(send_removals(&mut queue, 1, now), others);
        queue.push(later.clone());
        assert_eq!(next(&mut queue), None, "an older agent keeps the order");
        assert_eq!(next_of_epoch_2(&mut queue), Some(later));
    }
}

#[test]
fn an_earlier_place_of_a_slot_waits_for_the_removal_of_a_later_one() {
    let mut queue = ClusterQueue::default();
    queue.push(work(0, Intent::Remove(Epoch(3))));
    assert_eq!(send_removals(&mut queue, 3, Instant::now()), [0]);
    queue.push(work(0, Intent::Apply));
    assert_eq!(next_of_epoch_2(&mut queue), None);
    let done = queue.acknowledged("remove-0").unwrap();
    queue.settled(&done.work);
    assert_eq!(next_of_epoch_2(&mut queue), Some(work(0, Intent::Apply)));
}

#[test]
fn removals_that_were_in_vain_leave_room_for_those_that_may_end_at_once() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let stuck: Vec<u32> = (0..removals()).collect();
    for slot in &stuck {
        queue.push(work(*slot, Intent::Remove(Epoch(1))));
    }
    assert_eq!(send_removals(&mut queue, 1, now), stuck);
    end_in_vain(&mut queue, &stuck, now);
    assert!(queue.due(now + RETRY.max));
    let again = send_removals(&mut queue, 1, now);
    assert_eq!(again, stuck[..REMOVALS_AGAIN]);

    queue.push(work(1000, Intent::Remove(Epoch(1))));
    assert_eq!(send_removals(&mut queue, 1, now), [1000], "it goes at once");
    // Each gets its turn.
    end_in_vain(&mut queue, &again, now);
    assert_eq!(send_removals(&mut queue, 1, now), stuck[REMOVALS_AGAIN..]);
}

#[test]
fn a_later_place_of_a_slot_is_removed_beside_an_earlier_one_that_does_not_end() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let (first, second) = (
        work(0, Intent::Remove(Epoch(1))),
        work(0, Intent::Remove(Epoch(3))),
    );
    let exactly = |queue: &mut ClusterQueue| queue.pop(|_, _| true);
    queue.push(first.clone());
    assert_eq!(exactly(&mut queue), Some(first.clone()));
    queue.sent("first".into(), first.clone(), Epoch(1), now, Span::none());
    queue.push(first.clone());
    queue.push(second.clone());
    assert_eq!(next(&mut queue), None, "an older agent would remove both");
    assert_eq!(exactly(&mut queue), Some(second.clone()), "it is told at once");
    queue.sent("second".into(), second.clone(), Epoch(3), now, Span::none());
    assert_eq!(
        exactly(&mut queue),
        None,
        "what is on its way is not sent once more"
    );
    assert_eq!(queue.depth(), (1, 2), "each has its place in the window");

    // Each is confirmed by itself, and tried again by itself.
    let done = queue.acknowledged("second").unwrap();
    queue.settled(&done.work);
    assert!(queue.is_to_remove(&first.key, Epoch(1)));
    assert!(!queue.is_to_remove(&first.key, Epoch(3)));
    let stuck = queue.acknowledged("first").unwrap();
    assert_eq!((stuck.work.clone(), stuck.epoch), (first.clone(), Epoch(1)));
    assert_eq!(exactly(&mut queue), Some(first));
}

#[test]
fn the_next_place_waits_until_every_earlier_one_was_told_to_go() {
    let mut queue = ClusterQueue::default();
    let now = Instant::now();
    let apart = |queue: &mut ClusterQueue| {
        queue.pop(|work, removed| work.intent.removed_epoch().is_some() || Epoch(4) > removed)
    };
    let removals = [1, 3].map(|epoch| work(0, Intent::Remove(Epoch(epoch))));
    queue.push(work(0, Intent::Apply));
    queue.push(removals[0].clone());
    assert_eq!(apart(&mut queue), Some(removals[0].clone()));
    queue.sent("1".into(), removals[0].clone(), Epoch(1), now, Span::none());
    queue.push(removals[1].clone());
    // The turn of applies.
    assert_eq!(
        apart(&mut queue),
        Some(removals[1].clone()),
        "it goes before the apply"
    );
    queue.sent("3".into(), removals[1].clone(), Epoch(3), now, Span::none());
    assert_eq!(apart(&mut queue), Some(work(0, Intent::Apply)));
}
