//! `hourglass-testbed`: real Kubernetes clusters on this machine, for people and scripts.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
