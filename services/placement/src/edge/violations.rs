//! Gathers everything that is wrong with a request, so that a client hears of all of it at once.

use std::fmt::Display;

use hourglass_model::Violation;

/// The violations found so far.
///
/// Paths are those of the JSON form: fields of the request by their own name (`pageSize`), fields of a placement as
/// they stand in its manifest (`spec.compute.gpu.count`).
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one.
    pub fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Violation::new(path, message));
    }

    /// The value, or `None` and the error noted under `path`.
    pub fn check<T, E: Display>(&mut self, path: impl Into<String>, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(path, error.to_string())).ok()
    }

    /// Notes those that others found.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Violation>) {
        self.0.extend(others);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` when there are no violations; all of them otherwise, also when there is no value.
    ///
    /// # Errors
    /// The violations. A missing value without a violation is one of its own, so that no request gets lost silently.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ if self.0.is_empty() => Err(vec![Violation::new("", "the request cannot be read")]),
            _ => Err(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_violations_come_back_together() {
        let mut violations = Violations::new();
        assert_eq!(violations.check("pageSize", "12".parse::<u8>()), Some(12));
        assert_eq!(violations.check("pageSize", "x".parse::<u8>()), None);
        violations.add("filter", "is wrong");
        let found = violations.finish(Some(())).unwrap_err();
        assert_eq!(
            found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(),
            ["pageSize", "filter"]
        );
    }

    #[test]
    fn a_missing_value_is_never_success() {
        assert!(Violations::new().finish(None::<()>).is_err());
        assert_eq!(Violations::new().finish(Some(1)), Ok(1));
    }
}
