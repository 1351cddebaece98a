//! `config`.

use clap::{Args, Subcommand};

use super::OutputFormat;

/// `hourglass config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What can be done with the context file.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the name of the current context
    CurrentContext,
    /// List contexts
    GetContexts,
    /// Make a context the current one
    UseContext {
        /// Name of the context
        name: String,
    },
    /// Make or change a context, from --server, --ca-file, --tls-server-name, --token or --token-file, --tenant,
    /// --insecure-plaintext
    SetContext(SetContextArgs),
    /// Remove a context
    DeleteContext {
        /// Name of the context
        name: String,
    },
    /// Print the context file, without secrets
    View {
        /// Output format: yaml or json
        #[arg(long, short, value_enum, default_value = "yaml")]
        output: OutputFormat,
    },
}

/// `hourglass config set-context`.
#[derive(Debug, Args)]
#[command(
    after_help = "hourglass config set-context prod --server https://fleet.example.com:7443 \\\n\
                        \x20   --ca-file ca.pem --embed-ca --token-file ~/.hourglass-token --tenant research --current\n\
                        printf %s \"$TOKEN\" | hourglass config set-context prod --token -"
)]
pub struct SetContextArgs {
    /// Name of the context
    pub name: String,
    /// Write the certificate authorities of --ca-file into the context file
    #[arg(long, requires = "ca_file")]
    pub embed_ca: bool,
    /// Make it the current context
    #[arg(long)]
    pub current: bool,
}
