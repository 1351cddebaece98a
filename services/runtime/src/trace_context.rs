//! W3C trace context (<https://www.w3.org/TR/trace-context/>) on its way between processes: in gRPC
//! metadata, in the store, on commands, in annotations and in a performer's environment.
//!
//! Only `traceparent` travels; `tracestate` is not kept.

use std::fmt;
use std::str::FromStr;

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use serde::{Deserialize, Serialize};
use tonic::metadata::{MetadataMap, MetadataValue};
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetrySpanExt, SetParentError};

/// Name of the header, of the gRPC metadata key, and in upper case of the environment variable.
pub const TRACEPARENT: &str = "traceparent";

/// A valid `traceparent`: version 00, trace id and span id not zero, of the flags only `sampled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Traceparent {
    trace_id: TraceId,
    span_id: SpanId,
    sampled: bool,
}

/// Why a text is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TraceparentError {
    /// Not `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`, all in lower case.
    #[error("is not of the form 00-<32 lower-case hex digits>-<16>-<2>")]
    Form,
    /// The version `ff` is forbidden.
    #[error("has the forbidden version ff")]
    Version,
    /// All zeros.
    #[error("has a trace id or parent id of zeros only")]
    Zero,
}

impl Traceparent {
    /// The trace id: 32 lower-case hex digits.
    pub fn trace_id(&self) -> String {
        self.trace_id.to_string()
    }

    /// The id of the span that is the parent: 16 lower-case hex digits.
    pub fn span_id(&self) -> String {
        self.span_id.to_string()
    }

    /// Whether the caller records this trace.
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// That of a span context; `None` when that is not valid.
    pub fn from_span_context(context: &SpanContext) -> Option<Self> {
        context.is_valid().then(|| Self {
            trace_id: context.trace_id(),
            span_id: context.span_id(),
            sampled: context.is_sampled(),
        })
    }

    /// From HTTP headers. A missing, repeated or invalid header is `None`: as the standard says, a new
    /// trace begins then.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => only.to_str().ok()?.parse().ok(),
            _ => None,
        }
    }

    /// From gRPC metadata; see [`Traceparent::from_headers`].
    pub fn from_metadata(metadata: &MetadataMap) -> Option<Self> {
        let mut values = metadata.get_all(TRACEPARENT).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => only.to_str().ok()?.parse().ok(),
            _ => None,
        }
    }

    fn to_context(self) -> Context {
        let flags = if self.sampled {
            TraceFlags::SAMPLED
        } else {
            TraceFlags::NOT_SAMPLED
        };
        let span = SpanContext::new(self.trace_id, self.span_id, flags, true, TraceState::NONE);
        Context::new().with_remote_span_context(span)
    }
}

impl FromStr for Traceparent {
    type Err = TraceparentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let well_formed = bytes.len() >= 55
            && bytes
                .iter()
                .take(55)
                .enumerate()
                .all(|(index, byte)| match index {
                    2 | 35 | 52 => *byte == b'-',
                    _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                });
        if !well_formed {
            return Err(TraceparentError::Form);
        }
        match &text[..2] {
            "ff" => return Err(TraceparentError::Version),
            "00" if text.len() != 55 => return Err(TraceparentError::Form),
            // A later version may append fields; what precedes them keeps its meaning.
            _ if text.len() > 55 && bytes[55] != b'-' => return Err(TraceparentError::Form),
            _ => {}
        }
        let trace_id = TraceId::from_hex(&text[3..35]).map_err(|_| TraceparentError::Form)?;
        let span_id = SpanId::from_hex(&text[36..52]).map_err(|_| TraceparentError::Form)?;
        let flags = u8::from_str_radix(&text[53..55], 16).map_err(|_| TraceparentError::Form)?;
        if trace_id == TraceId::INVALID || span_id == SpanId::INVALID {
            return Err(TraceparentError::Zero);
        }
        Ok(Self {
            trace_id,
            span_id,
            sampled: flags & 1 == 1,
        })
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "00-{}-{}-{:02x}",
            self.trace_id,
            self.span_id,
            u8::from(self.sampled)
        )
    }
}

impl From<Traceparent> for String {
    fn from(traceparent: Traceparent) -> Self {
        traceparent.to_string()
    }
}

impl TryFrom<String> for Traceparent {
    type Error = TraceparentError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The `traceparent` that makes others children of the current span. `None` outside of any span, or
/// where no telemetry is installed.
pub fn current_traceparent() -> Option<Traceparent> {
    traceparent_of(&Span::current())
}

/// The `traceparent` that makes others children of `span`.
pub fn traceparent_of(span: &Span) -> Option<Traceparent> {
    Traceparent::from_span_context(span.context().span().span_context())
}

/// Makes `span` a child of `parent`. Call it right after the span is made: once the span was entered or
/// logged in, its parent is fixed, and this only warns.
pub fn set_parent(span: &Span, parent: &Traceparent) {
    match span.set_parent(parent.to_context()) {
        Ok(()) => {}
        Err(SetParentError::AlreadyStarted) => {
            tracing::warn!(%parent, "a span was given its remote parent after it had started; the trace is split");
        }
        // A span that the filter dropped, or no telemetry: there is no trace to join.
        Err(_) => {}
    }
}

/// The same by the text of a `traceparent`, as it came or was kept; without one that can be read, `span` begins a trace.
pub fn set_parent_text(span: &Span, traceparent: Option<&str>) {
    if let Some(parent) = traceparent.and_then(|text| text.parse::<Traceparent>().ok()) {
        set_parent(span, &parent);
    }
}

/// Puts the current span's `traceparent` into the metadata of a call.
pub fn inject(metadata: &mut MetadataMap) {
    if let Some(traceparent) = current_traceparent()
        && let Ok(value) = MetadataValue::try_from(traceparent.to_string())
    {
        metadata.insert(TRACEPARENT, value);
    }
}

/// [`inject`] in the form of a tonic interceptor: `Client::with_interceptor(channel, inject_trace_context)`.
pub fn inject_trace_context(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
    inject(request.metadata_mut());
    Ok(request)
}

/// The span of one gRPC call on the server, as a child of the caller's span. Health checks and
/// reflection, which come every few seconds for ever, get none.
pub fn server_span(request: &http::Request<()>) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("grpc.health.") || path.starts_with("grpc.reflection.") {
        return Span::none();
    }
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    let span = tracing::info_span!(
        "rpc",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
    );
    if let Some(parent) = Traceparent::from_headers(request.headers()) {
        set_parent(&span, &parent);
    }
    span
}

#[cfg(test)]
mod tests;
