//! A join token: what admits a new agent, once or a few times, for one cluster name.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, ClusterUid};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Durable form; the secret itself is never stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinTokenRecord {
    /// SHA-256 of what the call asked for, hex: a repeated call with the same request_id must ask for the same.
    #[serde(default)]
    pub body_sha256: String,
    /// Public part, the id in `joinTokens/{id}`.
    pub id: String,
    /// SHA-256 of the secret part, hex.
    pub secret_sha256: String,
    /// The only cluster name that it admits.
    pub cluster: ClusterName,
    /// When it was made.
    pub create_time: Timestamp,
    /// No use after this.
    pub expire_time: Timestamp,
    /// Admissions left.
    pub uses_left: u32,
    /// Labels that the cluster gets.
    pub labels: BTreeMap<String, String>,
    /// Withdrawn by a person.
    pub revoked: bool,
    /// Another cluster uid may take the name over.
    pub replace_uid: bool,
    /// Who used it: a repeated call by the same key of the same cluster, whose answer was lost, takes no further use.
    pub used_by: Vec<JoinTokenUse>,
}

/// One use of a join token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinTokenUse {
    /// The cluster.
    pub cluster_uid: ClusterUid,
    /// SHA-256 of the public key that got a certificate, hex.
    pub public_key_sha256: String,
}
