//! What a cluster's agent says about nodes and RuntimeClasses, and what follows from it.

use serde::{Deserialize, Serialize};

use crate::gpu::{DeviceFacts, DeviceKind, DeviceUse, GpuFacts, Product, covers};
use crate::ids::{ClaimId, NodeName};
use crate::labels::{Labels, NodeLabels, Taint, Toleration};
use crate::resources::{ResourceName, ResourceVector};
use crate::tee::TeeKind;

/// All that a decision needs to know of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeFacts {
    /// Name.
    pub name: NodeName,
    /// UID of the Node object.
    pub uid: String,
    /// Labels.
    #[serde(default)]
    pub labels: NodeLabels,
    /// Taints.
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`.
    #[serde(default)]
    pub unschedulable: bool,
    /// Condition `Ready` is true.
    pub ready: bool,
    /// What pods may take; `pods` is their number.
    pub allocatable: ResourceVector,
    /// Requests of all bound pods that have not ended, terminating ones included; `pods` is their number.
    #[serde(default)]
    pub used: ResourceVector,
    /// The part of `used` that belongs to performers of the fleet.
    #[serde(default)]
    pub claims: Vec<ObservedClaim>,
    /// GPUs that Dynamic Resource Allocation shows one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceFacts>,
}

impl NodeFacts {
    /// Whether the node's devices show one by one what this resource counts. Then the devices count and the counter does
    /// not: both stand for the same GPUs, and only the devices say which of them are taken.
    #[must_use]
    pub fn shows_devices_of(&self, resource: &ResourceName) -> bool {
        self.devices
            .iter()
            .any(|device| covers(device.id.driver(), resource))
    }
}

/// What the bound pods of one slot epoch take on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedClaim {
    /// The slot epoch.
    pub claim: ClaimId,
    /// Sum over its bound pods on this node, `pods` included.
    pub bound: ResourceVector,
    /// The devices that are allocated to them here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceUse>,
}

/// node.k8s.io/v1 RuntimeClass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeClassFacts {
    /// Name.
    pub name: String,
    /// `overhead.podFixed`.
    #[serde(default)]
    pub overhead: ResourceVector,
    /// `scheduling.nodeSelector`.
    #[serde(default)]
    pub node_selector: Labels,
    /// `scheduling.tolerations`.
    #[serde(default)]
    pub tolerations: Vec<Toleration>,
}

/// What follows from a node's facts; computed once when they arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DerivedFacts {
    /// What its labels say of GPUs, and the GPUs that it counts; those that its devices show are not among them.
    pub gpu: Option<GpuFacts>,
    /// Kinds of its devices, in the order of the first device of each, by id.
    pub device_kinds: Vec<DeviceKind>,
    /// Its TEE kinds, the counted ones first.
    pub tee_kinds: Vec<TeeKind>,
}

impl DerivedFacts {
    /// Whether the node has GPUs, by whatever source, or says that it has.
    #[must_use]
    pub fn has_gpu(&self) -> bool {
        self.gpu.is_some() || !self.device_kinds.is_empty()
    }

    /// Whether any of its GPUs is ready for confidential computing.
    #[must_use]
    pub fn has_confidential_gpu(&self) -> bool {
        self.gpu.as_ref().is_some_and(|gpu| gpu.confidential)
            || self.device_kinds.iter().any(|kind| kind.confidential)
    }

    /// Products of its GPUs, by whatever source.
    pub fn gpu_products(&self) -> impl Iterator<Item = &Product> {
        let counted = self.gpu.iter().filter_map(|gpu| gpu.product.as_ref());
        counted.chain(self.device_kinds.iter().filter_map(|kind| kind.product.as_ref()))
    }

    /// Resources in which it counts GPUs: whole ones, slices and MIG devices.
    pub fn gpu_resources(&self) -> impl Iterator<Item = &ResourceName> {
        self.gpu.iter().flat_map(|gpu| {
            let slices = gpu.sharing.iter().map(|sharing| &sharing.resource);
            let mig = gpu.mig.iter().map(|mig| &mig.resource);
            gpu.whole.iter().chain(slices).chain(mig)
        })
    }

    /// Reads them from the node.
    #[must_use]
    pub fn of(node: &NodeFacts) -> Self {
        let labels = node.labels.to_map();
        let mut gpu = GpuFacts::of(&labels, &node.allocatable);
        if let Some(gpu) = gpu.as_mut().filter(|_| !node.devices.is_empty()) {
            gpu.hide(|resource| node.shows_devices_of(resource));
        }
        // In the order of ids, in which devices are kept: what follows must not depend on how they were listed.
        let mut devices: Vec<&DeviceFacts> = node.devices.iter().collect();
        devices.sort_by(|a, b| a.id.cmp(&b.id));
        let mut device_kinds: Vec<DeviceKind> = Vec::new();
        for device in devices {
            let kind = device.kind(gpu.as_ref());
            if !device_kinds.contains(&kind) {
                device_kinds.push(kind);
            }
        }
        Self {
            gpu,
            device_kinds,
            tee_kinds: TeeKind::all_on(&labels),
        }
    }
}
