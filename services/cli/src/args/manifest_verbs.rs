//! `apply` and `create`: verbs that read a manifest.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OutputFormat;

/// What happens after the call.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct WaitArgs {
    /// Only say what would happen: validated and decided by the server, nothing changed
    #[arg(long, conflicts_with = "wait")]
    pub dry_run: bool,
    /// Stay until everything is READY, or --timeout has passed
    #[arg(long)]
    pub wait: bool,
}

/// `hourglass apply`.
#[derive(Debug, Args)]
#[command(after_help = "Manifests are described in `hourglass help manifests`.")]
pub struct ApplyArgs {
    /// Manifest, YAML or JSON, of one or more placements; - is stdin
    #[arg(long, short = 'f', value_name = "FILE", required = true)]
    pub filename: Vec<PathBuf>,
    /// What happens after the call.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// Fail when a new placement does not fit now, instead of waiting for room, or when replicas of one that is there have no place; an update keeps what runs while it waits
    #[arg(long)]
    pub fail_fast: bool,
    /// Output format
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Kind to create.
    #[command(subcommand)]
    pub kind: CreateKind,
}

/// Kinds that can be created.
#[derive(Debug, Subcommand)]
pub enum CreateKind {
    /// Create one placement; one that is there already is an error
    #[command(visible_alias = "pl")]
    Placement(CreatePlacementArgs),
}

/// `hourglass create placement`.
#[derive(Debug, Args)]
#[command(
    after_help = "A call whose answer was lost must be safe to repeat. So give the placement a name, in the\n\
                        manifest or as NAME, or give the call a --request-id: the same id never creates a second one."
)]
pub struct CreatePlacementArgs {
    /// Name, when the manifest has none
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Manifest, YAML or JSON, of one placement; - is stdin
    #[arg(long, short = 'f', value_name = "FILE")]
    pub filename: PathBuf,
    /// Makes the call safe to repeat; needed when the server is to choose the name
    #[arg(long, value_name = "ID")]
    pub request_id: Option<String>,
    /// What happens after the call.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// Fail when it does not fit now, instead of waiting for room
    #[arg(long)]
    pub fail_fast: bool,
    /// Output format
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}
