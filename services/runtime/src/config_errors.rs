//! All that is wrong with a configuration, found in one run instead of one start per mistake.

use std::fmt;

/// Collects the errors of a configuration while it is checked.
#[derive(Debug, Default)]
pub struct ConfigErrors {
    errors: Vec<(String, String)>,
}

/// A configuration that cannot be used. `Display` has one line per error, each with its flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig {
    errors: Vec<(String, String)>,
}

impl ConfigErrors {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the value of `flag` (such as `--tls-cert`) cannot be used, and why.
    pub fn push(&mut self, flag: impl Into<String>, message: impl fmt::Display) {
        self.errors.push((flag.into(), message.to_string()));
    }

    /// The value, or `None` after noting the error.
    pub fn check<T, E: fmt::Display>(&mut self, flag: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.push(flag, error)).ok()
    }

    /// Notes `message` unless `holds`.
    pub fn require(&mut self, flag: &str, holds: bool, message: impl fmt::Display) {
        if !holds {
            self.push(flag, message);
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// To be called once everything is checked.
    pub fn into_result(self) -> Result<(), InvalidConfig> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(InvalidConfig { errors: self.errors })
        }
    }
}

impl InvalidConfig {
    /// Each error as its flag and what is wrong.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &str)> {
        self.errors
            .iter()
            .map(|(flag, message)| (flag.as_str(), message.as_str()))
    }
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the configuration cannot be used:")?;
        for (flag, message) in &self.errors {
            write!(formatter, "\n  {flag}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidConfig {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_are_reported_at_once_with_their_flags() {
        let mut errors = ConfigErrors::new();
        assert_eq!(errors.check("--replicas", "3".parse::<u8>()), Some(3));
        assert_eq!(errors.check("--port", "high".parse::<u16>()), None);
        errors.require("--tls-key", false, "is needed together with --tls-cert");
        let text = errors.into_result().unwrap_err().to_string();
        assert_eq!(
            text,
            "the configuration cannot be used:\n  --port: invalid digit found in string\n  \
             --tls-key: is needed together with --tls-cert"
        );
    }

    #[test]
    fn a_good_configuration_passes() {
        let mut errors = ConfigErrors::new();
        errors.require("--a", true, "never");
        assert!(errors.is_empty());
        errors.into_result().unwrap();
    }
}
