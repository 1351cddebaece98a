//! Random nodes and clusters: few values of everything, so that ties and near misses are common.

use hourglass_engine::{ClusterFacts, ClusterSettings};
use hourglass_model::node::NodeFacts;
use serde_json::{Value, json};

use crate::rng::Rng;

/// How large a fleet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A few clusters of a few nodes.
    Small,
    /// More clusters than are walked one by one.
    ManyClusters,
    /// More classes of nodes than are walked one by one.
    ManyNodes,
}

impl Size {
    pub fn clusters(self, rng: &mut Rng) -> usize {
        match self {
            Self::Small => 1 + rng.below(4),
            // More than go into one word of a set.
            Self::ManyClusters => 17 + rng.below(60),
            Self::ManyNodes => 1 + rng.below(3),
        }
    }

    pub fn nodes(self, rng: &mut Rng) -> usize {
        match self {
            Self::Small => rng.below(9),
            Self::ManyClusters => rng.below(5),
            Self::ManyNodes => 60 + rng.below(200),
        }
    }

    /// Distinct values of the label that makes classes.
    fn pools(self) -> usize {
        match self {
            Self::Small => 3,
            Self::ManyClusters => 2,
            Self::ManyNodes => 120,
        }
    }
}

pub fn cluster_name(at: usize) -> String {
    format!("c{at:02}")
}

pub fn node_name(at: usize) -> String {
    format!("n{at:03}")
}

const GI: i64 = 1 << 30;

/// The facts of a node; `extra` in cpu, memory and pods is what others use there.
pub fn node(size: Size, at: usize, rng: &mut Rng) -> NodeFacts {
    let name = node_name(at);
    let mut labels = json!({"topology.kubernetes.io/zone": format!("z{}", rng.below(3))});
    let mut allocatable = json!({
        "cpu": rng.of(&[4_000, 4_000, 8_000, 16_000]),
        "memory": (rng.of(&[8, 8, 16, 32]) * GI) - if rng.one_in(4) { 4_096 } else { 0 },
        "pods": if rng.one_in(8) { 2 } else { 12 },
    });
    let mut used = json!({});
    let pool = rng.below(size.pools());
    if !rng.one_in(4) {
        labels["pool"] = json!(format!("p{pool}"));
    }
    if !rng.one_in(5) {
        // Mostly the node's own name, as Kubernetes has it.
        labels["kubernetes.io/hostname"] = json!(if rng.one_in(6) {
            node_name(rng.below(6))
        } else {
            name.clone()
        });
    }
    if rng.one_in(5) {
        labels["generation"] = json!(rng.below(3).to_string());
    }
    let mut devices = Vec::new();
    match rng.below(10) {
        8 => devices = shown(&name, rng),
        9 => mig(&mut labels, &mut allocatable, rng),
        0 | 1 => gpu(&mut labels, &mut allocatable, &mut used, rng),
        2 => {
            labels["nvidia.com/gpu.product"] = json!("Tesla-T4-SHARED");
            labels["nvidia.com/gpu.replicas"] = json!("4");
            labels["nvidia.com/gpu.memory"] = json!("16384");
            allocatable["nvidia.com/gpu"] = json!(rng.of(&[4, 8]));
        }
        3 => tee(&mut labels, &mut allocatable, rng),
        4 if rng.one_in(2) => {
            gpu(&mut labels, &mut allocatable, &mut used, rng);
            tee(&mut labels, &mut allocatable, rng);
        }
        _ => {}
    }
    if rng.one_in(6) {
        allocatable["example.com/nic"] = json!(rng.below(4));
    }
    if rng.one_in(3) {
        used["cpu"] = json!(rng.below(18) * 250);
        used["memory"] = json!(i64::try_from(rng.below(12)).expect("small") * GI);
        used["pods"] = json!(rng.below(13));
    }
    let mut taints = Vec::new();
    if rng.one_in(6) {
        let effect = rng.of(&["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        taints.push(json!({"key": rng.of(&["dedicated", "gpu"]), "value": "", "effect": effect}));
    }
    let facts = json!({
        "name": name, "uid": format!("uid-{at}"), "labels": labels, "taints": taints,
        "unschedulable": rng.one_in(12), "ready": !rng.one_in(12), "allocatable": allocatable, "used": used,
        "devices": devices,
    });
    serde_json::from_value(facts).expect("facts of a node")
}

/// GPUs shown one by one: of one or two products, shared or not, whole or cut.
fn shown(node: &str, rng: &mut Rng) -> Vec<Value> {
    let cut = rng.one_in(3);
    let shared = rng.one_in(2);
    let count = 1 + rng.below(6);
    let clique = clique(rng);
    let mut each = |at: usize| {
        let (product, memory) = rng.of(&[
            ("NVIDIA A100", 81_920),
            ("NVIDIA A100", 81_920),
            ("Tesla T4", 16_384),
        ]);
        let mut device = json!({
            "id": format!("gpu.nvidia.com/{node}/d{at}"), "class": "gpu.nvidia.com", "product": product,
            "memoryMib": memory, "shareable": shared,
            "usedMilli": if shared { rng.of(&[0, 0, 300, 700]) } else { rng.of(&[0, 0, 1000]) },
        });
        if let Some(clique) = &clique {
            device["clique"] = json!(clique);
        }
        if cut {
            device["counters"] =
                json!([{"counter": format!("gpu-{}", at / 3), "takes": rng.of(&[1, 3, 7]), "of": 7}]);
            if !at.is_multiple_of(3) {
                device["migProfile"] = json!(rng.of(&["1g.10gb", "3g.40gb"]));
            }
        }
        device
    };
    (0..count).map(&mut each).collect()
}

/// The NVLink clique of a node, if it is in one.
fn clique(rng: &mut Rng) -> Option<String> {
    (!rng.one_in(3)).then(|| format!("q{}", rng.below(3)))
}

/// MIG devices by the mixed strategy.
fn mig(labels: &mut Value, allocatable: &mut Value, rng: &mut Rng) {
    labels["nvidia.com/gpu.product"] = json!("NVIDIA-A100-SXM4-80GB");
    labels["nvidia.com/gpu.memory"] = json!("81920");
    allocatable["nvidia.com/gpu"] = json!(rng.below(3));
    allocatable["nvidia.com/mig-1g.10gb"] = json!(rng.below(4));
    allocatable["nvidia.com/mig-3g.40gb"] = json!(rng.below(3));
}

fn gpu(labels: &mut Value, allocatable: &mut Value, used: &mut Value, rng: &mut Rng) {
    let (product, memory) = rng.of(&[("NVIDIA-A100-SXM4-80GB", "81920"), ("Tesla-T4", "16384")]);
    labels["nvidia.com/gpu.product"] = json!(product);
    labels["nvidia.com/gpu.memory"] = json!(memory);
    labels["nvidia.com/gpu.compute.major"] = json!(if product.contains("A100") { "8" } else { "7" });
    if rng.one_in(3) {
        labels["nvidia.com/cc.ready.state"] = json!("true");
    }
    if let Some(clique) = clique(rng) {
        labels["nvidia.com/gpu.clique"] = json!(clique);
    }
    let gpus = rng.of(&[1, 2, 4, 8]);
    allocatable["nvidia.com/gpu"] = json!(gpus);
    if rng.one_in(3) {
        used["nvidia.com/gpu"] = json!(rng.below(10));
    }
}

fn tee(labels: &mut Value, allocatable: &mut Value, rng: &mut Rng) {
    let kinds = [
        (
            "feature.node.kubernetes.io/cpu-security.tdx.enabled",
            "tdx.intel.com/keys",
        ),
        (
            "feature.node.kubernetes.io/cpu-security.sgx.enabled",
            "sgx.intel.com/enclave",
        ),
        (
            "feature.node.kubernetes.io/cpu-security.sev.snp.enabled",
            "sev-snp.amd.com/esids",
        ),
    ];
    for (label, resource) in kinds {
        if rng.one_in(2) {
            labels[label] = json!("true");
            if !rng.one_in(5) {
                allocatable[resource] = json!(rng.below(7));
            }
        }
    }
}

pub fn settings(rng: &mut Rng) -> ClusterSettings {
    let mut settings = json!({
        "labels": {"topology.kubernetes.io/region": rng.of(&["eu", "us"]), "tier": rng.of(&["gold", "tin"])},
        "taints": [], "cordoned": rng.one_in(10),
    });
    if rng.one_in(8) {
        settings["taints"] = json!([{"key": "test", "value": "", "effect": "NoSchedule"}]);
    }
    serde_json::from_value(settings).expect("settings of a cluster")
}

pub fn facts(rng: &mut Rng) -> ClusterFacts {
    let mut classes = Vec::new();
    for (name, key) in [
        ("kata-qemu-tdx", "tdx.intel.com/keys"),
        ("kata-qemu-snp", "sev-snp.amd.com/esids"),
        ("kata-qemu-nvidia-gpu-tdx", "tdx.intel.com/keys"),
    ] {
        if rng.one_in(4) {
            continue;
        }
        let mut class = json!({"name": name, "overhead": {"memory": rng.of(&[1, 2]) * GI, "cpu": 250}});
        if rng.one_in(2) {
            class["overhead"][key] = json!(1);
        }
        if rng.one_in(3) {
            class["nodeSelector"] = json!({"pool": "p1"});
        }
        if rng.one_in(3) {
            class["tolerations"] = json!([{"key": "dedicated", "operator": "Exists"}]);
        }
        classes.push(class);
    }
    let mut tenants = json!({});
    if !rng.one_in(10) {
        tenants["default"] = json!(["performers", "other"]);
    }
    let mut facts = json!({"kubernetesVersion": "v1.36.3", "runtimeClasses": classes, "tenants": tenants});
    if rng.one_in(5) {
        let mut quota =
            json!({"name": "q", "headroom": {"cpu": 3_000 + 1_000 * rng.below(9), "pods": rng.below(9)}});
        if rng.one_in(3) {
            quota["limits"] = json!({"memory": rng.of(&[2, 6, 20]) * GI});
        }
        facts["namespaces"] = json!({"performers": {"quota": [quota]}});
        if rng.one_in(2) {
            let defaults =
                json!({"requests": {"cpu": 250 * rng.below(4), "memory": GI}, "limits": {"memory": 2 * GI}});
            let ranges = json!([{"name": "r", "defaults": defaults}]);
            facts["namespaces"]["performers"]["limitRanges"] = ranges;
        }
    }
    serde_json::from_value(facts).expect("facts of a cluster")
}
