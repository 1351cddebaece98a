//! Time that one kind of work may take out of a round, by the clock: whoever sends commands waits no longer than that for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time that is spent bit by bit.
#[derive(Debug)]
pub struct TimeBudget {
    /// None for as much as one likes.
    most: Option<Duration>,
    spent_nanos: AtomicU64,
}

impl TimeBudget {
    /// As much as one likes.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            most: None,
            spent_nanos: AtomicU64::new(0),
        }
    }

    /// So much, and what the last work takes that has begun before.
    #[must_use]
    pub fn of(most: Duration) -> Self {
        Self {
            most: Some(most),
            ..Self::unlimited()
        }
    }

    /// Nothing is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        let spent = Duration::from_nanos(self.spent_nanos.load(Ordering::Relaxed));
        self.most.is_some_and(|most| spent >= most)
    }

    /// The time since `begin` was spent.
    pub fn spend_since(&self, begin: Instant) {
        let nanos = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_spent_by_work_and_not_by_waiting() {
        let budget = TimeBudget::of(Duration::from_nanos(1));
        assert!(!budget.is_spent());
        let begin = Instant::now();
        while begin.elapsed().is_zero() {}
        assert!(!budget.is_spent());
        budget.spend_since(begin);
        assert!(budget.is_spent());
        let unlimited = TimeBudget::unlimited();
        unlimited.spend_since(begin);
        assert!(!unlimited.is_spent());
    }
}
