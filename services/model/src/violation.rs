//! One thing that is wrong with a request.

use serde::{Deserialize, Serialize};

/// A field that cannot stay as it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Path of the field as a client writes it, in camelCase, for example `spec.compute.gpu.count`. Map entries are
    /// written `spec.compute.requests[cpu]`, list entries `spec.compute.gpu.products[0]`.
    pub path: String,
    /// What is wrong and what would be right, for people.
    pub message: String,
}

impl Violation {
    /// A violation of `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Violation {}
