//! The flags of `cluster-agent`, as they are written. What they mean is checked in [`super::check`].

use std::path::PathBuf;

use clap::Parser;
use hourglass_runtime::args::{AdminArgs, LogArgs, OtlpArgs, PrintConfigArgs};
use hourglass_runtime::secret::Secret;

use crate::inventory::GPU_DRIVERS;

/// Runs performers in this cluster: as the hands of a placement service, or alone.
#[derive(Debug, Parser)]
#[command(name = "cluster-agent", version)]
pub struct Args {
    /// Address of the placement service, https://host:port
    #[arg(long, env = "HOURGLASS_AGENT_SERVER", value_name = "URL")]
    pub server: Option<String>,

    /// Name of this cluster in the fleet
    #[arg(long, env = "HOURGLASS_AGENT_CLUSTER", value_name = "NAME")]
    pub cluster: Option<String>,

    /// Join token, needed once; better from a file
    #[arg(
        long,
        env = "HOURGLASS_AGENT_JOIN_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub join_token: Option<Secret<String>>,

    /// File with the join token; read only when the agent has to enrol
    #[arg(
        long,
        env = "HOURGLASS_AGENT_JOIN_TOKEN_FILE",
        value_name = "FILE",
        conflicts_with = "join_token"
    )]
    pub join_token_file: Option<PathBuf>,

    /// PEM file of the CA certificates that the server is verified against while the agent enrols, else the
    /// system's; from then on the agent uses the bundle that the server gave it
    #[arg(long, env = "HOURGLASS_AGENT_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Secret that holds the agent's identity; it must exist (the chart makes it), and is the only one used
    #[arg(
        long,
        env = "HOURGLASS_AGENT_IDENTITY_SECRET",
        value_name = "NAMESPACE/NAME",
        conflicts_with = "state_dir"
    )]
    pub identity_secret: Option<String>,

    /// Directory that holds the agent's identity, instead of a Secret
    #[arg(long, env = "HOURGLASS_AGENT_STATE_DIR", value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Namespaces that this agent opens to a tenant, the first is the default one; repeat it per tenant. The server
    /// cannot widen this
    #[arg(
        long,
        env = "HOURGLASS_AGENT_NAMESPACES",
        value_name = "TENANT=NS[,NS...]",
        value_delimiter = ';'
    )]
    pub namespace: Vec<String>,

    /// Secret that performers may use, so that placements which name another one go elsewhere; repeat it per Secret. The
    /// agent never reads it; of a namespace without any, nothing is judged by its Secrets
    #[arg(
        long,
        env = "HOURGLASS_AGENT_DECLARED_SECRETS",
        value_name = "NAMESPACE/NAME",
        value_delimiter = ';'
    )]
    pub declared_secret: Vec<String>,

    /// ConfigMap that performers may use; as --declared-secret
    #[arg(
        long,
        env = "HOURGLASS_AGENT_DECLARED_CONFIG_MAPS",
        value_name = "NAMESPACE/NAME",
        value_delimiter = ';'
    )]
    pub declared_config_map: Vec<String>,

    /// YAML file with `tenants` (tenant to list of namespaces), `labels` and `declared` (namespace to lists `secrets` and
    /// `configMaps`); flags win over it
    #[arg(long, env = "HOURGLASS_AGENT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Label of this cluster, for the rules of placements; repeat it per label
    #[arg(
        long,
        env = "HOURGLASS_AGENT_LABELS",
        value_name = "KEY=VALUE",
        value_delimiter = ';'
    )]
    pub label: Vec<String>,

    /// Driver of Dynamic Resource Allocation whose devices count as GPUs; repeat it per driver
    #[arg(
        long,
        env = "HOURGLASS_AGENT_GPU_DRIVERS",
        value_name = "NAME",
        value_delimiter = ';',
        default_values = GPU_DRIVERS
    )]
    pub gpu_driver: Vec<String>,

    /// Only reconcile Performer objects; connect to no placement service
    #[arg(long, env = "HOURGLASS_AGENT_STANDALONE")]
    pub standalone: bool,

    /// Namespace whose Performer objects are reconciled with --standalone; repeat it per namespace, all without it.
    /// In a fleet, --namespace says it
    #[arg(
        long,
        env = "HOURGLASS_AGENT_WATCH_NAMESPACES",
        value_name = "NAMESPACE",
        value_delimiter = ';'
    )]
    pub watch_namespace: Vec<String>,

    /// Kubeconfig of the cluster; without it $KUBECONFIG, ~/.kube/config or the pod's service account
    #[arg(long, env = "HOURGLASS_AGENT_KUBECONFIG", value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Context of the kubeconfig
    #[arg(
        long,
        env = "HOURGLASS_AGENT_KUBE_CONTEXT",
        value_name = "CONTEXT",
        requires = "kubeconfig"
    )]
    pub kube_context: Option<String>,

    /// Namespace of the Lease that decides which of several agents works; by default that of the identity Secret,
    /// else that of the kubeconfig or service account
    #[arg(long, env = "HOURGLASS_AGENT_LEASE_NAMESPACE", value_name = "NAMESPACE")]
    pub lease_namespace: Option<String>,

    /// Name of this agent as the Lease's holder, unique among the agents of the cluster and the same after a
    /// restart; by default the host name, which in a pod is the pod's name
    #[arg(long, env = "HOURGLASS_AGENT_LEASE_IDENTITY", value_name = "NAME")]
    pub lease_identity: Option<String>,

    /// Speak plain text to the server, without identity; only to a loopback address, for tests
    #[arg(long, env = "HOURGLASS_AGENT_INSECURE_PLAINTEXT")]
    pub insecure_plaintext: bool,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,

    /// Tracing.
    #[command(flatten)]
    pub otlp: OtlpArgs,

    /// Health, metrics, version.
    #[command(flatten)]
    pub admin: AdminArgs,

    /// Show what is in effect.
    #[command(flatten)]
    pub print: PrintConfigArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_fit_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_join_token_never_shows_in_the_help_or_in_debug_output() {
        let args = Args::parse_from(["cluster-agent", "--join-token", "hunter2"]);
        assert!(!format!("{args:?}").contains("hunter2"));
        assert_eq!(args.join_token.unwrap().expose(), "hunter2");
    }
}
