//! Log lines for machines: one flat JSON object per event.
//!
//! Order of the keys: `timestamp` (RFC 3339, UTC), `level`, `target`, `message`, `trace_id`, `span_id`,
//! the fields of the spans from the outermost inwards, the event's own fields. An inner field replaces
//! an outer one of the same name; a field named like one of the first six appears as `field.<name>`. An event's own
//! `trace_id` says in which trace it belongs, in whatever span it happens, and stands where that of the span would.

use std::fmt;
use std::sync::{Arc, OnceLock};

use opentelemetry::trace::{SpanContext, TraceContextExt};
use serde_json::{Map, Value};
use tracing::dispatcher::WeakDispatch;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

const RESERVED: [&str; 6] = ["timestamp", "level", "target", "message", "trace_id", "span_id"];

/// Writes the lines. The cell holds the subscriber that the layer is part of, to find the trace of a span.
pub(super) struct JsonEvents {
    dispatch: Arc<OnceLock<WeakDispatch>>,
}

impl JsonEvents {
    pub(super) fn new(dispatch: Arc<OnceLock<WeakDispatch>>) -> Self {
        Self { dispatch }
    }

    fn add_trace(&self, line: &mut Map<String, Value>, span: &tracing::span::Id) {
        if let Some(span) = span_context(&self.dispatch, span) {
            line.insert("trace_id".into(), span.trace_id().to_string().into());
            line.insert("span_id".into(), span.span_id().to_string().into());
        }
    }
}

/// Trace and id of a span.
pub(super) fn span_context(
    dispatch: &OnceLock<WeakDispatch>,
    span: &tracing::span::Id,
) -> Option<SpanContext> {
    let dispatch = dispatch.get().and_then(WeakDispatch::upgrade)?;
    let context = get_otel_context(span, &dispatch)?;
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

impl<S> FormatEvent<S, JsonFields> for JsonEvents
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let Fields(mut fields) = fields;

        let metadata = event.metadata();
        let target = log_crate_target(&mut fields);
        let mut line = Map::new();
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        line.insert("timestamp".into(), timestamp.into());
        line.insert("level".into(), metadata.level().as_str().into());
        line.insert(
            "target".into(),
            target.unwrap_or_else(|| metadata.target().into()),
        );
        line.insert(
            "message".into(),
            fields.shift_remove("message").unwrap_or_else(|| "".into()),
        );

        let own_trace = fields
            .shift_remove("trace_id")
            .filter(|id| id.as_str().is_some_and(|id| !id.is_empty()));
        if let Some(scope) = context.event_scope() {
            if let Some(innermost) = context.parent_span() {
                self.add_trace(&mut line, &innermost.id());
            }
            for span in scope.from_root() {
                // The guard of the extensions must not live on into `add_trace`.
                let extensions = span.extensions();
                if let Some(recorded) = extensions.get::<FormattedFields<JsonFields>>()
                    && let Ok(recorded) = serde_json::from_str::<Map<String, Value>>(recorded)
                {
                    add_fields(&mut line, recorded);
                }
            }
        }
        add_fields(&mut line, fields);
        if let Some(id) = own_trace
            && line.get("trace_id") != Some(&id)
        {
            line.insert("trace_id".into(), id);
            line.shift_remove("span_id");
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Records of the `log` crate arrive as events of the target `log`, with their origin in fields.
fn log_crate_target(fields: &mut Map<String, Value>) -> Option<Value> {
    for name in ["log.module_path", "log.file", "log.line"] {
        fields.shift_remove(name);
    }
    fields.shift_remove("log.target")
}

fn add_fields(line: &mut Map<String, Value>, fields: Map<String, Value>) {
    for (name, value) in fields {
        if RESERVED.contains(&name.as_str()) {
            line.insert(format!("field.{name}"), value);
        } else {
            line.insert(name, value);
        }
    }
}

/// Collects an event's fields as JSON values.
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing::{info, info_span, warn};
    use tracing_subscriber::fmt::MakeWriter;

    use crate::build_info::BuildInfo;
    use crate::telemetry::{LogFormat, Telemetry, TelemetryOptions};
    use crate::trace_context::traceparent_of;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'writer> MakeWriter<'writer> for Captured {
        type Writer = Self;

        fn make_writer(&'writer self) -> Self {
            self.clone()
        }
    }

    fn captured(format: LogFormat, filter: &str, run: impl FnOnce()) -> String {
        let output = Captured::default();
        let options = TelemetryOptions::new(BuildInfo::new("test", "0.0.0"), format, filter);
        let (_telemetry, dispatch) = Telemetry::build(&options, output.clone()).unwrap();
        tracing::dispatcher::with_default(&dispatch, run);
        String::from_utf8(output.0.lock().unwrap().clone()).unwrap()
    }

    fn json_lines(filter: &str, run: impl FnOnce()) -> Vec<Value> {
        let text = captured(LogFormat::Json, filter, run);
        text.lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }

    #[test]
    fn the_trace_that_an_event_names_stands_before_that_of_its_span() {
        let other = "0af7651916cd43dd8448eb211c80319c";
        let lines = json_lines("info", || {
            info!(trace_id = other, "alone");
            let _span = info_span!("round").entered();
            info!(trace_id = other, "in a span");
            info!(trace_id = "", "without one of its own");
        });
        assert_eq!(
            (&lines[0]["trace_id"], &lines[1]["trace_id"]),
            (&other.into(), &other.into())
        );
        assert_eq!(lines[1].get("span_id"), None, "a span of another trace");
        assert_ne!(lines[2]["trace_id"], "");
    }

    #[test]
    fn a_line_for_people_has_the_trace_of_its_span_or_its_own() {
        let mut expected = None;
        let text = captured(LogFormat::Human, "info", || {
            info!("alone");
            let span = info_span!("decide", placement = "default/one");
            expected = traceparent_of(&span).map(|parent| parent.to_string());
            let _span = span.entered();
            info!(nodes = 3, "decided");
            info!(trace_id = "0af7651916cd43dd8448eb211c80319c", "of another");
        });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(!lines[0].contains("trace_id"), "{text}");
        let trace = expected
            .as_deref()
            .and_then(|parent| parent.split('-').nth(1))
            .unwrap();
        assert!(lines[1].ends_with(&format!(" trace_id={trace}")), "{text}");
        assert!(
            lines[1].contains("decided") && lines[1].contains("default/one"),
            "{text}"
        );
        assert!(
            lines[2].contains("0af7651916cd43dd8448eb211c80319c") && !lines[2].contains(trace),
            "{text}"
        );
    }

    #[test]
    fn a_line_has_the_event_its_spans_and_its_trace() {
        let mut expected = None;
        let lines = json_lines("info", || {
            let outer = info_span!("decide", placement = "default/one", attempt = 1);
            let _outer = outer.enter();
            let inner = info_span!("commit", cluster = tracing::field::Empty, attempt = 2);
            inner.record("cluster", "a");
            expected = traceparent_of(&inner);
            let _inner = inner.enter();
            info!(nodes = 3_u64, ratio = 0.5, fits = true, error = %io::Error::other("none"), "decided {}", 1);
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        let expected = expected.unwrap();
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["target"], module_path!());
        assert_eq!(line["message"], "decided 1");
        assert_eq!(line["placement"], "default/one");
        assert_eq!(line["cluster"], "a");
        assert_eq!(line["attempt"], 2, "the inner span's field wins");
        assert_eq!(line["nodes"], 3);
        assert_eq!(line["ratio"], 0.5);
        assert_eq!(line["fits"], true);
        assert_eq!(line["error"], "none");
        assert_eq!(line["trace_id"], expected.trace_id());
        assert_eq!(line["span_id"], expected.span_id());
        let keys: Vec<_> = line.as_object().unwrap().keys().take(6).collect();
        assert_eq!(
            keys,
            ["timestamp", "level", "target", "message", "trace_id", "span_id"]
        );
        let timestamp = line["timestamp"].as_str().unwrap();
        let form: String = timestamp
            .chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect();
        assert_eq!(form, "9999-99-99T99:99:99.999999Z");
    }

    #[test]
    fn an_event_with_a_parent_of_its_own_has_the_trace_of_that() {
        let mut expected = None;
        let lines = json_lines("info", || {
            let parent = info_span!("parent");
            expected = traceparent_of(&parent);
            let _current = info_span!("current").entered();
            info!(parent: &parent, "told");
        });
        assert_eq!(lines[0]["span_id"], expected.unwrap().span_id());
    }

    #[test]
    fn a_field_cannot_pose_as_the_level_or_the_message() {
        let lines = json_lines("info", || {
            let _span = info_span!("span", message = "from the span").entered();
            info!(level = "FATAL", "real");
        });
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["message"], "real");
        assert_eq!(lines[0]["field.level"], "FATAL");
        assert_eq!(lines[0]["field.message"], "from the span");
    }

    #[test]
    fn a_record_of_the_log_crate_keeps_its_target() {
        // In the form in which the bridge from the `log` crate passes it on.
        let lines = json_lines("info", || {
            warn!(target: "log", { "log.target" = "rustls::conn", "log.file" = "conn.rs", "log.line" = 7 }, "closed");
        });
        assert_eq!(lines[0]["target"], "rustls::conn");
        assert!(lines[0].get("log.target").is_none() && lines[0].get("log.line").is_none());
    }

    #[test]
    fn a_line_stays_one_line_and_outside_of_spans_has_no_trace() {
        let lines = json_lines("info", || info!(text = "a\nb\"c", "first\nsecond"));
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(line["message"], "first\nsecond");
        assert_eq!(line["text"], "a\nb\"c");
        assert!(line.get("trace_id").is_none());
    }

    #[test]
    fn a_higher_level_drops_events_but_keeps_the_spans_of_the_rest() {
        let lines = json_lines("warn", || {
            let _span = info_span!("decide", placement = "default/one").entered();
            info!("quiet");
            warn!("loud");
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(
            (line["message"].as_str(), line["placement"].as_str()),
            (Some("loud"), Some("default/one"))
        );
        assert!(line["trace_id"].is_string());
    }

    #[test]
    fn a_filter_may_be_set_per_module_and_a_bad_one_is_an_error() {
        let lines = json_lines("off,hourglass_runtime=debug", || {
            tracing::debug!("ours");
            tracing::error!(target: "other", "theirs");
        });
        assert_eq!(lines.len(), 1);
        let options = TelemetryOptions::new(BuildInfo::new("test", "0.0.0"), LogFormat::Json, "info,=!");
        assert!(Telemetry::build(&options, io::sink).is_err());
    }

    #[test]
    fn human_lines_are_text_without_colour_when_stderr_is_no_terminal() {
        let text = captured(LogFormat::Human, "info", || {
            let _span = info_span!("decide", placement = "default/one").entered();
            info!("decided");
        });
        assert!(
            text.contains("INFO decide{placement=\"default/one\"}: "),
            "{text}"
        );
        assert!(
            text.contains(": decided trace_id=") && text.ends_with('\n'),
            "{text}"
        );
        // The test runner's stderr may be a terminal, where colour is right.
        if !io::IsTerminal::is_terminal(&io::stderr()) {
            assert!(!text.contains('\u{1b}'), "{text}");
        }
    }
}
