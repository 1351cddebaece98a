//! Rules over nodes. Those that only facts decide come first, cheap ones before others; those that depend on what is
//! free come last.

mod affinity;
mod avoided;
mod gpu_compute;
mod gpu_confidential;
mod gpu_count;
mod gpu_memory;
mod gpu_product;
mod gpu_sharing;
mod name;
mod quota;
mod ready;
mod reserved;
mod resources;
mod runtime_class;
mod selector;
mod taints;
mod tee_kind;
mod tee_slots;
mod unschedulable;

use hourglass_model::ids::{ClusterName, PlacementUid};
use hourglass_model::render::{GpuGrant, NodeOffer};
use hourglass_model::request::{CanonicalRequest, GpuAmount};
use hourglass_model::resources::{ResourceName, ResourceVector, Shortage};

use super::Variant;
use crate::state::{NodeState, QuotaHeadroom};

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
    /// Why and since when the request is kept away from here, for people; none when it is not.
    pub avoided: Option<&'a str>,
    /// What the ResourceQuotas of the namespace leave, after everything decided so far.
    pub quota: &'a [QuotaHeadroom],
    /// Another placement for which the node is kept free of requests like this one.
    pub reserved_for: Option<&'a PlacementUid>,
}

impl<'a> NodeContext<'a> {
    /// The node for people.
    #[must_use]
    pub fn place(&self) -> String {
        format!("node {} of cluster {}", self.node.name(), self.cluster)
    }

    /// Units of a GPU resource that would meet the request on this node; `None` when nothing here can.
    #[must_use]
    pub fn gpu_units(&self) -> Option<(&'a ResourceName, i64)> {
        let wanted = self.request.gpu.as_ref()?;
        let gpu = self.node.derived().gpu.as_ref()?;
        match wanted.amount {
            GpuAmount::Whole(count) => {
                let whole = gpu.whole.as_ref()?;
                let allowed = wanted.resource.as_ref().is_none_or(|resource| resource == whole);
                allowed.then_some((whole, i64::from(count)))
            }
            GpuAmount::ShareMilli(milli) => gpu
                .sharing
                .as_ref()
                .map(|sharing| (&sharing.resource, sharing.slices(milli))),
        }
    }

    /// The concrete means by which this node would meet the request.
    #[must_use]
    pub fn offer(&self) -> NodeOffer {
        let label = self.node.derived().gpu.as_ref().and_then(|gpu| gpu.label.clone());
        NodeOffer {
            gpu: self.gpu_units().map(|(resource, units)| GpuGrant {
                resource: resource.clone(),
                units,
                product_label: label.map(|(key, value)| (key.to_owned(), value)),
            }),
            ..self.variant.offer(self.request)
        }
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
}

/// Rules over facts, in their order.
pub static FACT_RULES: [&dyn NodeRule; 13] = [
    &ready::NodeReady,
    &unschedulable::NodeUnschedulable,
    &name::NodeName,
    &selector::NodeSelector,
    &affinity::NodeAffinity,
    &taints::NodeTaints,
    &gpu_product::GpuProduct,
    &gpu_memory::GpuMemory,
    &gpu_compute::GpuComputeCapability,
    &gpu_confidential::GpuConfidential,
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

pub(crate) use quota::exceeded as quota_exceeded;

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
