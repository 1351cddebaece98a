//! A real OTLP/gRPC receiver, and the traces that came in.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

/// Export calls carry up to 512 spans.
const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// One span, with what its process said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanRecord {
    /// `service.name`.
    pub service: String,
    /// `service.instance.id`: another for each process.
    pub instance: String,
    /// Name.
    pub name: String,
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits.
    pub span_id: String,
    /// 16 hex digits; empty for the first span of a trace.
    pub parent_span_id: String,
    /// Nanoseconds since 1970.
    pub start_unix_nanos: u64,
    /// Nanoseconds since 1970.
    pub end_unix_nanos: u64,
    /// Attributes that are text, numbers or booleans.
    pub attributes: BTreeMap<String, String>,
}

impl SpanRecord {
    /// How long it took, milliseconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown to people")]
    pub fn duration_ms(&self) -> f64 {
        self.end_unix_nanos.saturating_sub(self.start_unix_nanos) as f64 / 1e6
    }
}

/// The receiver. It runs on a thread of its own, so that tests with a runtime each can share it.
#[derive(Debug)]
pub struct Collector {
    endpoint: String,
    spans: Arc<Mutex<Vec<SpanRecord>>>,
    stop: CancellationToken,
    thread: Option<thread::JoinHandle<()>>,
}

impl Collector {
    /// Starts to receive on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When it cannot.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot listen for traces")?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let (spans, stop) = (Arc::<Mutex<Vec<SpanRecord>>>::default(), CancellationToken::new());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let receiver = Receiver(Arc::clone(&spans));
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("otlp-collector".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                        return;
                    };
                    let service =
                        TraceServiceServer::new(receiver).max_decoding_message_size(MAX_MESSAGE_BYTES);
                    let server = Server::builder().add_service(service);
                    let incoming = TcpListenerStream::new(listener);
                    // A failed receiver shows as missing spans, which is what every user of it looks for.
                    server
                        .serve_with_incoming_shutdown(incoming, stopped.cancelled_owned())
                        .await
                        .ok();
                });
            })?;
        Ok(Self {
            endpoint,
            spans,
            stop,
            thread: Some(thread),
        })
    }

    /// URL for `--otlp-endpoint`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// All spans so far.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanRecord> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The spans of one trace, by their start.
    #[must_use]
    pub fn trace(&self, trace_id: &str) -> Vec<SpanRecord> {
        let mut spans: Vec<SpanRecord> = self
            .spans()
            .into_iter()
            .filter(|span| span.trace_id == trace_id)
            .collect();
        spans.sort_by_key(|span| span.start_unix_nanos);
        spans
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of the receiver was printed by its thread.
            thread.join().ok();
        }
    }
}

struct Receiver(Arc<Mutex<Vec<SpanRecord>>>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut received = Vec::new();
        for resource_spans in request.into_inner().resource_spans {
            let resource = texts(resource_spans.resource.unwrap_or_default().attributes);
            let fact = |key: &str| resource.get(key).cloned().unwrap_or_default();
            for span in resource_spans
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans)
            {
                received.push(SpanRecord {
                    service: fact("service.name"),
                    instance: fact("service.instance.id"),
                    name: span.name,
                    trace_id: hex::encode(span.trace_id),
                    span_id: hex::encode(span.span_id),
                    parent_span_id: hex::encode(span.parent_span_id),
                    start_unix_nanos: span.start_time_unix_nano,
                    end_unix_nanos: span.end_time_unix_nano,
                    attributes: texts(span.attributes),
                });
            }
        }
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(received);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| {
        Some(match value?.value? {
            Value::StringValue(text) => text,
            Value::IntValue(number) => number.to_string(),
            Value::BoolValue(truth) => truth.to_string(),
            Value::DoubleValue(number) => number.to_string(),
            _ => return None,
        })
    };
    attributes
        .into_iter()
        .filter_map(|attribute| Some((attribute.key, text(attribute.value)?)))
        .collect()
}

/// Spans of a trace whose parent did not come in; the span `outside`, which the test itself stands for, counts as there.
#[must_use]
pub fn lost_parents(spans: &[SpanRecord], outside: &str) -> Vec<String> {
    let known: BTreeSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let lost = |span: &&SpanRecord| {
        let parent = span.parent_span_id.as_str();
        !parent.is_empty() && parent != outside && !known.contains(parent)
    };
    spans
        .iter()
        .filter(lost)
        .map(|span| format!("{} of {}", span.name, span.service))
        .collect()
}

/// A trace as a tree: one line a span, children under their parent by start.
#[must_use]
pub fn tree(spans: &[SpanRecord]) -> String {
    let known: BTreeSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    let begin = spans
        .iter()
        .map(|span| span.start_unix_nanos)
        .min()
        .unwrap_or_default();
    let mut sorted: Vec<&SpanRecord> = spans.iter().collect();
    sorted.sort_by_key(|span| (span.start_unix_nanos, span.end_unix_nanos));
    let roots: Vec<&SpanRecord> = sorted
        .iter()
        .copied()
        .filter(|span| !known.contains(span.parent_span_id.as_str()))
        .collect();
    let mut lines = Vec::new();
    for root in roots {
        branch(root, &sorted, begin, "", "", &mut lines);
    }
    lines.join("\n")
}

fn branch(
    span: &SpanRecord,
    all: &[&SpanRecord],
    begin: u64,
    joint: &str,
    indent: &str,
    lines: &mut Vec<String>,
) {
    let label = format!("{joint}{}", span.name);
    #[expect(clippy::cast_precision_loss, reason = "shown to people")]
    let offset = span.start_unix_nanos.saturating_sub(begin) as f64 / 1e6;
    lines.push(format!(
        "{label:<58} {:<20} {offset:>8.1} {:>9.1}",
        span.service,
        span.duration_ms()
    ));
    let children: Vec<&SpanRecord> = all
        .iter()
        .copied()
        .filter(|child| child.parent_span_id == span.span_id)
        .collect();
    for (index, child) in children.iter().enumerate() {
        let last = index + 1 == children.len();
        let joint = format!("{indent}{}", if last { "└─ " } else { "├─ " });
        let below = format!("{indent}{}", if last { "   " } else { "│  " });
        branch(child, all, begin, &joint, &below, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(name: &str, id: &str, parent: &str, start_ms: u64, end_ms: u64) -> SpanRecord {
        SpanRecord {
            service: "s".into(),
            instance: "i".into(),
            name: name.into(),
            trace_id: "t".into(),
            span_id: id.into(),
            parent_span_id: parent.into(),
            start_unix_nanos: start_ms * 1_000_000,
            end_unix_nanos: end_ms * 1_000_000,
            attributes: BTreeMap::new(),
        }
    }

    #[test]
    fn a_tree_puts_children_under_their_parents_in_order() {
        let spans = [
            span("late", "3", "1", 20, 30),
            span("root", "1", "", 0, 40),
            span("early", "2", "1", 10, 15),
        ];
        let tree = tree(&spans);
        let names: Vec<&str> = tree
            .lines()
            .map(|line| line.split_whitespace().next().unwrap())
            .collect();
        assert_eq!(names, ["root", "├─", "└─"], "{tree}");
        assert!(tree.find("early").unwrap() < tree.find("late").unwrap(), "{tree}");
    }

    #[test]
    fn a_span_without_its_parent_is_told() {
        let spans = [span("root", "1", "9", 0, 1), span("orphan", "2", "7", 0, 1)];
        assert_eq!(lost_parents(&spans, "9"), ["orphan of s"]);
    }
}
