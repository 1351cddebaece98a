//! The agent of one cluster as a child process.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hourglass_runtime::state_file::write_private_file;
use hourglass_testbed::{PortLease, Process};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::readiness;

/// What an agent is started with.
#[derive(Clone, Debug)]
pub struct AgentOptions {
    /// Name of its cluster.
    pub cluster: String,
    /// Kubeconfig of the ServiceAccount that it acts as.
    pub kubeconfig: PathBuf,
    /// URL of the placement service.
    pub server: String,
    /// Certificates to trust while it enrols.
    pub ca_file: PathBuf,
    /// Join token.
    pub join_token: String,
    /// Tenants and the namespaces open to each, as `tenant=ns,ns`.
    pub tenants: Vec<String>,
    /// Further flags.
    pub flags: Vec<String>,
    /// OTLP endpoint.
    pub otlp: Option<String>,
    /// Further environment variables.
    pub env: Vec<(String, String)>,
}

/// An agent with its operator. It keeps its identity in a Secret of its cluster. Dropping it kills it.
#[derive(Debug)]
pub struct Agent {
    process: Process,
    admin: PortLease,
    cluster: String,
    token_file: PathBuf,
}

impl Agent {
    /// An agent that does not run yet, with its log in `dir/logs`.
    ///
    /// # Errors
    /// When there is no port or the folder cannot be written.
    pub fn new(program: &Path, dir: &Path, options: &AgentOptions) -> Result<Self> {
        let admin = PortLease::take()?;
        let logs = dir.join("logs");
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        let token_file = dir.join(format!("{}.join-token", options.cluster));
        write_private_file(&token_file, options.join_token.as_bytes())?;
        let mut args = vec![
            format!("--server={}", options.server),
            format!("--cluster={}", options.cluster),
            format!("--kubeconfig={}", options.kubeconfig.display()),
            format!("--ca-file={}", options.ca_file.display()),
            format!("--join-token-file={}", token_file.display()),
            format!("--identity-secret={}", crate::manifests::IDENTITY_SECRET),
            format!("--lease-identity={}-agent", options.cluster),
            format!("--admin-address={}", admin.address()),
            "--log-format=json".to_owned(),
        ];
        args.extend(
            options
                .tenants
                .iter()
                .map(|tenant| format!("--namespace={tenant}")),
        );
        args.extend(
            options
                .otlp
                .iter()
                .map(|endpoint| format!("--otlp-endpoint={endpoint}")),
        );
        args.extend(options.flags.iter().cloned());
        let log = logs.join(format!("agent-{}.log", options.cluster));
        let process =
            Process::new("cluster-agent", program.to_owned(), args, log).with_env(options.env.clone());
        Ok(Self {
            process,
            admin,
            cluster: options.cluster.clone(),
            token_file,
        })
    }

    /// Name of its cluster.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// Starts it, and returns when it is ready.
    ///
    /// # Errors
    /// When it ends instead, with the end of its log, or does not become ready.
    pub async fn start(&self) -> Result<()> {
        self.process.spawn()?;
        readiness::ready(&self.process, self.admin.address()).await
    }

    /// Starts it without waiting: nothing else may be there to make it ready.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(&self) -> Result<()> {
        Ok(self.process.spawn()?)
    }

    /// SIGTERM, and SIGKILL when it does not end.
    pub async fn stop(&self) {
        self.process.stop().await;
    }

    /// SIGKILL: a crash.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Stops its clock (SIGSTOP): it stays connected and says nothing.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// When it does not run.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.process.pid().context("the agent does not run")?;
        Ok(kill(Pid::from_raw(i32::try_from(pid)?), signal)?)
    }

    /// Takes the join token away: from now on the agent has only the identity that it keeps.
    ///
    /// # Errors
    /// When it is gone already.
    pub fn forget_join_token(&self) -> Result<()> {
        fs::remove_file(&self.token_file)
            .with_context(|| format!("cannot remove {}", self.token_file.display()))
    }

    /// Gives it another join token for its next enrolment.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_join_token(&self, token: &str) -> Result<()> {
        Ok(write_private_file(&self.token_file, token.as_bytes())?)
    }

    /// `/metrics`.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn metrics(&self) -> Result<String> {
        readiness::get(self.admin.address(), "/metrics")
            .await
            .map_err(anyhow::Error::msg)
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// Process id while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// An error with the end of its log when it ended although nobody stopped it.
    ///
    /// # Errors
    /// That one.
    pub fn check(&self) -> Result<()> {
        Ok(self.process.check()?)
    }
}
