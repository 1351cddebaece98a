//! Rules over nodes. Those that only facts decide come first, cheap ones before others; those that depend on what is
//! free come last.

mod affinity;
mod avoided;
pub(crate) mod devices;
pub(crate) mod gpu;
mod gpu_clique;
mod gpu_compute;
mod gpu_confidential;
mod gpu_count;
mod gpu_memory;
mod gpu_product;
mod gpu_sharing;
mod mig_profile;
mod name;
mod quota;
mod ready;
mod reserved;
mod resources;
mod runtime_class;
mod selector;
mod selects;
mod taints;
mod tee_kind;
mod tee_slots;
mod unschedulable;

use hourglass_model::ids::ClusterName;
use hourglass_model::render::{CountedGpus, GpuGrant, NodeOffer};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceVector, Shortage};

pub use gpu::GpuWay;

use super::Variant;
use crate::decide::AvoidNote;
use crate::reserve::KeptFor;
use crate::state::{DeviceRoom, NodeState, QuotaHeadroom};

/// What a rule over nodes sees.
#[derive(Debug, Clone, Copy)]
pub struct NodeContext<'a> {
    /// The request.
    pub request: &'a CanonicalRequest,
    /// How it would be met.
    pub variant: &'a Variant<'a>,
    /// The node's cluster.
    pub cluster: &'a ClusterName,
    /// The node.
    pub node: &'a NodeState,
}

/// What a rule over free room sees besides.
#[derive(Debug, Clone, Copy)]
pub struct RoomContext<'a> {
    /// The node and the request.
    pub at: NodeContext<'a>,
    /// What one replica would take here.
    pub demand: &'a ResourceVector,
    /// What is free here, after everything decided so far.
    pub free: &'a ResourceVector,
    /// What is taken of devices here, after everything decided so far.
    pub devices: &'a DeviceRoom,
    /// By what the GPUs wanted come, where there are any.
    pub gpu: Option<GpuWay<'a>>,
    /// Why and since when the request is kept away from here; none when it is not.
    pub avoided: Option<&'a AvoidNote>,
    /// What the ResourceQuotas of the namespace leave, after everything decided so far.
    pub quota: &'a [QuotaHeadroom],
    /// Another placement for which the node is kept free of requests like this one.
    pub reserved_for: Option<KeptFor<'a>>,
}

impl<'a> NodeContext<'a> {
    /// The node for people.
    #[must_use]
    pub fn place(&self) -> String {
        format!("node {} of cluster {}", self.node.name(), self.cluster)
    }

    /// What the node grants besides devices, with GPUs that come by `gpu`.
    #[must_use]
    pub fn offer(&self, gpu: Option<GpuWay<'_>>) -> NodeOffer {
        let label = || self.node.derived().gpu.as_ref().and_then(|gpu| gpu.label.clone());
        let counted = match gpu {
            Some(GpuWay::Counted { resource, units }) => Some(CountedGpus {
                resource: resource.clone(),
                units,
                product_label: label().map(|(key, value)| (key.to_owned(), value)),
            }),
            Some(GpuWay::Devices) | None => None,
        };
        NodeOffer {
            gpu: counted.map(GpuGrant::Counted),
            ..self.variant.offer(self.request)
        }
    }
}

impl RoomContext<'_> {
    /// The concrete means by which this node would meet the request now, devices chosen.
    #[must_use]
    pub fn offer(&self) -> NodeOffer {
        let mut offer = self.at.offer(self.gpu);
        if self.gpu == Some(GpuWay::Devices) {
            let pick = self.pick().and_then(Result::ok);
            let grant = pick.and_then(|pick| devices::grant(&pick, self.at.node));
            offer.gpu = grant.map(GpuGrant::Devices);
        }
        offer
    }

    /// The devices that would be chosen, when the GPUs come one by one.
    pub(crate) fn pick(&self) -> Option<Result<devices::Pick, devices::Lack>> {
        let wanted = self.at.request.gpu.as_ref()?;
        (self.gpu == Some(GpuWay::Devices)).then(|| devices::pick(wanted, self.at.node, self.devices))
    }
}

/// A rule that the facts of a node decide.
pub trait NodeRule: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Whether the node can take the request.
    fn passes(&self, context: &NodeContext<'_>) -> bool;
    /// Why not, for people.
    fn shortfall(&self, context: &NodeContext<'_>) -> String;
    /// How far a node that is turned away is from passing: smaller is nearer. Only nodes that the same rule turns away are
    /// compared.
    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        let _ = context;
        0
    }
    /// What single change would lift the rule, to follow "would fit if"; `None` where no one thing would.
    fn remedy(&self, context: &NodeContext<'_>) -> Option<String>;
}

/// A rule that what is free on a node decides.
pub trait RoomRule: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Whether the node has room for the request.
    fn passes(&self, context: &RoomContext<'_>) -> bool;
    /// Why not, for people.
    fn shortfall(&self, context: &RoomContext<'_>) -> String;
    /// How far a node that is turned away is from passing, as for a [`NodeRule`]: the part of what is asked that is missing,
    /// in millionths.
    fn distance(&self, context: &RoomContext<'_>) -> i64 {
        let _ = context;
        0
    }
}

/// Rules over facts, in their order.
pub static FACT_RULES: [&dyn NodeRule; 15] = [
    &ready::NodeReady,
    &unschedulable::NodeUnschedulable,
    &name::NodeName,
    &selector::NodeSelector,
    &affinity::NodeAffinity,
    &taints::NodeTaints,
    &gpu_product::GpuProduct,
    &mig_profile::MigProfile,
    &gpu_memory::GpuMemory,
    &gpu_compute::GpuComputeCapability,
    &gpu_confidential::GpuConfidential,
    &gpu_clique::GpuClique,
    &gpu_sharing::GpuSharing,
    &tee_kind::TeeKindOnNode,
    &runtime_class::RuntimeClass,
];

/// Rules over room, in their order, after all [`FACT_RULES`].
pub static ROOM_RULES: [&dyn RoomRule; 6] = [
    &gpu_count::GpuCount,
    &tee_slots::TeeSlots,
    &resources::NodeResources,
    &quota::NamespaceQuota,
    &reserved::Reserved,
    &avoided::NodeAvoided,
];

pub(crate) use quota::{Exceeded as QuotaExceeded, exceeded as quota_exceeded};
pub(crate) use selects::selects;
pub(crate) use taints::untolerated as untolerated_taints;

/// How far a node is that has nothing of what a rule is about, in millionths.
const NOTHING: i64 = 1_000_000;

/// The part of what is wanted that is missing, in millionths.
fn missing(wanted: i64, available: i64) -> i64 {
    let missing = (i128::from(wanted) - i128::from(available)).max(0);
    i64::try_from(missing * i128::from(NOTHING) / i128::from(wanted.max(1))).unwrap_or(i64::MAX)
}

/// A shortage of one resource here, for people: what is free, and what there is at all where that matters.
fn shortage_text(context: &RoomContext<'_>, shortage: &Shortage) -> String {
    let all = context.at.node.allocatable().get(&shortage.resource);
    if shortage.wanted > all {
        let all = hourglass_model::resources::human(&shortage.resource, all);
        format!("{shortage} ({all} at most)")
    } else {
        shortage.to_string()
    }
}
