//! Fleets of which one region is nearly full while there is room everywhere else: what is asked for there is found, or not, past many
//! nodes that do not count.

use hourglass_engine::{Avoid, FleetState, Health, Owner};
use hourglass_model::ids::{ClusterName, PlacementUid, Sequence, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::node::NodeFacts;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use serde_json::{Value, json};

use crate::history::same_both_ways;
use crate::rng::Rng;
use crate::world::{cluster_name, node_name};

/// Clusters of the region that is nearly full: more than are walked one by one.
const REGION: usize = 5;
/// Decisions of one fleet.
const DECISIONS: usize = 12;

const GI: i64 = 1 << 30;

pub fn decisions(seed: u64) -> Result<(), String> {
    let mut rng = Rng::new(seed);
    let mut state = fleet(&mut rng);
    let tenant = TenantId::new("default").expect("valid");
    for number in 0..DECISIONS {
        let request = request(&mut rng);
        state.observe(&request);
        let decision = same_both_ways(&state, &tenant, &request, (None, 1), &Avoid::new(), false)?;
        let uid = PlacementUid::new(format!("p{number}")).expect("valid");
        let owner = Owner::new(&tenant, &uid, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            state.claim(claim).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn fleet(rng: &mut Rng) -> FleetState {
    let mut state = FleetState::new();
    // Their numbers are not those of the first clusters only.
    let first = rng.below(20);
    for cluster in 0..40 + rng.below(12) {
        let near_full = (first..first + REGION).contains(&cluster);
        let name = ClusterName::new(cluster_name(cluster)).expect("valid");
        let region = if near_full { "eu" } else { "us" };
        let settings = json!({"labels": {"topology.kubernetes.io/region": region}});
        let settings = serde_json::from_value(settings).expect("settings");
        state.put_cluster(name.clone(), settings);
        state.set_health(&name, Health::Ready).expect("known");
        state.begin_session(&name).expect("known");
        let count = 8 + rng.below(16);
        let nodes = (0..count).map(|at| node(region, near_full, at, rng)).collect();
        let facts = json!({"kubernetesVersion": "v1.36.3", "tenants": {"default": ["performers"]}});
        let facts = serde_json::from_value(facts).expect("facts");
        state.snapshot_begin(&name, Sequence(1)).expect("known");
        state.snapshot_chunk(&name, nodes, Some(facts)).expect("begun");
        state.snapshot_end(&name, Sequence(1), count).expect("whole");
    }
    state
}

/// Of one kind, or of two; in the region that is nearly full one of thirty has any room.
fn node(region: &str, near_full: bool, at: usize, rng: &mut Rng) -> NodeFacts {
    let (cpu, memory) = (8_000, 16 * GI);
    let room = if near_full && !rng.one_in(30) {
        0
    } else {
        1 + rng.below(if near_full { 6 } else { 16 })
    };
    let room = i64::try_from(room).expect("small");
    let zone = format!("{region}-{}", rng.below(3));
    let facts = json!({
        "name": node_name(at), "uid": format!("uid-{at}"), "ready": true, "unschedulable": false,
        "labels": {"topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": node_name(at)},
        "taints": [], "devices": [],
        "allocatable": {"cpu": cpu, "memory": memory, "pods": rng.of(&[110, 250])},
        "used": {"cpu": cpu - room * 500, "memory": memory - i64::from(rng.one_in(2)) * room * GI},
    });
    serde_json::from_value(facts).expect("facts of a node")
}

/// For the region that is nearly full, by its name or by that of a zone of it.
fn request(rng: &mut Rng) -> CanonicalRequest {
    let mut requests = json!({});
    // Nothing of one is never too much.
    if !rng.one_in(6) {
        requests["cpu"] = json!(rng.of(&["250m", "1", "2500m"]));
    }
    if !rng.one_in(6) {
        requests["memory"] = json!(rng.of(&["512Mi", "2Gi", "7Gi"]));
    }
    let mut spec: Value = json!({
        "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"},
        "compute": {"requests": requests},
        "replicas": rng.of(&[1, 1, 3]),
        "strategy": rng.of(&["PACK", "SPREAD"]),
    });
    if rng.one_in(3) {
        spec["nodeRules"] = json!({"requiredNodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [
            {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [format!("eu-{}", rng.below(3))]}]}]}});
    } else {
        spec["clusterRules"] = json!({"regions": ["eu"]});
    }
    let spec: PlacementSpec = serde_json::from_value(spec).expect("wire form");
    canonicalise(&spec, &Labels::default()).expect("a valid request")
}
