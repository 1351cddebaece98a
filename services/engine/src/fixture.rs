//! Small fleets for unit tests.

#[path = "../tests/shared/rng.rs"]
pub(crate) mod rng;

use std::sync::Arc;

use hourglass_model::gpu::{ComputeCapability, DeviceAttribute, DeviceFacts, DeviceUse, Product};
use hourglass_model::ids::{
    ClaimId, ClusterName, DeviceId, Epoch, Namespace, NodeName, PlacementUid, Sequence, Slot, TenantId,
};
use hourglass_model::labels::{Labels, Taint, TaintEffect};
use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use hourglass_model::resources::{ResourceName, ResourceVector};
use serde_json::{Value, json};

use crate::{
    Avoid, ClusterFacts, ClusterSettings, DecideInput, Decision, Dispatch, Explanation, FleetState, Health,
    Owner, SlotWanted,
};

pub(crate) fn cluster(name: &str) -> ClusterName {
    ClusterName::new(name).expect("valid")
}

pub(crate) fn node_name(name: &str) -> NodeName {
    NodeName::new(name).expect("valid")
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("default").expect("valid")
}

pub(crate) fn vector(entries: &[(&str, i64)]) -> ResourceVector {
    entries
        .iter()
        .map(|(name, amount)| (ResourceName::new(name).expect("valid"), *amount))
        .collect()
}

/// A node with 32 cores, 128 GiB, 110 pods, and more by name.
pub(crate) fn node(name: &str, labels: &[(&str, &str)], resources: &[(&str, i64)]) -> NodeFacts {
    let mut allocatable = vector(&[("cpu", 32_000), ("memory", 128 << 30), ("pods", 110)]);
    for (resource, amount) in vector(resources).iter() {
        allocatable.set(resource.clone(), amount);
    }
    NodeFacts {
        name: node_name(name),
        uid: name.to_owned(),
        labels: labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Labels>()
            .into(),
        taints: Vec::new(),
        unschedulable: false,
        ready: true,
        allocatable,
        used: ResourceVector::new(),
        claims: Vec::new(),
        devices: Vec::new(),
    }
}

/// Device `name` of driver `gpu.nvidia.com`.
pub(crate) fn device_id(name: &str) -> DeviceId {
    DeviceId::new(format!("gpu.nvidia.com/pool/{name}")).expect("valid")
}

pub(crate) fn device_use(name: &str, milli: u16) -> DeviceUse {
    DeviceUse {
        device: device_id(name),
        milli,
    }
}

/// An A100 that is taken whole.
pub(crate) fn device(name: &str) -> DeviceFacts {
    let attribute = |name: &str, value: &str| DeviceAttribute {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    DeviceFacts {
        id: device_id(name),
        class: "gpu.nvidia.com".to_owned(),
        product: Product::parse("NVIDIA A100-SXM4-80GB").ok(),
        memory_mib: Some(81_920),
        compute_capability: ComputeCapability::parse("8.0").ok(),
        clique: None,
        mig_profile: None,
        confidential: false,
        shareable: false,
        used_milli: 0,
        identity: Some(attribute("gpu.nvidia.com/uuid", &format!("GPU-{name}"))),
        kind: vec![attribute("gpu.nvidia.com/productName", "NVIDIA A100-SXM4-80GB")],
        counters: Vec::new(),
    }
}

/// A device that several claims may share.
pub(crate) fn shared_device(name: &str) -> DeviceFacts {
    DeviceFacts {
        shareable: true,
        ..device(name)
    }
}

/// A node that shows these devices and counts nothing.
pub(crate) fn device_node(name: &str, devices: Vec<DeviceFacts>) -> NodeFacts {
    NodeFacts {
        devices,
        ..node(name, &[], &[])
    }
}

pub(crate) fn a100(name: &str, gpus: i64) -> NodeFacts {
    let labels = [
        ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"),
        ("nvidia.com/gpu.memory", "81920"),
        ("nvidia.com/gpu.compute.major", "8"),
    ];
    node(name, &labels, &[("nvidia.com/gpu", gpus)])
}

pub(crate) fn tdx(name: &str, keys: i64) -> NodeFacts {
    let labels = [("feature.node.kubernetes.io/cpu-security.tdx.enabled", "true")];
    node(name, &labels, &[("tdx.intel.com/keys", keys)])
}

pub(crate) fn t4_shared(name: &str, slices: i64) -> NodeFacts {
    let labels = [
        ("nvidia.com/gpu.product", "Tesla-T4-SHARED"),
        ("nvidia.com/gpu.replicas", "4"),
    ];
    node(name, &labels, &[("nvidia.com/gpu", slices)])
}

pub(crate) fn taint(key: &str) -> Taint {
    Taint {
        key: key.to_owned(),
        value: String::new(),
        effect: TaintEffect::NoSchedule,
    }
}

pub(crate) fn facts() -> ClusterFacts {
    let kata = RuntimeClassFacts {
        name: "kata-qemu-tdx".to_owned(),
        overhead: vector(&[("memory", 2 << 30), ("tdx.intel.com/keys", 1)]),
        node_selector: [(
            "feature.node.kubernetes.io/cpu-security.tdx.enabled".to_owned(),
            "true".to_owned(),
        )]
        .into(),
        tolerations: Vec::new(),
    };
    ClusterFacts {
        kubernetes_version: "v1.36.3".to_owned(),
        runtime_classes: vec![kata],
        tenants: [(tenant(), vec![Namespace::new("performers").expect("valid")])].into(),
        ..ClusterFacts::default()
    }
}

/// Puts a complete inventory in force.
pub(crate) fn report(state: &mut FleetState, name: &str, nodes: Vec<NodeFacts>) {
    let name = cluster(name);
    let sequence = state
        .cluster(&name)
        .and_then(crate::ClusterState::sequence)
        .unwrap_or_default()
        .next();
    let count = nodes.len();
    state.snapshot_begin(&name, sequence).expect("known");
    state.snapshot_chunk(&name, nodes, Some(facts())).expect("begun");
    state.snapshot_end(&name, sequence, count).expect("whole");
}

/// A fleet of READY clusters with these nodes.
pub(crate) fn fleet(clusters: &[(&str, Vec<NodeFacts>)]) -> FleetState {
    let mut state = FleetState::new();
    for (name, nodes) in clusters {
        state.put_cluster(cluster(name), ClusterSettings::default());
        state.set_health(&cluster(name), Health::Ready).expect("known");
        state.begin_session(&cluster(name)).expect("known");
        report(&mut state, name, nodes.clone());
    }
    state
}

/// A canonical request with these parts beside a small performer.
pub(crate) fn request(extra: Value) -> CanonicalRequest {
    canonicalise(&spec(extra), &Labels::new()).expect("valid")
}

fn spec(extra: Value) -> PlacementSpec {
    let mut spec =
        json!({"performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"}});
    if let (Value::Object(spec), Value::Object(extra)) = (&mut spec, extra) {
        for (key, value) in extra {
            match (spec.get_mut(&key), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                (_, value) => {
                    spec.insert(key, value);
                }
            }
        }
    }
    serde_json::from_value(spec).expect("wire form")
}

/// First places for all replicas of a request.
pub(crate) fn slots(request: &CanonicalRequest) -> Vec<SlotWanted> {
    (0..request.replicas)
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        })
        .collect()
}

/// Decides all replicas and checks the invariants of the answer.
pub(crate) fn decide(state: &FleetState, request: &CanonicalRequest) -> Decision {
    decide_as(state, "undecided", request)
}

/// As [`decide`], with what the request is kept away from.
pub(crate) fn decide_avoiding(state: &FleetState, request: &CanonicalRequest, avoid: &Avoid) -> Decision {
    decide_with(state, "undecided", request, avoid)
}

/// As [`decide`] for a placement of this name, which may have slots already; others may be moved.
pub(crate) fn decide_as(state: &FleetState, uid: &str, request: &CanonicalRequest) -> Decision {
    decide_with(state, uid, request, &Avoid::new())
}

fn decide_with(state: &FleetState, uid: &str, request: &CanonicalRequest, avoid: &Avoid) -> Decision {
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&uid_of(uid)),
        slots: &slots(request),
        avoid,
        preempt: true,
        explain: true,
    };
    let decision = crate::decide(state, request, &input);
    assert_eq!(
        crate::invariants::check_decision(state, &tenant(), request, &decision),
        []
    );
    decision
}

pub(crate) fn explain(state: &FleetState, request: &CanonicalRequest) -> Explanation {
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &slots(request),
        avoid: &Avoid::new(),
        preempt: true,
        explain: true,
    };
    let explanation = crate::explain(state, request, &input);
    assert_eq!(crate::invariants::check_explanation(state, &explanation), []);
    explanation
}

/// The nodes of a decision, `cluster/node` in the order of slots.
pub(crate) fn nodes(decision: &Decision) -> Vec<String> {
    decision
        .placed
        .iter()
        .map(|slot| format!("{}/{}", slot.cluster, slot.node))
        .collect()
}

pub(crate) fn uid_of(uid: &str) -> PlacementUid {
    PlacementUid::new(uid).expect("valid")
}

pub(crate) fn owner(uid: &str, request: &CanonicalRequest) -> Arc<Owner> {
    Owner::new(&tenant(), &uid_of(uid), request)
}

/// Decides and takes the claims as committed, victims' release included; returns where it went.
pub(crate) fn place(state: &mut FleetState, uid: &str, request: &CanonicalRequest) -> Vec<String> {
    let decision = decide_as(state, uid, request);
    take(state, &decision, &owner(uid, request));
    nodes(&decision)
}

/// Takes the claims of a decision as committed; victims are released.
pub(crate) fn take(state: &mut FleetState, decision: &Decision, owner: &Arc<Owner>) {
    for slot in &decision.placed {
        let claim = slot.claim(owner);
        let id = claim.id.clone();
        state.claim(claim).expect("new");
        state.committed(&id).expect("known");
    }
    for victim in &decision.victims {
        state.release(&victim.claim, Dispatch::Perhaps).expect("known");
    }
}

/// Its cluster says of every claim of a placement whether it serves: those in `broken` do not.
pub(crate) fn serve(state: &mut FleetState, uid: &str, broken: &[u32]) {
    let ids: Vec<ClaimId> = state
        .claims()
        .map(|record| record.claim.id.clone())
        .filter(|id| id.placement == uid_of(uid))
        .collect();
    for id in ids {
        let serves = !broken.contains(&id.slot.0);
        state.set_serving(&id, serves).expect("known");
    }
}

/// Labels of the placement.
pub(crate) fn labelled(labels: &[(&str, &str)], extra: Value) -> CanonicalRequest {
    let labels: Labels = labels
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    canonicalise(&spec(extra), &labels).expect("valid")
}

pub(crate) fn sequence(number: u64) -> Sequence {
    Sequence(number)
}
