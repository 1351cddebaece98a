use std::collections::BTreeMap;

use hourglass_model::request::CanonicalRequest;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::{Decision, Dispatch, FleetState};

/// Four GPUs of a node for each replica of a placement `app=NAME`.
fn app(name: &str, priority: i32, extra: Value) -> CanonicalRequest {
    let mut spec = json!({"compute": {"gpu": {"count": 4}}, "priority": priority});
    if let (Value::Object(spec), Value::Object(extra)) = (&mut spec, extra) {
        spec.extend(extra);
    }
    labelled(&[("app", name)], spec)
}

fn put_on(state: &mut FleetState, name: &str, node: &str, mut extra: Value) {
    extra["nodeRules"] = json!({"hostnames": [node]});
    assert_eq!(place(state, name, &app(name, 0, extra)).len(), 1, "{name}");
}

/// Whom the replica on each node waits for.
fn waits(decision: &Decision) -> BTreeMap<String, Vec<String>> {
    let slots = decision.placed.iter();
    slots
        .map(|slot| {
            let waits_for = slot.waits_for.iter().map(|claim| claim.placement.to_string());
            (format!("{}/{}", slot.cluster, slot.node), waits_for.collect())
        })
        .collect()
}

fn told(all: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    all.iter()
        .map(|(node, names)| ((*node).to_owned(), owned(names)))
        .collect()
}

fn away_from(name: &str, topology: &str) -> Value {
    json!([{"selector": {"matchLabels": {"app": name}}, "topology": topology}])
}

#[test]
fn with_rules_over_others_a_replica_waits_for_those_of_its_own_node_alone() {
    let mut state = fleet(&[("a", vec![a100("n1", 4), a100("n2", 4)])]);
    put_on(&mut state, "one", "n1", json!({}));
    put_on(&mut state, "two", "n2", json!({}));
    let spread = json!([{"topology": "NODE", "maxSkew": 1}]);
    for rules in [
        json!({"antiAffinity": away_from("nobody", "CLUSTER")}),
        json!({"spread": spread}),
        json!({"antiAffinity": away_from("high", "NODE")}),
    ] {
        let mut wish = rules.clone();
        wish["replicas"] = json!(2);
        let decision = decide(&state, &app("high", 10, wish));
        let own = told(&[("a/n1", &["one"]), ("a/n2", &["two"])]);
        assert_eq!(waits(&decision), own, "{rules}");
    }
}

#[test]
fn a_replica_waits_for_whoever_a_rule_keeps_apart_from_it_on_other_nodes_too() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 4), a100("n2", 4)]),
        ("b", vec![a100("n3", 4)]),
    ]);
    put_on(&mut state, "web", "n1", json!({}));
    put_on(&mut state, "other", "n3", json!({}));
    let wish = json!({"replicas": 3, "antiAffinity": away_from("web", "CLUSTER")});
    let decision = decide(&state, &app("high", 10, wish));
    let all = told(&[("a/n1", &["web"]), ("a/n2", &["web"]), ("b/n3", &["other"])]);
    assert_eq!(waits(&decision), all);
}

#[test]
fn and_for_whoever_keeps_it_away_by_a_rule_of_its_own_and_leaves_anyway() {
    let mut state = fleet(&[
        ("a", vec![a100("n1", 4), a100("n2", 4)]),
        ("b", vec![a100("n3", 4)]),
    ]);
    let shy = json!({"antiAffinity": away_from("high", "CLUSTER")});
    put_on(&mut state, "shy", "n1", shy);
    put_on(&mut state, "other", "n3", json!({}));
    let ids: Vec<_> = state.claims().map(|record| record.claim.id.clone()).collect();
    let left = ids
        .iter()
        .find(|id| id.placement == uid_of("shy"))
        .expect("there");
    state.release(left, Dispatch::Perhaps).expect("in force");
    let decision = decide(&state, &app("high", 10, json!({"replicas": 3})));
    let all = told(&[("a/n1", &["shy"]), ("a/n2", &["shy"]), ("b/n3", &["other"])]);
    assert_eq!(waits(&decision), all);
}
