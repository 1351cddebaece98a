//! Forgets remembered requests a day after their placement is gone.

use hourglass_store::{KeyPrefix, RangeRequest, ReadError, Store, StoreError};
use tracing::warn;

use super::persist::REQUEST_EXPIRY;
use super::round::Round;

/// Requests forgotten in one tick at most.
const AT_ONCE: usize = 50;

/// Forgets what is due.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn forgotten_requests(store: &dyn Store, round: &mut Round) -> Result<(), StoreError> {
    let Ok(prefix) = KeyPrefix::new(REQUEST_EXPIRY) else {
        return Ok(());
    };
    let page = match store.range(RangeRequest::new(prefix).limit(AT_ONCE)).await {
        Ok(page) => page,
        Err(ReadError::Store(error)) => return Err(error),
        Err(error) => {
            warn!(%error, "remembered requests are swept later");
            return Ok(());
        }
    };
    for entry in page.entries {
        let due = entry
            .key
            .segments()
            .nth(1)
            .and_then(|seconds| seconds.parse::<i64>().ok());
        if due.is_some_and(|due| due > round.now.as_second()) {
            break;
        }
        let request = String::from_utf8_lossy(&entry.versioned.value).into_owned();
        let unit = entry.key.as_str().to_owned();
        match hourglass_store::Key::new(&request) {
            Ok(key) => round.changes.write(&unit, key, None),
            Err(error) => warn!(%error, "an expiry names no key"),
        }
        round.changes.write(&unit, entry.key, None);
    }
    Ok(())
}
