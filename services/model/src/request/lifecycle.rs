//! What holds after the decision: updates, disruption, failover, deadlines.

use std::time::Duration;

use jiff::Timestamp;

use super::check::Report;
use crate::Violation;
use crate::placement::{self, FailoverMode, Fencing, PlacementSpec, UpdateStrategy};

/// Least time that a deadline of a replica may give.
const MIN_DEADLINE: Duration = Duration::from_secs(1);
/// Most time that a deadline of a replica may give (one day): it holds a claim meanwhile.
const MAX_DEADLINE: Duration = Duration::from_secs(24 * 3_600);
/// Most time that a placement may wait for a place or for its cluster (one year).
const MAX_WAIT: Duration = Duration::from_secs(366 * 24 * 3_600);
/// From its decision a replica has this long to become ready.
pub const DEFAULT_START_DEADLINE: Duration = Duration::from_secs(600);
/// A replica of an update has this long to become ready.
pub const DEFAULT_PROGRESS_DEADLINE: Duration = Duration::from_secs(600);
/// A cluster may be silent this long before its replicas move.
pub const DEFAULT_FAILOVER_TOLERATION: Duration = Duration::from_secs(300);

/// How changes of the spec reach running replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdatePolicy {
    /// Whether old and new run side by side for a while.
    pub strategy: UpdateStrategy,
    /// Replicas that change at the same time, at least 1.
    pub max_parallel: u32,
    /// A replica that takes longer fails the update.
    pub progress_deadline: Duration,
}

/// What happens to replicas of a silent cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailoverPolicy {
    /// Whether they move.
    pub mode: FailoverMode,
    /// After this long.
    pub toleration: Duration,
    /// Whether a second one of a replica may run while nothing is heard of the cluster of the first.
    pub fencing: Fencing,
}

/// Replicas that go on serving whatever is done to the placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MinAvailable {
    /// So many.
    Count(u32),
    /// So many of a hundred, 0..100.
    Percent(u8),
}

impl MinAvailable {
    /// Of so many replicas; a share is rounded up, as a PodDisruptionBudget does.
    #[must_use]
    pub fn of(self, replicas: u32) -> u32 {
        match self {
            Self::Count(count) => count.min(replicas),
            Self::Percent(percent) => {
                let share = (u64::from(replicas) * u64::from(percent)).div_ceil(100);
                u32::try_from(share).unwrap_or(replicas)
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        match text.strip_suffix('%') {
            Some(digits) => number(digits)
                .filter(|percent| *percent <= 100)
                .and_then(|percent| u8::try_from(percent).ok())
                .map(Self::Percent),
            None => number(text).map(Self::Count),
        }
    }
}

/// Reads the policy of updates.
pub(super) fn update(
    wire: Option<&placement::UpdatePolicy>,
    path: &str,
    report: &mut Report,
) -> UpdatePolicy {
    let max_parallel = wire.and_then(|wire| wire.max_parallel);
    report.range(
        &format!("{path}.maxParallel"),
        max_parallel,
        1..=super::MAX_REPLICAS,
    );
    let deadline = wire.and_then(|wire| wire.progress_deadline);
    report.duration(
        &format!("{path}.progressDeadline"),
        deadline,
        MIN_DEADLINE..=MAX_DEADLINE,
    );
    UpdatePolicy {
        strategy: wire.and_then(|wire| wire.strategy).unwrap_or_default(),
        max_parallel: max_parallel
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(1),
        progress_deadline: deadline.unwrap_or(DEFAULT_PROGRESS_DEADLINE),
    }
}

/// Reads the policy of failover.
pub(super) fn failover(
    wire: Option<&placement::Failover>,
    path: &str,
    report: &mut Report,
) -> FailoverPolicy {
    let toleration = wire.and_then(|wire| wire.toleration);
    report.duration(
        &format!("{path}.toleration"),
        toleration,
        Duration::ZERO..=MAX_WAIT,
    );
    let mode = wire.and_then(|wire| wire.mode).unwrap_or_default();
    let fencing = wire.and_then(|wire| wire.fencing).unwrap_or_default();
    // `fencing` has its meaning all the same: it binds updates and evictions too.
    if mode == FailoverMode::Never && toleration.is_some() {
        report.add(
            format!("{path}.toleration"),
            format!("contradicts {path}.mode, which is NEVER: nothing fails over, however long its cluster is silent"),
        );
    }
    FailoverPolicy {
        mode,
        toleration: toleration.unwrap_or(DEFAULT_FAILOVER_TOLERATION),
        fencing,
    }
}

/// Reads the bound of disruptions.
pub(super) fn disruption(
    wire: Option<&placement::Disruption>,
    path: &str,
    report: &mut Report,
) -> Option<MinAvailable> {
    let text = wire?.min_available.as_deref().filter(|text| !text.is_empty());
    let path = format!("{path}.minAvailable");
    let Some(text) = text else {
        report.add(
            path,
            "is required: a number of replicas or a percentage, for example 2 or 50%",
        );
        return None;
    };
    let read = MinAvailable::parse(text);
    if read.is_none() {
        let text: String = text.chars().take(100).collect();
        report.add(
            path,
            format!("{text:?} is neither a number of replicas nor 0% to 100%: write for example 2 or 50%"),
        );
    }
    read
}

/// Checks the times of the placement as a whole.
pub(super) fn times(spec: &PlacementSpec, report: &mut Report) {
    report.duration(
        "spec.startDeadline",
        spec.start_deadline,
        MIN_DEADLINE..=MAX_DEADLINE,
    );
    report.duration("spec.queueTimeout", spec.queue_timeout, MIN_DEADLINE..=MAX_WAIT);
}

/// What is wrong with `expireTime` at the time `now`. Not part of [`super::canonicalise`], which knows no clock: a
/// placement that was accepted in time stays valid when its time has come.
#[must_use]
pub fn expired(spec: &PlacementSpec, now: Timestamp) -> Option<Violation> {
    let expire_time = spec.expire_time.filter(|expire_time| *expire_time <= now)?;
    Some(Violation::new(
        "spec.expireTime",
        format!("{expire_time} is in the past: it is {now} now"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up_and_counts_are_bounded() {
        assert_eq!(MinAvailable::Percent(50).of(3), 2);
        assert_eq!(MinAvailable::Percent(1).of(3), 1);
        assert_eq!(MinAvailable::Percent(0).of(3), 0);
        assert_eq!(MinAvailable::Percent(100).of(3), 3);
        assert_eq!(MinAvailable::Count(5).of(3), 3);
    }

    #[test]
    fn only_numbers_and_percentages_are_read() {
        assert_eq!(MinAvailable::parse("0"), Some(MinAvailable::Count(0)));
        assert_eq!(MinAvailable::parse("100%"), Some(MinAvailable::Percent(100)));
        for bad in ["", "%", "-1", "101%", "1.5", "50 %", "+2", "half", "9999999999"] {
            assert_eq!(MinAvailable::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_time_that_has_come_is_no_time_to_expire_at() {
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().expect("a time");
        let at = |text: &str| PlacementSpec {
            expire_time: Some(text.parse().expect("a time")),
            ..PlacementSpec::default()
        };
        assert!(expired(&at("2030-01-01T00:00:01Z"), now).is_none());
        assert!(expired(&PlacementSpec::default(), now).is_none());
        for past in ["2030-01-01T00:00:00Z", "1969-01-01T00:00:00Z"] {
            let violation = expired(&at(past), now).expect("refused");
            assert_eq!(violation.path, "spec.expireTime");
        }
    }
}
