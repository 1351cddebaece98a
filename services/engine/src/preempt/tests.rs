use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fixture::*;
use crate::{Avoid, DecideInput, Decision, Dispatch, FleetState};

fn gpus(count: u32, priority: i32, extra: &Value) -> hourglass_model::request::CanonicalRequest {
    let mut spec = json!({"compute": {"gpu": {"count": count}}, "priority": priority});
    for (key, value) in extra.as_object().expect("an object") {
        spec[key] = value.clone();
    }
    request(spec)
}

fn victims(decision: &Decision) -> Vec<String> {
    decision
        .victims
        .iter()
        .map(|victim| victim.claim.to_string())
        .collect()
}

fn put(state: &mut FleetState, uid: &str, request: &hourglass_model::request::CanonicalRequest) {
    assert!(decide_as(state, uid, request).is_complete(), "{uid}");
    place(state, uid, request);
}

#[test]
fn a_higher_priority_takes_the_room_of_the_least_important() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    put(&mut state, "low", &gpus(4, 0, &json!({})));
    put(&mut state, "mid", &gpus(4, 5, &json!({})));
    let decision = decide(&state, &gpus(4, 10, &json!({})));
    assert_eq!(nodes(&decision), ["a/n1"]);
    assert_eq!(victims(&decision), ["low/0@1"]);
    let victim = decision.victims.first().expect("one");
    assert_eq!((victim.priority, victim.for_slot.0), (0, 0));
    let waits: BTreeSet<String> = decision.placed[0]
        .waits_for
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(waits, BTreeSet::from(["low/0@1".to_owned()]));
    assert!(
        decide(&state, &gpus(4, 0, &json!({}))).victims.is_empty(),
        "never of equal priority"
    );
    assert!(!decide(&state, &gpus(4, 0, &json!({}))).is_complete());
    let never = gpus(4, 10, &json!({"preemption": "NEVER"}));
    assert!(!decide(&state, &never).is_complete());
    let whole = decide(&state, &gpus(8, 10, &json!({})));
    assert_eq!(victims(&whole), ["low/0@1", "mid/0@1"]);
    assert!(
        !decide(&state, &gpus(8, 3, &json!({}))).is_complete(),
        "mid is more important"
    );
}

#[test]
fn whoever_decides_without_leave_to_move_others_moves_nobody() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    put(&mut state, "low", &gpus(8, 0, &json!({})));
    let high = gpus(8, 10, &json!({}));
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &[crate::SlotWanted {
            slot: hourglass_model::ids::Slot(0),
            epoch: hourglass_model::ids::Epoch(1),
        }],
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    };
    let decision = crate::decide(&state, &high, &input);
    assert!(decision.victims.is_empty() && decision.placed.is_empty());
}

#[test]
fn a_free_node_is_taken_before_anybody_is_moved() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    put(&mut state, "low", &gpus(6, 0, &json!({})));
    let decision = decide(&state, &gpus(8, 10, &json!({})));
    assert!(decision.victims.is_empty());
    assert!(decision.is_complete());
}

#[test]
fn fewest_victims_win_then_the_least_important_then_the_score() {
    let mut state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4)])]);
    for uid in ["a1", "a2", "a3", "a4"] {
        let mut request = gpus(1, 0, &json!({}));
        request.nodes.hostnames = [node_name("n1")].into();
        put(&mut state, uid, &request);
    }
    let mut request = gpus(4, 7, &json!({}));
    request.nodes.hostnames = [node_name("n2")].into();
    put(&mut state, "b", &request);
    assert_eq!(
        victims(&decide(&state, &gpus(4, 10, &json!({})))),
        ["b/0@1"],
        "one instead of four"
    );
    assert_eq!(
        victims(&decide(&state, &gpus(1, 10, &json!({})))),
        ["a1/0@1"],
        "one on each: the less important, then the first by id"
    );
    assert_eq!(
        victims(&decide(&state, &gpus(2, 5, &json!({})))),
        ["a1/0@1", "a2/0@1"]
    );
}

#[test]
fn more_than_four_are_found_too_and_the_most_important_are_spared() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    for index in 0..8_i32 {
        put(&mut state, &format!("p{index}"), &gpus(1, index, &json!({})));
    }
    let decision = decide(&state, &gpus(6, 100, &json!({})));
    assert_eq!(
        victims(&decision),
        ["p0/0@1", "p1/0@1", "p2/0@1", "p3/0@1", "p4/0@1", "p5/0@1"]
    );
}

#[test]
fn a_gang_goes_whole_and_only_where_that_is_cheapest() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 4), a100("n2", 4)]),
        ("b", vec![a100("n3", 4)]),
    ]);
    put(
        &mut state,
        "gang",
        &gpus(4, 0, &json!({"replicas": 2, "gang": true})),
    );
    put(&mut state, "single", &gpus(4, 3, &json!({})));
    let decision = decide(&state, &gpus(4, 10, &json!({})));
    assert_eq!(victims(&decision), ["single/0@1"], "one claim instead of two");
    let decision = decide(&state, &gpus(4, 2, &json!({})));
    assert_eq!(victims(&decision), ["gang/0@1", "gang/1@1"]);
    assert_eq!(
        decision.placed[0].waits_for.len(),
        1,
        "only for the one whose room it takes"
    );
    let two = decide(&state, &gpus(4, 2, &json!({"replicas": 2})));
    assert_eq!(
        victims(&two),
        ["gang/0@1", "gang/1@1"],
        "the mate's room is used too"
    );
}

#[test]
fn what_must_stay_available_stays() {
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    put(
        &mut state,
        "web",
        &gpus(1, 0, &json!({"replicas": 4, "disruption": {"minAvailable": "3"}})),
    );
    serve(&mut state, "web", &[]);
    assert_eq!(victims(&decide(&state, &gpus(1, 10, &json!({})))).len(), 1);
    assert!(!decide(&state, &gpus(2, 10, &json!({}))).is_complete());
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    let gang = json!({"replicas": 4, "gang": true, "disruption": {"minAvailable": "1"}});
    put(&mut state, "gang", &gpus(1, 0, &gang));
    serve(&mut state, "gang", &[]);
    assert!(
        !decide(&state, &gpus(1, 10, &json!({}))).is_complete(),
        "a gang goes whole or not at all"
    );
}

/// Three replicas of which two must go on serving, on a node that they fill.
fn two_of_three() -> FleetState {
    let mut state = fleet(&[("a", vec![a100("n1", 3)])]);
    let rule = json!({"replicas": 3, "disruption": {"minAvailable": "2"}});
    put(&mut state, "web", &gpus(1, 0, &rule));
    state
}

#[test]
fn what_stays_available_is_counted_in_replicas_that_serve() {
    let mut state = two_of_three();
    let (one, two) = (gpus(1, 10, &json!({})), gpus(2, 10, &json!({})));
    assert!(
        decide(&state, &one).victims.is_empty(),
        "nothing was said of them: each may be one that must stay"
    );
    serve(&mut state, "web", &[0]);
    assert_eq!(
        victims(&decide(&state, &one)),
        ["web/0@1"],
        "it does not serve, so nothing is lost"
    );
    assert!(!decide(&state, &two).is_complete(), "the other two serve");
    serve(&mut state, "web", &[1, 2]);
    assert_eq!(
        victims(&decide(&state, &two)),
        ["web/1@1", "web/2@1"],
        "those that do not serve go, though fewer serve than should"
    );
    assert!(!decide(&state, &gpus(3, 10, &json!({}))).is_complete());
    serve(&mut state, "web", &[]);
    assert_eq!(victims(&decide(&state, &one)), ["web/0@1"], "one can be spared");
    assert!(!decide(&state, &two).is_complete());
}

#[test]
fn nobody_is_spared_by_what_was_heard_before_a_silence_or_in_an_earlier_session() {
    let mut state = two_of_three();
    let one = gpus(1, 10, &json!({}));
    serve(&mut state, "web", &[]);
    assert_eq!(victims(&decide(&state, &one)).len(), 1);
    state.begin_session(&cluster("a")).expect("known");
    report(&mut state, "a", vec![a100("n1", 3)]);
    assert!(
        decide(&state, &one).victims.is_empty(),
        "nothing was said of them in this session"
    );
    // One replica in each cluster, of which one must go on serving.
    let rule = json!({"replicas": 2, "disruption": {"minAvailable": "1"}});
    let mut state = fleet(&[("a", vec![a100("n1", 3)]), ("b", vec![a100("n2", 3)])]);
    put(&mut state, "web", &gpus(3, 0, &rule));
    serve(&mut state, "web", &[]);
    assert_eq!(victims(&decide(&state, &one)).len(), 1, "the other one serves on");
    state
        .set_health(&cluster("b"), crate::Health::Suspect)
        .expect("known");
    assert!(
        decide(&state, &one).victims.is_empty(),
        "nobody knows whether the one in the silent cluster serves"
    );
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn a_successor_that_does_not_serve_yet_spares_nobody() {
    let mut state = fleet(&[("a", vec![a100("n1", 1), a100("n2", 1)])]);
    let web = gpus(1, 0, &json!({"disruption": {"minAvailable": "1"}}));
    put(&mut state, "web", &web);
    serve(&mut state, "web", &[]);
    let old = state.claims().next().expect("one").claim.clone();
    let other = decide(&state, &web);
    let mut successor = other.placed[0].claim(&owner("web", &web));
    successor.id.epoch = old.id.epoch.next();
    let id = successor.id.clone();
    state.claim(successor).expect("new");
    state.committed(&id).expect("known");
    state.set_serving(&id, false).expect("known");
    let high = gpus(1, 10, &json!({}));
    assert_eq!(victims(&decide(&state, &high)), ["web/0@2"]);
    state.set_serving(&id, true).expect("known");
    assert_eq!(
        victims(&decide(&state, &high)),
        ["web/0@1"],
        "the slot serves on by either"
    );
}

#[test]
fn of_equals_those_go_that_do_not_serve() {
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    for uid in ["a", "b", "c", "d"] {
        put(&mut state, uid, &gpus(1, 0, &json!({})));
        serve(&mut state, uid, if uid == "c" { &[0] } else { &[] });
    }
    assert_eq!(victims(&decide(&state, &gpus(1, 10, &json!({})))), ["c/0@1"]);
    assert_eq!(
        victims(&decide(&state, &gpus(2, 10, &json!({})))),
        ["a/0@1", "c/0@1"]
    );
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    for uid in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        put(&mut state, uid, &gpus(1, 0, &json!({})));
        serve(&mut state, uid, if uid < "c" { &[] } else { &[0] });
    }
    assert_eq!(
        victims(&decide(&state, &gpus(6, 10, &json!({})))),
        ["c/0@1", "d/0@1", "e/0@1", "f/0@1", "g/0@1", "h/0@1"],
        "also where more go than are tried in all sets"
    );
}

#[test]
fn one_of_whom_nothing_was_said_goes_where_its_mate_that_serves_must_stay() {
    let mut state = fleet(&[("a", vec![a100("n1", 1), a100("n2", 2)])]);
    put(&mut state, "other", &gpus(1, 5, &json!({})));
    let rule = json!({"replicas": 2, "disruption": {"minAvailable": "1"}});
    put(&mut state, "web", &gpus(1, 0, &rule));
    let first = state
        .claims_of(&uid_of("web"))
        .next()
        .expect("two")
        .claim
        .id
        .clone();
    state.set_serving(&first, true).expect("known");
    assert_eq!(victims(&decide(&state, &gpus(1, 10, &json!({})))), ["web/1@1"]);
}

#[test]
fn who_waits_is_tried_again_when_another_begins_to_serve() {
    let mut state = two_of_three();
    let waits = decide(&state, &gpus(1, 10, &json!({})));
    let hints = waits.no_fit.expect("nothing was said of them").hints;
    state.take_changes();
    serve(&mut state, "web", &[]);
    assert!(state.take_changes().iter().any(|change| hints.wakes(change)));
    serve(&mut state, "web", &[]);
    assert!(state.take_changes().is_empty(), "nothing is new");
}

#[test]
fn a_gang_that_does_not_get_everything_moves_nobody() {
    let mut state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4)])]);
    put(&mut state, "low", &gpus(4, 0, &json!({})));
    put(&mut state, "high", &gpus(4, 50, &json!({})));
    let gang = decide(&state, &gpus(4, 10, &json!({"replicas": 2, "gang": true})));
    assert!(gang.victims.is_empty() && gang.placed.is_empty());
    let loose = decide(&state, &gpus(4, 10, &json!({"replicas": 2})));
    assert_eq!(
        (loose.placed.len(), victims(&loose)),
        (1, vec!["low/0@1".to_owned()])
    );
}

#[test]
fn undecided_and_released_claims_are_no_victims() {
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    let low = gpus(4, 0, &json!({}));
    let decision = decide_as(&state, "low", &low);
    let claim = decision.placed[0].claim(&owner("low", &low));
    let id = claim.id.clone();
    state.claim(claim).expect("new");
    let high = gpus(4, 10, &json!({}));
    assert!(!decide(&state, &high).is_complete(), "its commit may have failed");
    state.committed(&id).expect("known");
    assert!(decide(&state, &high).is_complete());
    state.release(&id, Dispatch::Perhaps).expect("in force");
    assert!(!decide(&state, &high).is_complete(), "it goes already");
}

#[test]
fn the_preemptor_waits_until_its_victims_have_ended() {
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    put(&mut state, "low", &gpus(4, 0, &json!({})));
    assert_eq!(place(&mut state, "high", &gpus(4, 10, &json!({}))), ["a/n1"]);
    let high = state.waiting().next().expect("it waits").claim.id.clone();
    assert_eq!(high.to_string(), "high/0@1");
    let free = state
        .cluster(&cluster("a"))
        .and_then(|a| a.node(&node_name("n1")))
        .expect("there");
    assert_eq!(
        free.free_of(&hourglass_model::resources::NVIDIA_GPU),
        -4,
        "both are charged meanwhile"
    );
    assert!(!decide(&state, &gpus(1, 5, &json!({}))).is_complete());
    let low = state
        .claims()
        .find(|record| !record.is_live())
        .expect("released")
        .claim
        .id
        .clone();
    assert_eq!(state.removal_acknowledged(&low, sequence(1)), Ok(true));
    assert!(!state.is_waiting(&high));
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn anti_affinity_can_be_met_by_moving_the_other() {
    let mut state = fleet(&[("a", vec![node("n1", &[], &[])])]);
    let app = |name: &str, priority: i32, extra: &Value| {
        let mut spec = json!({"priority": priority});
        for (key, value) in extra.as_object().expect("an object") {
            spec[key] = value.clone();
        }
        labelled(&[("app", name)], spec)
    };
    place(&mut state, "web", &app("web", 0, &json!({})));
    place(&mut state, "other", &app("other", 0, &json!({})));
    let apart = json!({"antiAffinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "NODE"}]});
    let decision = decide(&state, &app("db", 10, &apart));
    assert_eq!(victims(&decision), ["web/0@1"]);
    assert!(!decide(&state, &app("db", 0, &apart)).is_complete());
}

#[test]
fn room_that_a_gang_leaves_elsewhere_is_used_by_the_next_replica() {
    let mut state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4), a100("n3", 4)])]);
    put(
        &mut state,
        "gang",
        &gpus(4, 0, &json!({"replicas": 3, "gang": true})),
    );
    let decision = decide(&state, &gpus(4, 1, &json!({"replicas": 4})));
    assert_eq!(decision.placed.len(), 3);
    assert_eq!(victims(&decision).len(), 3);
}
