//! The highest order that an agent has shown to have obeyed, when it was above this store's own: the mark of a store that
//! was restored from a backup, or replaced.

use hourglass_model::ids::ClusterName;
use serde::{Deserialize, Serialize};

/// Kept until the incarnation is above it: terms rise with each start, and would pass it unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HighestOrder {
    /// Incarnation obeyed.
    pub incarnation: u64,
    /// Term of it.
    pub term: u64,
    /// The cluster whose agent showed it first.
    #[serde(default)]
    pub cluster: Option<ClusterName>,
}

impl HighestOrder {
    /// It is later than this incarnation and term.
    #[must_use]
    pub fn is_above(&self, incarnation: u64, term: u64) -> bool {
        (self.incarnation, self.term) > (incarnation, term)
    }
}
