//! The placement service as a child process, with its state directory.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use anyhow::{Context, Result, bail};
use hourglass_testbed::{PortLease, Process, wait_until};

use crate::readiness;

/// How long a server that cannot start may take to say so.
const EXIT_LIMIT: Duration = Duration::from_secs(30);

/// What differs between servers.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Flags beyond addresses and state directory.
    pub flags: Vec<String>,
    /// OTLP endpoint.
    pub otlp: Option<String>,
    /// Further environment variables.
    pub env: Vec<(String, String)>,
}

/// A placement service. It keeps its ports and its state over restarts. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    process: Process,
    api: PortLease,
    admin: PortLease,
    state_dir: PathBuf,
    program: PathBuf,
    options: ServerOptions,
}

impl Server {
    /// A server that does not run yet, with its state in `dir/state` and its log in `dir/logs`.
    ///
    /// # Errors
    /// When there is no port or the folder cannot be made.
    pub fn new(program: &Path, dir: &Path, options: &ServerOptions) -> Result<Self> {
        let (api, admin) = (PortLease::take()?, PortLease::take()?);
        let logs = dir.join("logs");
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        let state_dir = dir.join("state");
        let process = process(program, &state_dir, &logs, (&api, &admin), options);
        Ok(Self {
            process,
            api,
            admin,
            state_dir,
            program: program.to_owned(),
            options: options.clone(),
        })
    }

    /// Starts it with the same state, and returns when it serves.
    ///
    /// # Errors
    /// When it ends instead, with the end of its log, or does not become ready.
    pub async fn start(&self) -> Result<()> {
        self.process.spawn()?;
        readiness::ready(&self.process, self.admin.address()).await
    }

    /// Starts it although it is expected to refuse; returns the end of its log.
    ///
    /// # Errors
    /// When it keeps running.
    pub async fn start_refused(&self) -> Result<String> {
        self.process.spawn()?;
        let ended = async || {
            self.process
                .check()
                .err()
                .map(|error| error.to_string())
                .ok_or("it runs".to_owned())
        };
        Ok(wait_until("the server refuses to start", EXIT_LIMIT, ended).await?)
    }

    /// SIGTERM, and SIGKILL when it does not end.
    pub async fn stop(&self) {
        self.process.stop().await;
    }

    /// SIGKILL: a crash.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Gives it further flags from the next start on; stops it.
    pub async fn add_flags(&mut self, flags: &[&str]) {
        self.process.stop().await;
        self.options
            .flags
            .extend(flags.iter().map(|flag| (*flag).to_owned()));
        self.remake();
    }

    /// Takes flags away from the next start on; stops it.
    pub async fn drop_flags(&mut self, flags: &[&str]) {
        self.process.stop().await;
        self.options.flags.retain(|flag| !flags.contains(&flag.as_str()));
        self.remake();
    }

    fn remake(&mut self) {
        let logs = self.process.log().parent().unwrap_or(Path::new(".")).to_owned();
        self.process = process(
            &self.program,
            &self.state_dir,
            &logs,
            (&self.api, &self.admin),
            &self.options,
        );
    }

    /// Removes the store and keeps the certificate authority: a server whose data was lost.
    ///
    /// # Errors
    /// When it still runs, or the files cannot be removed.
    pub fn lose_store(&self) -> Result<()> {
        if self.process.pid().is_some() {
            bail!("the server still runs");
        }
        let store = self.state_dir.join("store");
        fs::remove_dir_all(&store).with_context(|| format!("cannot remove {}", store.display()))
    }

    /// Removes the key of the seals: with the store, everything by which adoption goes.
    ///
    /// # Errors
    /// When it still runs, or the file cannot be removed.
    pub fn lose_seal_key(&self) -> Result<()> {
        if self.process.pid().is_some() {
            bail!("the server still runs");
        }
        let key = self.state_dir.join("pki").join("placement-seal.key");
        fs::remove_file(&key).with_context(|| format!("cannot remove {}", key.display()))
    }

    /// Its URL, the same over restarts.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.api.address())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.api.address()
    }

    /// Where its admin pages are.
    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        self.admin.address()
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

    /// Everything that it keeps.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// Certificates to trust.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.state_dir.join("pki").join("ca.crt")
    }

    /// [`Server::ca_file`], read.
    ///
    /// # Errors
    /// Before the first start.
    pub fn ca_pem(&self) -> io::Result<String> {
        fs::read_to_string(self.ca_file())
    }

    /// File of the administrator's token.
    #[must_use]
    pub fn admin_token_file(&self) -> PathBuf {
        self.state_dir.join("admin.token")
    }

    /// The administrator's token.
    ///
    /// # Errors
    /// Before the first start.
    pub fn admin_token(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.admin_token_file())?.trim().to_owned())
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

fn process(
    program: &Path,
    state_dir: &Path,
    logs: &Path,
    (api, admin): (&PortLease, &PortLease),
    options: &ServerOptions,
) -> Process {
    let mut args = vec![
        format!("--listen={}", api.address()),
        format!("--admin-address={}", admin.address()),
        format!("--state-dir={}", state_dir.display()),
    ];
    if !options.flags.iter().any(|flag| flag.starts_with("--log-format")) {
        args.push("--log-format=json".to_owned());
    }
    args.extend(
        options
            .otlp
            .iter()
            .map(|endpoint| format!("--otlp-endpoint={endpoint}")),
    );
    args.extend(options.flags.iter().cloned());
    Process::new(
        "hourglass-placement",
        program.to_owned(),
        args,
        logs.join("server.log"),
    )
    .with_env(options.env.clone())
}
