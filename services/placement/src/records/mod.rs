//! What the store holds, as values of keys: JSON, so that a person can read a dump and old records stay readable.
//!
//! ```text
//!  placements/<tenant>/<id>/intent               IntentRecord: spec, slots, epochs, places (one bounded value)
//!  placements/<tenant>/<id>/status               StatusRecord: phases, endpoints, conditions (one bounded value)
//!  revisions/<placement uid>/<generation>         RevisionRecord: a spec that the placement had
//!  tombstones/<placement uid>                    TombstonesRecord, kept until the clusters confirm
//!  requests/<tenant>/<sha256 of request id>      RequestRecord, written with the change it stands for
//!  clusters/<name>                               ClusterRecord
//!  tokens/<id>                                   JoinTokenRecord (a hash of the secret, never the secret)
//!  meta/highest-order                            HighestOrder, when agents have obeyed later orders than ours
//!  meta/settled-incarnation                      SettledIncarnation, once a recovery was ended
//! ```

pub mod cluster;
pub mod codec;
pub mod earlier;
pub mod highest_order;
pub mod join_token;
pub mod keys;
pub mod not_found;
pub mod placement;
pub mod request;
pub mod revision;
pub mod rollout;
pub mod room;
pub mod sealed;
pub mod settled_incarnation;
#[cfg(test)]
mod size_tests;
pub mod stored;
pub mod tombstone;
pub mod wanted;

pub use cluster::ClusterRecord;
pub use codec::{RecordError, decode, encode};
pub use earlier::EarlierRecord;
pub use highest_order::HighestOrder;
pub use join_token::{JoinTokenRecord, JoinTokenUse};
pub use placement::{
    AssignmentRecord, AttemptRecord, ConditionRecord, EventRecord, Observed, PlacementRecord, SlotRecord,
};
pub use request::{Answer, RequestRecord};
pub use revision::RevisionRecord;
pub use rollout::{RollRecord, SuccessorRecord};
pub use sealed::SealedPlacement;
pub use settled_incarnation::SettledIncarnation;
pub use stored::{IntentRecord, Listing, StatusRecord, join};
pub use tombstone::{TombstoneRecord, TombstonesRecord};
pub use wanted::InvalidRequest;
