//! `token`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{LabelPair, OutputFormat, parse_duration};

/// `hourglass token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What can be done with join tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a join token; the secret is printed on stdout, once
    Create(CreateTokenArgs),
    /// List join tokens, without secrets
    List {
        /// Output format
        #[arg(long, short, value_enum, default_value = "table")]
        output: OutputFormat,
    },
    /// Make join tokens useless
    Revoke {
        /// Ids of the tokens, as `hourglass token list` shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// `hourglass token create`.
#[derive(Debug, Args)]
pub struct CreateTokenArgs {
    /// Cluster that may join with it
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// How long it is good for, at most 30d [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub ttl: Option<Duration>,
    /// How often it can be used [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub uses: Option<i32>,
    /// Label that the cluster gets when it joins; may be repeated
    #[arg(long = "label", value_name = "KEY=VALUE")]
    pub labels: Vec<LabelPair>,
    /// Lets a rebuilt cluster (another kube-system UID) take over the name
    #[arg(long)]
    pub replace_uid: bool,
    /// Output format; table prints the secret alone
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}
