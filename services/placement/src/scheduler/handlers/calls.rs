//! What calls about one resource have in common.

use crate::scheduler::port::CallError;

/// Refuses a call that was made of another content of `name` than the `current` one.
pub(in crate::scheduler) fn check_etag(
    name: &str,
    current: &str,
    given: Option<&str>,
) -> Result<(), CallError> {
    match given.filter(|given| *given != current) {
        Some(given) => Err(CallError::EtagMismatch {
            name: name.to_owned(),
            current: current.to_owned(),
            given: given.to_owned(),
        }),
        None => Ok(()),
    }
}
