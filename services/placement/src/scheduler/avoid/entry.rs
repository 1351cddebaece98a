//! One place that is avoided: why, since when, and until when.

use std::time::{Duration, Instant};

use hourglass_engine::AvoidNote;
use jiff::{SignedDuration, Timestamp};

use super::Place;

/// The first backoff.
pub(super) const FIRST: Duration = Duration::from_secs(10);
/// The longest one.
pub(super) const LONGEST: Duration = Duration::from_secs(300);
/// The backoff is the longest one after so many refusals, and one more.
const DOUBLINGS_TO_LONGEST: u32 = LONGEST
    .as_secs()
    .div_ceil(FIRST.as_secs())
    .next_power_of_two()
    .ilog2();
/// An entry is forgotten so long after its backoff, and the count of refusals with it: long enough for what takes hours to be
/// found out again, as that a replica does not start.
pub(super) const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// What went wrong at a place with a replica of one placement. No inventory shows when it is over: the backoff alone counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The cluster did not admit a replica that had to start together with others.
    NotAdmitted,
    /// The cluster did not even make a pod of it, or not the object that its pod comes from.
    NotMade,
    /// The cluster's scheduler gave its pod no node, and did not turn it away either.
    NotBound,
    /// It was not ready there in time.
    Late,
    /// Those whose room it was to take did not leave in time.
    VictimsStay,
    /// A person moved it away.
    Evicted,
}

/// Why a place is avoided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The cluster's scheduler found no room there for a request of this shape.
    Refused,
    /// Something that no inventory shows went wrong with one placement.
    Timed(Trouble),
}

impl Cause {
    /// The same, said of the place.
    fn told(self) -> &'static str {
        match self {
            Self::Refused | Self::Timed(Trouble::NotAdmitted) => "refused it",
            Self::Timed(Trouble::NotMade) => "no pod of it was made there",
            Self::Timed(Trouble::NotBound) => "its pod got no node there",
            Self::Timed(Trouble::Late) => "it was not ready in time there",
            Self::Timed(Trouble::VictimsStay) => "others had to leave it for it and did not in time",
            Self::Timed(Trouble::Evicted) => "it was moved away from there",
        }
    }
}

/// What is known of a place that is avoided.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What went wrong last.
    cause: Cause,
    /// When the backoff began.
    since: Timestamp,
    /// What was said of it.
    message: String,
    /// End of the backoff.
    until: Instant,
    /// How often it went wrong once the place was tried again.
    refusals: u32,
    /// The node is not as it was at the last refusal.
    changed: bool,
    /// Its end was told: those that wait were tried again.
    end_told: bool,
}

impl Entry {
    /// Of a place where nothing has gone wrong yet.
    pub(super) fn new(cause: Cause, now: Instant, wall: Timestamp) -> Self {
        Self {
            cause,
            since: wall,
            message: String::new(),
            until: now,
            refusals: 0,
            changed: true,
            end_told: false,
        }
    }

    /// It went wrong there now.
    pub(super) fn went_wrong(&mut self, cause: Cause, message: &str, now: Instant, wall: Timestamp) {
        // Others may have been there at the same time: what went wrong with them is what was known already.
        if !self.holds(now) {
            self.refusals = self.refusals.saturating_add(1);
        }
        if self.until <= now {
            self.since = wall;
            self.until = now + self.backoff();
        }
        message.clone_into(&mut self.message);
        self.cause = cause;
        self.changed = false;
        self.end_told = false;
    }

    /// Others had to leave for what goes wrong there now: it is avoided for the longest backoff at once.
    pub(super) fn was_costly(&mut self, now: Instant) {
        if !self.holds(now) {
            self.refusals = self.refusals.max(DOUBLINGS_TO_LONGEST);
        }
    }

    /// The place is not as it was.
    pub(super) fn has_changed(&mut self) {
        self.changed = true;
    }

    /// The place is avoided.
    pub(super) fn holds(&self, now: Instant) -> bool {
        match self.cause {
            Cause::Refused => !self.changed || now < self.until,
            // What has changed there may well be that they have left.
            Cause::Timed(Trouble::VictimsStay) => !self.changed && now < self.until,
            Cause::Timed(_) => now < self.until,
        }
    }

    /// What went wrong there last is that it was not ready in time.
    pub(super) fn was_late(&self) -> bool {
        self.cause == Cause::Timed(Trouble::Late)
    }

    /// Something has ended that was not told yet.
    pub(super) fn take_end(&mut self, now: Instant) -> bool {
        let ends = !self.end_told && !self.holds(now);
        self.end_told |= ends;
        ends
    }

    /// It counts for the next time, or still holds.
    pub(super) fn is_remembered(&self, now: Instant) -> bool {
        self.holds(now) || now < self.until + REMEMBERED
    }

    /// End of the backoff.
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    fn is_timed(&self) -> bool {
        matches!(self.cause, Cause::Timed(_))
    }

    fn backoff(&self) -> Duration {
        let doublings = self.refusals.saturating_sub(1).min(8);
        FIRST.saturating_mul(1 << doublings).min(LONGEST)
    }

    /// Why and since when, and what ends it.
    pub(super) fn note(&self, (cluster, node): &Place) -> AvoidNote {
        let since = self.since;
        let backoff = SignedDuration::try_from(self.backoff()).unwrap_or_default();
        let not_before = since.checked_add(backoff).unwrap_or(since);
        let message = if self.message.is_empty() {
            "it gave no reason"
        } else {
            &self.message
        };
        let (whole, any) = match node {
            Some(node) => {
                let named = format!("node {node} of cluster {cluster}");
                (named.clone(), named)
            }
            None => (
                format!("cluster {cluster}"),
                format!("a node of cluster {cluster}"),
            ),
        };
        let again = format!("{whole} is tried again, at {not_before:.0}");
        let (ends, event) = if self.is_timed() {
            (format!("it is tried again at {not_before:.0}"), again)
        } else if self.changed {
            let ends = format!("it has changed and is tried again at {not_before:.0}");
            (ends, again)
        } else {
            let ends = format!("avoided until it changes, at least until {not_before:.0}");
            (ends, format!("{any} changes"))
        };
        let told = self.cause.told();
        AvoidNote {
            why: format!("{told} at {since:.0} ({message}); {ends}"),
            ends_if: Some(format!("{event}, or the cluster is cordoned and uncordoned")),
        }
    }
}
