//! The canonical form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::domains::{PlacementTerm, SpreadConstraint};
use super::lifecycle::{FailoverPolicy, MinAvailable, UpdatePolicy};
use super::overrides::ClusterOverride;
use super::preferences::ClusterPreference;
use super::prerequisites::Prerequisites;
use crate::gpu::{ComputeCapability, MigProfile, Product};
use crate::ids::{ClusterName, Namespace, NodeName};
use crate::labels::{LabelSelector, Labels, NodeSelector, PreferredTerm, Toleration};
use crate::performer::PerformerSpec;
use crate::placement::{PinScope, Preemption, Strategy};
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
    /// Labels of the placement, by which others and its own rules select it.
    pub labels: Labels,
    /// Clusters from the best liked to the least: see [`super::tier`].
    pub cluster_preferences: Vec<ClusterPreference>,
    /// How evenly replicas are spread.
    pub spread: Vec<SpreadConstraint>,
    /// Near which placements of the tenant.
    pub affinity: Vec<PlacementTerm>,
    /// Away from which placements of the tenant.
    pub anti_affinity: Vec<PlacementTerm>,
    /// The higher, the earlier its turn; at most a billion either way.
    pub priority: i32,
    /// Whether placements of lower priority may make room.
    pub preemption: Preemption,
    /// Which of several possible nodes is best.
    pub strategy: Strategy,
    /// What must be in the namespace before.
    pub prerequisites: Prerequisites,
    /// Replicas that go on serving; `None` is no bound.
    pub disruption: Option<MinAvailable>,
    /// How changes are rolled out. Not read by decisions, like everything from here on.
    pub update: UpdatePolicy,
    /// What happens when a cluster falls silent.
    pub failover: FailoverPolicy,
    /// From its decision a replica has this long to become ready.
    pub start_deadline: Duration,
    /// How long it may wait for a place; `None` is for ever.
    pub queue_timeout: Option<Duration>,
    /// When it is deleted, whatever its state; `None` is never.
    pub expire_time: Option<Timestamp>,
    /// What differs in some clusters: see [`super::in_cluster`].
    pub cluster_overrides: Vec<ClusterOverride>,
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
    /// MIG devices of this profile instead of GPUs; the amount counts them.
    pub mig_profile: Option<MigProfile>,
    /// The GPUs of all replicas in one NVLink clique; of one replica: on a node that is in one.
    pub same_clique: bool,
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
    /// Any of these zones; none means all.
    pub zones: BTreeSet<String>,
    /// Any of these providers; none means all.
    pub providers: BTreeSet<String>,
}
