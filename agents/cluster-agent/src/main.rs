//! `cluster-agent`: see the crate `hourglass_cluster_agent`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use hourglass_cluster_agent::config::{Args, check};
use hourglass_cluster_agent::{agent, metrics::Metrics};
use hourglass_runtime::config_errors::ConfigErrors;
use hourglass_runtime::prelude::*;
use hourglass_runtime::print_config::print_config;
use prometheus_client::registry::Registry;

const BUILD: BuildInfo = BuildInfo::new("cluster-agent", env!("CARGO_PKG_VERSION"));

#[tokio::main]
async fn main() -> ExitCode {
    hourglass_runtime::exit::report(BUILD, run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), Box<dyn Error + Send + Sync>> {
    let print = args.print.print_config;
    let config = check(args)?;
    if let Some(format) = print {
        return Ok(print_config(&config, format, &mut std::io::stdout())?);
    }
    let mut errors = ConfigErrors::new();
    let telemetry = TelemetryOptions::from_args(BUILD, &config.log, &config.otlp, &mut errors);
    errors.into_result()?;

    hourglass_runtime::tls::install_crypto_provider();
    let telemetry = Telemetry::install(&telemetry)?;
    let shutdown = Shutdown::install()?;
    let tasks = Tasks::new(shutdown.token());
    let readiness = Readiness::new(shutdown.token());
    let mut registry = Registry::default();
    let metrics = Metrics::register(&mut registry);
    let admin = AdminServer::bind(config.admin_address).await?;
    agent::start(config, &tasks, &readiness, metrics).await?;
    let pages = AdminPages {
        build: BUILD,
        readiness,
        metrics: Arc::new(registry),
    };
    tasks.spawn(
        "admin",
        OnEnd::Shutdown,
        admin.serve(pages, tasks.shutdown_token()),
    );

    shutdown.requested().await;
    let drained = tasks.drain(Duration::from_secs(28)).await;
    telemetry.shutdown(Duration::from_secs(5)).await?;
    Ok(drained?)
}
