//! The operator: makes each Performer of the cluster run, reachable under one stable name, and says how it is.
//!
//! A Performer becomes one Deployment per version of its spec, one Service that points at one of them, and where asked
//! a NetworkPolicy. The operator knows nothing of the fleet: it reads Performer objects and writes their status, whoever
//! made them. Its parts, from the decision outwards:
//!
//! - `rollout`: what exists → what to do next (pure); `status`, `conditions`, `events`: what to say about it (pure)
//! - `spec_hash`, `pod_template`, `probes`, `hardware`: from a spec to pods (pure)
//! - `gate`: the pods of a gang wait for each other
//! - `deployment`, `service`, `network_policy`, `placement_service`, `device_claims`, `children`: the objects themselves (pure)
//! - `caches`, `index`, `observed`, `pods`, `cluster_hardware`: what exists
//! - `apply`, `contains`, `report`, `written`, `finalizer`, `reconcile`: one pass
//! - `controller`, `context`, `retries`: many of them

mod apply;
mod caches;
mod children;
mod cluster_hardware;
mod conditions;
mod config;
mod contains;
mod context;
mod controller;
mod deployment;
mod device_claims;
mod error;
mod events;
mod finalizer;
mod gate;
mod hardware;
mod index;
mod network_policy;
mod observed;
mod placement_service;
mod pod_template;
mod pods;
mod probes;
mod reconcile;
mod report;
mod retries;
mod rollout;
mod service;
mod spec_hash;
mod status;
mod written;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use kube::Client;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use config::{OperatorConfig, ProbeDefaults, WatchedNamespaces};
pub use error::OperatorError;

/// Reconciles Performers until `cancel`; passes that are running then are finished. `ready` becomes true when every
/// watch has listed once, which is when the operator knows what exists and begins to act.
///
/// # Errors
/// When the configuration names no namespace, or the operator ends although nobody asked it to. Everything else is
/// retried, and said in the status of the Performer that it concerns.
pub async fn run(
    client: Client,
    config: OperatorConfig,
    ready: watch::Sender<bool>,
    cancel: CancellationToken,
) -> Result<(), OperatorError> {
    let scopes: Vec<Option<String>> = match &config.namespaces {
        WatchedNamespaces::All => vec![None],
        WatchedNamespaces::Only(namespaces) if namespaces.is_empty() => {
            return Err(OperatorError::NoNamespace);
        }
        WatchedNamespaces::Only(namespaces) => namespaces.iter().cloned().map(Some).collect(),
    };
    let config = Arc::new(config);
    let hardware = watch::Sender::new(None);
    let unsynced = AtomicUsize::new(scopes.len());
    let scope_synced = || {
        if unsynced.fetch_sub(1, Ordering::AcqRel) == 1 {
            ready.send_replace(true);
        }
    };
    let reconciling = join_all(scopes.iter().map(|namespace| {
        let (client, config, hardware) = (client.clone(), Arc::clone(&config), hardware.subscribe());
        controller::run_scope(
            client,
            config,
            namespace.as_deref(),
            hardware,
            scope_synced,
            &cancel,
        )
    }));
    let following = cluster_hardware::follow(client.clone(), &hardware);
    tokio::select! {
        _ = reconciling => {}
        () = following => {}
    }
    ready.send_replace(false);
    if cancel.is_cancelled() {
        Ok(())
    } else {
        Err(OperatorError::StreamEnded)
    }
}
