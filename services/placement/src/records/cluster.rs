//! A cluster that was admitted.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, ClusterUid};
use hourglass_model::labels::Taint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Durable facts of one cluster; what it has and whether it is alive is soft state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// Name in the fleet.
    pub name: ClusterName,
    /// UID of its kube-system namespace: the identity that the name is bound to.
    pub uid: ClusterUid,
    /// Labels that cluster rules match.
    pub labels: BTreeMap<String, String>,
    /// Taints that placements must tolerate.
    pub taints: Vec<Taint>,
    /// Takes no new placements.
    pub cordoned: bool,
    /// When it was first admitted.
    pub create_time: Timestamp,
    /// End of the last certificate that was given out for it.
    pub certificate_expire_time: Timestamp,
}

impl ClusterRecord {
    /// Covers what a person may change: labels, taints, cordon.
    #[must_use]
    pub fn etag(&self) -> String {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        for (key, value) in &self.labels {
            for part in [key, value] {
                hash.update(part.as_bytes());
                hash.update([0]);
            }
        }
        for taint in &self.taints {
            hash.update(format!("{taint:?}").as_bytes());
            hash.update([0]);
        }
        hash.update([u8::from(self.cordoned)]);
        hex::encode(&hash.finalize()[..8])
    }
}
