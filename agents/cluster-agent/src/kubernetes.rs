//! The connection to the cluster's own API server.

use std::time::Duration;

use hourglass_runtime::backoff::{Backoff, BackoffPolicy};
use hourglass_runtime::error_chain;
use k8s_openapi::api::core::v1::Namespace;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, ResourceExt};
use tokio_util::sync::CancellationToken;

use crate::config::KubernetesConfig;

/// Between tries to reach the API server at start.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(15),
};
/// How long the API server may take for one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The API server cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum KubernetesError {
    /// The kubeconfig cannot be used.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(#[from] kube::config::KubeconfigError),
    /// Neither kubeconfig nor service account.
    #[error(
        "no way to the cluster is configured ({0}); give --kubeconfig, or run in a pod with a service account"
    )]
    Infer(#[from] kube::config::InferConfigError),
    /// Certificates or keys of the configuration are damaged.
    #[error("cannot set up the connection to the API server: {0}")]
    Client(#[from] kube::Error),
}

/// A client as configured, and the namespace that is its default one. Nothing is connected yet.
///
/// # Errors
/// When the configuration cannot be used.
pub async fn client(config: &KubernetesConfig) -> Result<(Client, String), KubernetesError> {
    let config = match &config.kubeconfig {
        Some(path) => {
            let options = KubeConfigOptions {
                context: config.context.clone(),
                ..KubeConfigOptions::default()
            };
            Config::from_custom_kubeconfig(Kubeconfig::read_from(path)?, &options).await?
        }
        None => Config::infer().await?,
    };
    let namespace = config.default_namespace.clone();
    Ok((Client::try_from(config)?, namespace))
}

/// The UID of the cluster: that of its kube-system namespace. Tries until the API server tells it; `None` when `stop`
/// came first.
pub async fn cluster_uid(client: &Client, stop: &CancellationToken) -> Option<String> {
    let api: Api<Namespace> = Api::all(client.clone());
    let mut backoff = Backoff::new(RETRY);
    loop {
        let answer = tokio::select! {
            () = stop.cancelled() => return None,
            answer = tokio::time::timeout(CALL_TIMEOUT, api.get_metadata("kube-system")) => answer,
        };
        let problem = match answer {
            Ok(Ok(namespace)) => match namespace.uid() {
                Some(uid) => return Some(uid),
                None => "it has no uid".to_owned(),
            },
            Ok(Err(error)) => error_chain(&error),
            Err(_) => format!("no answer within {CALL_TIMEOUT:?}"),
        };
        let delay = backoff.next_delay();
        tracing::warn!(
            problem,
            ?delay,
            "cannot read the namespace kube-system, whose UID identifies the cluster; trying again"
        );
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(delay) => {}
        }
    }
}
