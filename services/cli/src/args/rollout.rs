//! `rollout` and `evict`: what happens to a placement after its decision.

use clap::{Args, Subcommand};

use super::OutputFormat;

/// `hourglass rollout`.
#[derive(Debug, Args)]
pub struct RolloutArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RolloutCommand,
}

/// What can be done with updates.
#[derive(Debug, Subcommand)]
pub enum RolloutCommand {
    /// Say how far the last update has come, and what holds it up
    Status(RolloutStatusArgs),
    /// List the specs that a placement has and had, newest first
    History(RolloutHistoryArgs),
    /// Go back to an earlier spec, which becomes a new revision
    Undo(RolloutUndoArgs),
}

/// `hourglass rollout status`.
#[derive(Debug, Args)]
pub struct RolloutStatusArgs {
    /// placement NAME, or placement/NAME
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// Stay until every replica of the current generation serves, or --timeout has passed; the answer is how it is then
    #[arg(long)]
    pub wait: bool,
}

/// `hourglass rollout history`.
#[derive(Debug, Args)]
pub struct RolloutHistoryArgs {
    /// placement NAME, or placement/NAME
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// Output format
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass rollout undo`.
#[derive(Debug, Args)]
pub struct RolloutUndoArgs {
    /// placement NAME, or placement/NAME
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// Revision to go back to, as `hourglass rollout history` shows it [default: the one before]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    pub to_revision: Option<i64>,
    /// Only say what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// `hourglass evict`.
#[derive(Debug, Args)]
#[command(
    after_help = "The replica's successor serves elsewhere before it goes. Where there is no room for one, the replica\n\
                        goes first, unless disruption.minAvailable forbids that."
)]
pub struct EvictArgs {
    /// placement NAME, or placement/NAME
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// Number of the replica, as `hourglass describe placement` shows it; may be left out where there is one replica only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    pub slot: Option<i32>,
    /// Leave the replica alone unless it is at this epoch [default: the one that it is at now]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    pub epoch: Option<i64>,
    /// Why; shown with the attempt
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
}
