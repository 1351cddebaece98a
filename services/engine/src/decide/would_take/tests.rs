use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, Epoch, Slot};
use hourglass_model::request::CanonicalRequest;
use serde_json::{Value, json};

use super::{LeftNode, would_take};
use crate::fixture::*;
use crate::{Avoid, DecideInput, Dispatch, FleetState, NamespaceFacts, QuotaHeadroom, SlotWanted};

fn gpus(count: u32, extra: Value) -> CanonicalRequest {
    let mut spec = json!({"compute": {"gpu": {"count": count}}});
    if let (Value::Object(spec), Value::Object(extra)) = (&mut spec, extra) {
        spec.extend(extra);
    }
    request(spec)
}

/// Whether `uid`, of which the slots from `first` on wait, would take these nodes, `cluster/node`, once these have gone.
fn takes(
    state: &FleetState,
    (uid, first): (&str, u32),
    request: &CanonicalRequest,
    left: &[(&str, &[&str])],
) -> Vec<bool> {
    let placement = uid_of(uid);
    let slots: Vec<SlotWanted> = (first..request.replicas)
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(9),
        })
        .collect();
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&placement),
        slots: &slots,
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    let names: Vec<_> = left
        .iter()
        .map(|(place, _)| place.split_once('/').expect("two parts"))
        .map(|(of, node)| (cluster(of), node_name(node)))
        .collect();
    let going = |uids: &[&str]| -> BTreeSet<ClaimId> {
        let ids = state.claims().map(|record| &record.claim.id);
        ids.filter(|id| uids.contains(&id.placement.as_str()))
            .cloned()
            .collect()
    };
    let left: Vec<LeftNode<'_>> = left
        .iter()
        .zip(&names)
        .map(|((_, uids), (cluster, node))| LeftNode {
            cluster,
            node,
            going: going(uids),
        })
        .collect();
    would_take(state, request, &input, &left)
}

/// A placement that is on its way out of a node, all of which it has.
fn leaving(state: &mut FleetState, uid: &str, node: &str, extra: Value) {
    let mut extra = extra;
    extra["nodeRules"] = json!({"hostnames": [node]});
    let wish = gpus(4, extra);
    assert_eq!(place(state, uid, &wish).len(), 1, "{uid}");
    let ids: Vec<ClaimId> = state
        .claims_of(&uid_of(uid))
        .map(|record| record.claim.id.clone())
        .collect();
    for id in ids {
        state.release(&id, Dispatch::Perhaps).expect("in force");
    }
}

fn two_clusters() -> FleetState {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 4), a100("n2", 4)]),
        ("b", vec![a100("n3", 4)]),
    ]);
    leaving(&mut state, "one", "n1", json!({}));
    leaving(&mut state, "three", "n3", json!({}));
    state
}

#[test]
fn what_fits_once_they_have_gone_is_taken() {
    let state = two_clusters();
    let left: [(&str, &[&str]); 2] = [("a/n1", &["one"]), ("b/n3", &["three"])];
    assert_eq!(takes(&state, ("w", 0), &gpus(4, json!({})), &left), [true, true]);
    assert_eq!(
        takes(&state, ("w", 0), &gpus(5, json!({})), &left),
        [false, false]
    );
    let there = gpus(4, json!({"clusterRules": {"include": ["b"]}}));
    assert_eq!(takes(&state, ("w", 0), &there, &left), [false, true]);
    assert_eq!(
        takes(&state, ("w", 1), &gpus(4, json!({})), &left),
        [false, false],
        "nothing of it waits"
    );
}

#[test]
fn a_node_that_is_kept_for_somebody_else_is_not_taken() {
    let mut state = fleet(&[("a", vec![a100("n1", 4)])]);
    leaving(&mut state, "one", "n1", json!({}));
    let (kept_for, wish) = (uid_of("gang"), gpus(4, json!({"priority": 5})));
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&kept_for),
        slots: &slots(&wish),
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    assert_eq!(state.reserve(&kept_for, &wish, &input).len(), 1);
    let left: [(&str, &[&str]); 1] = [("a/n1", &["one"])];
    let asked =
        |uid, priority: i32| takes(&state, (uid, 0), &gpus(4, json!({ "priority": priority })), &left);
    assert_eq!(asked("w", 5), [false]);
    assert_eq!(asked("w", 6), [true], "a higher priority does not care");
    assert_eq!(asked("gang", 5), [true]);
}

#[test]
fn what_has_to_be_spread_takes_what_its_spread_allows() {
    let mut state = two_clusters();
    let spread = json!([{"topology": "CLUSTER", "maxSkew": 1}]);
    let wish = |replicas: u32| gpus(4, json!({"spread": spread, "replicas": replicas}));
    // The first replica is in cluster a.
    assert_eq!(place(&mut state, "w", &wish(1)), ["a/n2"]);
    let left: [(&str, &[&str]); 2] = [("a/n1", &["one"]), ("b/n3", &["three"])];
    assert_eq!(takes(&state, ("w", 1), &wish(2), &left), [false, true]);
    assert_eq!(
        takes(&state, ("w", 1), &wish(3), &left),
        [true, true],
        "once the second one is in the other cluster, the third may be in this one"
    );
    assert_eq!(takes(&state, ("w", 1), &wish(3), &left[..1]), [false]);
    let rather = json!([{"topology": "CLUSTER", "maxSkew": 1, "whenUnsatisfiable": "SCHEDULE_ANYWAY"}]);
    let rather = gpus(4, json!({"spread": rather, "replicas": 2}));
    assert_eq!(takes(&state, ("w", 1), &rather, &left), [true, true]);
}

#[test]
fn over_nodes_too() {
    let mut state = two_clusters();
    let spread = json!([{"topology": "NODE", "maxSkew": 1}]);
    let wish = |replicas: u32| gpus(2, json!({"spread": spread, "replicas": replicas}));
    assert_eq!(place(&mut state, "w", &wish(1)), ["a/n2"]);
    let left: [(&str, &[&str]); 2] = [("a/n1", &["one"]), ("a/n2", &[])];
    assert_eq!(takes(&state, ("w", 1), &wish(2), &left), [true, false]);
    let left: [(&str, &[&str]); 3] = [("a/n1", &["one"]), ("a/n2", &[]), ("b/n3", &["three"])];
    assert_eq!(takes(&state, ("w", 1), &wish(3), &left), [true, false, true]);
    assert_eq!(takes(&state, ("w", 1), &wish(4), &left), [true, true, true]);
}

#[test]
fn where_nodes_are_called_by_name_beside_a_spread_all_count_as_taken() {
    let state = two_clusters();
    let spread = json!([{"topology": "CLUSTER", "maxSkew": 1}]);
    let wish = gpus(4, json!({"spread": spread, "nodeRules": {"hostnames": ["n2"]}}));
    let left: [(&str, &[&str]); 1] = [("a/n1", &["one"])];
    assert_eq!(takes(&state, ("w", 0), &wish, &left), [true]);
}

#[test]
fn those_who_go_keep_nobody_away_and_give_their_quota_back() {
    let mut state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4)])]);
    let shy = json!({"antiAffinity": [{"selector": {}, "topology": "CLUSTER"}]});
    leaving(&mut state, "shy", "n1", shy);
    let left: [(&str, &[&str]); 2] = [("a/n1", &["shy"]), ("a/n2", &[])];
    assert!(!decide(&state, &gpus(4, json!({}))).is_complete());
    assert_eq!(takes(&state, ("w", 0), &gpus(4, json!({})), &left), [true, true]);
    assert_eq!(
        takes(&state, ("w", 0), &gpus(4, json!({})), &[("a/n2", &[])]),
        [false]
    );

    // The pod of the one that goes is all that the quota allows.
    let claim = state.claims().next().expect("one").claim.clone();
    let mut node = a100("n1", 4);
    node.used = claim.vector.clone();
    node.claims = vec![hourglass_model::node::ObservedClaim {
        claim: claim.id.clone(),
        bound: claim.vector.clone(),
        devices: Vec::new(),
    }];
    let quota = QuotaHeadroom {
        name: "gpus".to_owned(),
        headroom: vector(&[("nvidia.com/gpu", 0)]),
        ..QuotaHeadroom::default()
    };
    let mut known = facts();
    let namespace = known.tenants.values().flatten().next().expect("one").clone();
    let bounded = NamespaceFacts {
        quota: vec![quota],
        ..NamespaceFacts::default()
    };
    known.namespaces.insert(namespace, bounded);
    let delta = crate::Delta {
        sequence: sequence(2),
        nodes: vec![node],
        removed: vec![],
        facts: Some(known),
    };
    state.apply_delta(&cluster("a"), delta).expect("in order");
    assert_eq!(takes(&state, ("w", 0), &gpus(4, json!({})), &left[..1]), [true]);
    assert_eq!(
        takes(&state, ("w", 0), &gpus(4, json!({})), &[("a/n2", &[])]),
        [false]
    );
}
