//! Log lines for people.

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

/// Colour only on a terminal, and not when `NO_COLOR` has a value (<https://no-color.org>).
pub(super) fn colour_wanted(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
