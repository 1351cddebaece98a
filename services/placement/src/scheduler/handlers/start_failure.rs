//! What a replica that does not come up has failed by, from what is known of its place. Pure.

use hourglass_model::ids::{ClusterName, Epoch, Generation, NodeName, Slot};
use hourglass_model::request::DEFAULT_START_DEADLINE;
use jiff::Timestamp;

use crate::records::placement::{REFUSED_FOR, Reason};
use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::avoid::Trouble;
use crate::scheduler::timers::{refusal_end, start_deadline};

/// What a place failed by: see [`start_deadline`](super::start_deadline).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailedBy {
    /// Its cluster has refused it for long enough, by its own word.
    Refusal,
    /// There is no pod of it, for all that is known, at the start deadline.
    NoPod,
    /// Nobody has given its pod a node by then.
    NoNode,
    /// It was not ready by then.
    Lateness,
}

impl FailedBy {
    /// Of a place now; none while it may still come up.
    pub(super) fn of(
        record: &PlacementRecord,
        assignment: &AssignmentRecord,
        now: Timestamp,
    ) -> Option<Self> {
        let is_over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
        let observed = &assignment.observed;
        if is_over(refusal_end(record, assignment)) {
            Some(Self::Refusal)
        } else if !is_over(start_deadline(record, assignment)) {
            None
        } else if observed.has_no_pod() {
            Some(Self::NoPod)
        } else if observed.waits_for_node() {
            Some(Self::NoNode)
        } else {
            Some(Self::Lateness)
        }
    }

    /// It may be the fault of what runs: there is an end to it.
    pub(super) fn counts(self) -> bool {
        self == Self::Lateness
    }

    /// What the place is avoided for.
    pub(super) fn trouble(self) -> Trouble {
        match self {
            Self::Refusal | Self::NoPod => Trouble::NotMade,
            Self::NoNode => Trouble::NotBound,
            Self::Lateness => Trouble::Late,
        }
    }

    /// Why the attempt ended.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::Refusal => Reason::ApplyRefused,
            Self::NoPod | Self::NoNode | Self::Lateness => Reason::StartDeadlineExceeded,
        }
    }

    /// The same in the story.
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Refusal => "APPLY_REFUSED",
            Self::NoPod | Self::NoNode | Self::Lateness => "START_DEADLINE_EXCEEDED",
        }
    }
}

/// A place that has failed.
#[derive(Clone, Debug)]
pub(super) struct FailedStart {
    /// Its slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: Epoch,
    /// The generation that it carries.
    pub generation: Generation,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its node; none where that was the cluster's choice.
    pub node: Option<NodeName>,
    /// Others have left the place for it.
    pub moved_others: bool,
    /// What it failed by.
    pub by: FailedBy,
    /// The same for people.
    pub message: String,
}

impl FailedStart {
    /// The failure of this place.
    pub(super) fn of(
        record: &PlacementRecord,
        (slot, epoch): (Slot, Epoch),
        assignment: &AssignmentRecord,
        by: FailedBy,
    ) -> Self {
        let length = record.spec.start_deadline.unwrap_or(DEFAULT_START_DEADLINE);
        let said = match assignment.observed.message.as_str() {
            "" => "nothing was said of it".to_owned(),
            said => format!("the last word: {said}"),
        };
        let seconds = length.as_secs_f64();
        let message = match by {
            FailedBy::Refusal => {
                let refused = REFUSED_FOR.as_secs();
                format!("refused by cluster {} for {refused}s; {said}", assignment.cluster)
            }
            FailedBy::NoNode => {
                let cluster = &assignment.cluster;
                format!("cluster {cluster} has given its pod no node within {seconds}s; {said}")
            }
            FailedBy::NoPod | FailedBy::Lateness => format!("not ready within {seconds}s; {said}"),
        };
        Self {
            slot,
            epoch,
            generation: assignment.generation,
            cluster: assignment.cluster.clone(),
            node: assignment.node.clone(),
            moved_others: moved_others(record, slot, assignment),
            by,
            message,
        }
    }
}

/// Whether it took room that others left for it, and not that of the slot's own last place, which ended in the step in which it
/// was decided.
fn moved_others(record: &PlacementRecord, slot: Slot, assignment: &AssignmentRecord) -> bool {
    let last = record.slot(slot).and_then(|held| held.attempts.last());
    let is_own = last.is_some_and(|last| last.end_time == assignment.decide_time);
    assignment.room_time.is_some() && !is_own
}
