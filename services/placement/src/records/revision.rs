//! A spec that a placement had, under a key of its own: a value of its own bound, written in the unit that changes the spec.
//! The current spec stands in the intent, so a placement that was never changed has none of these.

use hourglass_model::ids::{Generation, PlacementUid};
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One earlier spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionRecord {
    /// Whose.
    pub placement_uid: PlacementUid,
    /// The generation that it was.
    pub generation: Generation,
    /// The spec.
    pub spec: PlacementSpec,
    /// Since when it was the current one.
    pub create_time: Timestamp,
}
