//! The file of a scenario: a fleet, then steps. Unknown fields are errors, so that a misspelt expectation is not ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hourglass_engine::Health;
use hourglass_model::gpu::DeviceFacts;
use hourglass_model::labels::{Labels, Taint, Toleration};
use hourglass_model::placement::PlacementSpec;
use serde::Deserialize;

use crate::SimulationError;
use crate::outcome::Expectation;

/// A fleet and what happens on it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub description: String,
    /// The clusters at the start.
    pub fleet: Vec<ClusterSpec>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterSpec {
    /// Name.
    pub cluster: String,
    /// Labels.
    #[serde(default)]
    pub labels: Labels,
    /// Taints.
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// Takes no new placements.
    #[serde(default)]
    pub cordoned: bool,
    /// What the sessions have found; READY unless given.
    #[serde(default = "ready")]
    pub health: Health,
    /// RuntimeClasses.
    #[serde(default)]
    pub runtime_classes: Vec<RuntimeClassSpec>,
    /// Namespaces open to a tenant; unless given `default` may use `performers`.
    #[serde(default = "default_tenants")]
    pub tenants: BTreeMap<String, Vec<String>>,
    /// What is in namespaces; of those left out nothing is known.
    #[serde(default)]
    pub namespaces: BTreeMap<String, NamespaceSpec>,
    /// PriorityClasses; none means that they are not known.
    #[serde(default)]
    pub priority_classes: BTreeSet<String>,
    /// Nodes.
    #[serde(default)]
    pub nodes: Vec<NodeSpec>,
}

fn ready() -> Health {
    Health::Ready
}

fn default_tenants() -> BTreeMap<String, Vec<String>> {
    [("default".to_owned(), vec!["performers".to_owned()])].into()
}

/// One RuntimeClass.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuntimeClassSpec {
    /// Name.
    pub name: String,
    /// `overhead.podFixed`, as Kubernetes quantities.
    #[serde(default)]
    pub overhead: BTreeMap<String, String>,
    /// `scheduling.nodeSelector`.
    #[serde(default)]
    pub node_selector: Labels,
    /// `scheduling.tolerations`.
    #[serde(default)]
    pub tolerations: Vec<Toleration>,
}

/// What an agent says of a namespace.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamespaceSpec {
    /// ServiceAccounts.
    #[serde(default)]
    pub service_accounts: BTreeSet<String>,
    /// Secrets that were declared; left out where none were, so that nothing is known.
    #[serde(default)]
    pub secrets: Option<BTreeSet<String>>,
    /// ConfigMaps that were declared; left out as above.
    #[serde(default)]
    pub config_maps: Option<BTreeSet<String>>,
    /// ResourceQuotas by name: what each leaves, as Kubernetes quantities.
    #[serde(default)]
    pub quota: BTreeMap<String, BTreeMap<String, String>>,
    /// What each of them leaves of limits, as above.
    #[serde(default)]
    pub quota_limits: BTreeMap<String, BTreeMap<String, String>>,
    /// LimitRanges by name; left out where the agent does not tell them, so that nothing is known.
    #[serde(default)]
    pub limit_ranges: Option<BTreeMap<String, LimitRangeSpec>>,
}

/// What a LimitRange gives each container that does not state it, as Kubernetes quantities.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitRangeSpec {
    /// `defaultRequest`.
    #[serde(default)]
    pub default_request: BTreeMap<String, String>,
    /// `default`: limits.
    #[serde(default)]
    pub default: BTreeMap<String, String>,
}

/// Nodes of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeSpec {
    /// Names.
    pub names: Vec<String>,
    /// Labels; `kubernetes.io/hostname` is the name unless given.
    #[serde(default)]
    pub labels: Labels,
    /// Taints.
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`.
    #[serde(default)]
    pub unschedulable: bool,
    /// Condition Ready is not true.
    #[serde(default)]
    pub not_ready: bool,
    /// As Kubernetes quantities; 110 pods unless given.
    pub allocatable: BTreeMap<String, String>,
    /// What pods of others use, as Kubernetes quantities.
    #[serde(default)]
    pub used: BTreeMap<String, String>,
    /// GPUs that each of them shows one by one.
    #[serde(default)]
    pub devices: Vec<DeviceFacts>,
}

/// Something that happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Step {
    /// A placement is decided, and what it is given is taken.
    Place(Box<PlaceStep>),
    /// A placement's replicas are removed, and the clusters have confirmed it.
    Remove(String),
    /// A cluster takes no new placements.
    Cordon(String),
    /// It does again.
    Uncordon(String),
    /// Nodes of a cluster come or change.
    SetNodes(SetNodes),
    /// Nodes of a cluster go.
    LoseNodes(LoseNodes),
    /// Nodes are kept for a placement that has waited long.
    Reserve(Box<ReserveStep>),
    /// Nodes are kept for it no more.
    Unreserve(String),
    /// A replica, as `placement/slot`, does not serve any more. All serve from when they are placed.
    Breaks(String),
    /// How many more of a request would fit, and where; nothing is taken.
    Capacity(Box<CapacityStep>),
}

/// A request of which as many as fit are counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityStep {
    /// Its name.
    pub name: String,
    /// Whose it is; `default` unless given.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// The request. `performer` may be left out.
    #[serde(default)]
    pub spec: PlacementSpec,
    /// How many fit, by `cluster/node`; nodes that take none are left out.
    pub fits: BTreeMap<String, usize>,
    /// Why the next one does not, whole; not looked at unless given.
    #[serde(default)]
    pub next: Option<String>,
}

/// A placement that nodes are kept for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReserveStep {
    /// Its name.
    pub name: String,
    /// Whose it is; `default` unless given.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// The request. `performer` may be left out.
    #[serde(default)]
    pub spec: PlacementSpec,
    /// `cluster/node` of each node that must be kept, by name.
    pub nodes: BTreeSet<String>,
}

/// A placement and what is expected to come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceStep {
    /// Name, by which later steps speak of it.
    pub name: String,
    /// Whose it is; `default` unless given.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// Labels of the placement, by which rules select it.
    #[serde(default)]
    pub labels: Labels,
    /// The request. `performer` may be left out.
    #[serde(default)]
    pub spec: PlacementSpec,
    /// Clusters, or nodes of them as `cluster/node`, that refused it, and why.
    #[serde(default)]
    pub avoid: BTreeMap<String, String>,
    /// What must come of it.
    pub expect: Expectation,
}

fn default_tenant() -> String {
    "default".to_owned()
}

/// Nodes that come or change.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetNodes {
    /// Their cluster.
    pub cluster: String,
    /// The nodes, whole.
    pub nodes: Vec<NodeSpec>,
}

/// Nodes that go.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoseNodes {
    /// Their cluster.
    pub cluster: String,
    /// Their names.
    pub names: Vec<String>,
}

/// What the parser says, without its own sign that it is an error: who prints it says that.
fn form_message(said: &str) -> String {
    said.strip_prefix("error: ").unwrap_or(said).to_owned()
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or has another form.
    pub fn read(path: &Path) -> Result<Self, SimulationError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| SimulationError::Read {
            path: name.clone(),
            source,
        })?;
        serde_saphyr::from_str(&text).map_err(|error| SimulationError::Form {
            path: name,
            message: form_message(&error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_told_without_the_parsers_own_sign_of_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.yaml");
        std::fs::write(&path, "fleett: []\n").unwrap();
        let told = Scenario::read(&path).unwrap_err().to_string();
        assert!(told.contains("fleett") && !told.contains("error: "), "{told}");
    }
}
