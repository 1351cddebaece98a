//! The canonical form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::gpu::{ComputeCapability, Product};
use crate::ids::{ClusterName, Namespace, NodeName};
use crate::labels::{LabelSelector, NodeSelector, PreferredTerm, Toleration};
use crate::performer::PerformerSpec;
use crate::resources::{ResourceName, ResourceVector};
use crate::tee::TeeKind;

/// A valid request with one meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct CanonicalRequest {
    /// What runs. Node rules of all sources are merged into its `scheduling`, plain resources into its `resources`; what
    /// depends on the node (GPUs, TEE, RuntimeClass, pin) is not in it: [`crate::render::resolve`] adds that.
    pub performer: PerformerSpec,
    /// What the container asks besides GPUs and TEE slots.
    pub base: ResourceVector,
    /// GPUs.
    pub gpu: Option<GpuRequest>,
    /// Trusted execution environment.
    pub tee: Option<TeeRequest>,
    /// RuntimeClass by name, when the request gives one; otherwise the TEE kind implies it.
    pub runtime_class: Option<String>,
    /// Which nodes may take it.
    pub nodes: NodeFilter,
    /// Which clusters may take it.
    pub clusters: ClusterFilter,
    /// How many, at least 1.
    pub replicas: u32,
    /// All or none.
    pub gang: bool,
    /// Namespace in the member cluster; `None` is the tenant's default there.
    pub namespace: Option<Namespace>,
    /// Whether the engine pins a node, or only the cluster.
    pub pin: PinScope,
    /// The same for all requests that ask for the same of a node and a cluster.
    pub shape: ShapeId,
}

/// Identifies everything that a request asks of nodes and clusters, whatever it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShapeId(pub u64);

impl fmt::Display for ShapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// How much of GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GpuAmount {
    /// So many whole GPUs, at least 1.
    Whole(u32),
    /// So many thousandths of one GPU, 1..999.
    ShareMilli(u16),
}

/// GPUs of one replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuRequest {
    /// How much.
    pub amount: GpuAmount,
    /// Resource that they must be counted in, when the request named one (`nvidia.com/gpu: 2`).
    pub resource: Option<ResourceName>,
    /// Any of these products; none means any.
    pub products: Vec<Product>,
    /// Memory of one GPU, MiB.
    pub min_memory_mib: Option<i64>,
    /// CUDA compute capability.
    pub min_compute_capability: Option<ComputeCapability>,
    /// Only in confidential computing mode.
    pub confidential: bool,
}

/// Trusted execution environment of one replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeeRequest {
    /// Any of these kinds, the first one that fits; none means any.
    pub kinds: Vec<TeeKind>,
    /// Slots that it takes, at least 1.
    pub slots: i64,
}

/// Which nodes may take it, from all parts of the request together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NodeFilter {
    /// Labels that the node must carry.
    pub selector: BTreeMap<String, String>,
    /// Each of these must match.
    pub affinity: Vec<NodeSelector>,
    /// Wishes.
    pub preferred: Vec<PreferredTerm>,
    /// Taints that it bears.
    pub tolerations: Vec<Toleration>,
    /// Only these nodes; none means all.
    pub hostnames: BTreeSet<NodeName>,
}

/// Which clusters may take it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClusterFilter {
    /// Over labels of the cluster.
    pub selector: LabelSelector,
    /// Only these; none means all.
    pub include: BTreeSet<ClusterName>,
    /// Not these.
    pub exclude: BTreeSet<ClusterName>,
    /// Taints that it bears.
    pub tolerations: Vec<Toleration>,
    /// Any of these regions; none means all.
    pub regions: BTreeSet<String>,
}

/// How far a decision binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinScope {
    /// To the node.
    Node,
    /// To the cluster only: the request holds rules that the engine cannot evaluate (required pod affinity), so the
    /// cluster's own scheduler picks the node.
    Cluster,
}
