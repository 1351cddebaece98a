//! The memory of a `request_id`: a repeated call gets the first answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClusterRecord, JoinTokenRecord, PlacementRecord};

/// Written in the same transaction as the change it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// SHA-256 of the method and the normalised body, hex: the same id with another body is a mistake of the caller.
    pub body_sha256: String,
    /// Full name of the resource that the first call made or changed.
    pub resource: String,
    /// UID of that resource, so that a later one of the same name is not taken for it.
    pub uid: String,
    /// When it was first seen.
    pub create_time: Timestamp,
    /// The first answer, in its bounded part: what a repeated call gets once the resource itself is gone.
    pub answer: Answer,
}

/// What a mutation answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// A placement.
    Placement(Box<PlacementRecord>),
    /// A cluster.
    Cluster(Box<ClusterRecord>),
    /// A join token, without its secret as ever.
    JoinToken(Box<JoinTokenRecord>),
}
