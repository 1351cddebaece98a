//! Log lines for people.

use std::ffi::OsStr;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{Layer, Registry};

/// A layer that writes one line of text per event.
pub(super) fn layer<W>(writer: W, colour: bool) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .with_ansi(colour)
        .with_writer(writer)
        .boxed()
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
