//! Collecting violations.

use std::time::Duration;

use serde::Serialize;

use crate::ids::IdError;
use crate::{Violation, dns};

/// Everything found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// In the order of finding.
    pub(crate) violations: Vec<Violation>,
}

impl Report {
    /// Notes that `path` is wrong.
    pub(crate) fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.violations.push(Violation::new(path, message));
    }

    /// Notes two fields that say different things.
    pub(crate) fn contradiction(&mut self, (path, value): (&str, &str), (other, other_value): (&str, &str)) {
        self.add(
            path,
            format!("{value} contradicts {other}, which is {other_value}: make them equal or give only one of them"),
        );
    }

    /// The id, or a note why it is none.
    pub(crate) fn id<T>(&mut self, path: impl Into<String>, made: Result<T, IdError>) -> Option<T> {
        made.map_err(|error| {
            self.add(
                path,
                format!("{:?} is not valid: it must be {}", error.value, error.rule),
            );
        })
        .ok()
    }

    /// Notes an object name that Kubernetes would refuse. Empty counts as absent.
    pub(crate) fn object_name(&mut self, path: &str, name: Option<&str>) {
        if let Some(name) = name.filter(|name| !name.is_empty() && !dns::is_subdomain(name)) {
            self.add(
                path,
                format!(
                    "{name:?} is not an object name: it must be {}",
                    dns::SUBDOMAIN_RULE
                ),
            );
        }
    }

    /// Notes what is larger as JSON than `limit` bytes.
    pub(crate) fn size<T: Serialize>(&mut self, path: &str, value: &T, limit: usize) {
        match serde_json::to_vec(value) {
            Ok(bytes) if bytes.len() > limit => {
                self.add(
                    path,
                    format!("is {} bytes as JSON: at most {limit} are taken", bytes.len()),
                );
            }
            Ok(_) => {}
            Err(error) => self.add(path, format!("has no JSON form: {error}")),
        }
    }

    /// Notes a number outside its range.
    pub(crate) fn range(&mut self, path: &str, number: Option<i32>, range: std::ops::RangeInclusive<i32>) {
        if let Some(number) = number.filter(|number| !range.contains(number)) {
            self.add(
                path,
                format!(
                    "{number} is out of range: it must be {} to {}",
                    range.start(),
                    range.end()
                ),
            );
        }
    }

    /// Notes a list that is too long.
    pub(crate) fn entries(&mut self, path: &str, length: usize, most: usize) {
        if length > most {
            self.add(path, format!("has {length} entries: at most {most} are taken"));
        }
    }

    /// Notes a length of time outside its range.
    pub(crate) fn duration(
        &mut self,
        path: &str,
        length: Option<Duration>,
        range: std::ops::RangeInclusive<Duration>,
    ) {
        if let Some(length) = length.filter(|length| !range.contains(length)) {
            self.add(
                path,
                format!(
                    "{}s is out of range: it must be {}s to {}s",
                    length.as_secs_f64(),
                    range.start().as_secs(),
                    range.end().as_secs()
                ),
            );
        }
    }

    /// Notes a word that is none of the allowed ones. Empty counts as absent.
    pub(crate) fn word(&mut self, path: &str, word: Option<&str>, allowed: &[&str]) {
        if let Some(word) = word.filter(|word| !word.is_empty() && !allowed.contains(word)) {
            self.add(path, format!("{word:?} is not known: use {}", allowed.join(", ")));
        }
    }
}

/// `text` unless it is absent or empty: protobuf does not tell the two apart.
pub(crate) fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
