use serde_json::{Value, json};

use super::*;
use crate::Violation;
use crate::ids::NodeName;
use crate::labels::Labels;
use crate::placement::PlacementSpec;
use crate::resources::{CPU, NVIDIA_GPU, ResourceName};
use crate::tee::TeeKind;

/// A small valid request with `extra` merged over it, object by object.
fn spec(extra: Value) -> PlacementSpec {
    fn merge(base: &mut Value, extra: Value) {
        match (base, extra) {
            (Value::Object(base), Value::Object(extra)) => {
                for (key, value) in extra {
                    merge(base.entry(key).or_insert(Value::Null), value);
                }
            }
            (base, extra) => *base = extra,
        }
    }
    let mut base = json!({"performer": {
        "avsAddress": "0x00000000000000000000000000000000000000aa", "image": "registry.example/performer:1"}});
    merge(&mut base, extra);
    serde_json::from_value(base).expect("wire form")
}

fn good(extra: Value) -> CanonicalRequest {
    canonicalise(&spec(extra), &Labels::new()).unwrap_or_else(|violations| panic!("{violations:?}"))
}

fn bad(extra: Value) -> Vec<Violation> {
    canonicalise(&spec(extra), &Labels::new()).expect_err("should be refused")
}

fn paths(violations: &[Violation]) -> Vec<&str> {
    violations
        .iter()
        .map(|violation| violation.path.as_str())
        .collect()
}

#[test]
fn the_smallest_request_is_valid() {
    let request = good(json!({}));
    assert_eq!(
        (request.replicas, request.gang, request.pin),
        (1, false, PinScope::Node)
    );
    assert!(request.base.is_empty() && request.gpu.is_none() && request.tee.is_none());
    assert_eq!(request.performer.resources, None);
}

fn requests(number: usize, length: usize) -> Value {
    let name = |number: usize| format!("a.b/{number:0>length$}", length = length - 4);
    (0..number)
        .map(|number| (name(number), json!("1")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn more_resources_than_can_be_kept_are_refused_where_most_of_them_are_named() {
    // A LimitRange may add cpu, memory and ephemeral storage.
    let others = MAX_RESOURCES - 3;
    let at_most = good(json!({"compute": {"requests": requests(others, 10)}}));
    assert_eq!(at_most.base.len(), others);
    let mut all = requests(others, 10);
    for name in ["cpu", "memory", "ephemeral-storage"] {
        all[name] = "1".into();
    }
    good(json!({"compute": {"requests": all}}));
    let many = requests(others, 10);
    let few = json!({"requests": {"cpu": "1", "example.com/nic": "1"}});
    for (extra, path) in [
        (
            json!({"compute": {"requests": requests(900, 10)}}),
            "spec.compute.requests",
        ),
        (
            json!({"performer": {"resources": {"requests": requests(17, 10)}}}),
            "spec.performer.resources",
        ),
        (
            json!({"performer": {"resources": {"limits": requests(17, 10)}}}),
            "spec.performer.resources",
        ),
        (
            json!({"performer": {"resources": few}, "compute": {"requests": many}}),
            "spec.compute.requests",
        ),
        (
            json!({"performer": {"resources": {"requests": many}}, "compute": few}),
            "spec.performer.resources",
        ),
        (
            json!({"compute": {"requests": requests(10, 60)}}),
            "spec.compute.requests",
        ),
    ] {
        let found = bad(extra);
        assert_eq!(paths(&found), [path], "{found:?}");
        assert!(found[0].message.contains("at most"), "{found:?}");
    }
    // The same in both parts is one resource.
    let same = requests(others, 10);
    good(json!({"performer": {"resources": {"requests": same}}, "compute": {"requests": same}}));
}

#[test]
fn nothing_of_a_resource_is_no_claim_and_stays_in_the_words_of_the_client() {
    let request = good(json!({"compute": {"requests": {"a.b/c": "0", "cpu": "0", "memory": "1Gi"}}}));
    assert_eq!(request.base.len(), 1);
    let written = request.performer.resources.expect("resources").requests;
    assert_eq!(written.get("a.b/c").map(String::as_str), Some("0"));
}

#[test]
fn hardware_requirements_alone_mean_the_same_as_compute() {
    let words = good(json!({"performer": {"hardwareRequirements": {
        "gpuType": "nvidia-a100", "gpuCount": 8, "teeRequired": true, "teeType": "sev", "customLabels": {"rack": "7"}}}}));
    let fields = good(json!({
        "compute": {"gpu": {"count": 8, "products": ["nvidia-a100"]}, "tee": {"kinds": ["sev-snp"]}},
        "nodeRules": {"nodeSelector": {"rack": "7"}}}));
    assert_eq!(words.gpu, fields.gpu);
    assert_eq!(words.tee, fields.tee);
    assert_eq!(words.nodes, fields.nodes);
    assert_eq!(words.shape, fields.shape);
    assert_eq!(words.performer, fields.performer, "the words are folded away");
    assert_eq!(words.tee.map(|tee| tee.kinds), Some(vec![TeeKind::SevSnp]));
}

#[test]
fn a_type_without_a_count_is_one_gpu_and_a_tee_without_a_type_any_kind() {
    let request =
        good(json!({"performer": {"hardwareRequirements": {"gpuType": "T4", "teeRequired": true}}}));
    assert_eq!(request.gpu.map(|gpu| gpu.amount), Some(GpuAmount::Whole(1)));
    assert_eq!(
        request.tee,
        Some(TeeRequest {
            kinds: vec![],
            slots: 1
        })
    );
    let shared = good(json!({"performer": {"hardwareRequirements": {"gpuType": "T4"}},
        "compute": {"gpu": {"shareMilli": 250}}}));
    assert_eq!(shared.gpu.map(|gpu| gpu.amount), Some(GpuAmount::ShareMilli(250)));
}

#[test]
fn whole_gpus_as_a_plain_resource_are_gpus_of_that_vendor() {
    let request =
        good(json!({"performer": {"resources": {"limits": {"nvidia.com/gpu": "2", "memory": "1Gi"}}}}));
    let gpu = request.gpu.expect("a GPU request");
    assert_eq!(
        (gpu.amount, gpu.resource),
        (GpuAmount::Whole(2), Some(NVIDIA_GPU.clone()))
    );
    assert!(!request.base.contains(&NVIDIA_GPU));
    let resources = request.performer.resources.expect("memory is left");
    assert_eq!(resources.limits.keys().collect::<Vec<_>>(), ["memory"]);
    assert_eq!(
        resources.requests.get("memory").map(String::as_str),
        Some("1Gi"),
        "a limit stands in for a request"
    );
}

#[test]
fn resources_of_both_parts_are_merged_and_keep_their_words() {
    let request = good(json!({
        "performer": {"resources": {"requests": {"cpu": "1500m"}, "limits": {"cpu": "2"}}},
        "compute": {"requests": {"memory": "0.5Gi", "example.com/fpga": "1", "cpu": "1.5"}}}));
    assert_eq!(request.base.get(&CPU), 1500);
    assert_eq!(
        request.base.get(&ResourceName::new("memory").expect("valid")),
        1 << 29
    );
    let resources = request.performer.resources.expect("resources");
    assert_eq!(
        resources.requests.get("memory").map(String::as_str),
        Some("0.5Gi")
    );
    assert_eq!(
        resources.limits.get("example.com/fpga").map(String::as_str),
        Some("1"),
        "request and limit are equal"
    );
}

#[test]
fn contradictions_name_both_paths() {
    let cases = [
        (
            json!({"performer": {"hardwareRequirements": {"gpuCount": 2}}, "compute": {"gpu": {"count": 4}}}),
            "spec.performer.hardwareRequirements.gpuCount",
            "spec.compute.gpu.count",
        ),
        (
            json!({"performer": {"resources": {"limits": {"nvidia.com/gpu": "2"}}}, "compute": {"gpu": {"count": 4}}}),
            "spec.performer.resources.limits[nvidia.com/gpu]",
            "spec.compute.gpu.count",
        ),
        (
            json!({"performer": {"hardwareRequirements": {"gpuCount": 2}}, "compute": {"gpu": {"shareMilli": 500}}}),
            "spec.compute.gpu.shareMilli",
            "spec.performer.hardwareRequirements.gpuCount",
        ),
        (
            json!({"performer": {"hardwareRequirements": {"gpuType": "T4"}}, "compute": {"gpu": {"products": ["A100"]}}}),
            "spec.performer.hardwareRequirements.gpuType",
            "spec.compute.gpu.products",
        ),
        (
            json!({"performer": {"hardwareRequirements": {"teeType": "sgx"}}, "compute": {"tee": {"kinds": ["tdx"]}}}),
            "spec.performer.hardwareRequirements.teeType",
            "spec.compute.tee.kinds",
        ),
        (
            json!({"performer": {"resources": {"requests": {"cpu": "1"}}}, "compute": {"requests": {"cpu": "2"}}}),
            "spec.compute.requests[cpu]",
            "spec.performer.resources.requests[cpu]",
        ),
        (
            json!({"performer": {"resources": {"limits": {"cpu": "1"}}}, "compute": {"requests": {"cpu": "2"}}}),
            "spec.compute.requests[cpu]",
            "spec.performer.resources.limits[cpu]",
        ),
        (
            json!({"compute": {"requests": {"tdx.intel.com/keys": "3"}, "tee": {"kinds": ["tdx"], "slots": 2}}}),
            "spec.compute.requests[tdx.intel.com/keys]",
            "spec.compute.tee.slots",
        ),
        (
            json!({"performer": {"scheduling": {"nodeSelector": {"a": "1"}}}, "nodeRules": {"nodeSelector": {"a": "2"}}}),
            "spec.nodeRules.nodeSelector[a]",
            "spec.performer.scheduling.nodeSelector[a]",
        ),
        (
            json!({"performer": {"hardwareRequirements": {"customLabels": {"a": "1"}}}, "nodeRules": {"nodeSelector": {"a": "2"}}}),
            "spec.nodeRules.nodeSelector[a]",
            "spec.performer.hardwareRequirements.customLabels[a]",
        ),
        (
            json!({"clusterRules": {"include": ["a"], "exclude": ["a"]}}),
            "spec.clusterRules.exclude[0]",
            "spec.clusterRules.include[0]",
        ),
    ];
    for (extra, path, other) in cases {
        let violations = bad(extra.clone());
        let found = violations
            .iter()
            .any(|v| v.path == path && v.message.contains(other));
        assert!(found, "{extra}: {violations:?}");
    }
}

#[test]
fn equal_statements_in_two_places_are_no_contradiction() {
    let request = good(json!({
        "performer": {
            "hardwareRequirements": {"gpuType": "nvidia-a100", "gpuCount": 2, "teeType": "TDX"},
            "resources": {"limits": {"nvidia.com/gpu": "2"}, "requests": {"cpu": "1000m"}},
            "scheduling": {"nodeSelector": {"a": "1"}}},
        "compute": {"gpu": {"count": 2, "products": ["A100"]}, "tee": {"kinds": ["tdx"]},
            "requests": {"cpu": "1", "tdx.intel.com/keys": "1"}},
        "nodeRules": {"nodeSelector": {"a": "1"}}}));
    assert_eq!(
        request
            .base
            .iter()
            .map(|(name, _)| name.to_string())
            .collect::<Vec<_>>(),
        ["cpu"]
    );
}

#[test]
fn every_violation_is_told_at_once() {
    let violations = bad(json!({
        "performer": {
            "avsAddress": "0x12", "image": "Not An Image", "imagePullPolicy": "Sometimes", "replicas": 2,
            "imagePullSecrets": [{"name": ""}],
            "config": {
                "grpcPort": 70000, "environment": {"1A": "x", "SAME": "x"}, "serviceAccountName": "No Name",
                "environmentFrom": [
                    {"name": "SAME", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                    {"name": "B", "valueFrom": {}},
                    {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "no key"}}}]},
            "scheduling": {"runtimeClass": "Kata!", "tolerations": [{"operator": "Equal"}]},
            "probes": {"kind": "http", "liveness": {"periodSeconds": 0}},
            "securityContext": {"pod": 3}, "networkPolicy": {"from": ["x"]}},
        "compute": {
            "requests": {"cpu": "-1", "memory": "lots", "ephemeral-storage": "8Ei", "gpu": "1", "a.b/c": "500m", "cpu!": "1"},
            "gpu": {"count": -1, "shareMilli": 1000, "products": ["nvidia"], "minMemoryMib": -5, "minComputeCapability": "x"},
            "tee": {"kinds": ["a b"], "slots": 0}},
        "nodeRules": {"nodeSelector": {"bad key": "v"}, "hostnames": ["UPPER"],
            "requiredNodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "k", "operator": "Near"}]}]}},
        "clusterRules": {"include": ["A"], "regions": [""],
            "selector": {"matchExpressions": [{"key": "k", "operator": "Gt", "values": ["1"]}]}},
        "replicas": 0, "namespace": "No"
    }));
    let found = paths(&violations);
    for path in [
        "spec.performer.avsAddress",
        "spec.performer.image",
        "spec.performer.imagePullPolicy",
        "spec.performer.replicas",
        "spec.performer.imagePullSecrets[0].name",
        "spec.performer.config.grpcPort",
        "spec.performer.config.environment[1A]",
        "spec.performer.config.serviceAccountName",
        "spec.performer.config.environmentFrom[0].name",
        "spec.performer.config.environmentFrom[1].valueFrom",
        "spec.performer.config.environmentFrom[2].name",
        "spec.performer.config.environmentFrom[2].valueFrom.configMapKeyRef.key",
        "spec.performer.scheduling.runtimeClass",
        "spec.performer.scheduling.tolerations[0].operator",
        "spec.performer.probes.kind",
        "spec.performer.probes.liveness.periodSeconds",
        "spec.performer.securityContext.pod",
        "spec.performer.networkPolicy.from[0]",
        "spec.compute.requests[cpu]",
        "spec.compute.requests[memory]",
        "spec.compute.requests[ephemeral-storage]",
        "spec.compute.requests[gpu]",
        "spec.compute.requests[a.b/c]",
        "spec.compute.requests[cpu!]",
        "spec.compute.gpu.count",
        "spec.compute.gpu.shareMilli",
        "spec.compute.gpu.products[0]",
        "spec.compute.gpu.minMemoryMib",
        "spec.compute.gpu.minComputeCapability",
        "spec.compute.tee.kinds[0]",
        "spec.compute.tee.slots",
        "spec.nodeRules.nodeSelector[bad key]",
        "spec.nodeRules.hostnames[0]",
        "spec.nodeRules.requiredNodeAffinity.nodeSelectorTerms[0].matchExpressions[0].operator",
        "spec.clusterRules.include[0]",
        "spec.clusterRules.regions[0]",
        "spec.clusterRules.selector.matchExpressions[0].operator",
        "spec.replicas",
        "spec.namespace",
    ] {
        assert!(found.contains(&path), "{path} is missing in {found:?}");
    }
}

#[test]
fn both_count_and_share_are_refused() {
    let violations = bad(json!({"compute": {"gpu": {"count": 1, "shareMilli": 500}}}));
    assert_eq!(paths(&violations), ["spec.compute.gpu.shareMilli"]);
    assert!(
        violations
            .iter()
            .all(|v| v.message.contains("spec.compute.gpu.count")),
        "{violations:?}"
    );
    assert_eq!(paths(&bad(json!({"compute": {"gpu": {}}}))), ["spec.compute.gpu"]);
}

#[test]
fn absurd_amounts_are_refused_with_the_most_that_is_taken() {
    for (name, text) in [
        ("cpu", "100001"),
        ("memory", "2Pi"),
        ("nvidia.com/gpu", "1025"),
        ("a.b/c", "9223372036854775807"),
    ] {
        let violations = bad(json!({"compute": {"requests": {name: text}}}));
        assert_eq!(violations.len(), 1, "{violations:?}");
    }
    assert_eq!(paths(&bad(json!({"replicas": 129}))), ["spec.replicas"]);
    let values: Vec<String> = (0..9_000).map(|number| format!("node-{number}")).collect();
    let term =
        json!({"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": values}]});
    let large = json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [term]}}});
    assert_eq!(paths(&bad(large)), ["spec"]);
}

#[test]
fn extended_limits_must_equal_requests() {
    let violations = bad(json!({"performer": {"resources": {
        "requests": {"example.com/fpga": "1"}, "limits": {"example.com/fpga": "2"}}}}));
    assert_eq!(
        paths(&violations),
        ["spec.performer.resources.limits[example.com/fpga]"]
    );
}

#[test]
fn huge_pages_are_whole_and_have_cpu_or_memory_beside_them() {
    let compute = |requests: Value| json!({"compute": {"requests": requests}});
    let limits = |limits: Value| json!({"performer": {"resources": {"limits": limits}}});
    for fine in [
        compute(json!({"hugepages-2Mi": "4Mi", "cpu": "1"})),
        compute(json!({"hugepages-2Mi": "6144Ki", "memory": "1Gi"})),
        compute(json!({"hugepages-2Mi": "0", "cpu": "1"})),
        compute(json!({"hugepages-1Gi": "2Gi", "hugepages-2Mi": "2Mi", "cpu": "1"})),
        limits(json!({"hugepages-1Gi": "1Gi", "cpu": "1"})),
    ] {
        good(fine);
    }
    let both = json!({"compute": {"requests": {"hugepages-2Mi": "2Mi"}},
        "performer": {"resources": {"requests": {"memory": "1Gi"}}}});
    good(both);
    let requested = "spec.compute.requests[hugepages-2Mi]";
    for (refused, path) in [
        (compute(json!({"hugepages-2Mi": "3Mi", "cpu": "1"})), requested),
        (
            compute(json!({"hugepages-2Mi": "2097152500m", "cpu": "1"})),
            requested,
        ),
        (compute(json!({"hugepages-2Mi": "4Mi"})), requested),
        (compute(json!({"hugepages-2Mi": "0"})), requested),
        (
            compute(json!({"hugepages-big": "4Mi", "cpu": "1"})),
            "spec.compute.requests[hugepages-big]",
        ),
        (
            compute(json!({"hugepages-0": "4Mi", "cpu": "1"})),
            "spec.compute.requests[hugepages-0]",
        ),
        (
            limits(json!({"hugepages-1Gi": "1536Mi", "cpu": "1"})),
            "spec.performer.resources.limits[hugepages-1Gi]",
        ),
        (
            limits(json!({"hugepages-1Gi": "1Gi", "ephemeral-storage": "1Gi"})),
            "spec.performer.resources.limits[hugepages-1Gi]",
        ),
    ] {
        let violations = bad(refused.clone());
        assert_eq!(paths(&violations), [path], "{refused}: {violations:?}");
    }
    let both = bad(compute(json!({"hugepages-2Mi": "3Mi"})));
    assert_eq!(paths(&both), [requested, requested], "all is said at once");
    let unequal = bad(json!({"performer": {"resources": {
        "requests": {"hugepages-2Mi": "2Mi", "cpu": "1"}, "limits": {"hugepages-2Mi": "4Mi"}}}}));
    assert_eq!(
        paths(&unequal),
        ["spec.performer.resources.limits[hugepages-2Mi]"]
    );
}

#[test]
fn required_pod_affinity_binds_the_cluster_only() {
    let term = json!([{"topologyKey": "kubernetes.io/hostname"}]);
    let required = |field: &str| {
        good(
            json!({"performer": {"scheduling": {"affinity": {field: {"requiredDuringSchedulingIgnoredDuringExecution": term}}}}}),
        )
    };
    assert_eq!(required("podAffinity").pin, PinScope::Cluster);
    assert_eq!(required("podAntiAffinity").pin, PinScope::Cluster);
    let preferred = good(json!({"performer": {"scheduling": {"affinity": {"podAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}}}}}));
    assert_eq!(preferred.pin, PinScope::Node);
}

#[test]
fn rules_over_nodes_and_zones_contradict_a_pin_to_the_cluster_only() {
    let selector = json!({"matchLabels": {"app": "web"}});
    let rules = |topology: &str, wish: bool| {
        let mut spread = json!({"maxSkew": 1, "topology": topology});
        let mut term = json!({"selector": selector, "topology": topology});
        if wish {
            spread["whenUnsatisfiable"] = json!("SCHEDULE_ANYWAY");
            term["weight"] = json!(5);
        }
        json!({"spread": [spread], "affinity": [term], "antiAffinity": [
            {"selector": {"matchLabels": {"app": "noisy"}}, "topology": topology, "weight": 1}, term]})
    };
    let pod_rules = json!({"scheduling": {"affinity": {"podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]}}}});
    for (pinned, by) in [
        (json!({"pin": "CLUSTER"}), "spec.pin, which is CLUSTER"),
        (
            json!({"performer": pod_rules}),
            "spec.performer.scheduling.affinity.podAntiAffinity",
        ),
    ] {
        let with = |rules: Value| {
            let mut extra = pinned.clone();
            for (key, value) in rules.as_object().expect("an object") {
                extra[key] = value.clone();
            }
            canonicalise(&spec(extra), &Labels::new())
        };
        for topology in ["NODE", "ZONE"] {
            let found = with(rules(topology, false)).expect_err("nobody would hold them");
            let ours: Vec<&str> = paths(&found);
            for path in ["spec.spread[0]", "spec.affinity[0]", "spec.antiAffinity[1]"] {
                let told = found
                    .iter()
                    .any(|violation| violation.path == path && violation.message.contains(by));
                assert!(told, "{path} of {topology}: {found:?}");
            }
            assert!(!ours.contains(&"spec.antiAffinity[0]"), "a wish: {ours:?}");
            with(rules(topology, true)).expect("wishes may stay unmet");
        }
        for topology in ["CLUSTER", "REGION"] {
            let spread = json!({"spread": [{"maxSkew": 1, "topology": topology}],
                "antiAffinity": [{"selector": selector, "topology": topology}]});
            with(spread).expect("the cluster is chosen here");
        }
        let clique = json!({"compute": {"gpu": {"count": 1, "sameClique": true}}});
        let found = with(clique).expect_err("nobody would hold it");
        assert_eq!(paths(&found), ["spec.compute.gpu.sameClique"]);
        assert!(found[0].message.contains(by), "{found:?}");
    }
    let pinned = json!({"pin": "NODE", "spread": [{"maxSkew": 1, "topology": "NODE"}]});
    assert_eq!(good(pinned).spread.len(), 1);
}

#[test]
fn the_shape_is_what_nodes_and_clusters_see() {
    let base = json!({"compute": {"requests": {"cpu": "1"}}});
    let shape = |extra: Value| good(extra).shape;
    let one = shape(base.clone());
    let mut env = base.clone();
    env["performer"] = json!({"image": "other/image", "config": {"environment": {"A": "b"}}});
    assert_eq!(shape(env), one, "what runs does not matter");
    let mut more = base.clone();
    more["nodeRules"] = json!({"nodeSelector": {"a": "b"}});
    assert_ne!(shape(more), one);
    let mut changed = good(base);
    changed.nodes.hostnames.insert(NodeName::new("n1").unwrap());
    assert_ne!(changed.reshaped().shape, one, "of what has changed by now");
}

#[test]
fn rules_of_both_parts_hold_together() {
    let term = |key: &str| json!({"nodeSelectorTerms": [{"matchExpressions": [{"key": key, "operator": "Exists"}]}]});
    let request = good(json!({
        "performer": {"scheduling": {
            "tolerations": [{"key": "a", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": term("x")}}}},
        "nodeRules": {"requiredNodeAffinity": term("y"),
            "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]}}));
    assert_eq!(request.nodes.affinity.len(), 2);
    let scheduling = request.performer.scheduling.expect("scheduling");
    assert_eq!(scheduling.tolerations.len(), 2);
    let json = serde_json::to_value(scheduling.affinity).expect("json");
    let terms = &json["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    assert_eq!(
        terms[0]["matchExpressions"].as_array().map(Vec::len),
        Some(2),
        "{terms}"
    );
}

#[test]
fn too_large_a_performer_is_refused() {
    let violations = bad(json!({"performer": {"config": {"environment": {"BIG": "x".repeat(200_000)}}}}));
    assert_eq!(paths(&violations), ["spec"]);
}
