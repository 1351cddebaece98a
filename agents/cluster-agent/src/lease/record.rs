//! What to do about the Lease, decided from what was seen of it and when. No clock but the caller's: the holder's
//! timestamps are never compared with ours, only whether they changed.

use std::time::{Duration, Instant};

/// How long a holder that no longer renews is waited for.
pub const LEASE_DURATION: Duration = Duration::from_secs(15);

/// How long the holder goes on while the API server answers and does not accept a renewal. Clearly shorter than
/// [`LEASE_DURATION`], so that it has ended before another agent may begin.
pub const RENEW_DEADLINE: Duration = Duration::from_secs(10);

/// The Lease as it is in the API server, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Who holds it; empty when it was given back.
    pub holder: String,
    /// How often it changed hands.
    pub transitions: i32,
    /// Changes with every write.
    pub version: String,
    /// How long the holder wants to be waited for.
    pub duration: Option<Duration>,
}

/// The newest record and since when it is the newest.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    seen: Option<(Record, Instant)>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// There is no Lease: make it.
    Create,
    /// It is free, or its holder is gone: write us in, with this count.
    Take {
        /// The new transition count.
        transitions: i32,
    },
    /// It is ours: say that we live.
    Renew,
    /// It belongs to another agent that lives.
    Wait,
    /// It was ours, and another one has it now.
    Lost,
    /// Another agent took it under our own name.
    SharedIdentity,
}

/// Why the Lease could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The API server said no to us; another agent may hear yes.
    Refused,
    /// It cannot be reached, or cannot reach its own store.
    NoAnswer,
}

impl Failure {
    /// What an error of a call means.
    pub fn of(error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.code < 500 => Self::Refused,
            _ => Self::NoAnswer,
        }
    }
}

/// Whether the holder still is it after a failure, when the last renewal that was accepted was sent at `renewed`. The
/// invariant that this serves is told in the module above.
pub fn remains_holder(failure: Failure, renewed: Instant, now: Instant) -> bool {
    match failure {
        Failure::Refused => now.saturating_duration_since(renewed) < RENEW_DEADLINE,
        Failure::NoAnswer => true,
    }
}

impl Observed {
    /// Takes note of what the API server has now.
    pub fn note(&mut self, record: Record, now: Instant) {
        match &self.seen {
            Some((known, _)) if *known == record => {}
            _ => self.seen = Some((record, now)),
        }
    }
}

/// Decides for the agent named `identity`. `held` is the transition count under which it holds the Lease, if it does;
/// `current` is what the API server has, or `None` when there is no Lease.
pub fn decide(
    identity: &str,
    held: Option<i32>,
    current: Option<&Record>,
    observed: &Observed,
    now: Instant,
) -> Decision {
    let Some(record) = current else {
        return Decision::Create;
    };
    let ours = record.holder == identity;
    match held {
        Some(transitions) if ours && record.transitions == transitions => return Decision::Renew,
        Some(_) if ours => return Decision::SharedIdentity,
        Some(_) if !record.holder.is_empty() => return Decision::Lost,
        _ => {}
    }
    let take = Decision::Take {
        transitions: record.transitions.saturating_add(1),
    };
    // Ours from before a restart: no need to wait for ourselves.
    if ours || record.holder.is_empty() {
        return take;
    }
    let patience = record
        .duration
        .unwrap_or(LEASE_DURATION)
        .max(Duration::from_secs(1));
    let silent_for = match &observed.seen {
        Some((known, since)) if known == record => now.saturating_duration_since(*since),
        _ => Duration::ZERO,
    };
    if silent_for >= patience {
        take
    } else {
        Decision::Wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(holder: &str, transitions: i32, version: &str) -> Record {
        Record {
            holder: holder.into(),
            transitions,
            version: version.into(),
            duration: Some(LEASE_DURATION),
        }
    }

    fn seen(record: &Record, since: Instant) -> Observed {
        let mut observed = Observed::default();
        observed.note(record.clone(), since);
        observed
    }

    #[test]
    fn a_missing_or_free_lease_is_taken_at_once() {
        let now = Instant::now();
        assert_eq!(
            decide("a", None, None, &Observed::default(), now),
            Decision::Create
        );
        let free = record("", 3, "1");
        assert_eq!(
            decide("a", None, Some(&free), &seen(&free, now), now),
            Decision::Take { transitions: 4 }
        );
    }

    #[test]
    fn a_restarted_agent_takes_its_own_lease_without_waiting() {
        let now = Instant::now();
        let own = record("a", 3, "1");
        assert_eq!(
            decide("a", None, Some(&own), &seen(&own, now), now),
            Decision::Take { transitions: 4 }
        );
    }

    #[test]
    fn a_living_holder_is_waited_for_and_a_silent_one_is_replaced() {
        let start = Instant::now();
        let other = record("b", 3, "1");
        let mut observed = seen(&other, start);
        let almost = start + LEASE_DURATION - Duration::from_millis(1);
        assert_eq!(decide("a", None, Some(&other), &observed, almost), Decision::Wait);
        let renewed = record("b", 3, "2");
        observed.note(renewed.clone(), almost);
        let later = start + LEASE_DURATION;
        assert_eq!(
            decide("a", None, Some(&renewed), &observed, later),
            Decision::Wait
        );
        let silent = almost + LEASE_DURATION;
        assert_eq!(
            decide("a", None, Some(&renewed), &observed, silent),
            Decision::Take { transitions: 4 }
        );
    }

    #[test]
    fn the_holder_renews_until_another_one_has_it() {
        let now = Instant::now();
        let own = record("a", 4, "1");
        assert_eq!(
            decide("a", Some(4), Some(&own), &seen(&own, now), now),
            Decision::Renew
        );
        let other = record("b", 5, "2");
        assert_eq!(
            decide("a", Some(4), Some(&other), &seen(&other, now), now),
            Decision::Lost
        );
    }

    #[test]
    fn a_holder_that_is_refused_ends_before_another_begins_and_one_without_an_answer_goes_on() {
        let renewed = Instant::now();
        let just_before = renewed + RENEW_DEADLINE - Duration::from_millis(1);
        assert!(remains_holder(Failure::Refused, renewed, just_before));
        assert!(!remains_holder(
            Failure::Refused,
            renewed,
            renewed + RENEW_DEADLINE
        ));
        // The next try comes at most four seconds later.
        assert!(RENEW_DEADLINE + Duration::from_secs(4) < LEASE_DURATION);
        let much_later = renewed + 100 * LEASE_DURATION;
        assert!(remains_holder(Failure::NoAnswer, renewed, much_later));
    }

    #[test]
    fn a_no_of_the_api_server_is_a_refusal_and_its_failures_are_none() {
        let answer = |code: u16| {
            let status = kube::core::Status {
                code,
                ..kube::core::Status::default()
            };
            Failure::of(&kube::Error::Api(status.boxed()))
        };
        for code in [401, 403, 404, 409, 422, 429] {
            assert_eq!(answer(code), Failure::Refused, "{code}");
        }
        for code in [500, 503, 504] {
            assert_eq!(answer(code), Failure::NoAnswer, "{code}");
        }
        let cut = kube::Error::Service(Box::new(std::io::Error::other("connection refused")));
        assert_eq!(Failure::of(&cut), Failure::NoAnswer);
    }

    #[test]
    fn two_agents_of_one_name_are_noticed() {
        let now = Instant::now();
        let twin = record("a", 5, "2");
        assert_eq!(
            decide("a", Some(4), Some(&twin), &seen(&twin, now), now),
            Decision::SharedIdentity
        );
    }

    #[test]
    fn a_lease_deleted_or_given_back_under_the_holder_is_taken_again() {
        let now = Instant::now();
        assert_eq!(
            decide("a", Some(4), None, &Observed::default(), now),
            Decision::Create
        );
        let free = record("", 4, "2");
        assert_eq!(
            decide("a", Some(4), Some(&free), &seen(&free, now), now),
            Decision::Take { transitions: 5 }
        );
    }
}
