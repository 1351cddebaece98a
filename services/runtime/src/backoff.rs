//! Delays between retries: exponential, bounded, with full jitter, so that many clients which lost
//! the same server do not come back in step
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

/// How the ceiling of the delays grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffPolicy {
    /// Ceiling of the first delay; it doubles with each further one.
    pub initial: Duration,
    /// The ceiling never grows beyond this.
    pub max: Duration,
}

impl BackoffPolicy {
    /// The longest that the delay after `failures` earlier failures can be.
    pub fn ceiling(&self, failures: u32) -> Duration {
        let factor = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
        self.initial.saturating_mul(factor).min(self.max)
    }
}

/// The delays of one run of failures. Each is drawn evenly from zero to the current ceiling.
#[derive(Debug)]
pub struct Backoff<R = StdRng> {
    policy: BackoffPolicy,
    failures: u32,
    rng: R,
}

impl Backoff<StdRng> {
    /// Draws from a generator that the operating system seeded.
    pub fn new(policy: BackoffPolicy) -> Self {
        Self::with_rng(policy, rand::make_rng())
    }
}

impl<R: Rng> Backoff<R> {
    /// Draws from `rng`, so that a test can repeat the delays.
    pub fn with_rng(policy: BackoffPolicy, rng: R) -> Self {
        Self {
            policy,
            failures: 0,
            rng,
        }
    }

    /// How long to wait before the next attempt.
    pub fn next_delay(&mut self) -> Duration {
        let ceiling = self.policy.ceiling(self.failures);
        self.failures = self.failures.saturating_add(1);
        let nanoseconds = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.rng.random_range(0..=nanoseconds))
    }

    /// Failures since the start or the last [`Backoff::reset`].
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// To be called when an attempt succeeded: the next failure begins small again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const POLICY: BackoffPolicy = BackoffPolicy {
        initial: Duration::from_millis(100),
        max: Duration::from_secs(5),
    };

    #[test]
    fn the_ceiling_doubles_up_to_the_maximum_and_never_overflows() {
        let ceilings: Vec<_> = (0..7).map(|n| POLICY.ceiling(n).as_millis()).collect();
        assert_eq!(ceilings, [100, 200, 400, 800, 1600, 3200, 5000]);
        assert_eq!(POLICY.ceiling(31), POLICY.max);
        assert_eq!(POLICY.ceiling(u32::MAX), POLICY.max);
    }

    #[test]
    fn every_delay_stays_below_its_ceiling_and_uses_the_whole_range() {
        let (mut low, mut high) = (0, 0);
        for seed in 0..200 {
            let mut backoff = Backoff::with_rng(POLICY, StdRng::seed_from_u64(seed));
            for failures in 0..12 {
                let ceiling = POLICY.ceiling(failures);
                let delay = backoff.next_delay();
                assert!(delay <= ceiling, "{delay:?} > {ceiling:?}");
                low += usize::from(delay < ceiling / 4);
                high += usize::from(delay > ceiling * 3 / 4);
            }
        }
        assert!(
            low > 300 && high > 300,
            "not spread: {low} low, {high} high of 2400"
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_delays_and_reset_starts_small_again() {
        let mut first = Backoff::with_rng(POLICY, StdRng::seed_from_u64(7));
        let mut second = Backoff::with_rng(POLICY, StdRng::seed_from_u64(7));
        for _ in 0..10 {
            assert_eq!(first.next_delay(), second.next_delay());
        }
        first.reset();
        assert_eq!(first.failures(), 0);
        assert!(first.next_delay() <= POLICY.initial);
    }
}
