//! The command line as a child process, with a context file of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::server::Server;

/// Longer than any call of a test takes.
const LIMIT: Duration = Duration::from_secs(90);
/// Variables that would reach into a test from the environment of whoever runs it.
const OWN_VARIABLES: [&str; 9] = [
    "HOURGLASS_CONTEXT",
    "HOURGLASS_SERVER",
    "HOURGLASS_CA_FILE",
    "HOURGLASS_TOKEN",
    "HOURGLASS_TOKEN_FILE",
    "HOURGLASS_TENANT",
    "TRACEPARENT",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
];

/// What a call printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliOutput {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// `hourglass` with a context file.
#[derive(Clone, Debug)]
pub struct Cli {
    program: PathBuf,
    config: PathBuf,
}

impl Cli {
    /// The program with this context file, which need not be there yet.
    #[must_use]
    pub fn new(program: &Path, config: &Path) -> Self {
        Self {
            program: program.to_owned(),
            config: config.to_owned(),
        }
    }

    /// The context file.
    #[must_use]
    pub fn config_file(&self) -> &Path {
        &self.config
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Makes a context for the administrator of `server`, by the command line's own means, and uses it.
    ///
    /// # Errors
    /// When that fails.
    pub async fn use_server(&self, context: &str, server: &Server) -> Result<()> {
        let (ca, token) = (server.ca_file(), server.admin_token_file());
        let url = server.url();
        let args = [
            "config",
            "set-context",
            context,
            "--server",
            &url,
            "--embed-ca",
            "--current",
            "--ca-file",
        ];
        let mut all: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        all.extend([ca.as_os_str(), OsStr::new("--token-file"), token.as_os_str()]);
        let output = self.run(&all).await?;
        if output.code != 0 {
            bail!("hourglass config set-context failed: {}", output.stderr);
        }
        Ok(())
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub async fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<CliOutput> {
        let mut child = self.command(args).spawn().context("cannot start hourglass")?;
        // The guard's pipe must stay open until the end.
        let lifeline = child.stdin.take();
        let ended = tokio::time::timeout(LIMIT, child.wait_with_output()).await;
        drop(lifeline);
        let output = ended
            .context("hourglass does not end")?
            .context("cannot wait for hourglass")?;
        Ok(CliOutput {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it to its end with its output where ours goes, in the colours and the width of that place; the exit code.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub async fn show<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<i32> {
        let mut command = self.command(args);
        command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        if std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
            command.env_remove("NO_COLOR");
        }
        let mut child = command.spawn().context("cannot start hourglass")?;
        let lifeline = child.stdin.take();
        let ended = tokio::time::timeout(LIMIT, child.wait()).await;
        drop(lifeline);
        let status = ended
            .context("hourglass does not end")?
            .context("cannot wait for hourglass")?;
        Ok(status.code().unwrap_or(-1))
    }

    /// A command for callers that follow the output; keep the child's stdin for as long as it shall live.
    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::from(hourglass_testbed::guarded(&self.program));
        for name in OWN_VARIABLES {
            command.env_remove(name);
        }
        command
            .args(args)
            .env("HOURGLASS_CONFIG", &self.config)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}
