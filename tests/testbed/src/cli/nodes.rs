//! `hourglass-testbed add-nodes`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use hourglass_testbed::{Profile, add_nodes, install_crypto_provider};
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::print;

#[derive(Debug, Args)]
pub(super) struct AddNodes {
    /// Kubeconfig of the cluster, as `up` wrote it.
    #[arg(long)]
    kubeconfig: PathBuf,
    /// Built-in profile that says what the nodes are.
    #[arg(long)]
    profile: String,
    /// Pool of the profile [default: the first].
    #[arg(long)]
    pool: Option<String>,
    /// Number of nodes.
    #[arg(long, default_value_t = 1)]
    count: usize,
}

impl AddNodes {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        install_crypto_provider();
        let profile = Profile::builtin(&self.profile)?;
        let pool = match &self.pool {
            Some(name) => profile.pool(name),
            None => profile.pools.first(),
        };
        let pool = pool.with_context(|| {
            let known: Vec<&str> = profile.pools.iter().map(|pool| pool.name.as_str()).collect();
            format!(
                "profile {} has no such pool; it has: {}",
                profile.name,
                known.join(", ")
            )
        })?;
        let shown = self.kubeconfig.display().to_string();
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).with_context(|| shown.clone())?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .context(shown)?;
        for name in add_nodes(&Client::try_from(config)?, &profile, pool, self.count).await? {
            print(&name)?;
        }
        Ok(())
    }
}
