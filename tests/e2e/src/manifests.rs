//! What a cluster needs before its agent: the files of the chart, as they are shipped.

use std::path::PathBuf;

use anyhow::Result;
use hourglass_testbed::Cluster;

const CRD: &str = include_str!("../../../charts/hourglass-agent/crds/performers.yaml");
const RBAC: &str = include_str!("../../../charts/hourglass-agent/files/rbac.yaml");
const ADMISSION: &str = include_str!("../../../charts/hourglass-agent/files/admission.yaml");

/// Namespace of the agent.
pub const AGENT_NAMESPACE: &str = "hourglass-system";
/// ServiceAccount of the agent.
pub const AGENT_SERVICE_ACCOUNT: &str = "hourglass-agent";
/// Secret of the agent, namespace/name.
pub const IDENTITY_SECRET: &str = "hourglass-system/hourglass-agent-identity";

/// Applies the chart's files and makes the namespaces of tenants; returns a kubeconfig that acts as the agent's
/// ServiceAccount.
///
/// # Errors
/// What the API server refused.
pub async fn install(cluster: &Cluster, namespaces: &[String]) -> Result<PathBuf> {
    for manifest in [CRD, RBAC, ADMISSION] {
        cluster.apply_yaml(manifest).await?;
    }
    for namespace in namespaces {
        cluster
            .apply_yaml(&format!(
                "{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}}}}}"
            ))
            .await?;
    }
    Ok(cluster
        .service_account_kubeconfig(AGENT_NAMESPACE, AGENT_SERVICE_ACCOUNT)
        .await?)
}
