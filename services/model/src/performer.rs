//! What a performer is: the `spec` of the Performer custom resource (`performers.hourglass.eigenlayer.io/v1alpha1`),
//! field for field, with exactly its JSON.
//!
//! The types hold what was written, also when it makes no sense: [`crate::request`] says what is wrong, all at once.
//! Parts that no decision reads (pod affinity, security contexts, network peers) stay opaque JSON.

mod affinity;
mod config;
mod devices;
mod extras;
mod json;
mod scheduling;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use affinity::{
    Affinity, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity,
    PreferredSchedulingTerm,
};
pub use config::{EnvironmentFrom, EnvironmentSource, KeySelector, PerformerConfig};
pub use devices::DeviceClaim;
pub use extras::{NetworkPolicy, ProbeTimes, Probes, SecurityContext, UpdatePolicy};
pub use scheduling::{PerformerScheduling, Toleration};

/// gRPC port of a performer that names none.
pub const DEFAULT_GRPC_PORT: i32 = 9090;

/// The `spec` of a Performer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PerformerSpec {
    /// Address of the AVS that it works for: `0x` and 40 hex digits. Required.
    pub avs_address: String,
    /// Container image by tag or digest. Required.
    pub image: String,
    /// `Always`, `Never` or `IfNotPresent`; absent means the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<String>,
    /// Version for people; no meaning for placement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Secrets with registry credentials.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<LocalObjectReference>,
    /// Requests and limits of the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    /// Port, environment, command, identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<PerformerConfig>,
    /// Where it may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<PerformerScheduling>,
    /// GPU and TEE in words; means the same as a placement's `compute`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_requirements: Option<HardwareRequirements>,
    /// Replicas of a standalone performer; never set on one that the fleet manages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// How a change of the spec is rolled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdatePolicy>,
    /// Security contexts of pod and container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<SecurityContext>,
    /// How its health is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
    /// Who may reach its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicy>,
    /// Devices of Dynamic Resource Allocation. Written by the fleet; a placement asks for GPUs with `compute.gpu`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_claims: Vec<DeviceClaim>,
}

impl PerformerSpec {
    /// The gRPC port, 9090 unless given.
    #[must_use]
    pub fn grpc_port(&self) -> i32 {
        self.config
            .as_ref()
            .and_then(|config| config.grpc_port)
            .unwrap_or(DEFAULT_GRPC_PORT)
    }

    /// Scheduling rules, made empty if there are none, to write into.
    pub fn scheduling_mut(&mut self) -> &mut PerformerScheduling {
        self.scheduling.get_or_insert_default()
    }
}

/// Kubernetes core/v1 LocalObjectReference.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LocalObjectReference {
    /// Name of the object.
    pub name: String,
}

/// Kubernetes core/v1 ResourceRequirements (without claims): resource name to quantity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ResourceRequirements {
    /// The most it may use.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
    /// What the scheduler reserves; absent entries take the limit's value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
}

/// GPU and TEE in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HardwareRequirements {
    /// Product, for example `nvidia-a100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_type: Option<String>,
    /// Whole GPUs; 0 or absent with a `gpuType` means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_count: Option<i32>,
    /// Needs a trusted execution environment, of any kind unless `teeType` names one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tee_required: bool,
    /// `sgx`, `sev`, `tdx` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tee_type: Option<String>,
    /// Labels that the node must carry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_labels: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests;
