//! Which form log lines have.

use clap::ValueEnum;
use serde::Serialize;

/// The form of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `human` when stderr is a terminal, else `json`.
    #[default]
    Auto,
    /// For people: one line of text, coloured on a terminal unless `NO_COLOR` is set.
    Human,
    /// For machines: one JSON object per line.
    Json,
}

impl LogFormat {
    /// Never `Auto`.
    pub(super) fn resolve(self, terminal: bool) -> Self {
        match (self, terminal) {
            (Self::Auto, true) => Self::Human,
            (Self::Auto, false) => Self::Json,
            (chosen, _) => chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_is_human_only_on_a_terminal() {
        assert_eq!(LogFormat::Auto.resolve(true), LogFormat::Human);
        assert_eq!(LogFormat::Auto.resolve(false), LogFormat::Json);
        assert_eq!(LogFormat::Json.resolve(true), LogFormat::Json);
        assert_eq!(LogFormat::Human.resolve(false), LogFormat::Human);
    }
}
