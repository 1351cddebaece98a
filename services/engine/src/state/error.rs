//! What can be wrong with what a cluster reports.

use hourglass_model::ids::{ClusterName, Sequence};

/// A cluster that nobody added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cluster {0} is unknown")]
pub struct UnknownCluster(pub ClusterName);

/// Inventory that cannot be applied. After any of these the cluster takes no decisions until a complete snapshot has
/// come: ask the agent for one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    /// The cluster was never added.
    #[error(transparent)]
    Unknown(#[from] UnknownCluster),
    /// Deltas are missing.
    #[error("inventory of cluster {cluster}: expected sequence {expected}, got {got}")]
    Gap {
        /// Which cluster.
        cluster: ClusterName,
        /// The next sequence.
        expected: Sequence,
        /// What came.
        got: Sequence,
    },
    /// A delta before the first snapshot of the session, or in the middle of one.
    #[error("inventory of cluster {0}: a delta came without a complete snapshot before it in this session")]
    NoSnapshot(ClusterName),
    /// A chunk or an end without a beginning.
    #[error("inventory of cluster {0}: a part of a snapshot came without its beginning")]
    NotBegun(ClusterName),
    /// The end does not fit the beginning.
    #[error(
        "inventory of cluster {cluster}: the snapshot began with sequence {began} and ended with {ended}"
    )]
    Mixed {
        /// Which cluster.
        cluster: ClusterName,
        /// Sequence of the beginning.
        began: Sequence,
        /// Sequence of the end.
        ended: Sequence,
    },
    /// Chunks are missing.
    #[error("inventory of cluster {cluster}: the snapshot announced {announced} nodes and held {held}")]
    Incomplete {
        /// Which cluster.
        cluster: ClusterName,
        /// Nodes announced by its end.
        announced: usize,
        /// Nodes that came.
        held: usize,
    },
}
