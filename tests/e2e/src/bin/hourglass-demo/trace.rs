//! The executor's own spans, and the tree of one trace.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hourglass_e2e::otlp::{Collector, SpanRecord, lost_parents, tree};
use hourglass_e2e::wait_until;
use hourglass_runtime::build_info::BuildInfo;
use hourglass_runtime::telemetry::{LogFormat, OtlpOptions, Telemetry, TelemetryOptions};
use hourglass_runtime::trace_context::Traceparent;

use crate::screen;

/// The demo plays the executor, so that is its name in a trace.
const BUILD: BuildInfo = BuildInfo::new("executor", env!("CARGO_PKG_VERSION"));
/// Services whose spans a whole trace has.
const SERVICES: [&str; 3] = ["executor", "hourglass-placement", "cluster-agent"];
/// Spans are sent every second.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends our spans to the collector. Logs go nowhere: the demo prints what matters.
///
/// # Errors
/// When it was done before.
pub fn install(collector: &Collector) -> Result<Telemetry> {
    let options = TelemetryOptions::new(BUILD, LogFormat::Json, "off").with_otlp(OtlpOptions {
        endpoint: collector.endpoint().to_owned(),
        ca_pem: None,
    });
    let (telemetry, dispatch) = Telemetry::build(&options, std::io::sink)?;
    tracing::dispatcher::set_global_default(dispatch).context("telemetry is installed already")?;
    Ok(telemetry)
}

/// Waits until the trace of a placement is whole.
///
/// # Errors
/// When a service or a parent is missing at the end.
pub async fn whole(collector: &Collector, traceparent: &str) -> Result<Vec<SpanRecord>> {
    let trace_id = traceparent
        .parse::<Traceparent>()
        .context("the placement has no trace")?
        .trace_id();
    let spans = wait_until("the trace is whole", LIMIT, async || {
        let spans = collector.trace(&trace_id);
        let missing: Vec<&str> = SERVICES
            .into_iter()
            .filter(|service| !spans.iter().any(|span| span.service == *service))
            .collect();
        let lost = lost_parents(&spans, "");
        if missing.is_empty() && lost.is_empty() {
            Ok(spans)
        } else {
            Err(format!(
                "{} spans; no span of {missing:?}; no parent of {lost:?}",
                spans.len()
            ))
        }
    });
    let spans = spans.await?;
    ensure!(
        spans.iter().filter(|span| span.parent_span_id.is_empty()).count() == 1,
        "a trace has one first span"
    );
    Ok(spans)
}

/// Prints it.
pub fn show(spans: &[SpanRecord]) {
    screen::line(&screen::paint(
        screen::Tone::Dim,
        &format!("{:<58} {:<20} {:>8} {:>9}", "span", "service", "at ms", "took ms"),
    ));
    screen::line(&tree(spans));
}
