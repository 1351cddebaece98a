//! When a session last gave a sign of life: moved by the session, read by the liveness rule, without the queue between
//! them, so that a busy decision loop never makes an agent look dead.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by a session and the decision loop.
#[derive(Debug)]
pub struct LastSeen(Mutex<Signs>);

#[derive(Debug)]
struct Signs {
    at: Instant,
    /// An inventory sequence that the agent says it has sent and that was not applied then, and when it said so.
    awaited: Option<(u64, Instant)>,
}

impl LastSeen {
    /// Seen at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self(Mutex::new(Signs {
            at: now,
            awaited: None,
        }))
    }

    /// A sign of life at `now`.
    pub fn touch(&self, now: Instant) {
        let mut signs = self.signs();
        signs.at = signs.at.max(now);
    }

    /// The agent says that it has sent inventory up to `sequence`.
    pub fn inventory_sent(&self, sequence: u64, now: Instant) {
        self.signs().awaited.get_or_insert((sequence, now));
    }

    /// How long inventory that was sent is not applied, when it is applied up to `applied`.
    #[must_use]
    pub fn inventory_lag(&self, applied: u64, now: Instant) -> Duration {
        let mut signs = self.signs();
        if signs.awaited.is_some_and(|(sequence, _)| sequence <= applied) {
            signs.awaited = None;
        }
        signs
            .awaited
            .map_or(Duration::ZERO, |(_, since)| now.saturating_duration_since(since))
    }

    /// The last sign of life.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.signs().at
    }

    fn signs(&self) -> MutexGuard<'_, Signs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inventory_that_was_sent_and_never_arrives_is_noticed() {
        let start = Instant::now();
        let seen = LastSeen::new(start);
        let second = Duration::from_secs(1);
        seen.inventory_sent(5, start);
        seen.inventory_sent(6, start + second);
        assert_eq!(seen.inventory_lag(4, start + second * 3), second * 3);
        assert_eq!(seen.inventory_lag(5, start + second * 3), Duration::ZERO);
        seen.inventory_sent(7, start + second * 4);
        assert_eq!(seen.inventory_lag(6, start + second * 5), second);
    }
}
