//! One real Kubernetes cluster: its processes and what a test does with it.

mod access;
mod apply;
mod component;
mod components;
mod etcd;
mod kubeconfig;
mod options;
mod pki;
pub(crate) mod start;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kube::{Client, api::DynamicObject};

pub use component::Component;
pub use options::ClusterOptions;

use crate::{
    assets::Assets,
    error::{Error, Result},
    nodes,
    profile::{NodePool, Profile},
    run_dir::RunDir,
};

/// A running cluster. Dropping it kills its processes at once.
///
/// It belongs to no async runtime: a `static` one can serve tests that each have their own.
#[derive(Debug)]
pub struct Cluster {
    name: String,
    profile: Profile,
    dir: PathBuf,
    uid: String,
    ca_pem: String,
    // Dropped in this order: clients before the servers that they talk to.
    kwok: Component,
    scheduler: Component,
    controller_manager: Component,
    apiserver: Component,
    etcd: Component,
    ports: components::Ports,
    assets: Assets,
    // Last: the folder goes when nothing writes into it any more.
    run: Arc<RunDir>,
}

impl Cluster {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profile it was started from.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// UID of the `kube-system` namespace, which identifies a cluster.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// One log per component.
    pub fn logs_dir(&self) -> PathBuf {
        self.dir.join(crate::run_dir::LOGS)
    }

    /// Kubeconfig of an administrator (group `system:masters`).
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }

    /// URL of the API server; the same for the life of the cluster, over restarts too.
    pub fn server_url(&self) -> String {
        format!("https://{}", self.ports.apiserver.address())
    }

    /// The `kubectl` that belongs to this cluster's version.
    pub fn kubectl(&self) -> PathBuf {
        self.assets.program("kubectl")
    }

    /// A client configuration of an administrator.
    pub async fn config(&self) -> Result<kube::Config> {
        kubeconfig::load(&self.kubeconfig_path()).await
    }

    /// A new client of an administrator. It works as long as the async runtime in which it was made, so do not share it
    /// between tests.
    pub async fn client(&self) -> Result<Client> {
        kubeconfig::client(&self.kubeconfig_path()).await
    }

    /// Server-side apply of YAML with one or several documents; a CRD is served when this returns.
    pub async fn apply_yaml(&self, yaml: &str) -> Result<Vec<DynamicObject>> {
        apply::apply_yaml(&self.client().await?, yaml).await
    }

    /// Mints a token for an existing ServiceAccount (TokenRequest, one day) and writes a kubeconfig with it. What it may
    /// do is what RBAC grants it.
    pub async fn service_account_kubeconfig(&self, namespace: &str, name: &str) -> Result<PathBuf> {
        access::service_account_kubeconfig(self, namespace, name).await
    }

    /// A client that acts as a ServiceAccount.
    pub async fn service_account_client(&self, namespace: &str, name: &str) -> Result<Client> {
        kubeconfig::client(&self.service_account_kubeconfig(namespace, name).await?).await
    }

    /// Adds `count` nodes to the first pool of a profile and waits until they can take pods; returns their names. The
    /// profile may be another than the cluster's own; its RuntimeClasses are not touched (see [`Cluster::add_profile`]).
    pub async fn add_nodes(&self, profile: &Profile, count: usize) -> Result<Vec<String>> {
        // A profile without pools does not pass validation.
        let Some(pool) = profile.pools.first() else {
            return Ok(Vec::new());
        };
        nodes::add_nodes(&self.client().await?, profile, pool, count).await
    }

    /// Makes a pool of a profile have exactly `count` nodes here.
    pub async fn scale(&self, profile: &Profile, pool: &NodePool, count: usize) -> Result<()> {
        nodes::scale(&self.client().await?, profile, pool, count).await
    }

    /// Adds every node and RuntimeClass of a further profile; returns the names of the nodes.
    pub async fn add_profile(&self, profile: &Profile) -> Result<Vec<String>> {
        start::add_profile(&self.client().await?, profile).await
    }

    /// The API server, to stop, kill and start.
    pub fn kube_apiserver(&self) -> &Component {
        &self.apiserver
    }

    /// The controller-manager.
    pub fn kube_controller_manager(&self) -> &Component {
        &self.controller_manager
    }

    /// The scheduler.
    pub fn kube_scheduler(&self) -> &Component {
        &self.scheduler
    }

    /// etcd.
    pub fn etcd(&self) -> &Component {
        &self.etcd
    }

    /// kwok: without it nodes stop to heartbeat (NotReady after 40 to 50 s) and pods no longer change.
    pub fn kwok(&self) -> &Component {
        &self.kwok
    }

    /// URL of etcd's client port (plain HTTP, gRPC and JSON gateway).
    pub fn etcd_url(&self) -> String {
        format!("http://{}", self.ports.etcd.address())
    }

    /// Compacts etcd up to now and returns the revision: etcd itself answers nothing from before it any more. The API
    /// server still does, for watches and for lists at an earlier resourceVersion, from its own caches: see
    /// [`Cluster::expire_history`].
    pub async fn compact_etcd(&self) -> Result<i64> {
        let address = self.ports.etcd.address();
        let revision = etcd::advance(address).await?;
        etcd::compact(address, revision).await?;
        Ok(revision)
    }

    /// Makes everything that refers to the past be answered 410 Gone (reason `Expired`): a watch resumed from an earlier
    /// resourceVersion, a list continued from an earlier page. It restarts the API server, so with empty caches, on an
    /// etcd that has moved on and forgot the past.
    pub async fn expire_history(&self) -> Result<()> {
        self.apiserver.stop().await;
        self.compact_etcd().await?;
        self.apiserver.start().await
    }

    /// An error when a component ended although nobody stopped it.
    pub fn check(&self) -> Result<()> {
        self.components().into_iter().try_for_each(Component::check)
    }

    /// Stops it: etcd and the API server by SIGTERM, the rest by SIGKILL. Dropping is quicker.
    pub async fn stop(self) {
        for component in [&self.kwok, &self.scheduler, &self.controller_manager] {
            component.kill();
        }
        self.apiserver.stop().await;
        self.etcd.stop().await;
    }

    /// Keeps the logs when the cluster ends, as after a failure.
    pub fn keep_logs(&self) {
        self.run.keep_logs();
    }

    fn components(&self) -> [&Component; 5] {
        [
            &self.kwok,
            &self.scheduler,
            &self.controller_manager,
            &self.apiserver,
            &self.etcd,
        ]
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // All at once; the drop of each then waits for its end.
        for component in self.components() {
            component.kill_soon();
        }
    }
}

/// A name becomes a folder, a kubeconfig context and part of messages.
pub(crate) fn validate_name(name: &str) -> Result<()> {
    let bad = |reason| {
        Err(Error::BadClusterName {
            name: name.to_owned(),
            reason,
        })
    };
    if name.is_empty() || name.len() > 63 {
        return bad("must have 1 to 63 characters");
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(allowed) || name.starts_with('-') || name.ends_with('-') {
        return bad("must be lower-case letters, digits and inner `-`");
    }
    Ok(())
}
