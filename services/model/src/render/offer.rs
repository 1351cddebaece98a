//! What a node grants to one replica.

use serde::{Deserialize, Serialize};

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

/// So many units of a GPU resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuGrant {
    /// Resource, for example `nvidia.com/gpu` or `nvidia.com/gpu.shared`.
    pub resource: ResourceName,
    /// Whole GPUs, or time slices.
    pub units: i64,
    /// The node's product label, key and value, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_label: Option<(String, String)>,
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
