//! The ways in which a request can ask for less, or take more: what each is called, and what it does to the request.

use hourglass_model::gpu::{ComputeCapability, MigProfile, Product};
use hourglass_model::ids::NodeName;
use hourglass_model::request::{CanonicalRequest, GpuAmount, GpuRequest};
use hourglass_model::resources::{ResourceName, human};
use hourglass_model::tee::TeeKind;

use crate::filter::node::RoomContext;

/// One field that asks for less, or takes more.
#[derive(Debug, Clone)]
pub(super) enum Less {
    /// Labels of nodes that are not asked for.
    Labels(Vec<(String, String)>),
    /// One more name.
    Hostname(NodeName),
    NodeAffinity,
    /// One more product.
    Product(Product),
    MigProfile(MigProfile),
    Memory(i64),
    ComputeCapability(ComputeCapability),
    Confidential,
    Clique,
    /// A whole GPU in the place of a share of one.
    Whole,
    Count(u32),
    Share(u16),
    /// One more kind.
    Tee(TeeKind),
    Slots(i64),
    Resource(ResourceName, i64),
}

impl Less {
    /// The kind, those before that change less of what runs; and which of several things it is about.
    pub(super) fn key(&self) -> (u8, String) {
        match self {
            Self::Labels(labels) => (0, format!("{labels:?}")),
            Self::Hostname(_) => (1, String::new()),
            Self::NodeAffinity => (2, String::new()),
            Self::Resource(resource, _) => (3, resource.to_string()),
            Self::Count(_) => (4, String::new()),
            Self::Share(_) => (5, String::new()),
            Self::Slots(_) => (6, String::new()),
            Self::Memory(mib) => (7, mib.to_string()),
            Self::ComputeCapability(capability) => (8, capability.to_string()),
            Self::Product(product) => (9, product.name().to_owned()),
            Self::MigProfile(profile) => (10, profile.as_str().to_owned()),
            Self::Whole => (11, String::new()),
            Self::Clique => (12, String::new()),
            Self::Tee(kind) => (13, kind.to_string()),
            Self::Confidential => (14, String::new()),
        }
    }

    /// Whether both are about the same field, and one would take the place of the other.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        let several = matches!(self, Self::Resource(..) | Self::Product(_) | Self::Tee(_));
        let ((kind, thing), (other, others)) = (self.key(), other.key());
        kind == other && (!several || thing == others)
    }

    /// What it says, as on this node, to follow "would fit if".
    pub(super) fn text(&self, room: &RoomContext<'_>) -> String {
        let place = || format!("{} of {}", room.at.node.name(), room.at.cluster);
        match self {
            Self::Labels(labels) => {
                let labels: Vec<String> = labels
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                format!("nodeSelector does not ask for {}", labels.join(" and "))
            }
            Self::Hostname(name) => format!("nodeRules.hostnames names {name} too"),
            Self::NodeAffinity => "required node affinity is left out".to_owned(),
            Self::Resource(resource, amount) => {
                let amount = human(resource, *amount);
                format!("compute.requests[{resource}] is at most {amount} ({})", place())
            }
            Self::Count(count) => {
                let named = room.at.request.gpu.as_ref().and_then(|gpu| gpu.resource.as_ref());
                let field = named.map_or_else(
                    || "compute.gpu.count".to_owned(),
                    |resource| format!("compute.requests[{resource}]"),
                );
                format!("{field} is at most {count} ({})", place())
            }
            Self::Share(milli) => format!("compute.gpu.shareMilli is at most {milli} ({})", place()),
            Self::Slots(slots) => format!("compute.tee.slots is at most {slots} ({})", place()),
            Self::Memory(mib) => format!("compute.gpu.minMemoryMib is at most {mib}"),
            Self::ComputeCapability(capability) => {
                format!("compute.gpu.minComputeCapability is at most {capability}")
            }
            Self::Product(product) => format!("compute.gpu.products names {} too", product.name()),
            Self::MigProfile(profile) => format!("compute.gpu.migProfile is {}", profile.as_str()),
            Self::Whole => "compute.gpu.count is 1 in the place of shareMilli".to_owned(),
            Self::Clique => "compute.gpu.sameClique is not asked for".to_owned(),
            Self::Tee(kind) => format!("compute.tee.kinds names {kind} too"),
            Self::Confidential => "compute.gpu.confidential is not asked for".to_owned(),
        }
    }

    /// The request with this change.
    pub(super) fn applied_to(&self, request: &CanonicalRequest) -> CanonicalRequest {
        let mut changed = request.clone();
        self.apply(&mut changed);
        changed.reshaped()
    }

    fn apply(&self, request: &mut CanonicalRequest) {
        match self {
            Self::Labels(labels) => request
                .nodes
                .selector
                .retain(|key, _| !labels.iter().any(|(other, _)| other == key)),
            Self::Hostname(name) => {
                request.nodes.hostnames.insert(name.clone());
            }
            Self::NodeAffinity => request.nodes.affinity.clear(),
            Self::Resource(resource, amount) => request.base.set(resource.clone(), *amount),
            Self::Tee(kind) => {
                if let Some(tee) = &mut request.tee {
                    tee.kinds.push(kind.clone());
                }
            }
            Self::Slots(slots) => {
                if let Some(tee) = &mut request.tee {
                    tee.slots = *slots;
                }
            }
            Self::Count(_)
            | Self::Share(_)
            | Self::Memory(_)
            | Self::ComputeCapability(_)
            | Self::Product(_)
            | Self::MigProfile(_)
            | Self::Whole
            | Self::Clique
            | Self::Confidential => {
                if let Some(gpu) = &mut request.gpu {
                    self.apply_to_gpus(gpu);
                }
            }
        }
    }

    pub(super) fn apply_to_gpus(&self, gpu: &mut GpuRequest) {
        match self {
            Self::Count(count) => gpu.amount = GpuAmount::Whole(*count),
            Self::Share(milli) => gpu.amount = GpuAmount::ShareMilli(*milli),
            Self::Memory(mib) => gpu.min_memory_mib = Some(*mib),
            Self::ComputeCapability(capability) => gpu.min_compute_capability = Some(*capability),
            Self::Product(product) => gpu.products.push(product.clone()),
            Self::MigProfile(profile) => gpu.mig_profile = Some(profile.clone()),
            Self::Whole => gpu.amount = GpuAmount::Whole(1),
            Self::Clique => gpu.same_clique = false,
            Self::Confidential => gpu.confidential = false,
            Self::Labels(_)
            | Self::Hostname(_)
            | Self::NodeAffinity
            | Self::Tee(_)
            | Self::Slots(_)
            | Self::Resource(..) => {}
        }
    }
}
