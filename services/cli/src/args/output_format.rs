//! `-o`.

use clap::ValueEnum;

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Columns for people, cut to the terminal
    Table,
    /// More columns
    Wide,
    /// Protobuf JSON mapping of the API's messages
    Json,
    /// The same as YAML
    Yaml,
    /// One KIND/NAME a line
    Name,
}

impl OutputFormat {
    /// Whether people read it (and may get hints on stdout).
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Wide)
    }
}
