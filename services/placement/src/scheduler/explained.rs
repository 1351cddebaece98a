//! An explanation with what the engine does not know: who would make room, and how what has a place came by it.

use hourglass_engine::Explanation;
use hourglass_model::ids::{ClusterName, Epoch, NodeName, Slot, SnapshotId};
use jiff::Timestamp;

use super::victims::VictimNote;
use crate::records::{AssignmentRecord, PlacementRecord};

/// Why there, or why not anywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Against the fleet as it is now.
    pub explanation: Explanation,
    /// Replicas that would make room, were it decided now.
    pub victims: Vec<VictimNote>,
    /// By which the replicas that have a place came by it.
    pub decisions: Vec<PastDecision>,
}

/// A decision as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastDecision {
    /// Its slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: Epoch,
    /// The cluster chosen.
    pub cluster: ClusterName,
    /// The node chosen, which the scores are of. What binds only its cluster may run, and be charged, elsewhere since.
    pub node: NodeName,
    /// The state of the fleet that it was made on.
    pub snapshot: SnapshotId,
    /// When.
    pub decide_time: Timestamp,
    /// Named scores of the node, compared in order.
    pub scores: Vec<(String, i64)>,
}

impl PastDecision {
    fn of((slot, epoch, assignment): (Slot, Epoch, &AssignmentRecord)) -> Self {
        Self {
            slot,
            epoch,
            cluster: assignment.cluster.clone(),
            node: assignment.decided_node().clone(),
            snapshot: assignment.snapshot,
            decide_time: assignment.decide_time,
            scores: assignment.scores.clone(),
        }
    }

    /// Those of all places of a placement, by slot and epoch.
    #[must_use]
    pub fn all_of(record: &PlacementRecord) -> Vec<Self> {
        record.places().map(Self::of).collect()
    }
}
