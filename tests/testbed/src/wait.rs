//! Waiting with a deadline.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until `look` says `Ok`; its `Err` text is the last observation, shown when `limit` passes.
///
/// A single look that hangs counts against the limit as well.
pub async fn wait_until<T, F>(what: &str, limit: Duration, mut look: F) -> Result<T>
where
    F: AsyncFnMut() -> std::result::Result<T, String>,
{
    let deadline = Instant::now() + limit;
    let mut last = "nothing yet".to_owned();
    loop {
        // Looked at least once, also when the limit is zero.
        match tokio::time::timeout(deadline.saturating_duration_since(Instant::now()), look()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(seen)) => last = seen,
            Err(_) => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Deadline {
                what: what.to_owned(),
                waited: limit,
                last,
            });
        }
        tokio::time::sleep(PAUSE.min(left)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_deadline_names_the_last_observation() {
        let limit = Duration::from_millis(120);
        let error = wait_until("the sky falls", limit, async || {
            Err::<(), _>("still up".to_owned())
        })
        .await;
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("the sky falls") && text.contains("still up"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_look_that_hangs_does_not_outlive_the_limit() {
        let limit = Duration::from_millis(50);
        let hang = async || std::future::pending::<std::result::Result<(), String>>().await;
        assert!(wait_until("an answer", limit, hang).await.is_err());
    }
}
