//! The highest order that an agent has shown to have obeyed, when it was above this store's own: the mark of a store that
//! was restored from a backup, or replaced.

use serde::{Deserialize, Serialize};

/// Kept until the incarnation is above it: terms rise with each start, and would pass it unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HighestOrder {
    /// Incarnation obeyed.
    pub incarnation: u64,
    /// Term of it.
    pub term: u64,
}
