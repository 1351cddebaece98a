//! Keys of the records.

use hourglass_model::ids::{ClusterName, Generation, PlacementId, PlacementUid, TenantId};
use hourglass_store::{Key, KeyError};
use sha2::{Digest, Sha256};

/// Prefix of all placements.
pub const PLACEMENTS: &str = "placements/";
/// Prefix of all earlier specs of placements.
pub const REVISIONS: &str = "revisions/";
/// Prefix of all tombstones.
pub const TOMBSTONES: &str = "tombstones/";
/// Prefix of all remembered requests.
pub const REQUESTS: &str = "requests/";
/// Prefix of all clusters.
pub const CLUSTERS: &str = "clusters/";
/// Prefix of all join tokens.
pub const JOIN_TOKENS: &str = "tokens/";

/// Key of the highest order that agents have shown.
///
/// # Errors
/// As [`placement_intent`].
pub fn highest_order() -> Result<Key, KeyError> {
    Key::new("meta/highest-order")
}

/// Key of the incarnation that was settled last.
///
/// # Errors
/// As [`placement_intent`].
pub fn settled_incarnation() -> Result<Key, KeyError> {
    Key::new("meta/settled-incarnation")
}

/// Last segment of the key of a placement's intent.
pub const INTENT: &str = "intent";
/// Last segment of the key of a placement's status; sorts behind [`INTENT`], with nothing in between.
pub const STATUS: &str = "status";

/// Key of what was asked for and decided of a placement.
///
/// # Errors
/// [`KeyError`] when a part cannot stand in a key; validated ids always can.
pub fn placement_intent(tenant: &TenantId, id: &PlacementId) -> Result<Key, KeyError> {
    Key::new(&format!("{PLACEMENTS}{tenant}/{id}/{INTENT}"))
}

/// Key of what came of a placement.
///
/// # Errors
/// As [`placement_intent`].
pub fn placement_status(tenant: &TenantId, id: &PlacementId) -> Result<Key, KeyError> {
    Key::new(&format!("{PLACEMENTS}{tenant}/{id}/{STATUS}"))
}

/// Key of the intent of the placement whose status is under `status`; none when that is no key of a status.
#[must_use]
pub fn intent_beside(status: &Key) -> Option<Key> {
    let folder = status.as_str().strip_suffix(STATUS)?;
    Key::new(&format!("{folder}{INTENT}")).ok()
}

/// Key of an earlier spec of a placement; those of one placement sort by generation.
///
/// # Errors
/// As [`placement_intent`].
pub fn revision(uid: &PlacementUid, generation: Generation) -> Result<Key, KeyError> {
    Key::new(&format!("{REVISIONS}{uid}/{:020}", generation.0))
}

/// Key of a placement's tombstones.
///
/// # Errors
/// As [`placement_intent`].
pub fn tombstones(uid: &PlacementUid) -> Result<Key, KeyError> {
    Key::new(&format!("{TOMBSTONES}{uid}"))
}

/// Key of a remembered request: hashed, so that a caller's id can hold any character.
///
/// # Errors
/// As [`placement_intent`].
pub fn request(tenant: &str, request_id: &str) -> Result<Key, KeyError> {
    Key::new(&format!(
        "{REQUESTS}{tenant}/{}",
        hex::encode(Sha256::digest(request_id.as_bytes()))
    ))
}

/// Key of a cluster.
///
/// # Errors
/// As [`placement_intent`].
pub fn cluster(name: &ClusterName) -> Result<Key, KeyError> {
    Key::new(&format!("{CLUSTERS}{name}"))
}

/// Key of a join token.
///
/// # Errors
/// As [`placement_intent`].
pub fn join_token(id: &str) -> Result<Key, KeyError> {
    Key::new(&format!("{JOIN_TOKENS}{id}"))
}
