//! Whether the other side is still there, from when something came and when something could be sent.

use std::time::{Duration, Instant};

use super::SessionError;

/// Used where the server names none, or none that makes sense.
const DEFAULT_LEASE: Duration = Duration::from_secs(30);
const MIN_INTERVAL: Duration = Duration::from_millis(50);

/// The times of one session.
#[derive(Debug)]
pub(super) struct Liveness {
    lease: Duration,
    interval: Duration,
    heard: Instant,
    heartbeat_due: Instant,
}

impl Liveness {
    /// A session that was welcomed at `now`.
    pub fn new(lease: Option<Duration>, interval: Option<Duration>, now: Instant) -> Self {
        let lease = lease
            .filter(|lease| *lease >= 2 * MIN_INTERVAL)
            .unwrap_or(DEFAULT_LEASE);
        let interval = interval
            .filter(|interval| *interval <= lease / 2)
            .unwrap_or(lease / 3);
        Self {
            lease,
            interval: interval.max(MIN_INTERVAL),
            heard: now,
            heartbeat_due: now,
        }
    }

    /// Something came from the server.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Whether a heartbeat should go out.
    pub fn heartbeat_is_due(&self, now: Instant) -> bool {
        now >= self.heartbeat_due
    }

    /// A heartbeat went out.
    pub fn heartbeat_sent(&mut self, now: Instant) {
        self.heartbeat_due = now + self.interval;
    }

    /// When something has to be looked at again.
    pub fn next_look(&self, now: Instant) -> Instant {
        let not_reading = self.heartbeat_due + self.lease;
        let heartbeat = if self.heartbeat_is_due(now) {
            not_reading
        } else {
            self.heartbeat_due
        };
        heartbeat.min(self.heard + self.lease)
    }

    /// Whether the session is over.
    pub fn check(&self, now: Instant) -> Result<(), SessionError> {
        if now >= self.heard + self.lease {
            return Err(SessionError::ServerSilent(self.lease));
        }
        if now >= self.heartbeat_due + self.lease {
            return Err(SessionError::ServerNotReading(self.lease));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(9);
    const INTERVAL: Duration = Duration::from_secs(3);

    #[test]
    fn a_server_that_says_nothing_for_a_lease_is_gone() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(LEASE), Some(INTERVAL), start);
        liveness.heartbeat_sent(start + LEASE / 2);
        assert!(liveness.check(start + LEASE - Duration::from_millis(1)).is_ok());
        assert!(matches!(
            liveness.check(start + LEASE),
            Err(SessionError::ServerSilent(_))
        ));
        liveness.heard(start + LEASE / 2);
        assert!(liveness.check(start + LEASE).is_ok());
    }

    #[test]
    fn a_server_that_talks_but_never_reads_is_gone_too() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(LEASE), Some(INTERVAL), start);
        for second in 0..9 {
            liveness.heard(start + Duration::from_secs(second));
        }
        assert!(liveness.heartbeat_is_due(start));
        assert!(matches!(
            liveness.check(start + LEASE),
            Err(SessionError::ServerNotReading(_))
        ));
    }

    #[test]
    fn heartbeats_go_out_in_their_interval_and_the_loop_wakes_for_them() {
        let start = Instant::now();
        let mut liveness = Liveness::new(Some(LEASE), Some(INTERVAL), start);
        liveness.heartbeat_sent(start);
        assert!(!liveness.heartbeat_is_due(start + INTERVAL - Duration::from_millis(1)));
        assert_eq!(liveness.next_look(start), start + INTERVAL);
        assert!(liveness.heartbeat_is_due(start + INTERVAL));
        assert_eq!(liveness.next_look(start + INTERVAL), start + LEASE);
    }

    #[test]
    fn senseless_times_are_replaced() {
        let now = Instant::now();
        let liveness = Liveness::new(Some(Duration::ZERO), Some(Duration::ZERO), now);
        assert_eq!((liveness.lease, liveness.interval), (DEFAULT_LEASE, MIN_INTERVAL));
        let liveness = Liveness::new(Some(LEASE), Some(LEASE * 2), now);
        assert_eq!(liveness.interval, LEASE / 3);
    }
}
