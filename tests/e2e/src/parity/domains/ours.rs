//! Our side: the engine's own verdict on each node, for a fleet in which each standing pod is a placement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hourglass_engine::{
    Avoid, Claim, ClusterFacts, ClusterSettings, DecideInput, FleetState, Health, Owner, SlotWanted, decide,
    decide_in_place,
};
use hourglass_model::ids::{
    ClaimId, ClusterName, Epoch, Namespace, NodeName, PlacementUid, Sequence, Slot, TenantId,
};
use hourglass_model::labels::{Labels, Taint, TaintEffect};
use hourglass_model::node::NodeFacts;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use hourglass_model::resources::{ResourceName, ResourceVector};
use serde_json::{Value, json};

use super::case::{Counted, DomainCase, DomainNode, DomainPod, Place, Spread};

const FIRST: SlotWanted = SlotWanted {
    slot: Slot(0),
    epoch: Epoch(1),
};

/// What we say of the pod's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ours {
    /// These of its nodes can take it.
    Nodes(BTreeSet<String>),
    /// Whatever the fleet, it contradicts itself.
    Refused(String),
}

/// The nodes of a case that can take its pod.
pub(super) fn feasible(case: &DomainCase) -> Result<Ours> {
    let request = match request(&case.pod)? {
        Ok(request) => request,
        Err(why) => return Ok(Ours::Refused(why)),
    };
    let cluster = ClusterName::new("parity")?;
    let state = fleet(case, &cluster)?;
    let tenant = TenantId::new("default")?;
    let uid = PlacementUid::new("asked")?;
    let (slots, avoid) = ([FIRST], Avoid::new());
    let input = DecideInput {
        tenant: &tenant,
        placement: Some(&uid),
        slots: &slots,
        avoid: &avoid,
        preempt: false,
        explain: false,
    };
    let mut nodes = BTreeSet::new();
    for node in &case.nodes {
        let name = NodeName::new(&node.name)?;
        let at = (&cluster, &name);
        if decide_in_place(&state, &request, &input, FIRST, at, &BTreeSet::new()).is_some() {
            nodes.insert(node.name.clone());
        }
    }
    // The way that decisions take, which does not go over all nodes, chooses one of them, or none where there is none.
    let decided = decide(&state, &request, &input);
    let chosen = decided.placed.first().map(|placed| placed.node.to_string());
    let agrees = match &chosen {
        Some(node) => nodes.contains(node),
        None => nodes.is_empty(),
    };
    ensure!(
        agrees,
        "the decision is {chosen:?}, and of all nodes {nodes:?} pass"
    );
    Ok(Ours::Nodes(nodes))
}

fn fleet(case: &DomainCase, cluster: &ClusterName) -> Result<FleetState> {
    let mut state = FleetState::new();
    state.put_cluster(cluster.clone(), ClusterSettings::default());
    state.set_health(cluster, Health::Ready)?;
    state.begin_session(cluster)?;
    let facts = ClusterFacts {
        tenants: [(TenantId::new("default")?, vec![Namespace::new("work")?])].into(),
        ..ClusterFacts::default()
    };
    let nodes = case.nodes.iter().map(node).collect::<Result<Vec<_>>>()?;
    let (first, count) = (Sequence(1), nodes.len());
    state.snapshot_begin(cluster, first)?;
    state.snapshot_chunk(cluster, nodes, Some(facts))?;
    state.snapshot_end(cluster, first, count)?;
    for (number, (at, pod)) in case.standing.iter().enumerate() {
        let request = request(pod)?.map_err(|why| anyhow::anyhow!("a standing pod: {why}"))?;
        let placement = PlacementUid::new(format!("standing-{number}"))?;
        let node = case.nodes.get(*at).context("a standing pod without a node")?;
        let claim = Claim {
            id: ClaimId {
                placement: placement.clone(),
                slot: Slot(0),
                epoch: Epoch(1),
            },
            cluster: cluster.clone(),
            node: NodeName::new(&node.name)?,
            pinned: true,
            vector: amounts(&[("pods", 1)])?,
            limits: ResourceVector::default(),
            devices: Vec::new(),
            namespace: None,
            owner: Arc::clone(&Owner::new(&TenantId::new("default")?, &placement, &request)),
            waits_for: BTreeSet::new(),
            zone: None,
        };
        state.restore_claim(claim, false)?;
    }
    Ok(state)
}

fn amounts(all: &[(&str, i64)]) -> Result<ResourceVector> {
    let entries = all
        .iter()
        .map(|(name, amount)| Ok((ResourceName::new(*name)?, *amount)));
    entries.collect()
}

fn node(node: &DomainNode) -> Result<NodeFacts> {
    let mut labels = BTreeMap::from([("kubernetes.io/hostname".to_owned(), node.name.clone())]);
    if let Some(zone) = node.zone {
        labels.insert("topology.kubernetes.io/zone".to_owned(), zone.to_owned());
    }
    let taint = Taint {
        key: "dedicated".to_owned(),
        value: String::new(),
        effect: TaintEffect::NoSchedule,
    };
    Ok(NodeFacts {
        name: NodeName::new(&node.name)?,
        uid: node.name.clone(),
        labels: labels.into_iter().collect::<Labels>().into(),
        taints: node.tainted.then_some(taint).into_iter().collect(),
        unschedulable: false,
        ready: true,
        allocatable: amounts(&[("cpu", 32_000), ("memory", 1 << 35), ("pods", 110)])?,
        used: ResourceVector::new(),
        claims: Vec::new(),
        devices: Vec::new(),
    })
}

/// The pod as a request of ours, or why we refuse it.
fn request(pod: &DomainPod) -> Result<Result<CanonicalRequest, String>> {
    let spec = json!({
        "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "registry.example/any:1"},
        "spread": pod.spread.iter().map(spread).collect::<Vec<_>>(),
        "affinity": pod.affinity.iter().map(term).collect::<Vec<_>>(),
        "antiAffinity": pod.anti_affinity.iter().map(term).collect::<Vec<_>>(),
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels: Labels = pod
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect();
    let request = canonicalise(&serde_json::from_value(spec)?, &labels);
    Ok(request.map_err(|violations| format!("{violations:?}")))
}

fn topology(place: Place) -> &'static str {
    match place {
        Place::Node => "NODE",
        Place::Zone => "ZONE",
    }
}

fn term(counted: &Counted) -> Value {
    json!({"selector": counted.selector, "topology": topology(counted.place)})
}

fn spread(spread: &Spread) -> Value {
    let mut value = term(&spread.counted);
    value["maxSkew"] = spread.max_skew.into();
    value["whenUnsatisfiable"] = "DO_NOT_SCHEDULE".into();
    if let Some(least) = spread.min_domains {
        value["minDomains"] = least.into();
    }
    value
}
