use hourglass_model::gpu::DeviceFacts;
use hourglass_model::node::{NodeFacts, ObservedClaim};
use serde_json::json;

use crate::fixture::*;
use crate::{ChangeKind, Delta, FleetState, invariants};

/// Nodes of 8 GPUs, and one claim of a whole node on each, in the order of its name; their pods may be on any node.
fn full(nodes: &[&str]) -> FleetState {
    let mut state = fleet(&[("a", nodes.iter().map(|name| a100(name, 8)).collect())]);
    for node in nodes {
        let request = request(json!({
            "pin": "CLUSTER",
            "compute": {"gpu": {"count": 8}},
            "nodeRules": {"hostnames": [node]},
        }));
        assert_eq!(
            place(&mut state, &format!("of-{node}"), &request),
            [format!("a/{node}")]
        );
    }
    state
}

/// The node, with the whole pod of the claim of `uid` on it.
fn with_pod(state: &FleetState, node: &str, uid: &str) -> NodeFacts {
    let found = state
        .claims()
        .find(|record| record.claim.id.placement == uid_of(uid));
    let claim = &found.expect("known").claim;
    let mut facts = a100(node, 8);
    facts.used = claim.vector.clone();
    facts.claims = vec![ObservedClaim {
        claim: claim.id.clone(),
        bound: claim.vector.clone(),
        devices: Vec::new(),
    }];
    facts
}

fn show(state: &mut FleetState, number: u64, nodes: Vec<NodeFacts>) {
    let delta = Delta {
        sequence: sequence(number),
        nodes,
        removed: Vec::new(),
        facts: None,
    };
    state.apply_delta(&cluster("a"), delta).expect("follows");
    assert_eq!(invariants::check(state), []);
}

/// What is charged where, by the name of the node that it was decided for.
fn charged(state: &FleetState) -> Vec<String> {
    let all = state.claims();
    all.map(|record| format!("{} on {}", record.claim.id.placement, record.claim.node))
        .collect()
}

fn is_full(state: &FleetState) -> bool {
    let one = request(json!({"compute": {"gpu": {"count": 8}}}));
    !decide(state, &one).is_complete()
}

#[test]
fn two_whose_pods_are_bound_the_other_way_round_exchange_their_nodes() {
    let mut state = full(&["n1", "n2"]);
    let pod = with_pod(&state, "n1", "of-n2");
    show(&mut state, 2, vec![pod]);
    assert!(is_full(&state), "n2 is for the one that n1 was promised to");
    assert_eq!(charged(&state), ["of-n1 on n2", "of-n2 on n1"]);
    let pod = with_pod(&state, "n2", "of-n1");
    show(&mut state, 3, vec![pod]);
    assert!(is_full(&state));
}

#[test]
fn each_of_a_ring_takes_the_node_that_is_left() {
    let mut state = full(&["n1", "n2", "n3"]);
    for (number, node, uid) in [(2, "n1", "of-n2"), (3, "n2", "of-n3"), (4, "n3", "of-n1")] {
        let pod = with_pod(&state, node, uid);
        show(&mut state, number, vec![pod]);
        assert!(is_full(&state), "{:?}", charged(&state));
    }
    assert_eq!(charged(&state), ["of-n1 on n3", "of-n2 on n1", "of-n3 on n2"]);
}

#[test]
fn a_snapshot_says_the_same_as_deltas() {
    let mut state = full(&["n1", "n2", "n3"]);
    let nodes = vec![
        with_pod(&state, "n1", "of-n2"),
        with_pod(&state, "n2", "of-n3"),
        a100("n3", 8),
    ];
    report(&mut state, "a", nodes);
    assert_eq!(invariants::check(&state), []);
    assert_eq!(charged(&state), ["of-n1 on n3", "of-n2 on n1", "of-n3 on n2"]);
    assert!(is_full(&state));
}

#[test]
fn one_that_has_room_beside_the_other_leaves_its_own_node_free() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    for node in ["n1", "n2"] {
        let half = request(json!({
            "pin": "CLUSTER",
            "compute": {"gpu": {"count": 4}},
            "nodeRules": {"hostnames": [node]},
        }));
        place(&mut state, &format!("of-{node}"), &half);
    }
    let pod = with_pod(&state, "n1", "of-n2");
    show(&mut state, 2, vec![pod]);
    assert_eq!(charged(&state), ["of-n1 on n1", "of-n2 on n1"]);
    assert!(!is_full(&state), "n2 is empty, and nobody is promised it");
}

#[test]
fn one_that_does_not_fit_where_the_other_was_stays() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 4)])]);
    for (node, count) in [("n1", 8), ("n2", 4)] {
        let all = request(json!({
            "pin": "CLUSTER",
            "compute": {"gpu": {"count": count}},
            "nodeRules": {"hostnames": [node]},
        }));
        place(&mut state, &format!("of-{node}"), &all);
    }
    let pod = with_pod(&state, "n1", "of-n2");
    show(&mut state, 2, vec![pod]);
    assert_eq!(charged(&state), ["of-n1 on n1", "of-n2 on n1"]);
    let four = request(json!({"compute": {"gpu": {"count": 4}}}));
    assert_eq!(
        nodes(&decide(&state, &four)),
        ["a/n2"],
        "what is free there is really free"
    );
}

#[test]
fn one_that_counts_in_another_domain_from_now_on_is_told_of() {
    let mut state = full(&["n1", "n2"]);
    let _before = state.take_changes();
    let pod = with_pod(&state, "n1", "of-n2");
    show(&mut state, 2, vec![pod]);
    let changes = state.take_changes();
    let claims = |change: &ChangeKind| matches!(change, ChangeKind::ClaimsChanged { .. });
    assert!(changes.iter().any(claims), "{changes:?}");
    let freed = |change: &ChangeKind| matches!(change, ChangeKind::CapacityFreed { .. });
    assert!(!changes.iter().any(freed), "nothing is free: {changes:?}");
}

#[test]
fn one_whose_node_has_gone_is_charged_where_its_next_pod_has_room() {
    let mut state = full(&["n1", "n2"]);
    let pod = with_pod(&state, "n1", "of-n2");
    show(&mut state, 2, vec![pod, a100("n3", 8)]);
    assert_eq!(charged(&state), ["of-n1 on n2", "of-n2 on n1"]);
    let gone = Delta {
        sequence: sequence(3),
        nodes: Vec::new(),
        removed: vec![node_name("n1")],
        facts: None,
    };
    state.apply_delta(&cluster("a"), gone).expect("follows");
    assert_eq!(invariants::check(&state), []);
    assert_eq!(charged(&state), ["of-n1 on n2", "of-n2 on n3"]);
    assert!(is_full(&state), "n3 is where its pod has to go");
}

/// A claim of so many GPUs that was decided for this node, and whose pod may be on any.
fn loose(state: &mut FleetState, uid: &str, node: &str, count: i64) {
    let all = request(json!({
        "pin": "CLUSTER",
        "compute": {"gpu": {"count": count}},
        "nodeRules": {"hostnames": [node]},
    }));
    assert_eq!(place(state, uid, &all), [format!("a/{node}")]);
}

/// A node on which others use so many GPUs.
fn with_others(node: &str, gpus: i64) -> NodeFacts {
    let mut facts = a100(node, 8);
    facts.used = vector(&[("nvidia.com/gpu", gpus)]);
    facts
}

#[test]
fn two_small_ones_share_the_node_that_a_large_one_has_left() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    loose(&mut state, "large", "n1", 8);
    loose(&mut state, "small-a", "n2", 4);
    loose(&mut state, "small-b", "n2", 4);
    let pod = with_pod(&state, "n2", "large");
    show(&mut state, 2, vec![pod]);
    assert_eq!(charged(&state), ["large on n2", "small-a on n1", "small-b on n1"]);
    assert!(is_full(&state), "n1 is for both of them");
}

#[test]
fn a_large_one_leaves_where_small_ones_have_come_when_there_is_room_for_it() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8), a100("n3", 8)])]);
    loose(&mut state, "large", "n1", 8);
    loose(&mut state, "small-a", "n2", 4);
    loose(&mut state, "small-b", "n2", 4);
    let pod = with_pod(&state, "n1", "small-a");
    show(&mut state, 2, vec![pod]);
    assert_eq!(
        charged(&state),
        ["large on n3", "small-a on n1", "small-b on n2"],
        "n2 has been left by one, and is too small for it"
    );
    assert!(is_full(&state));
}

#[test]
fn one_whose_node_others_have_filled_is_charged_where_it_has_room() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 2), a100("n3", 8)])]);
    loose(&mut state, "p", "n1", 4);
    let applied = state.apply_delta(
        &cluster("a"),
        Delta {
            sequence: sequence(2),
            nodes: vec![with_others("n1", 6)],
            removed: Vec::new(),
            facts: None,
        },
    );
    assert_eq!(charged(&state), ["p on n3"]);
    let moved: Vec<_> = applied.expect("follows").moved.into_iter().collect();
    assert_eq!(moved.len(), 1, "whoever keeps records is told: {moved:?}");
    assert_eq!(invariants::check(&state), []);
    let two = request(json!({"compute": {"gpu": {"count": 2}}, "nodeRules": {"hostnames": ["n1"]}}));
    assert_eq!(nodes(&decide(&state, &two)), ["a/n1"], "that is really free");
}

#[test]
fn one_that_has_room_nowhere_stays() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 2)])]);
    loose(&mut state, "p", "n1", 4);
    show(&mut state, 2, vec![with_others("n1", 6)]);
    assert_eq!(charged(&state), ["p on n1"]);
}

#[test]
fn nobody_goes_where_its_pod_could_not() {
    let mut cordoned = a100("n2", 8);
    cordoned.unschedulable = true;
    let mut tainted = a100("n3", 8);
    tainted.taints = vec![taint("dedicated")];
    let mut broken = a100("n4", 8);
    broken.ready = false;
    let mut of_others = a100("n41", 8);
    let labels = of_others.labels.iter().chain([("pool", "others")]);
    let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
    of_others.labels = labels.collect::<hourglass_model::labels::Labels>().into();
    let mut state = fleet(&[("a", vec![a100("n1", 8), cordoned, tainted, broken, of_others])]);
    loose(&mut state, "p", "n1", 4);
    show(&mut state, 2, vec![with_others("n1", 6)]);
    assert_eq!(charged(&state), ["p on n1"]);
    show(&mut state, 3, vec![a100("n5", 8), with_others("n1", 7)]);
    assert_eq!(charged(&state), ["p on n5"]);
}

#[test]
fn whoever_is_bound_to_the_node_and_whoever_waits_for_others_stays() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8)])]);
    let pinned = request(json!({"compute": {"gpu": {"count": 4}}, "nodeRules": {"hostnames": ["n1"]}}));
    place(&mut state, "pinned", &pinned);
    place(&mut state, "mate", &pinned);
    let over = request(json!({
        "pin": "CLUSTER", "priority": 5,
        "compute": {"gpu": {"count": 8}},
        "nodeRules": {"hostnames": ["n1"]},
    }));
    place(&mut state, "over", &over);
    assert!(state.waiting().next().is_some());
    let pod = with_pod(&state, "n1", "pinned");
    show(&mut state, 2, vec![pod]);
    assert_eq!(charged(&state), ["mate on n1", "over on n1", "pinned on n1"]);
}

#[test]
fn room_that_is_promised_to_others_is_none_in_a_snapshot_too() {
    let mut state = fleet(&[("a", vec![a100("n1", 8), a100("n2", 8), a100("n3", 8)])]);
    loose(&mut state, "p", "n1", 8);
    let pinned = request(json!({"compute": {"gpu": {"count": 8}}, "nodeRules": {"hostnames": ["n2"]}}));
    place(&mut state, "pinned", &pinned);
    report(&mut state, "a", vec![a100("n2", 8), a100("n3", 8)]);
    assert_eq!(invariants::check(&state), []);
    assert_eq!(charged(&state), ["p on n3", "pinned on n2"]);
    // The same by a delta that says something of the node that was promised.
    let gone = Delta {
        sequence: sequence(3),
        nodes: vec![a100("n2", 8), a100("n4", 8)],
        removed: vec![node_name("n3")],
        facts: None,
    };
    state.apply_delta(&cluster("a"), gone).expect("follows");
    assert_eq!(charged(&state), ["p on n4", "pinned on n2"]);
    assert_eq!(invariants::check(&state), []);
}

#[test]
fn one_that_may_have_any_device_is_charged_to_those_that_are_free_where_it_goes() {
    let four = |name: &str| {
        let all = (0..2).map(|at| DeviceFacts {
            identity: None,
            ..device(&format!("{name}-{at}"))
        });
        device_node(name, all.collect())
    };
    let mut state = fleet(&[("a", vec![four("n1"), four("n2")])]);
    for node in ["n1", "n2"] {
        loose(&mut state, &format!("of-{node}"), node, 2);
    }
    let both = |node: &str| {
        let uses = (0..2).map(|at| device_use(&format!("{node}-{at}"), 1000));
        uses.collect::<Vec<_>>()
    };
    let mut facts = four("n1");
    facts
        .devices
        .iter_mut()
        .for_each(|device| device.used_milli = 1000);
    let claim = state
        .claims()
        .find(|record| record.claim.id.placement == uid_of("of-n2"));
    let claim = claim.expect("known").claim.clone();
    facts.claims = vec![ObservedClaim {
        claim: claim.id,
        bound: claim.vector,
        devices: both("n1"),
    }];
    show(&mut state, 2, vec![facts]);
    assert_eq!(charged(&state), ["of-n1 on n2", "of-n2 on n1"]);
    let devices: Vec<_> = state
        .claims()
        .map(|record| record.claim.devices.clone())
        .collect();
    assert_eq!(devices, [both("n2"), both("n1")]);
    let one = request(json!({"compute": {"gpu": {"count": 1}}}));
    assert!(!decide(&state, &one).is_complete());
}
