//! What the request would have to be.

use hourglass_model::node::NodeFacts;
use serde_json::{Value, json};

use super::case::Case;
use crate::fixture::*;

#[test]
fn a_request_that_no_node_is_made_for_is_told_which_field_to_change() {
    let told = |node: NodeFacts, spec: Value| {
        let mut case = Case::one(vec![node], spec);
        let kata = facts().runtime_classes.into_iter();
        case.classes = kata.map(|class| ("a".to_owned(), class)).collect();
        case.check()
    };
    let gpu = |gpu: Value| json!({"compute": {"gpu": gpu}});
    let tee = |tee: Value| json!({"compute": {"tee": tee}});
    let disk = || node("n1", &[("disk", "hdd")], &[]);
    let mig = node(
        "n1",
        &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")],
        &[("nvidia.com/mig-1g.10gb", 2)],
    );
    let some = json!({"key": "disk", "operator": "In", "values": ["ssd"]});
    let affinity = json!({"nodeSelectorTerms": [{"matchExpressions": [some]}]});
    for (node, spec, expected) in [
        (
            disk(),
            json!({"nodeRules": {"nodeSelector": {"disk": "ssd"}}}),
            "nodeSelector does not ask for disk=ssd",
        ),
        (
            disk(),
            json!({"nodeRules": {"hostnames": ["n2"]}}),
            "nodeRules.hostnames names n1 too",
        ),
        (
            disk(),
            json!({"nodeRules": {"requiredNodeAffinity": affinity}}),
            "required node affinity is left out",
        ),
        (
            disk(),
            json!({"compute": {"requests": {"cpu": "200"}}}),
            "compute.requests[cpu] is at most 32 (n1 of a)",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 9})),
            "compute.gpu.count is at most 8 (n1 of a)",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "minMemoryMib": 81_921})),
            "compute.gpu.minMemoryMib is at most 81920",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "minComputeCapability": "10"})),
            "compute.gpu.minComputeCapability is at most 8.0",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "confidential": true})),
            "compute.gpu.confidential is not asked for",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "sameClique": true})),
            "compute.gpu.sameClique is not asked for",
        ),
        (
            a100("n1", 8),
            gpu(json!({"shareMilli": 500})),
            "compute.gpu.count is 1 in the place of shareMilli",
        ),
        (
            mig,
            gpu(json!({"count": 1, "migProfile": "2g.20gb"})),
            "compute.gpu.migProfile is 1g.10gb",
        ),
        (
            device_node("n1", vec![device("d0"), device("d1")]),
            gpu(json!({"count": 3})),
            "compute.gpu.count is at most 2 (n1 of a)",
        ),
        (
            tdx("n1", 3),
            tee(json!({"kinds": ["tdx"], "slots": 4})),
            "compute.tee.slots is at most 3 (n1 of a)",
        ),
        (
            tdx("n1", 3),
            tee(json!({"kinds": ["sev-snp"]})),
            "compute.tee.kinds names tdx too",
        ),
    ] {
        let shown = spec.to_string();
        assert_eq!(told(node, spec).as_deref(), Some(expected), "{shown}");
    }
    // A change of the fleet goes before one of the request, and one that would not do is not told.
    let mut cordoned = a100("n2", 16);
    cordoned.unschedulable = true;
    let both = Case::one(vec![a100("n1", 8), cordoned], gpu(json!({"count": 9})));
    assert_eq!(
        both.check().as_deref(),
        Some("node n2 of cluster a is uncordoned")
    );
    let mut twice = gpu(json!({"count": 9}));
    twice["replicas"] = json!(2);
    assert_eq!(told(a100("n1", 8), twice), None);
}

#[test]
fn where_no_single_field_is_enough_two_are_told_together() {
    let gpu = |gpu: Value| json!({"compute": {"gpu": gpu}});
    let labelled = |labels: &[(&str, &str)]| node("n1", labels, &[]);
    for (node, spec, expected) in [
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "products": ["H100"], "minMemoryMib": 100_000})),
            Some(
                "compute.gpu.products names NVIDIA-A100-SXM4-80GB too and compute.gpu.minMemoryMib is at most 81920",
            ),
        ),
        (
            a100("n1", 4),
            gpu(json!({"count": 5, "products": ["H100"]})),
            Some(
                "compute.gpu.products names NVIDIA-A100-SXM4-80GB too and compute.gpu.count is at most 4 (n1 of a)",
            ),
        ),
        (
            labelled(&[]),
            json!({"compute": {"requests": {"cpu": "40", "memory": "4Ti"}}}),
            Some(
                "compute.requests[cpu] is at most 32 (n1 of a) and compute.requests[memory] is at most 128Gi (n1 of a)",
            ),
        ),
        (
            labelled(&[("disk", "hdd")]),
            json!({"compute": {"requests": {"cpu": "40"}}, "nodeRules": {"nodeSelector": {"disk": "ssd"}}}),
            Some("nodeSelector does not ask for disk=ssd and compute.requests[cpu] is at most 32 (n1 of a)"),
        ),
        // Three are not told.
        (
            a100("n1", 4),
            gpu(json!({"count": 5, "products": ["H100"], "minMemoryMib": 100_000})),
            None,
        ),
    ] {
        let shown = spec.to_string();
        let told = Case::one(vec![node], spec).check();
        assert_eq!(told.as_deref(), expected, "{shown}");
    }
}

#[test]
fn two_are_looked_for_among_so_many_nodes_and_one_among_any_number() {
    let nodes = |number: usize| {
        (0..number)
            .map(|index| node(&format!("n{index}"), &[], &[]))
            .collect()
    };
    let two = request(json!({"compute": {"requests": {"cpu": "40", "memory": "4Ti"}}}));
    let one = request(json!({"compute": {"requests": {"cpu": "40"}}}));
    for (number, pair) in [(50_000, true), (50_001, false)] {
        let state = fleet(&[("a", nodes(number))]);
        let told = |request| explain(&state, request).would_fit_if.is_some();
        assert_eq!((told(&two), told(&one)), (pair, true), "{number} nodes");
    }
}

#[test]
fn one_field_that_is_enough_goes_before_two() {
    let spec = json!({"compute": {"gpu": {"count": 1, "products": ["H100"], "minMemoryMib": 40_000}}});
    let nodes = vec![t4_shared("n1", 8), a100("n2", 8)];
    let told = Case::one(nodes, spec).check();
    assert_eq!(
        told.as_deref(),
        Some("compute.gpu.products names NVIDIA-A100-SXM4-80GB too")
    );
}
