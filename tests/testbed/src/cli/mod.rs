//! The command line. Results go to stdout, progress and errors to stderr.

mod nodes;
mod up;

use std::io::{self, Write};

use anyhow::Context;
use clap::{Parser, Subcommand};
use hourglass_testbed::{Assets, BUILTIN_NAMES, Profile};

/// Real Kubernetes clusters on this machine: etcd, API server, scheduler, controller-manager, and fake nodes by kwok.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts clusters, prints one line when all are ready, and runs until SIGINT or SIGTERM.
    Up(up::Up),
    /// Builds the components (once) and prints their folder.
    Assets,
    /// Lists the built-in profiles.
    Profiles,
    /// Adds nodes to a running cluster, also one of another process.
    AddNodes(nodes::AddNodes),
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
        let outcome = match self.command {
            Command::Up(up) => runtime.block_on(up.run()),
            Command::Assets => print(&Assets::obtain()?.dir().display().to_string()),
            Command::Profiles => profiles(),
            Command::AddNodes(add) => runtime.block_on(add.run()),
        };
        // An interrupted `up` may have left a build on a blocking thread; the build ends with this process.
        runtime.shutdown_background();
        outcome
    }
}

fn profiles() -> anyhow::Result<()> {
    for name in BUILTIN_NAMES {
        let profile = Profile::builtin(name)?;
        let nodes: usize = profile.pools.iter().map(|pool| pool.count).sum();
        print(&format!("{name:<18} {nodes:>2} nodes  {}", profile.description))?;
    }
    Ok(())
}

/// A line on stdout.
fn print(line: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// A line on stderr; a closed stderr is no reason to stop.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").ok();
}
