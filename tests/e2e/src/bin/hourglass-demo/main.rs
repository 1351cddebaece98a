//! `hourglass-demo`: the whole product at work on this machine.
//!
//! It starts three real Kubernetes control planes, the placement service and three agents, then does what an executor
//! does: asks for performers. `--once` ends by itself and fails unless every step held; otherwise it stays up, with the
//! commands to try next, until Ctrl-C. See `--help`.

mod args;
mod clusters;
mod executor;
mod load;
mod memory;
mod next;
mod percentiles;
mod placements;
mod screen;
mod story;
mod summary;
mod trace;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let args = args::Args::parse();
    let interrupted = async {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            // Without handlers the signals end the process at once, which is what is asked for here.
            return std::future::pending::<()>().await;
        };
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    };
    // Whichever ends first: what the other one holds is dropped, and all processes with it.
    tokio::select! {
        held = story::tell(&args) => if held { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        () = interrupted => {
            screen::line("\nstopped; nothing is left running");
            if args.once { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}
