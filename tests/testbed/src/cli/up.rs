//! `hourglass-testbed up`.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use hourglass_testbed::{ClusterOptions, Fleet, Profile, Progress};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{print, say};

/// How soon a component that died is noticed.
const CHECK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct Up {
    /// Number of clusters [default: one per profile].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    clusters: Option<u16>,
    /// Built-in profiles, taken in turn; see `hourglass-testbed profiles` [default: a100-pool, unless --profile-file].
    #[arg(long, value_delimiter = ',')]
    profile: Vec<String>,
    /// Profiles of your own, as YAML files; taken after the built-in ones.
    #[arg(long, value_delimiter = ',')]
    profile_file: Vec<PathBuf>,
    /// Folder for DIR/CLUSTER/kubeconfig and DIR/CLUSTER/logs.
    #[arg(long)]
    dir: PathBuf,
    /// Let etcd sync to disk as in production (slower).
    #[arg(long)]
    durable_etcd: bool,
}

impl Up {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut interrupted = Interrupted::new()?;
        let profiles = self.profiles()?;
        let count = self.clusters.map_or(profiles.len(), usize::from);
        let options = ClusterOptions {
            durable_etcd: self.durable_etcd,
            ..ClusterOptions::default()
        };
        let start = Fleet::builder()
            .clusters_from(&profiles, count, &options)
            .dir(&self.dir)
            .on_progress(show)
            .start();
        let fleet = tokio::select! {
            fleet = start => fleet?,
            // Dropping the unfinished start ends what it had started.
            () = interrupted.wait() => return Ok(()),
        };
        let kubeconfigs: Vec<String> = fleet
            .clusters()
            .map(|cluster| format!("{}={}", cluster.name(), cluster.kubeconfig_path().display()))
            .collect();
        print(&format!(
            "ready: {} clusters: {}",
            kubeconfigs.len(),
            kubeconfigs.join(" ")
        ))?;
        let watched = tokio::select! {
            () = interrupted.wait() => Ok(()),
            died = watch(&fleet) => Err(died),
        };
        say("testbed: stopping");
        tokio::select! {
            () = fleet.stop() => {}
            () = interrupted.wait() => say("testbed: second signal, killing"),
        }
        watched
    }

    fn profiles(&self) -> anyhow::Result<Vec<Profile>> {
        let mut profiles = Vec::new();
        for name in &self.profile {
            profiles.push(Profile::builtin(name)?);
        }
        for path in &self.profile_file {
            profiles.push(Profile::from_file(path)?);
        }
        if profiles.is_empty() {
            profiles.push(Profile::builtin("a100-pool")?);
        }
        let count = self.clusters.map_or(profiles.len(), usize::from);
        if count < profiles.len() {
            bail!(
                "{} profiles for {count} clusters: raise --clusters or name fewer",
                profiles.len()
            );
        }
        Ok(profiles)
    }
}

/// Ends with the reason when a component of the fleet dies.
async fn watch(fleet: &Fleet) -> anyhow::Error {
    loop {
        tokio::time::sleep(CHECK_EVERY).await;
        if let Err(died) = fleet.check() {
            return died.into();
        }
    }
}

fn show(progress: Progress<'_>) {
    match progress {
        Progress::Starting { clusters } => say(&format!("testbed: starting {clusters} clusters")),
        Progress::Ready { cluster, took } => say(&format!(
            "testbed: {cluster} is ready ({:.1} s)",
            took.as_secs_f32()
        )),
    }
}

/// SIGINT or SIGTERM, from the moment it is made.
struct Interrupted {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupted {
    fn new() -> anyhow::Result<Self> {
        let catch = |kind| signal(kind).context("cannot catch signals");
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
