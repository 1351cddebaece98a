//! `hourglass`: the fleet from the command line.
//!
//! ```text
//!  args ──▶ commands ──▶ client ──(hourglass.fleet.v1)──▶ placement service
//!             │   ▲         ▲
//!             │   │         └── context: which server, as whom
//!             │   └── manifest: YAML or JSON to placements
//!             └──▶ output: tables and stories for people, protobuf JSON for programs
//! ```
//! One verb, one file in `commands`; one check, one file in `check`. Exit codes are in [`exit_code`], and what
//! an error says and advises in `report`.

mod app;
pub mod args;
mod check;
mod client;
mod commands;
mod console;
mod context;
mod errors;
pub mod exit_code;
mod manifest;
mod names;
mod nearest;
mod output;
mod reference;
mod report;
mod selector;
mod wait;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use app::App;
use args::Cli;
use errors::CliError;
use exit_code::Exit;

pub use reference::command_reference;

/// Runs the program with these words (the first is its own name).
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" of the parser too, and go to stdout with code 0. When even that
            // cannot be written, the code alone must do.
            let code = error.exit_code();
            drop(error.print());
            return ExitCode::from(u8::try_from(code).unwrap_or(Exit::Usage.code()));
        }
    };
    let app = App::new(cli.global);
    let exit = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(&app, &cli.command)),
        Err(source) => Err(CliError::File {
            doing: "start",
            path: "the runtime".into(),
            source,
        }),
    };
    let exit = exit.unwrap_or_else(|error| {
        app.report(&error);
        error.exit()
    });
    ExitCode::from(exit.code())
}

async fn run(app: &App, command: &args::Command) -> Result<Exit, CliError> {
    tokio::select! {
        result = commands::run(app, command) => result.map(|()| Exit::Ok),
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            // A watch has no other end, so this one is a good one.
            Ok(()) if commands::ends_with_interrupt(command) => Ok(Exit::Ok),
            Ok(()) => Ok(Exit::Interrupted),
            Err(source) => Err(CliError::File { doing: "listen for", path: "Ctrl-C".into(), source }),
        },
    }
}
