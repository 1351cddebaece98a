//! `completion`.

use clap::CommandFactory;

use crate::args::{Cli, CompletionArgs, Shell};
use crate::console;
use crate::errors::CliError;

/// Runs the verb.
pub fn run(args: &CompletionArgs) -> Result<(), CliError> {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hourglass", &mut script);
    console::out(&String::from_utf8_lossy(&script))
}
