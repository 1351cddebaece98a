//! The agent's configuration: flags, environment and file, checked as a whole before anything starts.

mod args;
mod check;
mod declared;
mod file;
mod tenants;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use hourglass_model::ids::ClusterName;
use hourglass_runtime::args::{LogArgs, OtlpArgs};
use hourglass_runtime::secret::Secret;
use serde::Serialize;

pub use args::Args;
pub use check::check;
pub use declared::{Declared, DeclaredNames};
pub use tenants::{NotAllowed, TenantNamespaces};

/// Everything that the agent goes by, checked.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// The placement service and our part in its fleet; `None` for an agent that stands alone.
    pub fleet: Option<FleetConfig>,
    /// Where Performers are reconciled: in a fleet the namespaces that are open to tenants, else the given ones; empty
    /// for every namespace of the cluster.
    pub watched_namespaces: Vec<String>,
    /// How to reach the cluster's own API server.
    pub kubernetes: KubernetesConfig,
    /// Which of several agents of the cluster works.
    pub lease: LeaseConfig,
    /// Address of the admin HTTP server.
    pub admin_address: SocketAddr,
    /// Logging.
    pub log: LogArgs,
    /// Tracing.
    pub otlp: OtlpArgs,
}

/// Our part in a fleet.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FleetConfig {
    /// URL of the placement service; `http` only for plain text on loopback.
    pub server: String,
    /// Name of this cluster.
    pub cluster: ClusterName,
    /// Where a join token comes from, when one is needed.
    pub join_token: Option<JoinTokenSource>,
    /// CA certificates to trust while enrolling; the system's when `None`.
    #[serde(skip)]
    pub enrolment_ca_pem: Option<String>,
    /// Where identity and obeyed order are kept.
    pub state: StateLocation,
    /// Namespaces that are open to tenants.
    pub tenants: TenantNamespaces,
    /// Secrets and ConfigMaps that the cluster's owner says are there.
    pub declared: Declared,
    /// Drivers of Dynamic Resource Allocation whose devices count as GPUs.
    pub gpu_drivers: BTreeSet<String>,
    /// Labels of this cluster.
    pub labels: BTreeMap<String, String>,
}

impl FleetConfig {
    /// Whether the connection carries no identity.
    pub fn is_plaintext(&self) -> bool {
        self.server.starts_with("http://")
    }
}

/// Where a join token comes from.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JoinTokenSource {
    /// Given directly.
    Given(Secret<String>),
    /// Read from this file when it is needed, so that the file may be gone once the agent has joined.
    File(PathBuf),
}

/// Where the agent keeps what must outlive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StateLocation {
    /// One Secret, which exists already.
    Secret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A private directory.
    Directory(PathBuf),
}

/// How to reach the API server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesConfig {
    /// Kubeconfig file; without it the usual places and the service account.
    pub kubeconfig: Option<PathBuf>,
    /// Context of that file.
    pub context: Option<String>,
}

/// The Kubernetes Lease that agents of one cluster compete for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseConfig {
    /// Its namespace; `None` for the default one of the kubeconfig or service account.
    pub namespace: Option<String>,
    /// Name of this agent as holder.
    pub identity: String,
}
