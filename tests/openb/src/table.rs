//! Files of comma-separated values with a line of names; fields hold neither commas nor quotes.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What is wrong with an input file.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It has no line of names.
    #[error("{}: is empty: the first line must name the columns", .0.display())]
    Empty(PathBuf),
    /// A column is missing.
    #[error("{}:1: there is no column {column:?}; there are {}", path.display(), found.join(", "))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// What is missing.
        column: &'static str,
        /// What is there.
        found: Vec<String>,
    },
    /// A line is not what it should be.
    #[error("{}:{line}: {message}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// A file in memory.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    columns: Vec<String>,
    /// Number of the line, and its fields.
    lines: Vec<(usize, Vec<String>)>,
}

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    table: &'a Table,
    number: usize,
    fields: &'a [String],
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, has no line of names, or a line has another number of fields.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let text = std::fs::read_to_string(path).map_err(|source| InputError::Read {
            path: path.to_owned(),
            source,
        })?;
        let split =
            |line: &str| -> Vec<String> { line.split(',').map(|field| field.trim().to_owned()).collect() };
        let mut numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let names = numbered
            .next()
            .map(|(_, line)| line.trim_start_matches('\u{feff}'));
        let names = names.filter(|line| !line.trim().is_empty());
        let columns = split(names.ok_or_else(|| InputError::Empty(path.to_owned()))?);
        let mut lines = Vec::new();
        for (number, line) in numbered.filter(|(_, line)| !line.trim().is_empty()) {
            let fields = split(line);
            if fields.len() != columns.len() {
                return Err(InputError::Line {
                    path: path.to_owned(),
                    line: number,
                    message: format!(
                        "has {} fields where there are {} columns",
                        fields.len(),
                        columns.len()
                    ),
                });
            }
            lines.push((number, fields));
        }
        Ok(Self {
            path: path.to_owned(),
            columns,
            lines,
        })
    }

    /// The place of a column.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn column(&self, column: &'static str) -> Result<usize, InputError> {
        self.optional_column(column).ok_or_else(|| InputError::NoColumn {
            path: self.path.clone(),
            column,
            found: self.columns.clone(),
        })
    }

    /// The place of a column, if there is one of that name.
    #[must_use]
    pub fn optional_column(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// The lines below the names.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|(number, fields)| Line {
            table: self,
            number: *number,
            fields,
        })
    }
}

impl Line<'_> {
    /// The text of a field.
    #[must_use]
    pub fn text(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }

    /// A number.
    ///
    /// # Errors
    /// When the field holds none.
    pub fn number<T: FromStr>(&self, column: usize) -> Result<T, InputError>
    where
        T::Err: Display,
    {
        let text = self.text(column);
        let name = self.table.columns.get(column).map_or("", String::as_str);
        text.parse()
            .map_err(|error| self.wrong(format!("{name} is {text:?}: {error}")))
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// When the field holds none.
    pub fn amount(&self, column: usize) -> Result<i64, InputError> {
        let amount: i64 = self.number(column)?;
        if amount < 0 {
            let name = self.table.columns.get(column).map_or("", String::as_str);
            return Err(self.wrong(format!("{name} is {amount}: it must not be negative")));
        }
        Ok(amount)
    }

    /// An error at this line.
    #[must_use]
    pub fn wrong(&self, message: String) -> InputError {
        InputError::Line {
            path: self.table.path.clone(),
            line: self.number,
            message,
        }
    }
}
