//! Up to which incarnation a person has said that the recovery is over.

use serde::{Deserialize, Serialize};

/// The incarnation of a store that was never lost or restored.
pub const FIRST_INCARNATION: u64 = 1;

/// While the store's own incarnation is above this one, it recovers: what the clusters run may be newer than what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledIncarnation {
    /// The last one that was settled; absent from a store, it is [`FIRST_INCARNATION`].
    pub incarnation: u64,
}
