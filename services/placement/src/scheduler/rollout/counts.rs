//! Replicas that are replaced, counted by cause and by what became of it.

use std::collections::BTreeMap;

use crate::records::placement::Reason;

/// What became of the replacement of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It got a successor.
    Begun,
    /// The successor has taken over.
    Completed,
    /// The successor was dropped.
    GivenUp,
    /// It was taken away before anything followed it.
    Withdrawn,
}

impl Outcome {
    /// The label of a metric.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Completed => "completed",
            Self::GivenUp => "given_up",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Why a replica is replaced, as the label of a metric; none for what is no replacement.
fn cause(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Superseded => Some("update"),
        Reason::Evicted => Some("eviction"),
        Reason::Drained => Some("move"),
        _ => None,
    }
}

/// The replacements of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replacements {
    counts: BTreeMap<(&'static str, Outcome), u64>,
}

impl Replacements {
    /// One more for this reason.
    pub fn count(&mut self, reason: Reason, outcome: Outcome) {
        if let Some(cause) = cause(reason) {
            *self.counts.entry((cause, outcome)).or_default() += 1;
        }
    }

    /// Cause, outcome and number.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Outcome, u64)> {
        self.counts
            .iter()
            .map(|((cause, outcome), count)| (*cause, *outcome, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_counted_by_cause_and_outcome_and_nothing_else_is() {
        let mut counted = Replacements::default();
        counted.count(Reason::Superseded, Outcome::Begun);
        counted.count(Reason::Superseded, Outcome::Begun);
        counted.count(Reason::Drained, Outcome::Completed);
        counted.count(Reason::Preempted, Outcome::Withdrawn);
        let all: Vec<_> = counted.iter().collect();
        assert_eq!(
            all,
            [("move", Outcome::Completed, 1), ("update", Outcome::Begun, 2)]
        );
    }
}
