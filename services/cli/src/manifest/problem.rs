//! One thing that is wrong with a manifest, and where.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Number of the document, when there are several.
    document: Option<usize>,
    /// Line in the text, from 1.
    line: Option<u64>,
    /// Path of the field, as in `spec.compute.gpu.count`; empty for the whole.
    path: String,
    /// What is wrong, and what would be right.
    message: String,
}

impl Problem {
    /// Something about the whole text or document.
    pub fn whole(message: impl Into<String>) -> Self {
        Self {
            document: None,
            line: None,
            path: String::new(),
            message: message.into(),
        }
    }

    /// Something about one field.
    pub fn at(line: Option<u64>, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            document: None,
            line,
            path: path.into(),
            message: message.into(),
        }
    }

    /// The same with the number of its document, when there are more than one.
    pub fn in_document(mut self, number: usize, total: usize) -> Self {
        self.document = (total > 1).then_some(number);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.document, self.line) {
            (Some(document), Some(line)) => write!(f, "document {document}, line {line}: ")?,
            (Some(document), None) => write!(f, "document {document}: ")?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}
