use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, Epoch, Slot};
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::fixture::*;
use crate::{Avoid, DecideInput, Decision, Dispatch, FleetState, SlotWanted, decide_beside};

/// More nodes than one decision looks at because somebody leaves them.
const MANY: usize = 1030;

fn gpus(priority: i32) -> CanonicalRequest {
    request(json!({"compute": {"gpu": {"count": 4}}, "priority": priority}))
}

/// Places for so many slots; invariants are not looked at, which takes long for so many.
fn decide_for(
    state: &FleetState,
    (uid, slots): (&str, usize),
    request: &CanonicalRequest,
    staying: &BTreeSet<ClaimId>,
) -> Decision {
    let slots: Vec<SlotWanted> = (0..u32::try_from(slots).expect("few"))
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        })
        .collect();
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&uid_of(uid)),
        slots: &slots,
        avoid: &Avoid::new(),
        preempt: true,
        explain: false,
    };
    decide_beside(state, request, &input, staying)
}

/// Nodes that one of `uid` each leaves, by name; the last one is left by somebody else, and somebody else may be moved.
fn left_by(uid: &str) -> FleetState {
    let nodes = (0..MANY + 2).map(|number| a100(&format!("n{number:04}"), 4));
    let mut state = fleet(&[("a", nodes.collect())]);
    for (uid, replicas, priority) in [(uid, MANY, 10), ("last", 1, 10), ("low", 1, 0)] {
        let wish = gpus(priority);
        let decision = decide_for(&state, (uid, replicas), &wish, &BTreeSet::new());
        assert_eq!(decision.placed.len(), replicas);
        take(&mut state, &decision, &owner(uid, &wish));
    }
    let ids: Vec<ClaimId> = state.claims().map(|record| record.claim.id.clone()).collect();
    for id in ids.iter().filter(|id| id.placement != uid_of("low")) {
        state.release(id, Dispatch::Perhaps).expect("in force");
    }
    state
}

fn counts_on_the_last(decision: &Decision) {
    assert_eq!(decision.victims, []);
    let leavers = decision.leavers();
    let names: Vec<&str> = leavers.iter().map(|id| id.placement.as_str()).collect();
    assert_eq!(names, ["last"]);
}

#[test]
fn those_that_are_known_to_stay_do_not_stand_before_those_that_leave() {
    let state = left_by("old");
    let ids = state.claims().map(|record| record.claim.id.clone());
    let staying: BTreeSet<ClaimId> = ids.filter(|id| id.placement == uid_of("old")).collect();
    assert_eq!(staying.len(), MANY);
    counts_on_the_last(&decide_for(&state, ("high", 1), &gpus(10), &staying));
}

#[test]
fn nor_do_its_own() {
    let state = left_by("high");
    counts_on_the_last(&decide_for(&state, ("high", 1), &gpus(10), &BTreeSet::new()));
}
