//! Devices that a performer asks for by Dynamic Resource Allocation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Devices of one kind, as a request of a resource.k8s.io/v1 ResourceClaimTemplate of which each pod gets a claim of
/// its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DeviceClaim {
    /// Name of the claim in the pod and of its request: a DNS label, unique within the performer.
    pub name: String,
    /// DeviceClass by which it is asked for.
    pub device_class_name: String,
    /// Exactly so many devices, 1 to 32.
    pub count: i64,
    /// CEL expressions that must all hold of each device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<String>,
    /// What is asked of the capacity of each device that may be shared: name to Kubernetes quantity.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub capacity: BTreeMap<String, String>,
}
