//! Filters of List and Watch calls, in the language of AIP-160 (<https://google.aip.dev/160>).
//!
//! ```text
//!  text ──lexer──▶ tokens ──parser (knows the fields of the resource)──▶ Expression ──matches(&dyn Fields)──▶ bool
//! ```
//!
//! What is understood: `field = value`, `field != value`, `field:value`, `AND`, `OR`, `NOT` and a leading `-`,
//! parentheses, quoted strings, and a `*` at the end of a value ("starts with"). As AIP-160 says, `OR` binds more
//! tightly than `AND`, and terms that stand beside each other are joined by `AND`. Comparison is case-sensitive.
//!
//! Labels: `labels.KEY = value` compares a label, `labels:KEY` asks whether it is there. A key with other characters
//! than letters, digits, `.`, `-`, `_` and `/` is quoted. A field that has several values (the clusters of a
//! placement) is equal to each of them; `!=` means that it is equal to none.

mod ast;
mod fields;
mod lexer;
mod parser;
mod schema;
#[cfg(test)]
mod tests;

pub use ast::{Fields, Filter};
pub use fields::NodeOf;
pub use schema::{CLUSTER, FieldKind, NODE, PLACEMENT, Schema};

/// Longest filter, in bytes.
pub const MAX_FILTER_BYTES: usize = 4096;
/// Deepest nesting of parentheses and negations.
pub const MAX_FILTER_DEPTH: usize = 16;
/// Most comparisons in one filter: they are evaluated for every resource of a listing.
pub const MAX_FILTER_TERMS: usize = 64;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {character}: {message}")]
pub struct FilterError {
    /// Where, counted from 1.
    pub character: usize,
    /// What is wrong there and what would be right.
    pub message: String,
}

impl FilterError {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            character: offset + 1,
            message: message.into(),
        }
    }
}
