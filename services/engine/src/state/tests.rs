use hourglass_model::node::ObservedClaim;
use serde_json::json;

use super::*;
use crate::fixture::*;

fn delta(number: u64, nodes: Vec<hourglass_model::node::NodeFacts>) -> Delta {
    Delta {
        sequence: sequence(number),
        nodes,
        removed: Vec::new(),
        facts: None,
    }
}

#[test]
fn a_snapshot_swaps_in_with_its_last_chunk() {
    let mut state = fleet(&[("a", vec![node("old", &[], &[])])]);
    let a = cluster("a");
    state.snapshot_begin(&a, sequence(9)).expect("known");
    state
        .snapshot_chunk(&a, vec![node("new", &[], &[])], None)
        .expect("begun");
    let names = |state: &FleetState| -> Vec<String> {
        state
            .cluster(&a)
            .expect("known")
            .nodes()
            .map(|node| node.name().to_string())
            .collect()
    };
    assert_eq!(names(&state), ["old"]);
    let applied = state.snapshot_end(&a, sequence(9), 1).expect("whole");
    assert_eq!(names(&state), ["new"]);
    assert_eq!(applied.nodes_changed.len(), 2);
    let known = state.cluster(&a).expect("known");
    assert_eq!(known.sequence(), Some(sequence(9)));
    assert!(
        known.facts().runtime_class("kata-qemu-tdx").is_some(),
        "facts that did not come are kept"
    );
}

#[test]
fn a_broken_snapshot_changes_nothing_and_stops_decisions() {
    let a = cluster("a");
    let broken = |end: fn(&mut FleetState, &ClusterName) -> Result<Applied, InventoryError>| {
        let mut state = fleet(&[("a", vec![node("old", &[], &[])])]);
        state.snapshot_begin(&a, sequence(9)).expect("known");
        state
            .snapshot_chunk(&a, vec![node("new", &[], &[])], None)
            .expect("begun");
        let error = end(&mut state, &a).expect_err("broken");
        let known = state.cluster(&a).expect("known");
        assert!(
            !known.is_fresh() && known.node(&node_name("old")).is_some(),
            "{error}"
        );
        error
    };
    let mixed = broken(|state, a| state.snapshot_end(a, sequence(8), 1));
    assert!(matches!(mixed, InventoryError::Mixed { .. }));
    let short = broken(|state, a| state.snapshot_end(a, sequence(9), 2));
    assert_eq!(
        short.to_string(),
        "inventory of cluster a: the snapshot announced 2 nodes and held 1"
    );
    let early = broken(|state, a| state.apply_delta(a, delta(2, vec![])));
    assert!(matches!(early, InventoryError::NoSnapshot(_)));
}

#[test]
fn a_gap_stops_decisions_until_a_snapshot() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    let a = cluster("a");
    state
        .apply_delta(&a, delta(2, vec![node("n2", &[], &[])]))
        .expect("the next one");
    let error = state.apply_delta(&a, delta(4, vec![])).expect_err("a gap");
    let (expected, got) = (sequence(3), sequence(4));
    assert_eq!(
        error,
        InventoryError::Gap {
            cluster: a.clone(),
            expected,
            got
        }
    );
    assert!(!state.cluster(&a).expect("known").is_fresh());
    assert!(
        state.apply_delta(&a, delta(3, vec![])).is_err(),
        "the right number is too late"
    );
    report(&mut state, "a", vec![node("n", &[], &[])]);
    assert!(state.cluster(&a).expect("known").is_fresh());
}

#[test]
fn a_new_session_keeps_what_was_known_and_decides_nothing() {
    let mut state = fleet(&[("a", vec![a100("n", 8)])]);
    let request = request(json!({"compute": {"gpu": {"count": 2}}}));
    place(&mut state, "p1", &request);
    state.end_session(&cluster("a")).expect("known");
    assert!(decide(&state, &request).no_fit.is_some());
    state.begin_session(&cluster("a")).expect("known");
    assert!(decide(&state, &request).no_fit.is_some());
    let kept = state
        .cluster(&cluster("a"))
        .and_then(|c| c.node(&node_name("n")))
        .expect("kept");
    assert_eq!(kept.charge(), vector(&[("nvidia.com/gpu", 2), ("pods", 1)]));
    assert!(
        state.apply_delta(&cluster("a"), delta(2, vec![])).is_err(),
        "deltas of the old session do not count"
    );
}

#[test]
fn deltas_change_add_and_remove_nodes() {
    let mut state = fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])]);
    let change = Delta {
        removed: vec![node_name("n1"), node_name("unknown")],
        ..delta(2, vec![node("n3", &[], &[])])
    };
    let applied = state.apply_delta(&cluster("a"), change).expect("the next one");
    assert_eq!(applied.nodes_changed.len(), 2);
    let names: Vec<String> = state
        .cluster(&cluster("a"))
        .expect("known")
        .nodes()
        .map(|n| n.name().to_string())
        .collect();
    assert_eq!(names, ["n2", "n3"]);
    let same = state
        .apply_delta(&cluster("a"), delta(3, vec![node("n3", &[], &[])]))
        .expect("the next one");
    assert_eq!(same.nodes_changed.len(), 0);
}

#[test]
fn unknown_clusters_are_errors() {
    let mut state = FleetState::new();
    let ghost = cluster("ghost");
    assert!(state.begin_session(&ghost).is_err() && state.set_health(&ghost, Health::Ready).is_err());
    assert_eq!(
        state
            .snapshot_begin(&ghost, sequence(1))
            .map_err(|error| error.to_string()),
        Err("cluster ghost is unknown".to_owned())
    );
}

#[test]
fn pods_seen_for_a_claim_are_not_charged_twice() {
    let mut state = fleet(&[("a", vec![a100("n", 8)])]);
    place(
        &mut state,
        "p1",
        &request(json!({"compute": {"gpu": {"count": 2}}})),
    );
    let claim = state.claims().next().expect("one").claim.clone();
    let mut seen = a100("n", 8);
    seen.used = claim.vector.saturating_add(&vector(&[("cpu", 500), ("pods", 1)]));
    seen.claims = vec![ObservedClaim {
        claim: claim.id.clone(),
        bound: claim.vector.clone(),
        devices: Vec::new(),
    }];
    state
        .apply_delta(&cluster("a"), delta(2, vec![seen]))
        .expect("the next one");
    let charged = state
        .cluster(&cluster("a"))
        .and_then(|c| c.node(&node_name("n")))
        .expect("known")
        .charge();
    assert_eq!(
        charged,
        vector(&[("cpu", 500), ("nvidia.com/gpu", 2), ("pods", 2)])
    );
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn removing_a_cluster_keeps_its_claims() {
    let mut state = fleet(&[("a", vec![node("n", &[], &[])])]);
    place(&mut state, "p1", &request(json!({})));
    assert!(state.remove_cluster(&cluster("a")) && !state.remove_cluster(&cluster("a")));
    assert_eq!(state.claims().len(), 1);
}

#[test]
fn ranks_follow_names_however_many_nodes_come_between_two() {
    let mut state = fleet(&[("a", vec![node("a", &[], &[]), node("z", &[], &[])])]);
    let a = cluster("a");
    for number in 0..200u64 {
        let name = format!("n{:03}", 500 - number);
        let next = state
            .cluster(&a)
            .and_then(ClusterState::sequence)
            .map_or(0, |last| last.0)
            + 1;
        state
            .apply_delta(&a, delta(next, vec![node(&name, &[], &[])]))
            .expect("the next one");
    }
    let known = state.cluster(&a).expect("known");
    let ranks: Vec<u64> = known.nodes().map(|node| node.rank().0).collect();
    assert_eq!(ranks.len(), 202);
    assert!(ranks.is_sorted_by(|one, next| one < next), "{ranks:?}");
    assert!(
        ranks.iter().all(|rank| rank >> nodes::NodeRank::BITS == 0),
        "{ranks:?}"
    );
}
