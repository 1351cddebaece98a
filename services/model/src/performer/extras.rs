//! Optional parts of a performer: how it is updated, secured, probed and reached.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json;

/// How a change is rolled out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdatePolicy {
    /// `Surge` (when absent) or `Recreate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// After so many seconds without progress the update counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress_deadline_seconds: Option<i32>,
    /// Bring the new one up beside the old one and wait for a word before switching.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged: Option<bool>,
}

/// Kubernetes core/v1 PodSecurityContext and SecurityContext as they are written in a pod.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SecurityContext {
    /// Of the pod.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opaque")]
    pub pod: Option<Value>,
    /// Of the container.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opaque")]
    pub container: Option<Value>,
}

/// How health is asked; absent fields keep the operator's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Probes {
    /// `grpc` (when absent) or `tcp`, for performers without `grpc.health.v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Restarts the container when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness: Option<ProbeTimes>,
    /// Takes it out of the Service while it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness: Option<ProbeTimes>,
}

/// Times of one probe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProbeTimes {
    /// Before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_delay_seconds: Option<i32>,
    /// Between two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_seconds: Option<i32>,
    /// For one to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i32>,
    /// So many in a row count as failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<i32>,
}

/// Who may reach the performer's port.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkPolicy {
    /// networking.k8s.io/v1 NetworkPolicyPeers.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::opaque_list")]
    pub from: Vec<Value>,
}
