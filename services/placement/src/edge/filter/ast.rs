//! A parsed filter and what it says of a resource.

use super::{FilterError, Schema, parser};

/// A resource, as a filter sees it.
pub trait Fields {
    /// Whether `test` holds for any value of the field `name`, which its schema knows and which is no map.
    fn any_value(&self, name: &str, test: &mut dyn FnMut(&str) -> bool) -> bool;

    /// The value under `key` of the map `name`.
    fn map_value(&self, name: &str, key: &str) -> Option<&str>;
}

/// A filter for one kind of resource. The empty one lets everything pass.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Filter(pub(super) Option<Expression>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// Any value of the field fits.
    Value(&'static str, Pattern),
    /// The map has the key, and its value fits.
    Entry(&'static str, String, Pattern),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Exactly(String),
    StartsWith(String),
    Contains(String),
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Exactly(text) => value == text,
            Self::StartsWith(text) => value.starts_with(text.as_str()),
            Self::Contains(text) => value.contains(text.as_str()),
        }
    }
}

impl Filter {
    /// Reads a filter over the fields of `schema`; a blank text is the filter that lets everything pass.
    ///
    /// # Errors
    /// [`FilterError`] with the place, when the text is no filter, names an unknown field, or is over the bounds.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, FilterError> {
        parser::parse(text, schema).map(Self)
    }

    /// Whether it lets the resource pass.
    pub fn matches(&self, resource: &dyn Fields) -> bool {
        self.0
            .as_ref()
            .is_none_or(|expression| expression.holds(resource))
    }
}

impl Expression {
    fn holds(&self, resource: &dyn Fields) -> bool {
        match self {
            Self::And(all) => all.iter().all(|expression| expression.holds(resource)),
            Self::Or(any) => any.iter().any(|expression| expression.holds(resource)),
            Self::Not(expression) => !expression.holds(resource),
            Self::Value(name, pattern) => resource.any_value(name, &mut |value| pattern.fits(value)),
            Self::Entry(name, key, pattern) => resource
                .map_value(name, key)
                .is_some_and(|value| pattern.fits(value)),
        }
    }
}
