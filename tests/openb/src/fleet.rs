//! The trace's nodes as a fleet of the engine: every GPU a device that may be shared.

use hourglass_engine::{ClusterFacts, ClusterSettings, FleetState, Health};
use hourglass_model::gpu::{DeviceFacts, Product};
use hourglass_model::ids::{ClusterName, DeviceId, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::node::NodeFacts;
use hourglass_model::resources::{CPU, MEMORY, PODS, ResourceVector};

use crate::read::Node;
use crate::rng::Rng;
use crate::run::RunError;

const MIB: i64 = 1 << 20;
/// The trace does not bound the pods of a node.
const PODS_PER_NODE: i64 = 10_000;
/// The trace does not say how much memory its GPUs have, and no pod asks for it; shares need some to be a share of.
const GPU_MEMORY_MIB: i64 = 16_384;

/// Puts the nodes in so many clusters, at random by `rng` when there are several.
///
/// # Errors
/// When the engine refuses a name or the inventory.
pub fn fleet(
    nodes: &[Node],
    clusters: usize,
    tenant: &TenantId,
    rng: &mut Rng,
) -> Result<FleetState, RunError> {
    let mut parts: Vec<Vec<NodeFacts>> = vec![Vec::new(); clusters.max(1)];
    for node in nodes {
        let part = rng.below(parts.len());
        if let Some(part) = parts.get_mut(part) {
            part.push(facts(node)?);
        }
    }
    let mut state = FleetState::new();
    for (number, nodes) in parts.into_iter().enumerate() {
        let name = ClusterName::new(format!("cluster-{number:03}")).map_err(RunError::engine)?;
        state.put_cluster(name.clone(), ClusterSettings::default());
        state.set_health(&name, Health::Ready).map_err(RunError::engine)?;
        state.begin_session(&name).map_err(RunError::engine)?;
        state
            .snapshot_begin(&name, Sequence(1))
            .map_err(RunError::engine)?;
        let namespace = Namespace::new("default").map_err(RunError::engine)?;
        let facts = ClusterFacts {
            tenants: [(tenant.clone(), vec![namespace])].into(),
            ..ClusterFacts::default()
        };
        let announced = nodes.len();
        state
            .snapshot_chunk(&name, nodes, Some(facts))
            .map_err(RunError::engine)?;
        state
            .snapshot_end(&name, Sequence(1), announced)
            .map_err(RunError::engine)?;
    }
    Ok(state)
}

fn facts(node: &Node) -> Result<NodeFacts, RunError> {
    let name = NodeName::new(&node.name).map_err(RunError::engine)?;
    let mut allocatable = ResourceVector::new();
    allocatable.set(CPU.clone(), node.cpu_milli);
    allocatable.set(MEMORY.clone(), node.memory_mib.saturating_mul(MIB));
    allocatable.set(PODS.clone(), PODS_PER_NODE);
    let devices: Result<Vec<DeviceFacts>, RunError> = (0..node.gpus).map(|at| device(node, at)).collect();
    Ok(NodeFacts {
        uid: node.name.clone(),
        name,
        labels: [("kubernetes.io/hostname".to_owned(), node.name.clone())].into(),
        taints: Vec::new(),
        unschedulable: false,
        ready: true,
        allocatable,
        used: ResourceVector::new(),
        claims: Vec::new(),
        devices: devices?,
    })
}

fn device(node: &Node, at: u16) -> Result<DeviceFacts, RunError> {
    let id = format!("gpu.nvidia.com/{}/gpu-{at}", node.name);
    Ok(DeviceFacts {
        id: DeviceId::new(id).map_err(RunError::engine)?,
        class: "gpu.nvidia.com".to_owned(),
        product: Some(Product::parse(&node.model).map_err(RunError::engine)?),
        memory_mib: Some(GPU_MEMORY_MIB),
        compute_capability: None,
        clique: None,
        mig_profile: None,
        confidential: false,
        shareable: true,
        used_milli: 0,
        identity: None,
        kind: Vec::new(),
        counters: Vec::new(),
    })
}
