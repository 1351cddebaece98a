//! What every binary of Hourglass Fleet needs around its own work: flags, logs and traces, an admin
//! HTTP server, owned tasks and an orderly end, TLS with certificates that change while it runs, and
//! files that survive a crash. It knows nothing of placements, clusters or Kubernetes.
//!
//! | module | job |
//! |---|---|
//! | [`args`], [`config_errors`], [`print_config`], [`secret`] | flags with environment variables; all errors at once; `--print-config` without secrets |
//! | [`telemetry`], [`trace_context`] | logs (JSON or for people), OTLP traces, `traceparent` between processes |
//! | [`shutdown`], [`tasks`] | signals, drain with a deadline, tasks whose end is observed |
//! | [`admin`], [`readiness`] | `/livez`, `/readyz`, `/metrics`, `/version` |
//! | [`grpc_server`], [`tls`] | gRPC server settings, listener, certificate authority, identities, client endpoints |
//! | [`backoff`], [`state_file`] | delays between retries; atomic private files |
//!
//! # A `main`
//!
//! ```no_run
//! use std::{process::ExitCode, sync::Arc, time::Duration};
//! use clap::Parser;
//! use hourglass_runtime::prelude::*;
//!
//! #[derive(Parser)]
//! struct Flags {
//!     #[command(flatten)]
//!     log: LogArgs,
//!     #[command(flatten)]
//!     otlp: OtlpArgs,
//!     #[command(flatten)]
//!     admin: AdminArgs,
//! }
//!
//! const BUILD: BuildInfo = BuildInfo::new("hourglass-example", env!("CARGO_PKG_VERSION"));
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     hourglass_runtime::exit::report(BUILD, run(Flags::parse()).await)
//! }
//!
//! async fn run(flags: Flags) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     let mut errors = ConfigErrors::new();
//!     let telemetry = TelemetryOptions::from_args(BUILD, &flags.log, &flags.otlp, &mut errors);
//!     errors.into_result()?;
//!
//!     hourglass_runtime::tls::install_crypto_provider();
//!     let telemetry = Telemetry::install(&telemetry)?;
//!     let shutdown = Shutdown::install()?;
//!     let tasks = Tasks::new(shutdown.token());
//!
//!     let readiness = Readiness::new(shutdown.token());
//!     let serving = readiness.register("serving");
//!     let admin = AdminServer::bind(flags.admin.admin_address).await?;
//!     let pages = AdminPages { build: BUILD, readiness, metrics: Arc::default() };
//!     tasks.spawn("admin", OnEnd::Shutdown, admin.serve(pages, tasks.shutdown_token()));
//!     // ... spawn the real work, then:
//!     serving.open();
//!
//!     shutdown.requested().await;
//!     let drained = tasks.drain(Duration::from_secs(25)).await;
//!     telemetry.shutdown(Duration::from_secs(5)).await?;
//!     Ok(drained?)
//! }
//! ```

pub mod admin;
pub mod args;
pub mod backoff;
pub mod build_info;
pub mod config_errors;
mod error_chain;
pub mod exit;
pub mod grpc_server;
pub mod prelude;
pub mod print_config;
pub mod readiness;
pub mod secret;
pub mod shutdown;
pub mod state_file;
pub mod tasks;
pub mod telemetry;
pub mod tls;
pub mod trace_context;

pub use error_chain::error_chain;
