//! The command line: what can be typed. One file a group of verbs; nothing here does anything.

mod cluster_verbs;
mod config;
mod duration;
mod help;
mod labels;
mod manifest_verbs;
mod output_format;
mod resource;
mod resource_verbs;
mod rollout;
mod taints;
mod token;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use hourglass_runtime::secret::Secret;

pub use cluster_verbs::{CordonArgs, LabelArgs, TaintArgs};
pub use config::{ConfigArgs, ConfigCommand, SetContextArgs};
pub use duration::parse_duration;
pub use help::{HelpArgs, Topic};
pub use labels::{LabelChange, LabelPair};
pub use manifest_verbs::{ApplyArgs, CreateArgs, CreateKind, CreatePlacementArgs, WaitArgs};
pub use output_format::OutputFormat;
pub use resource::{ResourceKind, Target, several_targets, targets};
pub use resource_verbs::{CapacityArgs, DeleteArgs, DescribeArgs, ExplainArgs, GetArgs, ListArgs, WatchArgs};
pub use rollout::{
    EvictArgs, RolloutArgs, RolloutCommand, RolloutHistoryArgs, RolloutStatusArgs, RolloutUndoArgs,
};
pub use taints::TaintChange;
pub use token::{CreateTokenArgs, TokenArgs, TokenCommand};

/// Places performers on the clusters of a fleet, and shows where they are and why.
#[derive(Debug, Parser)]
#[command(
    name = "hourglass",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Start with `hourglass check`: it finds what is wrong with the connection and says what to do.\n\
                  Exit codes: `hourglass help exit-codes`. Manifests: `hourglass help manifests`."
)]
pub struct Cli {
    /// What holds for every verb.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Which server, as whom, for which tenant. A flag wins over the environment, which wins over the context
/// file. The environment is read by `context::resolve` and not by the parser, because `config set-context`
/// must record only what was typed, and `check` says where each setting came from.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Context of the context file to use [env: HOURGLASS_CONTEXT]
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Context file [env: HOURGLASS_CONFIG] [default: ~/.config/hourglass/config.yaml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Server to call, as in https://fleet.example.com:7443 [env: HOURGLASS_SERVER]
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// PEM file with the certificate authorities to trust [env: HOURGLASS_CA_FILE] [default: those of the system]
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Name that the server's certificate must carry, when it is not the host of the URL
    #[arg(long, global = true, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// Speak plain text with an http:// server, which must be on this machine [env: HOURGLASS_INSECURE_PLAINTEXT]
    #[arg(long, global = true)]
    pub insecure_plaintext: bool,
    /// Bearer token; others can see it in the process list, so prefer the environment or --token-file
    /// [env: HOURGLASS_TOKEN]
    #[arg(long, global = true, value_name = "TOKEN", conflicts_with = "token_file")]
    pub token: Option<Secret<String>>,
    /// File that holds the bearer token [env: HOURGLASS_TOKEN_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Tenant [env: HOURGLASS_TENANT] [default: the context's, else "default"]
    #[arg(long, global = true, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// How long one call may take, retries included, or, with --wait, the whole wait
    /// [default: 30s, and 5m with --wait]
    #[arg(long, global = true, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Print trace ids, retries and the server's version on stderr
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make what a manifest says be there, or change it to that; saying it again changes nothing
    Apply(ApplyArgs),
    /// Create one placement
    Create(CreateArgs),
    /// List things, or show one
    Get(GetArgs),
    /// Tell the whole story of a thing
    Describe(DescribeArgs),
    /// Follow changes until Ctrl-C
    Watch(WatchArgs),
    /// Delete placements
    Delete(DeleteArgs),
    /// Say why a placement is where it is, or why it fits nowhere
    Explain(ExplainArgs),
    /// Count how many more of a placement would fit, where, and say what stops the next one
    Capacity(CapacityArgs),
    /// How updates of placements go, and back from them
    Rollout(RolloutArgs),
    /// Move one replica away from its node
    Evict(EvictArgs),
    /// Take no new placements on a cluster; what runs stays
    Cordon(CordonArgs),
    /// Take placements on a cluster again
    Uncordon(CordonArgs),
    /// Change the labels of a cluster
    Label(LabelArgs),
    /// Change the taints of a cluster
    Taint(TaintArgs),
    /// Admission of new clusters
    Token(TokenArgs),
    /// The context file: servers, credentials, default tenants
    Config(ConfigArgs),
    /// Find what is wrong with the connection or the fleet, each with its remedy
    Check(CheckArgs),
    /// Versions of this program and of the server
    Version(VersionArgs),
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Help on a verb or a topic: exit-codes, manifests, environment
    Help(HelpArgs),
}

/// `hourglass check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Output format: table or json
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass version`.
#[derive(Debug, Args)]
pub struct VersionArgs {
    /// Do not ask the server
    #[arg(long)]
    pub client: bool,
    /// Output format: table, json or yaml
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass completion`.
#[derive(Debug, Args)]
#[command(after_help = "bash: source <(hourglass completion bash)\n\
                        zsh:  hourglass completion zsh > \"${fpath[1]}/_hourglass\"\n\
                        fish: hourglass completion fish > ~/.config/fish/completions/hourglass.fish")]
pub struct CompletionArgs {
    /// Shell to complete for
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Shells that completion scripts are made for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Shell {
    /// GNU bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
}
