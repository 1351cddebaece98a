//! Fleets as they are: regions, zones, a dozen kinds of machines in node groups of their own, labels as Kubernetes, Node
//! Feature Discovery and GPU Feature Discovery set them, and a part of everything in use.

use std::collections::BTreeMap;

use hourglass_engine::{ClusterFacts, ClusterSettings, FleetState, Health};
use hourglass_model::ids::{ClusterName, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::labels::{Labels, Taint, TaintEffect};
use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::resources::{ResourceName, ResourceVector};

use crate::rng::Rng;

const GI: i64 = 1 << 30;

/// A kind of machine.
struct Machine {
    /// Of 100 nodes.
    share: usize,
    name: &'static str,
    cpu: i64,
    memory: i64,
    gpu: Option<Gpu>,
    tee: Option<(&'static str, &'static str, i64)>,
}

struct Gpu {
    product: &'static str,
    memory_mib: &'static str,
    compute: &'static str,
    count: i64,
    /// Time slices of each.
    slices: i64,
    confidential: bool,
}

const fn gpu(product: &'static str, memory_mib: &'static str, compute: &'static str, count: i64) -> Gpu {
    Gpu {
        product,
        memory_mib,
        compute,
        count,
        slices: 1,
        confidential: false,
    }
}

const fn machine(share: usize, name: &'static str, cpu: i64, memory: i64, gpu: Option<Gpu>) -> Machine {
    Machine {
        share,
        name,
        cpu,
        memory,
        gpu,
        tee: None,
    }
}

const TDX: (&str, &str, i64) = (
    "feature.node.kubernetes.io/cpu-security.tdx.enabled",
    "tdx.intel.com/keys",
    31,
);
const SNP: (&str, &str, i64) = (
    "feature.node.kubernetes.io/cpu-security.sev.snp.enabled",
    "sev-snp.amd.com/esids",
    16,
);

static MACHINES: [Machine; 12] = [
    machine(22, "c7-16", 16, 32, None),
    machine(18, "m7-32", 32, 128, None),
    machine(10, "m7-64", 64, 256, None),
    machine(6, "r7-32", 32, 512, None),
    machine(8, "g4-t4", 32, 128, Some(gpu("Tesla-T4", "15360", "7.5", 4))),
    machine(
        7,
        "g4-t4-shared",
        32,
        128,
        Some(Gpu {
            slices: 10,
            ..gpu("Tesla-T4-SHARED", "15360", "7.5", 4)
        }),
    ),
    machine(7, "g6-l4", 48, 192, Some(gpu("NVIDIA-L4", "23034", "8.9", 4))),
    machine(
        8,
        "p4-a100",
        96,
        1_152,
        Some(gpu("NVIDIA-A100-SXM4-80GB", "81920", "8.0", 8)),
    ),
    machine(
        6,
        "p5-h100",
        192,
        2_048,
        Some(gpu("NVIDIA-H100-80GB-HBM3", "81559", "9.0", 8)),
    ),
    Machine {
        tee: Some(TDX),
        ..machine(
            2,
            "p5-h100-cc",
            192,
            2_048,
            Some(Gpu {
                confidential: true,
                ..gpu("NVIDIA-H100-80GB-HBM3", "81559", "9.0", 8)
            }),
        )
    },
    Machine {
        tee: Some(TDX),
        ..machine(4, "m8-tdx", 64, 256, None)
    },
    Machine {
        tee: Some(SNP),
        ..machine(2, "m7a-snp", 64, 256, None)
    },
];

fn name(text: &str) -> ResourceName {
    ResourceName::new(text).expect("a resource name")
}

fn vector(entries: &[(&str, i64)]) -> ResourceVector {
    let entries = entries.iter().filter(|(_, amount)| *amount != 0);
    entries.map(|(text, amount)| (name(text), *amount)).collect()
}

fn pick(rng: &mut Rng) -> &'static Machine {
    let mut at = rng.below(100);
    for machine in &MACHINES {
        if at < machine.share {
            return machine;
        }
        at -= machine.share;
    }
    &MACHINES[0]
}

/// One node; `full` of 100 parts of it are in use, more or less.
pub fn node(cluster: usize, index: usize, full: usize, rng: &mut Rng) -> NodeFacts {
    let machine = pick(rng);
    let region = cluster % 10;
    let zone = rng.below(3);
    let name = NodeName::new(format!(
        "ip-10-{}-{}-{}.internal",
        cluster % 250,
        index / 250,
        index % 250
    ));
    let name = name.expect("a node name");
    let labels = labels(machine, cluster, region, zone, &name);
    // Machines of one kind differ by what their kernels keep.
    let memory = machine.memory * GI - i64::try_from(rng.below(8)).expect("small") * 4_096;
    let mut allocatable = vec![
        ("cpu", machine.cpu * 1_000 - 400),
        ("ephemeral-storage", 200 * GI),
        ("hugepages-1Gi", 0),
        ("hugepages-2Mi", 0),
        ("memory", memory),
        ("pods", 110),
    ];
    if let Some(gpu) = &machine.gpu {
        allocatable.push(("nvidia.com/gpu", gpu.count * gpu.slices));
    }
    if let Some((_, resource, slots)) = machine.tee {
        allocatable.push((resource, slots));
    }
    let allocatable: ResourceVector = allocatable
        .into_iter()
        .map(|(text, amount)| (self::name(text), amount))
        .collect();
    let used = used(&allocatable, full, rng);
    NodeFacts {
        uid: format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            rng.below(1 << 32),
            rng.below(1 << 16),
            rng.below(1 << 12),
            rng.below(1 << 12),
            rng.below(1 << 48)
        ),
        name,
        labels: labels.into(),
        taints: taints(machine, cluster),
        unschedulable: rng.below(200) == 0,
        ready: rng.below(200) != 0,
        allocatable,
        used,
        claims: Vec::new(),
        devices: Vec::new(),
    }
}

fn taints(machine: &Machine, cluster: usize) -> Vec<Taint> {
    if machine.gpu.is_none() || !cluster.is_multiple_of(3) {
        return Vec::new();
    }
    vec![Taint {
        key: "nvidia.com/gpu".to_owned(),
        value: "present".to_owned(),
        effect: TaintEffect::NoSchedule,
    }]
}

/// What is in use: cpu and memory in the steps in which people ask, devices in whole numbers.
fn used(allocatable: &ResourceVector, full: usize, rng: &mut Rng) -> ResourceVector {
    let mut used = ResourceVector::new();
    let level = match full {
        0 => 0,
        full => (full + rng.below(21)).saturating_sub(10).min(100),
    };
    let level = i64::try_from(level).expect("at most 100");
    for (resource, all) in allocatable.iter() {
        let share = i64::try_from(i128::from(all) * i128::from(level) / 100).expect("smaller than all");
        let amount = match resource.as_str() {
            "cpu" => share / 250 * 250,
            "memory" => share / (GI / 4) * (GI / 4),
            "pods" => share / 3,
            "ephemeral-storage" => 0,
            _ => share,
        };
        if amount > 0 {
            used.set(resource.clone(), amount);
        }
    }
    used
}

fn labels(machine: &Machine, cluster: usize, region: usize, zone: usize, node: &NodeName) -> Labels {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |key: &str, value: &str| labels.insert(key.to_owned(), value.to_owned());
    put("beta.kubernetes.io/arch", "amd64");
    put("beta.kubernetes.io/os", "linux");
    put("kubernetes.io/arch", "amd64");
    put("kubernetes.io/os", "linux");
    put("kubernetes.io/hostname", node.as_str());
    put("node.kubernetes.io/instance-type", machine.name);
    put("topology.kubernetes.io/region", &format!("region-{region}"));
    put("topology.kubernetes.io/zone", &format!("region-{region}-{zone}"));
    put(
        "eks.amazonaws.com/nodegroup",
        &format!("cluster-{cluster:04}-{}", machine.name),
    );
    put("feature.node.kubernetes.io/cpu-model.vendor_id", "Intel");
    put("feature.node.kubernetes.io/kernel-version.major", "6");
    put("feature.node.kubernetes.io/system-os_release.ID", "ubuntu");
    if let Some((label, ..)) = machine.tee {
        put(label, "true");
    }
    if let Some(gpu) = &machine.gpu {
        let (major, minor) = gpu.compute.split_once('.').unwrap_or((gpu.compute, "0"));
        put("nvidia.com/gpu.present", "true");
        put("nvidia.com/gpu.product", gpu.product);
        put("nvidia.com/gpu.memory", gpu.memory_mib);
        put("nvidia.com/gpu.count", &gpu.count.to_string());
        put("nvidia.com/gpu.replicas", &gpu.slices.to_string());
        put("nvidia.com/gpu.compute.major", major);
        put("nvidia.com/gpu.compute.minor", minor);
        put("nvidia.com/gpu.family", "hopper");
        put("nvidia.com/mig.strategy", "none");
        put("nvidia.com/cuda.driver.major", "570");
        put("nvidia.com/cuda.runtime.major", "12");
        if gpu.confidential {
            put("nvidia.com/cc.ready.state", "true");
        }
    }
    labels
}

pub fn tenant() -> TenantId {
    TenantId::new("default").expect("a tenant")
}

/// Every fourth cluster runs an older Kata with more overhead.
pub fn facts(cluster: usize) -> ClusterFacts {
    let more = if cluster % 4 == 3 { 2 } else { 1 };
    let class = |text: &str, key: &str| RuntimeClassFacts {
        name: text.to_owned(),
        overhead: vector(&[("cpu", 250), ("memory", more * GI), (key, 1)]),
        node_selector: Labels::new(),
        tolerations: Vec::new(),
    };
    ClusterFacts {
        kubernetes_version: "v1.36.3".to_owned(),
        runtime_classes: vec![
            class("kata-qemu-tdx", "tdx.intel.com/keys"),
            class("kata-qemu-nvidia-gpu-tdx", "tdx.intel.com/keys"),
            class("kata-qemu-snp", "sev-snp.amd.com/esids"),
        ],
        tenants: [(tenant(), vec![Namespace::new("performers").expect("a namespace")])].into(),
        ..ClusterFacts::default()
    }
}

pub fn cluster_name(cluster: usize) -> ClusterName {
    ClusterName::new(format!("cluster-{cluster:04}")).expect("a cluster name")
}

/// Makes a cluster known, without inventory.
pub fn join(state: &mut FleetState, cluster: usize) {
    let name = cluster_name(cluster);
    let label = |key: &str, value: String| (key.to_owned(), value);
    let settings = ClusterSettings {
        labels: [
            label(
                "topology.kubernetes.io/region",
                format!("region-{}", cluster % 10),
            ),
            label(
                "tier",
                if cluster.is_multiple_of(5) {
                    "gold"
                } else {
                    "plain"
                }
                .to_owned(),
            ),
        ]
        .into(),
        ..ClusterSettings::default()
    };
    state.put_cluster(name.clone(), settings);
    state.set_health(&name, Health::Ready).expect("known");
    state.begin_session(&name).expect("known");
}

/// Puts a cluster's whole inventory in force.
pub fn report(state: &mut FleetState, cluster: usize, nodes: Vec<NodeFacts>) {
    let name = cluster_name(cluster);
    let count = nodes.len();
    state.snapshot_begin(&name, Sequence(1)).expect("known");
    state
        .snapshot_chunk(&name, nodes, Some(facts(cluster)))
        .expect("begun");
    state.snapshot_end(&name, Sequence(1), count).expect("whole");
}

/// A whole fleet.
pub fn fleet(clusters: usize, nodes: usize, full: usize, rng: &mut Rng) -> FleetState {
    let mut state = FleetState::new();
    for cluster in 0..clusters {
        join(&mut state, cluster);
        let all = (0..nodes).map(|index| node(cluster, index, full, rng)).collect();
        report(&mut state, cluster, all);
    }
    state
}
