//! Clusters, server and agents, started in order and joined.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hourglass_proto::fleet::v1::cluster;
use hourglass_testbed::{Cluster, ClusterOptions, Profile, Progress};

use crate::agent::{Agent, AgentOptions};
use crate::api::Api;
use crate::binaries::Binaries;
use crate::cli::Cli;
use crate::manifests;
use crate::server::{Server, ServerOptions};

/// Name of our folder beside those of the clusters.
const OWN_DIR: &str = "fleet";
/// From the start of an agent to a cluster that takes placements: a second; this is for a busy machine.
const JOIN_LIMIT: Duration = Duration::from_secs(60);
/// Context of the command line.
pub const CONTEXT: &str = "demo";

/// Everything, running. Dropping it kills all processes, clients before those that they talk to.
#[derive(Debug)]
pub struct Fleet {
    agents: Vec<Agent>,
    server: Server,
    cli: Cli,
    dir: PathBuf,
    clusters: hourglass_testbed::Fleet,
}

/// A part of a start that is done.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// What is there now.
    pub what: &'a str,
    /// Time it took.
    pub took: Duration,
}

/// Says what a fleet consists of.
#[must_use]
pub struct FleetBuilder {
    clusters: Vec<(String, Profile, ClusterOptions)>,
    tenants: Vec<(String, Vec<String>)>,
    server: ServerOptions,
    agent_flags: Vec<String>,
    cluster_labels: Vec<(String, String)>,
    on_step: Box<dyn Fn(Step<'_>) + Send + Sync>,
}

impl fmt::Debug for FleetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.clusters.iter().map(|(name, ..)| name.as_str()).collect();
        f.debug_struct("FleetBuilder")
            .field("clusters", &names)
            .finish_non_exhaustive()
    }
}

impl Fleet {
    /// A fleet to describe. The tenant `default` may use the namespace `performers`.
    pub fn builder() -> FleetBuilder {
        FleetBuilder {
            clusters: Vec::new(),
            tenants: vec![("default".to_owned(), vec!["performers".to_owned()])],
            server: ServerOptions::default(),
            agent_flags: Vec::new(),
            cluster_labels: Vec::new(),
            on_step: Box::new(|_| ()),
        }
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The server, to be changed.
    pub fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    /// The agent of a cluster.
    ///
    /// # Errors
    /// When there is no such cluster.
    pub fn agent(&self, cluster: &str) -> Result<&Agent> {
        let found = self.agents.iter().find(|agent| agent.cluster() == cluster);
        found.with_context(|| format!("no cluster {cluster}"))
    }

    /// All agents.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// A cluster.
    ///
    /// # Errors
    /// When there is no such cluster.
    pub fn cluster(&self, name: &str) -> Result<&Cluster> {
        Ok(self.clusters.cluster(name)?)
    }

    /// All clusters.
    #[must_use]
    pub fn clusters(&self) -> &hourglass_testbed::Fleet {
        &self.clusters
    }

    /// The command line, with a context for the server.
    #[must_use]
    pub fn cli(&self) -> &Cli {
        &self.cli
    }

    /// A folder for files of the caller; it goes with the fleet.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A client of the server, as its administrator.
    ///
    /// # Errors
    /// When the server's files cannot be read.
    pub fn api(&self) -> Result<Api> {
        Api::of(&self.server)
    }

    /// An error when a process ended although nobody stopped it.
    ///
    /// # Errors
    /// That one, with the end of its log.
    pub fn check(&self) -> Result<()> {
        self.server.check()?;
        self.agents.iter().try_for_each(Agent::check)?;
        Ok(self.clusters.check()?)
    }

    /// Waits until every cluster takes placements.
    ///
    /// # Errors
    /// When one does not in time.
    pub async fn joined(&self) -> Result<()> {
        let api = self.api()?;
        for agent in &self.agents {
            api.cluster_in_state(agent.cluster(), cluster::State::Ready, JOIN_LIMIT)
                .await?;
        }
        Ok(())
    }

    /// Stops agents, then the server, then the clusters, in order, so that each says what it has to say.
    pub async fn stop(self) {
        futures::future::join_all(self.agents.iter().map(Agent::stop)).await;
        self.server.stop().await;
        self.clusters.stop().await;
    }
}

impl FleetBuilder {
    /// Adds a cluster.
    pub fn cluster(mut self, name: &str, profile: Profile) -> Self {
        self.clusters
            .push((name.to_owned(), profile, ClusterOptions::default()));
        self
    }

    /// Opens namespaces to a tenant in every cluster; the first is its default one.
    pub fn tenant(mut self, tenant: &str, namespaces: &[&str]) -> Self {
        self.tenants.retain(|(other, _)| other != tenant);
        self.tenants.push((
            tenant.to_owned(),
            namespaces.iter().map(|name| (*name).to_owned()).collect(),
        ));
        self
    }

    /// Adds a flag of the server.
    pub fn server_flag(mut self, flag: &str) -> Self {
        self.server.flags.push(flag.to_owned());
        self
    }

    /// Adds a flag of every agent.
    pub fn agent_flag(mut self, flag: &str) -> Self {
        self.agent_flags.push(flag.to_owned());
        self
    }

    /// Gives one cluster a label.
    pub fn label(mut self, cluster: &str, label: &str) -> Self {
        self.cluster_labels.push((cluster.to_owned(), label.to_owned()));
        self
    }

    /// Sends the traces of server and agents there.
    pub fn otlp(mut self, endpoint: &str) -> Self {
        self.server.otlp = Some(endpoint.to_owned());
        self
    }

    /// Sets a variable in the environment of server and agents.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.server.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Called when a part is there.
    pub fn on_step(mut self, observer: impl Fn(Step<'_>) + Send + Sync + 'static) -> Self {
        self.on_step = Box::new(observer);
        self
    }

    /// Starts everything; returns when every cluster takes placements. When that fails, nothing is left but logs.
    ///
    /// # Errors
    /// Whatever did not start, with the end of its log.
    pub async fn start(self) -> Result<Fleet> {
        let binaries = Binaries::find()?;
        let clusters = self.start_clusters().await?;
        match self.start_ours(&binaries, &clusters).await {
            Ok((server, cli, agents, dir)) => Ok(Fleet {
                agents,
                server,
                cli,
                dir,
                clusters,
            }),
            Err(error) => {
                clusters.clusters().for_each(Cluster::keep_logs);
                Err(error.context(format!(
                    "the fleet did not start; logs are kept in {}",
                    clusters.dir().display()
                )))
            }
        }
    }

    async fn start_clusters(&self) -> Result<hourglass_testbed::Fleet> {
        let mut builder = hourglass_testbed::Fleet::builder();
        for (name, profile, options) in &self.clusters {
            builder = builder.cluster_with(name, profile.clone(), options.clone());
        }
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let builder = builder.on_progress(move |progress| {
            if let Progress::Ready { cluster, took } = progress {
                // Nobody listens any more only when the start is over.
                told.send((cluster.to_owned(), took)).ok();
            }
        });
        let mut start = std::pin::pin!(builder.start());
        loop {
            tokio::select! {
                started = &mut start => {
                    while let Ok((cluster, took)) = heard.try_recv() {
                        self.step(&format!("cluster {cluster}"), took);
                    }
                    return Ok(started?);
                }
                Some((cluster, took)) = heard.recv() => self.step(&format!("cluster {cluster}"), took),
            }
        }
    }

    async fn start_ours(
        &self,
        binaries: &Binaries,
        clusters: &hourglass_testbed::Fleet,
    ) -> Result<(Server, Cli, Vec<Agent>, PathBuf)> {
        let dir = clusters.dir().join(OWN_DIR);
        let begin = Instant::now();
        let server = Server::new(&binaries.server, &dir, &self.server)?;
        server.start().await?;
        let cli = Cli::new(&binaries.cli, &dir.join("config.yaml"));
        cli.use_server(CONTEXT, &server).await?;
        self.step("placement service", begin.elapsed());

        let api = Api::of(&server)?;
        let begin = Instant::now();
        let joining = clusters
            .clusters()
            .map(|cluster| self.start_agent(binaries, &dir, &server, &api, cluster));
        let agents = futures::future::try_join_all(joining).await?;
        for agent in &agents {
            api.cluster_in_state(agent.cluster(), cluster::State::Ready, JOIN_LIMIT)
                .await
                .with_context(|| format!("log of the agent: {}", agent.log().display()))?;
        }
        self.step(
            &format!("{} agents, enrolled and reporting", agents.len()),
            begin.elapsed(),
        );
        Ok((server, cli, agents, dir))
    }

    async fn start_agent(
        &self,
        binaries: &Binaries,
        dir: &Path,
        server: &Server,
        api: &Api,
        cluster: &Cluster,
    ) -> Result<Agent> {
        let name = cluster.name().to_owned();
        let namespaces: Vec<String> = self
            .tenants
            .iter()
            .flat_map(|(_, namespaces)| namespaces.clone())
            .collect();
        let kubeconfig = manifests::install(cluster, &namespaces).await?;
        let labels = self
            .cluster_labels
            .iter()
            .filter(|(labelled, _)| *labelled == name);
        let mut flags = self.agent_flags.clone();
        flags.extend(labels.map(|(_, label)| format!("--label={label}")));
        let options = AgentOptions {
            kubeconfig,
            server: server.url(),
            ca_file: server.ca_file(),
            join_token: api.join_token(&name).await?,
            tenants: self
                .tenants
                .iter()
                .map(|(tenant, namespaces)| format!("{tenant}={}", namespaces.join(",")))
                .collect(),
            flags,
            otlp: self.server.otlp.clone(),
            env: self.server.env.clone(),
            cluster: name,
        };
        let agent = Agent::new(&binaries.agent, dir, &options)?;
        agent.start().await?;
        Ok(agent)
    }

    fn step(&self, what: &str, took: Duration) {
        (self.on_step)(Step { what, took });
    }
}
