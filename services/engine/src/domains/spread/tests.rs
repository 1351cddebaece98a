//! Which domains a spread constraint counts: those of nodes that the request means, as in Kubernetes.

use std::collections::BTreeMap;

use hourglass_model::node::NodeFacts;
use hourglass_model::request::CanonicalRequest;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::{ClusterSettings, DecideInput, FleetState, SlotWanted};

const ZONE: &str = "topology.kubernetes.io/zone";

fn in_zone(mut facts: NodeFacts, zone: &str) -> NodeFacts {
    facts.labels = facts.labels.with(ZONE, zone);
    facts
}

fn even(topology: &str, extra: &Value) -> CanonicalRequest {
    let mut spec = json!({"replicas": 6, "spread": [{"maxSkew": 1, "topology": topology}]});
    for (key, value) in extra.as_object().expect("an object") {
        spec[key] = value.clone();
    }
    request(spec)
}

/// Replicas by node; the index and going over all nodes agree.
fn spread(state: &FleetState, request: &CanonicalRequest) -> BTreeMap<String, usize> {
    let decision = decide(state, request);
    let slots: Vec<SlotWanted> = (0..request.replicas)
        .map(|slot| SlotWanted {
            slot: hourglass_model::ids::Slot(slot),
            epoch: hourglass_model::ids::Epoch(1),
        })
        .collect();
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&uid_of("undecided")),
        slots: &slots,
        avoid: &crate::Avoid::new(),
        preempt: true,
        explain: true,
    };
    let scanned = crate::decide_by_scan(state, request, &input);
    assert_eq!(nodes(&decision), nodes(&scanned), "the index and the scan differ");
    let mut placed: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes(&decision) {
        *placed.entry(node).or_default() += 1;
    }
    placed
}

fn total(placed: &BTreeMap<String, usize>) -> usize {
    placed.values().sum()
}

/// A node in zone x, and `other` in zone y.
fn beside(other: NodeFacts) -> FleetState {
    fleet(&[("a", vec![in_zone(a100("n1", 8), "x"), in_zone(other, "y")])])
}

#[test]
fn a_domain_that_takes_nothing_now_counts_with_what_it_holds() {
    let one_gpu = json!({"compute": {"gpu": {"count": 1}}});
    let broken = |change: &dyn Fn(&mut NodeFacts)| {
        let mut node = a100("n2", 8);
        change(&mut node);
        beside(node)
    };
    for (why, state) in [
        ("tainted", broken(&|node| node.taints = vec![taint("special")])),
        ("cordoned", broken(&|node| node.unschedulable = true)),
        ("not ready", broken(&|node| node.ready = false)),
        ("full", broken(&|node| node.used = node.allocatable.clone())),
        ("without a GPU", beside(node("n2", &[], &[]))),
    ] {
        let placed = spread(&state, &even("ZONE", &one_gpu));
        assert_eq!(total(&placed), 1, "{why}: zone y holds none: {placed:?}");
    }
    let placed = spread(&beside(a100("n2", 8)), &even("ZONE", &one_gpu));
    assert_eq!(total(&placed), 6, "{placed:?}");
}

#[test]
fn a_domain_that_the_request_does_not_mean_does_not_count() {
    let with = |key: &str, value: Value| json!({"compute": {"gpu": {"count": 1, key: value}}});
    let cpu_only = || beside(node("n2", &[], &[]));
    for (why, extra) in [
        ("products", with("products", json!(["A100"]))),
        ("memory", with("minMemoryMib", json!(40_000))),
        ("capability", with("minComputeCapability", json!("8.0"))),
        (
            "selector",
            json!({"nodeRules": {"nodeSelector": {"nvidia.com/gpu.memory": "81920"}}}),
        ),
        (
            "affinity",
            json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "nvidia.com/gpu.memory", "operator": "Exists"}]}]}}}),
        ),
        ("name", json!({"nodeRules": {"hostnames": ["n1"]}})),
    ] {
        let placed = spread(&cpu_only(), &even("ZONE", &extra));
        assert_eq!(placed, BTreeMap::from([("a/n1".to_owned(), 6)]), "{why}");
    }
    let state = fleet(&[(
        "a",
        vec![in_zone(tdx("n1", 32), "x"), in_zone(node("n2", &[], &[]), "y")],
    )]);
    let placed = spread(
        &state,
        &even("ZONE", &json!({"compute": {"tee": {"kinds": ["tdx"]}}})),
    );
    assert_eq!(placed, BTreeMap::from([("a/n1".to_owned(), 6)]), "the TEE kind");
}

#[test]
fn clusters_that_may_not_take_it_are_no_domains() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)]), ("b", vec![a100("n2", 8)])]);
    let one_gpu = json!({"compute": {"gpu": {"count": 1}}});
    let mut excluding = one_gpu.clone();
    excluding["clusterRules"] = json!({"exclude": ["b"]});
    let placed = spread(&state, &even("CLUSTER", &excluding));
    assert_eq!(placed, BTreeMap::from([("a/n1".to_owned(), 6)]), "its own rules");
    let cordoned = ClusterSettings {
        cordoned: true,
        ..ClusterSettings::default()
    };
    state.put_cluster(cluster("b"), cordoned);
    let placed = spread(&state, &even("CLUSTER", &one_gpu));
    assert_eq!(placed, BTreeMap::from([("a/n1".to_owned(), 6)]), "cordoned");
}

#[test]
fn a_node_that_is_in_no_zone_holds_nobody_down_where_zones_are_asked_for_too() {
    let state = fleet(&[(
        "a",
        vec![
            in_zone(a100("n1", 8), "x"),
            in_zone(a100("n2", 8), "x"),
            a100("n3", 8),
        ],
    )]);
    let both = json!({"compute": {"gpu": {"count": 1}}, "spread": [
        {"maxSkew": 1, "topology": "ZONE"}, {"maxSkew": 1, "topology": "NODE"}]});
    let placed = spread(&state, &even("NODE", &both));
    let each = BTreeMap::from([("a/n1".to_owned(), 3), ("a/n2".to_owned(), 3)]);
    assert_eq!(placed, each, "n3 is no domain of either");
    // Where the zone is a wish only, it is one.
    let wish = json!({"compute": {"gpu": {"count": 1}}, "spread": [
        {"maxSkew": 1, "topology": "ZONE", "whenUnsatisfiable": "SCHEDULE_ANYWAY"}, {"maxSkew": 1, "topology": "NODE"}]});
    let placed = spread(&state, &even("NODE", &wish));
    assert!(placed.values().all(|replicas| *replicas == 2), "{placed:?}");
}

#[test]
fn enough_domains_are_counted_among_those_that_it_means() {
    let mut tainted = a100("n2", 8);
    tainted.taints = vec![taint("special")];
    let state = beside(tainted);
    let rule = json!({"compute": {"gpu": {"count": 1}}, "spread": [
        {"maxSkew": 6, "topology": "ZONE", "minDomains": 2}]});
    let decision = decide(&state, &even("ZONE", &rule));
    assert!(decision.is_complete(), "two zones, the one tainted: {decision:?}");
    let mut named = rule.clone();
    named["spread"][0]["maxSkew"] = json!(1);
    named["nodeRules"] = json!({"hostnames": ["n1"]});
    let decision = decide(&state, &even("ZONE", &named));
    let told = decision
        .no_fit
        .expect("five wait")
        .explanation
        .expect("asked for");
    assert_eq!(
        told.contradictions,
        [
            "spread[0].minDomains is 2, and the nodes that it selects stand in 1 zone only, so each takes 1 at most (maxSkew)"
        ]
    );
}
