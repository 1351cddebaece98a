//! Several clusters, started side by side.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, future::join_all, stream};

use crate::{
    cluster::{Cluster, ClusterOptions, start::obtain_assets},
    error::{Error, Result},
    profile::Profile,
    run_dir::RunDir,
};

/// Running clusters, each with its own name. Dropping it kills all their processes.
#[derive(Debug)]
pub struct Fleet {
    clusters: Vec<Cluster>,
    run: Arc<RunDir>,
}

/// What happens while a fleet starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// The components are there; the clusters start now.
    Starting {
        /// Number of clusters.
        clusters: usize,
    },
    /// A cluster can take pods.
    Ready {
        /// Its name.
        cluster: &'a str,
        /// Time it took.
        took: Duration,
    },
}

/// Says which clusters a fleet has; [`FleetBuilder::start`] starts them.
#[must_use]
pub struct FleetBuilder {
    clusters: Vec<(String, Profile, ClusterOptions)>,
    dir: Option<PathBuf>,
    at_once: usize,
    on_progress: Box<dyn Fn(Progress<'_>) + Send + Sync>,
}

impl fmt::Debug for FleetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.clusters.iter().map(|(name, ..)| name.as_str()).collect();
        f.debug_struct("FleetBuilder")
            .field("clusters", &names)
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl Fleet {
    /// An empty fleet to describe.
    pub fn builder() -> FleetBuilder {
        FleetBuilder {
            clusters: Vec::new(),
            dir: None,
            // A starting cluster keeps about one core busy.
            at_once: thread::available_parallelism().map_or(2, usize::from).max(2),
            on_progress: Box::new(|_| ()),
        }
    }

    /// The cluster of this name.
    pub fn cluster(&self, name: &str) -> Result<&Cluster> {
        let found = self.clusters.iter().find(|cluster| cluster.name() == name);
        found.ok_or_else(|| Error::NoSuchCluster(name.to_owned()))
    }

    /// All clusters, in the order in which they were described.
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = &Cluster> {
        self.clusters.iter()
    }

    /// The folder that holds one folder per cluster.
    pub fn dir(&self) -> &Path {
        self.run.path()
    }

    /// An error when a component of any cluster ended although nobody stopped it.
    pub fn check(&self) -> Result<()> {
        self.clusters.iter().try_for_each(Cluster::check)
    }

    /// Stops all clusters in order (SIGTERM); dropping is quicker.
    pub async fn stop(self) {
        join_all(self.clusters.into_iter().map(Cluster::stop)).await;
    }
}

impl FleetBuilder {
    /// Adds a cluster.
    pub fn cluster(self, name: &str, profile: Profile) -> Self {
        self.cluster_with(name, profile, ClusterOptions::default())
    }

    /// Adds a cluster with options.
    pub fn cluster_with(mut self, name: &str, profile: Profile, options: ClusterOptions) -> Self {
        self.clusters.push((name.to_owned(), profile, options));
        self
    }

    /// Adds `count` clusters, taking the profiles in turn. A cluster is named like its profile, with `-1`, `-2`, … when
    /// several have the same.
    pub fn clusters_from(mut self, profiles: &[Profile], count: usize, options: &ClusterOptions) -> Self {
        let chosen: Vec<&Profile> = profiles.iter().cycle().take(count).collect();
        for (index, profile) in chosen.iter().enumerate() {
            let same = |others: &[&Profile]| others.iter().filter(|other| other.name == profile.name).count();
            let name = match same(&chosen) {
                1 => profile.name.clone(),
                _ => format!("{}-{}", profile.name, same(&chosen[..=index])),
            };
            self = self.cluster_with(&name, (*profile).clone(), options.clone());
        }
        self
    }

    /// Uses this folder instead of a temporary one; logs stay there.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// How many clusters start at the same time (default: one per core, at least two).
    pub fn at_once(mut self, clusters: usize) -> Self {
        self.at_once = clusters.max(1);
        self
    }

    /// Called while the fleet starts.
    pub fn on_progress(mut self, observer: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.on_progress = Box::new(observer);
        self
    }

    /// Starts the clusters; returns when every one can take pods. If one fails, none is left.
    pub async fn start(self) -> Result<Fleet> {
        let mut names = BTreeSet::new();
        for (name, ..) in &self.clusters {
            if !names.insert(name) {
                return Err(Error::BadClusterName {
                    name: name.clone(),
                    reason: "is used twice",
                });
            }
        }
        let run = match &self.dir {
            Some(dir) => RunDir::at(dir)?,
            None => RunDir::temporary()?,
        };
        let assets = obtain_assets().await?;
        (self.on_progress)(Progress::Starting {
            clusters: self.clusters.len(),
        });
        let clusters = stream::iter(&self.clusters)
            .map(|(name, profile, options)| {
                let (run, assets, on_progress) = (Arc::clone(&run), assets.clone(), &self.on_progress);
                async move {
                    let start = Instant::now();
                    let cluster = Cluster::start_in(run, assets, name, profile, options).await?;
                    on_progress(Progress::Ready {
                        cluster: name,
                        took: start.elapsed(),
                    });
                    Ok::<_, Error>(cluster)
                }
            })
            .buffered(self.at_once)
            .try_collect()
            .await?;
        Ok(Fleet { clusters, run })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(profiles: &[&str], count: usize) -> Vec<String> {
        let profiles: Vec<Profile> = profiles
            .iter()
            .map(|name| Profile::builtin(name).unwrap())
            .collect();
        let builder = Fleet::builder().clusters_from(&profiles, count, &ClusterOptions::default());
        builder.clusters.into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn a_cluster_is_named_like_its_profile_and_numbered_when_several_share_it() {
        assert_eq!(names(&["sgx", "cpu-only"], 2), ["sgx", "cpu-only"]);
        assert_eq!(names(&["sgx", "cpu-only"], 3), ["sgx-1", "cpu-only", "sgx-2"]);
    }

    #[tokio::test]
    async fn two_clusters_of_one_name_are_refused() {
        let profile = Profile::builtin("sgx").unwrap();
        let error = Fleet::builder()
            .cluster("a", profile.clone())
            .cluster("a", profile)
            .start()
            .await
            .unwrap_err();
        assert!(matches!(error, Error::BadClusterName { .. }), "{error}");
    }
}
