//! What is known about where the output goes.

use std::io::{self, IsTerminal};

use jiff::Timestamp;

/// Where output goes, and when.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Width in columns when it is a terminal; what is not is never cut.
    pub width: Option<usize>,
    /// Whether colours are shown.
    pub colour: bool,
    /// The time that ages are counted to.
    pub now: Timestamp,
}

/// What a piece of text means; a terminal shows it as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// Nothing special.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// On its way, or in need of a look.
    Warn,
    /// Broken.
    Bad,
    /// Less important.
    Dim,
    /// A heading.
    Title,
    /// Advice.
    Hint,
}

impl Screen {
    /// Standard output as it is.
    pub fn stdout() -> Self {
        Self::of(io::stdout().is_terminal())
    }

    /// Standard error as it is.
    pub fn stderr() -> Self {
        Self::of(io::stderr().is_terminal())
    }

    fn of(is_terminal: bool) -> Self {
        let set = |name| {
            std::env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        Self {
            width: is_terminal
                .then(terminal_size::terminal_size)
                .flatten()
                .map(|(terminal_size::Width(columns), _)| usize::from(columns)),
            colour: shows_colour(is_terminal, set("NO_COLOR").is_some(), set("TERM").as_deref()),
            now: Timestamp::now(),
        }
    }

    /// No terminal: nothing is cut or coloured. The time is fixed.
    pub fn plain() -> Self {
        Self {
            width: None,
            colour: false,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// The text in the colour of its meaning.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Good => "32",
            Paint::Warn => "33",
            Paint::Bad => "31",
            Paint::Dim => "2",
            Paint::Title => "1",
            Paint::Hint => "36",
            Paint::Plain => "",
        };
        if self.colour && !code.is_empty() && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Colour only on a terminal that has it, and not against the user's wish (<https://no-color.org>).
fn shows_colour(is_terminal: bool, no_color: bool, term: Option<&str>) -> bool {
    is_terminal && !no_color && term != Some("dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_only_for_terminals_without_no_color() {
        assert!(shows_colour(true, false, Some("xterm-256color")));
        assert!(!shows_colour(false, false, Some("xterm-256color")));
        assert!(!shows_colour(true, true, Some("xterm-256color")));
        assert!(!shows_colour(true, false, Some("dumb")));
    }
}
