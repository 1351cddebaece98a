//! One seed of the protocol.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hourglass_engine::{Avoid, DecideInput, FleetState, Owner, SlotWanted, decide};
use hourglass_model::ids::{Epoch, PlacementUid, Slot, TenantId};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use serde_json::json;

use crate::fleet::fleet;
use crate::read::{Gpus, Node, Pod};
use crate::rng::Rng;
use crate::workload::arrivals;

/// Purposes of random numbers, so that the split into clusters does not change what arrives.
const ARRIVALS: u64 = 1;
const CLUSTERS: u64 = 2;

/// Decisions from one report of progress to the next.
const REPORT_EVERY: u32 = 64;

/// Something that the engine refuses, which the trace gives no reason for.
#[derive(Debug, thiserror::Error)]
#[error("the engine refuses the trace: {0}")]
pub struct RunError(String);

impl RunError {
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    pub(crate) fn engine(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

/// What came of a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// GPUs of the fleet, thousandths.
    pub capacity_milli: i64,
    /// Allocated of them.
    pub allocated_milli: i64,
    /// Pods that arrived; each was decided once.
    pub decisions: u32,
    /// Time for deciding and taking the claims.
    pub deciding: Duration,
}

impl Outcome {
    /// The allocated share of capacity, in percent.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "fleets have far fewer than 2^52 thousandths of a GPU"
    )]
    pub fn percent(&self) -> f64 {
        100.0 * self.allocated_milli as f64 / self.capacity_milli as f64
    }
}

/// How far a seed is: percent of capacity that has arrived, and that is allocated.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Requested so far.
    pub arrived_percent: i64,
    /// Allocated so far.
    pub allocated_percent: i64,
}

/// Runs a seed on the nodes split into so many clusters. `report` is told how it goes.
///
/// # Errors
/// When the engine refuses a node, a pod or a claim.
pub fn run(
    nodes: &[Node],
    pods: &[Pod],
    seed: u64,
    clusters: usize,
    mut report: impl FnMut(Progress),
) -> Result<Outcome, RunError> {
    let tenant = TenantId::new("openb").map_err(RunError::engine)?;
    let mut state = fleet(nodes, clusters, &tenant, &mut Rng::new(seed, CLUSTERS))?;
    let capacity_milli: i64 = nodes.iter().map(|node| i64::from(node.gpus) * 1000).sum();
    let mut requests: BTreeMap<&Pod, CanonicalRequest> = BTreeMap::new();
    let mut outcome = Outcome {
        capacity_milli,
        allocated_milli: 0,
        decisions: 0,
        deciding: Duration::ZERO,
    };
    let mut arrived_milli = 0;
    for pod in arrivals(pods, capacity_milli, &mut Rng::new(seed, ARRIVALS)) {
        if arrived_milli >= capacity_milli {
            break;
        }
        arrived_milli += pod.gpus.milli();
        if !requests.contains_key(pod) {
            requests.insert(pod, request(pod)?);
        }
        let Some(request) = requests.get(pod) else {
            continue;
        };
        let uid = PlacementUid::new(format!("pod-{}", outcome.decisions)).map_err(RunError::engine)?;
        let begun = Instant::now();
        let placed = place(&mut state, request, &uid, &tenant)?;
        outcome.deciding += begun.elapsed();
        outcome.decisions += 1;
        if placed {
            outcome.allocated_milli += pod.gpus.milli();
        }
        if outcome.decisions.is_multiple_of(REPORT_EVERY) {
            report(Progress {
                arrived_percent: arrived_milli * 100 / capacity_milli,
                allocated_percent: outcome.allocated_milli * 100 / capacity_milli,
            });
        }
    }
    Ok(outcome)
}

/// Learns from a request, decides it, and takes its claim if it has a place; returns whether it has.
fn place(
    state: &mut FleetState,
    request: &CanonicalRequest,
    uid: &PlacementUid,
    tenant: &TenantId,
) -> Result<bool, RunError> {
    state.observe(request);
    let input = DecideInput {
        tenant,
        placement: Some(uid),
        slots: &[SlotWanted {
            slot: Slot(0),
            epoch: Epoch(1),
        }],
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    let decision = decide(state, request, &input);
    let owner = Owner::new(tenant, uid, request);
    for slot in &decision.placed {
        let claim = slot.claim(&owner);
        let id = claim.id.clone();
        state.claim(claim).map_err(RunError::engine)?;
        state.committed(&id).map_err(RunError::engine)?;
    }
    Ok(decision.is_complete())
}

fn request(pod: &Pod) -> Result<CanonicalRequest, RunError> {
    let mut compute = json!({
        "requests": {"cpu": format!("{}m", pod.cpu_milli), "memory": format!("{}Mi", pod.memory_mib)},
    });
    let gpu = match pod.gpus {
        Gpus::None => None,
        Gpus::Share(milli) => Some(json!({"shareMilli": milli, "products": pod.models})),
        Gpus::Whole(count) => Some(json!({"count": count, "products": pod.models})),
    };
    if let (Some(gpu), Some(compute)) = (gpu, compute.as_object_mut()) {
        compute.insert("gpu".to_owned(), gpu);
    }
    let performer = json!({"avsAddress": format!("0x{}", "0".repeat(40)), "image": "pod"});
    let spec = json!({"performer": performer, "compute": compute});
    let spec: PlacementSpec = serde_json::from_value(spec).map_err(RunError::engine)?;
    canonicalise(&spec, &BTreeMap::new()).map_err(|violations| RunError::engine(format!("{violations:?}")))
}
