//! Logs to stderr and traces to an OTLP collector, from the same `tracing` spans and events.
//!
//! Trace ids exist also when nothing is exported, so that a trace that another process exports is
//! whole, and log lines can be found by it.

mod human;
mod json_events;
mod log_format;
mod otlp;
mod panic_hook;

use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::dispatcher::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::args::{LogArgs, OtlpArgs};
use crate::build_info::BuildInfo;
use crate::config_errors::ConfigErrors;
use crate::tls::client::ClientError;

pub use log_format::LogFormat;
pub use otlp::OtlpOptions;

/// Crates whose spans belong to the transport, not to our traces; those of the exporter would also
/// feed the exporter for ever.
const NOT_TRACED: [&str; 6] = ["h2", "hyper", "hyper_util", "opentelemetry", "tonic", "tower"];

/// Telemetry could not be set up or ended.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log level is no filter.
    #[error("invalid log filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The collector's address or CA cannot be used.
    #[error("invalid OTLP endpoint: {0}")]
    Endpoint(#[from] ClientError),
    /// The exporter cannot be built.
    #[error("cannot set up the OTLP exporter: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Telemetry was installed before in this process.
    #[error("telemetry is already installed: {0}")]
    Installed(#[from] TryInitError),
    /// The collector did not take the last spans, or not in time.
    #[error("the last spans could not be exported: {0}")]
    Flush(String),
}

/// What telemetry is set up from.
#[derive(Debug, Clone)]
pub struct TelemetryOptions {
    build: BuildInfo,
    log_format: LogFormat,
    log_filter: String,
    otlp: Option<OtlpOptions>,
}

impl TelemetryOptions {
    /// Logs only. `log_filter` has the syntax of [`EnvFilter`].
    pub fn new(build: BuildInfo, log_format: LogFormat, log_filter: impl Into<String>) -> Self {
        Self {
            build,
            log_format,
            log_filter: log_filter.into(),
            otlp: None,
        }
    }

    /// Sends traces to a collector, too.
    #[must_use]
    pub fn with_otlp(self, otlp: OtlpOptions) -> Self {
        Self {
            otlp: Some(otlp),
            ..self
        }
    }

    /// From the flags. What is wrong with them is noted in `errors`, and what is returned then must not be used.
    pub fn from_args(build: BuildInfo, log: &LogArgs, otlp: &OtlpArgs, errors: &mut ConfigErrors) -> Self {
        errors.check("--log-level", EnvFilter::try_new(&log.log_level));
        Self {
            build,
            log_format: log.log_format,
            log_filter: log.log_level.clone(),
            otlp: OtlpOptions::from_args(otlp, errors),
        }
    }
}

/// The telemetry of this process: to be shut down after all its tasks have ended.
#[derive(Debug)]
#[must_use = "the last spans are lost unless the telemetry is shut down"]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Sets up logs and traces for the whole process, and logs panics. To be called once, within a
    /// tokio runtime with several threads.
    pub fn install(options: &TelemetryOptions) -> Result<Self, TelemetryError> {
        let (telemetry, dispatch) = Self::build(options, std::io::stderr)?;
        dispatch.try_init()?;
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        panic_hook::install();
        Ok(telemetry)
    }

    /// The same without touching what is global to the process, with logs to `writer`.
    pub fn build<W>(options: &TelemetryOptions, writer: W) -> Result<(Self, Dispatch), TelemetryError>
    where
        W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
    {
        // Spans down to INFO are kept for the logs whatever the level, so that a warning still tells
        // its placement and its trace.
        let log_filter = EnvFilter::try_new(&options.log_filter)?.or(filter_fn(|metadata| {
            metadata.is_span() && *metadata.level() <= tracing::Level::INFO
        })
        .with_max_level_hint(LevelFilter::INFO));
        let dispatch_cell = Arc::new(OnceLock::new());
        let terminal = std::io::stderr().is_terminal();
        let logs = match options.log_format.resolve(terminal) {
            LogFormat::Human | LogFormat::Auto => {
                let no_color = std::env::var_os("NO_COLOR");
                let colour = human::colour_wanted(terminal, no_color.as_deref());
                human::layer(writer, colour, Arc::clone(&dispatch_cell))
            }
            LogFormat::Json => tracing_subscriber::fmt::layer()
                .fmt_fields(JsonFields::new())
                .event_format(json_events::JsonEvents::new(Arc::clone(&dispatch_cell)))
                .with_ansi(false)
                .with_writer(writer)
                .boxed(),
        };

        let provider = otlp::tracer_provider(options.build, options.otlp.as_ref())?;
        let traced = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_targets(NOT_TRACED.map(|target| (target, LevelFilter::OFF)));
        let traces = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("hourglass"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(traced);

        let dispatch = Dispatch::new(
            Registry::default()
                .with(logs.with_filter(log_filter))
                .with(traces),
        );
        // The JSON lines need the way back to the trace layer. The cell is fresh, so this always sets it.
        dispatch_cell.get_or_init(|| dispatch.downgrade());
        Ok((Self { provider }, dispatch))
    }

    /// Exports every span that has ended, waiting at most `timeout`. Spans that are still open are lost:
    /// end all tasks before.
    pub async fn shutdown(self, timeout: Duration) -> Result<(), TelemetryError> {
        let Self { provider } = self;
        // The SDK blocks until its own thread has sent the rest.
        let flush = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(timeout));
        match tokio::time::timeout(timeout, flush).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(TelemetryError::Flush(error.to_string())),
            Ok(Err(error)) => Err(TelemetryError::Flush(error.to_string())),
            Err(_) => Err(TelemetryError::Flush(format!("no answer within {timeout:?}"))),
        }
    }
}
