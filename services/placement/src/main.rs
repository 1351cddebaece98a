//! `hourglass-placement`: the placement service.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hourglass_placement::config::{Args, Config};
use hourglass_placement::server::{self, BUILD, ServerError};
use hourglass_runtime::prelude::*;
use hourglass_runtime::print_config::print_config;
use mimalloc::MiMalloc;

/// A decision makes many small things and drops them all at its end, on a heap that the fleet has filled for days. The system's
/// allocator then spends most of the time of a large gang on putting free pieces together again.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    hourglass_runtime::exit::report(BUILD, run(&Args::parse()).await)
}

async fn run(args: &Args) -> Result<(), ServerError> {
    let mut errors = ConfigErrors::new();
    let telemetry = TelemetryOptions::from_args(BUILD, &args.log, &args.otlp, &mut errors);
    let config = Config::from_args(args, errors)?;
    if let Some(format) = args.print.print_config {
        print_config(args, format, &mut std::io::stdout())?;
        return Ok(());
    }
    hourglass_runtime::tls::install_crypto_provider();
    let telemetry = Telemetry::install(&telemetry)?;
    let shutdown = Shutdown::install()?;
    let outcome = server::run(config, &shutdown).await;
    telemetry.shutdown(Duration::from_secs(5)).await?;
    outcome
}
