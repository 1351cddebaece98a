//! One replica of several that is tried no more: any change of the spec tries it anew, and touches no other.

use super::rolling::{carry_out, change, ripen_all, serving, the_one, update};
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::ConditionKind;
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::scheduler::port::CallError;

/// `p` serves with two replicas, and a third one has come to nothing.
fn with_one_given_up(gang: bool) -> World {
    let mut world = serving(spec(1, 2, gang));
    ripen_all(&mut world);
    let record = the_one(&world);
    let three = PlacementSpec {
        replicas: Some(3),
        ..record.spec
    };
    update(&mut world, &change(&record.id, three, &["spec.replicas"]));
    for _ in 0..MAX_FAILED_STARTS {
        carry_out(&mut world);
        world.start_deadlines_pass();
    }
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Degraded);
    assert!(record.slots[2].is_given_up() && record.slots[..2].iter().all(SlotRecord::serves));
    world
}

#[test]
fn a_change_that_pods_do_not_see_tries_it_anew_beside_those_that_serve() {
    for gang in [false, true] {
        let mut world = with_one_given_up(gang);
        let before = the_one(&world);
        let scheduled = before.condition(ConditionKind::Scheduled).unwrap();
        assert_eq!(scheduled.reason, Reason::AttemptsExhausted);
        assert!(
            scheduled.message.contains("startDeadline"),
            "{}",
            scheduled.message
        );
        let Err(CallError::Precondition(why)) = world.evict(2) else {
            panic!("it has no place")
        };
        assert!(
            why.contains("tried no more") && why.contains("startDeadline"),
            "{why}"
        );

        let longer = PlacementSpec {
            start_deadline: Some(Duration::from_secs(601)),
            ..before.spec.clone()
        };
        update(&mut world, &change(&before.id, longer, &["spec.startDeadline"]));
        carry_out(&mut world);
        ripen_all(&mut world);
        let after = the_one(&world);
        assert_eq!(after.state, PlacementState::Ready, "gang: {gang}");
        for slot in 0..2 {
            assert_eq!(after.slots[slot].epoch, before.slots[slot].epoch);
            assert!(after.slots[slot].successor.is_none());
        }
        assert!(after.slots[2].epoch > before.slots[2].epoch);
    }
}
