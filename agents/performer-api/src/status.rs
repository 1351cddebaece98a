//! What the operator reports: the `status` of the custom resource.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the operator saw last. Written by the operator alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerStatus {
    /// One word for people; programs read `ready` and `conditions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<PerformerPhase>,
    /// Whether something serves behind `grpcEndpoint` now.
    #[serde(default)]
    pub ready: bool,
    /// Pod that serves, or the newest one while none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_name: Option<String>,
    /// Service in front of the performer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// DNS name and port under which the performer is reached inside the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc_endpoint: Option<String>,
    /// `Ready`, `Progressing`, `PodScheduled`; while they hold also `Reconciling` and `Stalled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// When the last change of version was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_upgrade: Option<Time>,
    /// When `ready` last became true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_time: Option<Time>,
    /// `metadata.generation` that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Pods behind the Service now, ready or not.
    #[serde(default)]
    pub replicas: i32,
    /// Label selector of the pods behind the Service, for the scale subresource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}

/// One word for the state of a Performer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PerformerPhase {
    /// Nothing serves yet; the conditions say what it waits for.
    Pending,
    /// The wanted version serves.
    Running,
    /// An earlier version serves while the wanted one comes up.
    Upgrading,
    /// Being deleted.
    Terminating,
    /// Nothing serves, and that will not change by waiting.
    Failed,
}

impl PerformerPhase {
    /// The word as it is written in the object.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Upgrading => "Upgrading",
            Self::Terminating => "Terminating",
            Self::Failed => "Failed",
        }
    }
}
