//! Prints how long decisions take on fleets of growing size: `cargo run --release -p hourglass-engine --example
//! decide_times`. For people; nothing depends on the figures.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use hourglass_engine::{
    Avoid, ClusterFacts, ClusterSettings, DecideInput, FleetState, Health, Owner, SlotWanted, decide,
};
use hourglass_model::ids::{ClusterName, Epoch, Namespace, NodeName, PlacementUid, Sequence, Slot, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::node::NodeFacts;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use hourglass_model::resources::{ResourceName, ResourceVector};

fn node(index: usize) -> Result<NodeFacts, Box<dyn Error>> {
    let mut allocatable = ResourceVector::new();
    let gpus = if index.is_multiple_of(2) { 8 } else { 0 };
    for (name, amount) in [
        ("cpu", 96_000),
        ("memory", 512 << 30),
        ("pods", 110),
        ("nvidia.com/gpu", gpus),
    ] {
        allocatable.set(ResourceName::new(name)?, amount);
    }
    let name = NodeName::new(format!("node-{index:05}"))?;
    let mut labels = [
        ("kubernetes.io/hostname", name.as_str()),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/os", "linux"),
        ("node.kubernetes.io/instance-type", "large"),
        ("topology.kubernetes.io/zone", "zone-a"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .to_vec();
    if gpus > 0 {
        labels.push((
            "nvidia.com/gpu.product".to_owned(),
            "NVIDIA-A100-SXM4-80GB".to_owned(),
        ));
    }
    Ok(NodeFacts {
        uid: name.to_string(),
        name,
        labels: labels.into_iter().collect(),
        taints: Vec::new(),
        unschedulable: false,
        ready: true,
        allocatable,
        used: ResourceVector::new(),
        claims: Vec::new(),
        devices: Vec::new(),
    })
}

fn fleet(clusters: usize, nodes: usize, tenant: &TenantId) -> Result<FleetState, Box<dyn Error>> {
    let mut state = FleetState::new();
    for index in 0..clusters {
        let name = ClusterName::new(format!("cluster-{index:03}"))?;
        state.put_cluster(name.clone(), ClusterSettings::default());
        state.set_health(&name, Health::Ready)?;
        state.begin_session(&name)?;
        state.snapshot_begin(&name, Sequence(1))?;
        let facts = ClusterFacts {
            tenants: [(tenant.clone(), vec![Namespace::new("default")?])].into(),
            ..ClusterFacts::default()
        };
        let all: Result<Vec<NodeFacts>, _> = (0..nodes).map(node).collect();
        state.snapshot_chunk(&name, all?, Some(facts))?;
        state.snapshot_end(&name, Sequence(1), nodes)?;
    }
    Ok(state)
}

fn request(extra: &str) -> Result<CanonicalRequest, Box<dyn Error>> {
    let text = format!(
        r#"{{"performer":{{"avsAddress":"0x{}","image":"p"}},{extra}}}"#,
        "0".repeat(40)
    );
    let spec: PlacementSpec = serde_json::from_str(&text)?;
    canonicalise(&spec, &Labels::new()).map_err(|violations| format!("{violations:?}").into())
}

fn main() -> Result<(), Box<dyn Error>> {
    let tenant = TenantId::new("default")?;
    let requests = [
        (
            "2 GPUs",
            request(
                r#""compute":{"gpu":{"count":2,"products":["A100"]},"requests":{"cpu":"4","memory":"16Gi"}}"#,
            )?,
            1,
        ),
        (
            "cpu only",
            request(r#""compute":{"requests":{"cpu":"4","memory":"16Gi"}}"#)?,
            1,
        ),
        (
            "gang of 64",
            request(r#""compute":{"gpu":{"count":8}},"replicas":64,"gang":true"#)?,
            64,
        ),
        (
            "no such GPU",
            request(r#""compute":{"gpu":{"count":1,"products":["B200"]}}"#)?,
            1,
        ),
        ("too large", request(r#""compute":{"gpu":{"count":9}}"#)?, 1),
    ];
    let mut out = std::io::stdout().lock();
    for (clusters, nodes) in [(10, 50), (10, 500), (100, 500)] {
        let mut state = fleet(clusters, nodes, &tenant)?;
        for (index, (what, request, replicas)) in requests.iter().enumerate() {
            let slots: Vec<SlotWanted> = (0..*replicas)
                .map(|slot| SlotWanted {
                    slot: Slot(slot),
                    epoch: Epoch(1),
                })
                .collect();
            let input = DecideInput {
                tenant: &tenant,
                placement: None,
                slots: &slots,
                avoid: &Avoid::new(),
                preempt: false,
            };
            let mut times = Vec::new();
            for round in 0..30 {
                let begun = Instant::now();
                let decision = decide(&state, request, &input);
                times.push(begun.elapsed());
                let uid = PlacementUid::new(format!("p-{index}-{round}"))?;
                let owner = Owner::new(&tenant, &uid, request);
                for slot in &decision.placed {
                    state.claim(slot.claim(&owner))?;
                }
            }
            times.sort();
            let (half, worst) = (times.get(times.len() / 2), times.last());
            writeln!(
                out,
                "{clusters:>4} clusters x {nodes} nodes, {what:<12} p50 {half:?} max {worst:?}"
            )?;
        }
    }
    Ok(())
}
