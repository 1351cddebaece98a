//! Small random fleets, and requests that often fit nowhere.

use hourglass_model::node::NodeFacts;
use hourglass_model::resources::CPU;
use serde_json::{Value, json};

use super::case::{APPS, Case, TAINTS, without_overhead};
use crate::fixture::rng::Rng;
use crate::fixture::*;

/// A node with GPUs, shares of GPUs, keys of confidential machines, or none of these; some are in use.
fn hardware(rng: &mut Rng, name: &str) -> NodeFacts {
    let mut small = |most: usize| i64::try_from(rng.below(most)).expect("small");
    let (kind, used) = (small(5), small(5));
    let (mut node, used) = match kind {
        0 => (a100(name, 4), vector(&[("nvidia.com/gpu", used)])),
        1 => (t4_shared(name, 8), vector(&[("nvidia.com/gpu", used * 2)])),
        2 => (tdx(name, 3), vector(&[("tdx.intel.com/keys", used.min(3))])),
        3 => {
            let taken = usize::try_from(used).expect("small");
            let devices = (0..4).map(|at| {
                let mut device = device(&format!("{name}-{at}"));
                device.used_milli = if at < taken { 1_000 } else { 0 };
                device
            });
            (device_node(name, devices.collect()), vector(&[]))
        }
        _ => (node(name, &[], &[]), vector(&[])),
    };
    node.labels = node.labels.with("kubernetes.io/hostname", name);
    node.used = used;
    node
}

/// A small fleet, and a request that often fits nowhere.
fn random(rng: &mut Rng) -> Case {
    let mut clusters = Vec::new();
    let mut names = Vec::new();
    for name in ["a", "b"].into_iter().take(1 + rng.below(2)) {
        let mut nodes = Vec::new();
        for at in 0..=rng.below(3) {
            let mut taints: Vec<&str> = TAINTS.to_vec();
            taints.retain(|_| rng.one_in(5));
            let mut node = hardware(rng, &format!("{name}{at}"));
            node.taints = taints.iter().map(|key| taint(key)).collect();
            node.labels = node
                .labels
                .with("topology.kubernetes.io/zone", rng.of(&["z1", "z2"]));
            node.unschedulable = rng.one_in(8);
            let used = i64::try_from(rng.below(5)).expect("small") * 8_000;
            node.used.set(CPU.clone(), used);
            names.push(node.name.to_string());
            nodes.push(node);
        }
        let taints = TAINTS.into_iter().filter(|_| rng.one_in(8)).collect();
        clusters.push((name, nodes, taints));
    }
    let running = (0..rng.below(4))
        .map(|_| (rng.of(&APPS), rng.of(&names)))
        .collect();
    let mut spec = json!({
        "compute": {"requests": {"cpu": rng.of(&["500m", "4", "12", "24"])}},
        "replicas": 1 + rng.below(4), "gang": rng.one_in(2),
    });
    match rng.below(5) {
        0 => spec["compute"]["gpu"] = json!({"count": 1 + rng.below(4)}),
        1 => {
            spec["compute"]["gpu"] =
                json!({"count": 1 + rng.below(2), "products": [rng.of(&["A100", "T4"])]});
        }
        2 => spec["compute"]["gpu"] = json!({"shareMilli": rng.of(&[250, 500])}),
        3 => spec["compute"]["tee"] = json!({"kinds": ["tdx"]}),
        _ => {}
    }
    if rng.one_in(8) {
        spec["performer"] = json!({"scheduling": {"runtimeClass": "gvisor"}});
        spec["compute"].as_object_mut().expect("an object").remove("tee");
    }
    let mut classes = Vec::new();
    for (name, ..) in &clusters {
        let kata = facts().runtime_classes;
        classes.extend(
            kata.into_iter()
                .chain([without_overhead("gvisor")])
                .map(|class| ((*name).to_owned(), class)),
        );
    }
    classes.retain(|_| !rng.one_in(3));
    let mut terms = |odds: usize| -> Vec<Value> {
        let topology = rng.of(&["NODE", "ZONE", "CLUSTER"]);
        let apps = APPS.iter().filter(|_| rng.one_in(odds));
        apps.map(|app| json!({"selector": {"matchLabels": {"app": app}}, "topology": topology}))
            .collect()
    };
    let (near, apart) = (terms(6), terms(5));
    spec["affinity"] = json!(near);
    if near.is_empty() {
        spec["antiAffinity"] = json!(apart);
    }
    if rng.one_in(3) {
        let topology = rng.of(&["NODE", "ZONE", "CLUSTER"]);
        spec["spread"] = json!([{"maxSkew": 1 + rng.below(2), "topology": topology, "whenUnsatisfiable": "DO_NOT_SCHEDULE"}]);
    }
    match rng.below(12) {
        0 | 1 => spec["nodeRules"]["nodeSelector"] = json!({"kubernetes.io/hostname": rng.of(&names)}),
        2 => spec["nodeRules"]["nodeSelector"] = json!({"disk": "ssd", "rack": "r1"}),
        3 => spec["nodeRules"]["hostnames"] = json!([rng.of(&names)]),
        4 => {
            let zone = json!({"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z3"]});
            spec["nodeRules"]["requiredNodeAffinity"] =
                json!({"nodeSelectorTerms": [{"matchExpressions": [zone]}]});
        }
        _ => {}
    }
    if rng.one_in(3) {
        match rng.below(6) {
            0 => spec["compute"]["requests"]["cpu"] = json!("40"),
            1 => spec["compute"]["gpu"] = json!({"count": 1, "minMemoryMib": 100_000}),
            2 => spec["compute"]["gpu"] = json!({"count": 1, "minComputeCapability": "10.0"}),
            3 => spec["compute"]["gpu"] = json!({"count": 1, "confidential": true}),
            4 => spec["compute"]["gpu"] = json!({"count": 9}),
            _ => {
                // A RuntimeClass of its own would contradict that of the kind.
                spec.as_object_mut().expect("an object").remove("performer");
                let kind = rng.of(&["tdx", "sev-snp"]);
                let slots = 1 + rng.below(4);
                spec["compute"]["tee"] = json!({"kinds": [kind], "slots": slots});
            }
        }
    }
    let quotas = if rng.one_in(3) {
        (0..=rng.below(2))
            .map(|_| i64::try_from(rng.below(40)).expect("small") * 1_000)
            .collect()
    } else {
        Vec::new()
    };
    Case {
        clusters,
        quotas,
        classes,
        running,
        spec,
    }
}

/// The same fleet with a request that two things keep from most nodes.
fn with_two_wishes(mut case: Case, rng: &mut Rng) -> Case {
    let spec = &mut case.spec;
    let compute = spec["compute"].as_object_mut().expect("an object");
    compute.remove("gpu");
    compute.remove("tee");
    match rng.below(5) {
        0 => {
            let product = rng.of(&["A100", "H100"]);
            spec["compute"]["gpu"] = json!({"count": 1, "products": [product], "minMemoryMib": 100_000});
        }
        1 => spec["compute"]["gpu"] = json!({"count": 9, "minComputeCapability": "10.0"}),
        2 => spec["compute"]["requests"] = json!({"cpu": "40", "memory": "4Ti"}),
        3 => {
            spec["compute"]["gpu"] = json!({"count": 1, "confidential": true});
            spec["nodeRules"]["nodeSelector"] = json!({"disk": "ssd"});
        }
        _ => spec["compute"]["gpu"] = json!({"count": 5, "products": ["H100"]}),
    }
    case
}

#[test]
fn whatever_is_told_would_help_does() {
    let cases = (0..5_000).map(|seed| random(&mut Rng::new(seed)));
    let two = (0..1_000).map(|seed| {
        let rng = &mut Rng::new(seed);
        let case = random(rng);
        with_two_wishes(case, rng)
    });
    let told: Vec<String> = cases.chain(two).filter_map(Case::check).collect();
    let mut parts = vec![
        "nodeRules.tolerations",
        "clusterRules.tolerations",
        "is uncordoned",
        "more cpu ",
        "more nvidia.com/gpu ",
        "more tdx.intel.com/keys ",
        "nodeSelector does not ask for",
        "nodeRules.hostnames names",
        "required node affinity is left out",
        "compute.requests[cpu] is at most",
        "compute.gpu.count is at most",
        "compute.gpu.count is 1 in the place of shareMilli",
        "compute.gpu.minMemoryMib is at most",
        "compute.gpu.minComputeCapability is at most",
        "compute.gpu.products names",
        "compute.gpu.confidential is not asked for",
        "has RuntimeClass",
        "more node like",
        "a placement with",
        "no placement with",
        "ResourceQuota",
        " and compute.gpu.minMemoryMib is at most",
        " and compute.gpu.minComputeCapability is at most",
        " and compute.gpu.count is at most",
        "nodeSelector does not ask for disk=ssd and compute.gpu.confidential is not asked for",
        " and compute.requests[memory] is at most",
    ];
    parts.retain(|part| !told.iter().any(|hint| hint.contains(part)));
    assert!(parts.is_empty(), "{parts:?} of {told:#?}");
}
