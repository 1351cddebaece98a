//! How a place is chosen, beside rules: order of the queue, room made by others, taste.

use serde::{Deserialize, Serialize};

/// Whether placements of lower priority may make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Preemption {
    /// Replicas of strictly lower priority may be moved away, as few as possible.
    #[default]
    LowerPriority,
    /// It waits for room.
    Never,
}

/// Which of several possible nodes is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// The one where the least capacity is stranded.
    #[default]
    Pack,
    /// The one that is loaded least, away from the other replicas.
    Spread,
}

/// How far a decision binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PinScope {
    /// To the node.
    #[default]
    Node,
    /// To the cluster only: its own scheduler picks the node. Always so when the request holds rules that the engine
    /// cannot evaluate (required pod affinity). Rules over nodes and zones between placements cannot hold then, and are
    /// refused.
    Cluster,
}
