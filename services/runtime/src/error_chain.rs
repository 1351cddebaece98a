//! One line of text for an error and all its causes.

use std::error::Error;

/// `outer: cause: cause of the cause`. A cause whose text the outer message already ends with is not repeated.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Outer(#[source] Middle);

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the key: {0}")]
    struct Middle(#[source] std::io::Error);

    #[test]
    fn every_cause_appears_once() {
        let error = Outer(Middle(std::io::Error::other("no such disk")));
        assert_eq!(
            error_chain(&error),
            "cannot start: cannot read the key: no such disk"
        );
    }
}
