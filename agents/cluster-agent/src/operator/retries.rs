//! When a Performer whose reconciliation failed is tried again: later after each failure in a row, with jitter.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hourglass_performer_api::Performer;
use hourglass_runtime::backoff::{Backoff, BackoffPolicy};

use super::caches::PerformerRef;

/// The run of failures of each Performer that has one.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: BackoffPolicy,
    failing: Mutex<HashMap<PerformerRef, Backoff>>,
}

impl Retries {
    pub(crate) fn new(initial: Duration, max: Duration) -> Self {
        Self {
            policy: BackoffPolicy { initial, max },
            failing: Mutex::default(),
        }
    }

    /// One more failure: the delay until the next attempt.
    pub(crate) fn failed(&self, performer: &Performer) -> Duration {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let backoff = failing
            .entry(PerformerRef::from_obj(performer))
            .or_insert_with(|| Backoff::new(self.policy));
        // Full jitter may give zero; two attempts at once are of no use.
        backoff.next_delay().max(self.policy.initial / 10)
    }

    /// Failures in a row so far.
    pub(crate) fn failures(&self, performer: &Performer) -> u32 {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing
            .get(&PerformerRef::from_obj(performer))
            .map_or(0, Backoff::failures)
    }

    /// The run of failures is over.
    pub(crate) fn succeeded(&self, performer: &Performer) {
        self.failing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&PerformerRef::from_obj(performer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;

    #[test]
    fn delays_stay_within_bounds_and_a_success_begins_anew() {
        let retries = Retries::new(Duration::from_millis(100), Duration::from_secs(1));
        let performer = Performer::new("p", PerformerSpec::default());
        for _ in 0..50 {
            let delay = retries.failed(&performer);
            assert!(
                delay >= Duration::from_millis(10) && delay <= Duration::from_secs(1),
                "{delay:?}"
            );
        }
        assert_eq!(retries.failures(&performer), 50);
        retries.succeeded(&performer);
        assert_eq!(retries.failures(&performer), 0);
        assert!(retries.failed(&performer) <= Duration::from_millis(100));
    }
}
