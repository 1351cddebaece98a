//! When a session last gave a sign of life: moved by the session, read by the liveness rule, without the queue between
//! them, so that a busy decision loop never makes an agent look dead.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Shared by a session and the decision loop.
#[derive(Debug)]
pub struct LastSeen(Mutex<Instant>);

impl LastSeen {
    /// Seen at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self(Mutex::new(now))
    }

    /// A sign of life at `now`.
    pub fn touch(&self, now: Instant) {
        let mut seen = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *seen = (*seen).max(now);
    }

    /// The last sign of life.
    #[must_use]
    pub fn at(&self) -> Instant {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Time since then.
    #[must_use]
    pub fn silence(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at())
    }
}
