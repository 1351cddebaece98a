//! Time that may go into explanations: a share of all time, whoever asks and however many there are.
//!
//! One explanation goes over all nodes of the fleet, and everybody waits for it. So there is a little to spend at a stretch, and
//! what was spent beyond that is paid for with time in which none is made: the longer one took, the longer the next one waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Of all time, one part in so many.
const SHARE: u64 = 10;

/// Time to spend on work that nobody has to have.
#[derive(Debug)]
pub struct Allowance {
    /// What may be spent at a stretch, in nanoseconds.
    most: u64,
    base: Instant,
    /// Nanoseconds after `base` from which on nothing is owed for what was spent.
    paid: AtomicU64,
    /// Pieces of work so far.
    pieces: AtomicU64,
}

impl Allowance {
    /// So much at a stretch, and what the last piece of work takes that has begun before.
    #[must_use]
    pub fn of(most: Duration) -> Self {
        Self {
            most: nanos(most),
            base: Instant::now(),
            paid: AtomicU64::new(0),
            pieces: AtomicU64::new(0),
        }
    }

    /// Another piece of work may begin.
    #[must_use]
    pub fn is_left(&self, now: Instant) -> bool {
        let credit = self.most.saturating_mul(SHARE);
        self.paid.load(Ordering::Relaxed) <= self.since_base(now).saturating_add(credit)
    }

    /// Does a piece of work, whatever is left; the time that it takes is spent.
    pub fn spend<T>(&self, now: Instant, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let done = work();
        self.took(now, begin.elapsed());
        done
    }

    /// A piece of work was done, and has taken so long.
    pub fn took(&self, now: Instant, took: Duration) {
        self.pieces.fetch_add(1, Ordering::Relaxed);
        let paid = self.paid.load(Ordering::Relaxed).max(self.since_base(now));
        let cost = nanos(took).saturating_mul(SHARE);
        // Nobody but the loop spends any.
        self.paid.store(paid.saturating_add(cost), Ordering::Relaxed);
    }

    /// Pieces of work so far.
    #[must_use]
    pub fn pieces(&self) -> u64 {
        self.pieces.load(Ordering::Relaxed)
    }

    fn since_base(&self, now: Instant) -> u64 {
        nanos(now.saturating_duration_since(self.base))
    }
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_millis(20);

    #[test]
    fn a_little_is_spent_at_a_stretch_and_the_rest_is_paid_for_with_time() {
        let allowance = Allowance::of(MOST);
        let now = allowance.base + Duration::from_secs(1);
        for _ in 0..20 {
            assert!(allowance.is_left(now));
            allowance.took(now, Duration::from_millis(1));
        }
        assert!(allowance.is_left(now), "the last one may begin");
        allowance.took(now, Duration::from_millis(500));
        assert!(!allowance.is_left(now));
        assert!(!allowance.is_left(now + Duration::from_millis(4900)));
        assert!(allowance.is_left(now + Duration::from_secs(5)));
        assert_eq!(allowance.pieces(), 21);
    }

    #[test]
    fn what_was_not_spent_is_not_kept_for_later() {
        let allowance = Allowance::of(MOST);
        let late = allowance.base + Duration::from_secs(3600);
        allowance.took(late, Duration::from_secs(1));
        assert!(!allowance.is_left(late));
        assert!(!allowance.is_left(late + Duration::from_secs(9)));
    }

    #[test]
    fn one_without_a_bound_is_never_used_up() {
        let allowance = Allowance::of(Duration::MAX);
        let now = allowance.base;
        allowance.took(now, Duration::from_secs(3600));
        assert!(allowance.is_left(now));
        let done = allowance.spend(now, || 5);
        assert_eq!((done, allowance.pieces()), (5, 2));
    }
}
