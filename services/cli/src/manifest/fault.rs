//! Why a node does not fit its message, typed: serde's own error would be a text to take apart again.

use std::fmt;

use serde::de::{Expected, Unexpected};

use crate::nearest::nearest;

/// Why a node does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No such field; `known` are those there are, in both spellings.
    UnknownField {
        /// As given.
        field: String,
        /// What there is.
        known: &'static [&'static str],
    },
    /// No such enum value.
    UnknownValue {
        /// As given.
        value: String,
        /// What there is.
        known: &'static [&'static str],
    },
    /// A value of another type.
    WrongType {
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Both spellings of one field, or both fields of a choice.
    GivenTwice(String),
    /// No whole number, or none of the field's size.
    NoWholeNumber,
    /// Anything else.
    Other(String),
}

/// What is said of a number that the field cannot hold.
pub const OUT_OF_RANGE: &str = "the number is out of range here";

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        // How numbers that may also be written as text are read: the libraries speak of their own types there.
        let plain = match message.as_str() {
            "invalid digit found in string" | "cannot parse integer from empty string" => {
                return Self::NoWholeNumber;
            }
            "number too large to fit in target type"
            | "number too small to fit in target type"
            | "out of range integral type conversion attempted" => OUT_OF_RANGE,
            "invalid float literal" | "cannot parse float from empty string" => "a number is expected here",
            other if other.starts_with("data did not match any variant of untagged enum") => {
                return Self::NoWholeNumber;
            }
            _ => return Self::Other(message),
        };
        Self::Other(plain.to_owned())
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownField {
            field: field.to_owned(),
            known,
        }
    }

    fn unknown_variant(value: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownValue {
            value: value.to_owned(),
            known,
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::WrongType {
            found: found.to_string(),
            expected: readable(expected),
        }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::WrongType {
            found: found.to_string(),
            expected: readable(expected),
        }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::GivenTwice(field.to_owned())
    }
}

/// Generated visitors say "struct hourglass.fleet.v1.Gpu"; people call that a mapping.
fn readable(expected: &dyn Expected) -> String {
    match expected.to_string() {
        text if text.starts_with("struct ") || text == "google.protobuf.Struct" => {
            "a mapping with fields".to_owned()
        }
        text if text.starts_with("expected one of: ") => text["expected ".len()..].to_owned(),
        text => text,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { field, .. } if field == "metadata" => f.write_str(
                "there is no metadata here: name, labels and annotations stand at the top of the document",
            ),
            Self::UnknownField { field, known } => {
                f.write_str("unknown field")?;
                suggest(f, field, &camel_case_only(known))
            }
            Self::UnknownValue { value, known } => {
                write!(f, "unknown value {value:?}")?;
                suggest(f, value, known)
            }
            Self::WrongType { found, expected } if expected == "a string" => {
                write!(f, "text is expected here, but this is {found}; put it in quotes")
            }
            Self::WrongType { found, expected } => {
                write!(f, "{expected} is expected here, but this is {found}")
            }
            Self::GivenTwice(field) => write!(f, "{field} is given twice"),
            Self::NoWholeNumber => f.write_str("a whole number is expected here"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

/// The generated code knows `gpu_product` and `gpuProduct`; the second is what people are told.
fn camel_case_only<'a>(known: &[&'a str]) -> Vec<&'a str> {
    known.iter().copied().filter(|name| !name.contains('_')).collect()
}

fn suggest(f: &mut fmt::Formatter<'_>, given: &str, known: &[&str]) -> fmt::Result {
    match nearest(given, known.iter().copied()) {
        Some(nearest) => write!(f, "; did you mean {nearest:?}?"),
        None if known.is_empty() => Ok(()),
        None => write!(f, "; known here: {}", known.join(", ")),
    }
}
