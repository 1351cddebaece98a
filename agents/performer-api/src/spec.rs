//! What a Performer wants: the `spec` of the custom resource.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::core::v1::{
    Affinity, ConfigMapKeySelector, LocalObjectReference, PodSecurityContext, ResourceRequirements,
    SecretKeySelector, SecurityContext, Toleration,
};
use k8s_openapi::api::networking::v1::NetworkPolicyPeer;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names::DEFAULT_GRPC_PORT;
use crate::status::PerformerStatus;

/// A program that executes an AVS's tasks over gRPC: which image, how it is configured, and what hardware it needs.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "hourglass.eigenlayer.io",
    version = "v1alpha1",
    kind = "Performer",
    plural = "performers",
    singular = "performer",
    namespaced,
    derive = "PartialEq",
    derive = "Default",
    status = "PerformerStatus",
    doc = "A performer of an AVS: a gRPC program that the operator keeps running and reachable.",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(name = "AVS", type_ = "string", json_path = ".spec.avsAddress"),
    printcolumn(name = "Image", type_ = "string", json_path = ".spec.image"),
    printcolumn(name = "Version", type_ = "string", json_path = ".spec.version"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Endpoint", type_ = "string", json_path = ".status.grpcEndpoint"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[expect(clippy::duplicated_attributes, reason = "printer columns share their type")]
#[serde(rename_all = "camelCase")]
pub struct PerformerSpec {
    /// Address of the AVS that the performer works for.
    #[schemars(length(min = 1))]
    pub avs_address: String,

    /// Container image, by tag or by digest.
    #[schemars(length(min = 1))]
    pub image: String,

    /// When the kubelet pulls the image.
    #[serde(default)]
    pub image_pull_policy: ImagePullPolicy,

    /// Version of the performer, for people; a change of it alone restarts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,

    /// Secrets of type `kubernetes.io/dockerconfigjson` in the same namespace, to pull the image with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<LocalObjectReference>,

    /// Compute resources of the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,

    /// Port, environment, command line and identity.
    #[serde(default)]
    pub config: PerformerConfig,

    /// Which nodes the pods may and should run on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<PerformerScheduling>,

    /// Accelerators and trusted execution environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware_requirements: Option<HardwareRequirements>,

    /// Number of equal pods behind the Service. Only for Performers that no fleet manages.
    #[serde(default = "one_replica")]
    #[schemars(range(min = 0, max = 1000))]
    pub replicas: i32,

    /// How a change of the spec is rolled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<PerformerUpdate>,

    /// Security settings of pod and container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_context: Option<PerformerSecurityContext>,

    /// Who may reach the performer's port; absent: no NetworkPolicy is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<PerformerNetworkPolicy>,

    /// How the performer's health is asked; absent: gRPC health checks with the operator's times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<PerformerProbes>,

    /// Devices of Dynamic Resource Allocation (`resource.k8s.io/v1`); each pod gets claims of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub resource_claims: Vec<DeviceClaim>,
}

fn one_replica() -> i32 {
    1
}

impl Default for PerformerSpec {
    /// A spec without AVS and image; everything else as the API server would default it.
    fn default() -> Self {
        Self {
            avs_address: String::new(),
            image: String::new(),
            image_pull_policy: ImagePullPolicy::default(),
            version: None,
            image_pull_secrets: Vec::new(),
            resources: None,
            config: PerformerConfig::default(),
            scheduling: None,
            hardware_requirements: None,
            replicas: one_replica(),
            update: None,
            security_context: None,
            network_policy: None,
            probes: None,
            resource_claims: Vec::new(),
        }
    }
}

/// When the kubelet pulls the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ImagePullPolicy {
    /// At every start of the container.
    Always,
    /// Never: the image must be on the node.
    Never,
    /// When the node does not have it.
    #[default]
    IfNotPresent,
}

impl ImagePullPolicy {
    /// The word that Kubernetes uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::Never => "Never",
            Self::IfNotPresent => "IfNotPresent",
        }
    }
}

/// Port, environment, command line and identity of the performer.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerConfig {
    /// Port on which the performer serves gRPC.
    #[serde(default = "default_grpc_port")]
    #[schemars(range(min = 1, max = 65535))]
    pub grpc_port: i32,

    /// Environment variables, name to value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,

    /// Environment variables whose values come from a Secret or a ConfigMap of the same namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment_from: Vec<EnvironmentFrom>,

    /// Arguments of the entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,

    /// Entry point, instead of the image's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,

    /// ServiceAccount of the pods; absent: the namespace's default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
}

fn default_grpc_port() -> i32 {
    DEFAULT_GRPC_PORT
}

impl Default for PerformerConfig {
    fn default() -> Self {
        Self {
            grpc_port: DEFAULT_GRPC_PORT,
            environment: BTreeMap::new(),
            environment_from: Vec::new(),
            args: Vec::new(),
            command: Vec::new(),
            service_account_name: None,
        }
    }
}

/// Environment values and command lines may hold credentials: `Debug` shows the names and counts only.
impl fmt::Debug for PerformerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerformerConfig")
            .field("grpc_port", &self.grpc_port)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("environment_from", &self.environment_from)
            .field("args", &format_args!("[{} redacted]", self.args.len()))
            .field("command", &format_args!("[{} redacted]", self.command.len()))
            .field("service_account_name", &self.service_account_name)
            .finish()
    }
}

/// One environment variable from a Secret or a ConfigMap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentFrom {
    /// Name of the variable.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Where its value comes from.
    pub value_from: EnvironmentSource,
}

/// Exactly one of the two is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSource {
    /// A key of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<SecretKeySelector>,
    /// A key of a ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<ConfigMapKeySelector>,
}

/// Which nodes the pods may and should run on, with exactly Kubernetes' meaning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerScheduling {
    /// Labels that a node must carry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Taints that the pods tolerate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Node, pod and anti-affinity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    /// Name of the RuntimeClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_class: Option<String>,
    /// Name of the PriorityClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
}

/// Accelerators and trusted execution environments that the performer needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HardwareRequirements {
    /// GPU product, as "nvidia-a100", "A100" or the node label's own spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_type: Option<String>,
    /// Number of whole GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub gpu_count: Option<i32>,
    /// Whether the performer must run in a trusted execution environment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tee_required: bool,
    /// Kind of trusted execution environment: sgx, tdx, sev, sev-snp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tee_type: Option<String>,
    /// Labels that a node must carry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_labels: BTreeMap<String, String>,
}

/// How a change of the spec is rolled out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerUpdate {
    /// Beside the old version, or in its place.
    #[serde(default)]
    pub strategy: UpdateStrategy,
    /// Seconds after which a version that does not become ready counts as failed; absent: 600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub progress_deadline_seconds: Option<i32>,
    /// Bring the new version up and ready, but do not let it serve until this is false again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub staged: bool,
}

/// Beside the old version, or in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UpdateStrategy {
    /// The new version is ready before the old one goes.
    #[default]
    Surge,
    /// The old version goes first: a gap, but never two at once.
    Recreate,
}

/// Security settings, as they are written in a pod.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerSecurityContext {
    /// Of the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodSecurityContext>,
    /// Of the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<SecurityContext>,
}

/// Who may reach the performer's port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerNetworkPolicy {
    /// Peers that may connect to the gRPC port. An empty list lets nobody in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<NetworkPolicyPeer>,
}

/// How the performer's health is asked; absent fields keep the operator's defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformerProbes {
    /// By `grpc.health.v1`, or by opening a TCP connection for performers without it.
    #[serde(default)]
    pub kind: ProbeKind,
    /// Restarts a performer that hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness: Option<ProbeTimes>,
    /// Takes a performer out of the Service while it cannot serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness: Option<ProbeTimes>,
}

/// Devices of one kind, as a request of a `resource.k8s.io/v1` ResourceClaimTemplate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceClaim {
    /// Name of the claim in the pod and of its request, unique within the performer.
    #[schemars(length(min = 1, max = 63), regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub name: String,
    /// DeviceClass by which the devices are asked for.
    #[schemars(length(min = 1, max = 253))]
    pub device_class_name: String,
    /// Exactly so many devices.
    #[schemars(range(min = 1, max = 32))]
    pub count: i64,
    /// CEL expressions that must all hold of each device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub selectors: Vec<String>,
    /// What is asked of the capacity of each device that may be shared: name to quantity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capacity: BTreeMap<String, String>,
}

/// How a probe asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeKind {
    /// `grpc.health.v1.Health/Check` with an empty service name.
    #[default]
    Grpc,
    /// The port accepts a connection.
    Tcp,
}

/// Times of one probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeTimes {
    /// Seconds from the container's start to the first probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub initial_delay_seconds: Option<i32>,
    /// Seconds between two probes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub period_seconds: Option<i32>,
    /// Seconds after which a probe counts as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub timeout_seconds: Option<i32>,
    /// Failures in a row until the probe counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub failure_threshold: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_config_means_the_default_port() {
        let spec: PerformerSpec =
            serde_json::from_value(serde_json::json!({"avsAddress": "0x1", "image": "i"})).unwrap();
        assert_eq!(spec.config.grpc_port, 9090);
        assert_eq!(spec.image_pull_policy, ImagePullPolicy::IfNotPresent);
        assert_eq!(spec.replicas, 1);
    }

    #[test]
    fn debug_output_holds_no_environment_value_and_no_argument() {
        let config = PerformerConfig {
            environment: BTreeMap::from([("TOKEN".to_owned(), "hunter2".to_owned())]),
            args: vec!["--password=hunter2".to_owned()],
            command: vec!["hunter2".to_owned()],
            ..PerformerConfig::default()
        };
        let spec = PerformerSpec {
            config,
            ..PerformerSpec::default()
        };
        let shown = format!("{:?}", Performer::new("p", spec));
        assert!(shown.contains("TOKEN"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
