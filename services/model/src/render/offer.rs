//! What a node grants to one replica.

use serde::{Deserialize, Serialize};

use crate::gpu::{DeviceAttribute, DeviceUse};
use crate::ids::DeviceId;
use crate::resources::{ResourceName, ResourceVector};
use crate::tee::TeeKind;

/// The concrete means by which a node meets a request. Kept durably with the assignment, so that the same Performer can
/// be rendered again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeOffer {
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<GpuGrant>,
    /// Trusted execution environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tee: Option<TeeGrant>,
    /// RuntimeClass, given or implied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_class: Option<RuntimeClassGrant>,
}

/// GPUs, by one of the two ways in which clusters offer them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GpuGrant {
    /// Units of an extended resource.
    Counted(CountedGpus),
    /// Devices of Dynamic Resource Allocation.
    Devices(DeviceGrant),
}

/// So many units of a GPU resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountedGpus {
    /// Resource, for example `nvidia.com/gpu`, `nvidia.com/gpu.shared` or `nvidia.com/mig-1g.10gb`.
    pub resource: ResourceName,
    /// Whole GPUs, time slices or MIG devices.
    pub units: i64,
    /// The node's product label, key and value, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_label: Option<(String, String)>,
}

/// Devices of one driver, class and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceGrant {
    /// The DeviceClass by which the pod asks for them.
    pub class: String,
    /// Each device, and how much of it.
    pub devices: Vec<GrantedDevice>,
    /// Attributes that they have in common.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<DeviceAttribute>,
    /// Memory asked of each device that may be shared, MiB: its share, or all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<i64>,
}

/// One device of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantedDevice {
    /// The device.
    pub id: DeviceId,
    /// Thousandths of it.
    pub milli: u16,
    /// The attribute that tells it from all others of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<DeviceAttribute>,
}

impl NodeOffer {
    /// The devices that it grants, and how much of each.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceUse> {
        let Some(GpuGrant::Devices(grant)) = &self.gpu else {
            return Vec::new();
        };
        let of = |granted: &GrantedDevice| DeviceUse {
            device: granted.id.clone(),
            milli: granted.milli,
        };
        grant.devices.iter().map(of).collect()
    }
}

/// A kind of TEE and its slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeeGrant {
    /// The kind.
    pub kind: TeeKind,
    /// Slots of the kind's resource, where it is counted.
    pub slots: i64,
}

/// A RuntimeClass as it is in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeClassGrant {
    /// Name.
    pub name: String,
    /// `overhead.podFixed`, which the cluster adds to the pod.
    #[serde(default)]
    pub overhead: ResourceVector,
}
