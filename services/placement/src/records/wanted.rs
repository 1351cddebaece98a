//! What a placement asks for, read again from what is stored of it.

use hourglass_model::Violation;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};

use super::PlacementRecord;

/// A stored request that does not pass the rules of this version any more; everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidRequest(pub Vec<Violation>);

impl PlacementRecord {
    /// What its replicas are decided by.
    ///
    /// # Errors
    /// [`InvalidRequest`] when it was accepted by rules that have become stricter.
    pub fn request(&self) -> Result<CanonicalRequest, InvalidRequest> {
        self.request_with(&self.spec)
    }

    /// The same with another spec: an earlier one, or one that is bound to a node.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn request_with(&self, spec: &PlacementSpec) -> Result<CanonicalRequest, InvalidRequest> {
        canonicalise(spec, &self.labels).map_err(InvalidRequest)
    }
}
