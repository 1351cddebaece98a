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
