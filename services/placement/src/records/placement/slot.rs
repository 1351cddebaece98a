//! A replica: where it is, and where it was.

use hourglass_model::ids::{ClusterName, Epoch, NodeName, Slot};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AssignmentRecord, Reason, bounded};
use crate::records::earlier::EarlierRecord;
use crate::records::rollout::{SuccessorRecord, is_zero};
use crate::records::settled_incarnation::FIRST_INCARNATION;

/// Ended attempts kept for a slot; older ones are dropped.
pub const MAX_ATTEMPTS: usize = 5;

/// Ended attempts kept for all slots of a placement together; older ones are dropped.
pub const MAX_ATTEMPTS_TOGETHER: usize = 64;

/// One replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotRecord {
    /// Number of the slot.
    pub slot: Slot,
    /// Ownership changes so far; the current assignment, when there is one, has this epoch.
    pub epoch: Epoch,
    /// Incarnation under which it was made, placed, or found where it should be. While the store recovers, a slot of an
    /// older one may run in a cluster that is not back yet, so it is not placed.
    #[serde(default = "first_incarnation")]
    pub confirmed_incarnation: u64,
    /// Where it is, when it is decided.
    pub assignment: Option<AssignmentRecord>,
    /// Earlier places, newest last, bounded by [`MAX_ATTEMPTS`].
    pub attempts: Vec<AttemptRecord>,
    /// What takes the place over once it serves: it stands beside the assignment, which serves until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Box<SuccessorRecord>>,
    /// The highest epoch that was ever given to it, when that is above `epoch` and of no successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_epoch: Option<Epoch>,
    /// By somebody's word it leaves its place, once a successor serves elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evicted: bool,
    /// Places in a row, of one generation, in which it did not start in time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_starts: u32,
    /// Places in a row, of one generation, that the scheduler of their cluster refused before it served there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rejections: u32,
    /// What it goes back to while an update gets nowhere; none of one whose last place that served was of the generation that is
    /// wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<EarlierRecord>,
}

/// Of records that were written before there was any recovery.
fn first_incarnation() -> u64 {
    FIRST_INCARNATION
}

/// An earlier place of a slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Epoch that ended.
    pub epoch: Epoch,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its node.
    pub node: Option<NodeName>,
    /// Why it ended, UPPER_SNAKE.
    pub reason: Reason,
    /// For people.
    pub message: String,
    /// When.
    pub end_time: Timestamp,
}

impl SlotRecord {
    /// Ends the current assignment and keeps it among the attempts; gives it back.
    pub fn end_attempt(
        &mut self,
        reason: Reason,
        message: String,
        end_time: Timestamp,
    ) -> Option<AssignmentRecord> {
        let ended = self.assignment.take()?;
        self.evicted = false;
        self.keep_attempt(self.epoch, &ended, reason, message, end_time);
        Some(ended)
    }

    /// Keeps a place that has ended among the attempts.
    pub(in crate::records) fn keep_attempt(
        &mut self,
        epoch: Epoch,
        ended: &AssignmentRecord,
        reason: Reason,
        message: String,
        end_time: Timestamp,
    ) {
        self.attempts.push(AttemptRecord {
            epoch,
            cluster: ended.cluster.clone(),
            node: ended.node.clone(),
            reason,
            message: bounded(message),
            end_time,
        });
        let surplus = self.attempts.len().saturating_sub(MAX_ATTEMPTS);
        self.attempts.drain(..surplus);
    }
}
