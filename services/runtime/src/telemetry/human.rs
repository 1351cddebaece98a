//! Log lines for people.

use std::ffi::OsStr;
use std::fmt;
use std::sync::{Arc, OnceLock};

use tracing::dispatcher::WeakDispatch;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{DefaultFields, Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::json_events::span_context;

/// Field by which an event itself says in which trace it belongs.
const TRACE_ID: &str = "trace_id";

/// A layer that writes one line of text per event, with the trace that it belongs to. The cell holds the subscriber that
/// the layer is part of.
pub(super) fn layer<W>(
    writer: W,
    colour: bool,
    dispatch: Arc<OnceLock<WeakDispatch>>,
) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .with_ansi(colour)
        .event_format(HumanEvents {
            line: Format::default().with_ansi(colour),
            dispatch,
        })
        .with_writer(writer)
        .boxed()
}

struct HumanEvents {
    line: Format,
    dispatch: Arc<OnceLock<WeakDispatch>>,
}

impl<S> FormatEvent<S, DefaultFields> for HumanEvents
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, DefaultFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.line.format_event(context, Writer::new(&mut line), event)?;
        let named = event.fields().any(|field| field.name() == TRACE_ID);
        let span = context.parent_span().filter(|_| !named);
        let trace = span.and_then(|span| span_context(&self.dispatch, &span.id()));
        match trace {
            Some(trace) => writeln!(writer, "{} {TRACE_ID}={}", line.trim_end(), trace.trace_id()),
            None => writer.write_str(&line),
        }
    }
}

/// Colour only on a terminal, and not when `NO_COLOR` (given by its value) is set to anything
/// (<https://no-color.org>).
pub(super) fn colour_wanted(terminal: bool, no_color: Option<&OsStr>) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_and_respects_no_color() {
        assert!(colour_wanted(true, None));
        assert!(colour_wanted(true, Some(OsStr::new(""))));
        assert!(!colour_wanted(true, Some(OsStr::new("1"))));
        assert!(!colour_wanted(false, None));
    }
}
