//! What is asked for with a call, and what is answered.

use std::collections::BTreeMap;

use hourglass_model::ids::{
    ClusterName, ClusterUid, Epoch, Generation, NodeName, PlacementId, Slot, TenantId,
};
use hourglass_model::labels::Taint;
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;

use crate::records::{JoinTokenRecord, PlacementRecord};
use crate::scheduler::diff::FieldChange;
use crate::scheduler::handlers::rehearsal::Untold;
use crate::scheduler::merge::{FieldPath, Wish};
use crate::scheduler::queue::WaitingNote;
use crate::scheduler::victims::VictimNote;

/// A placement to create.
#[derive(Clone, Debug)]
pub struct CreatePlacement {
    /// Owner.
    pub tenant: TenantId,
    /// Name; made by the loop when absent.
    pub id: Option<PlacementId>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// The wish.
    pub spec: PlacementSpec,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
    /// Decide only.
    pub validate_only: bool,
    /// Refuse instead of wait.
    pub fail_fast: bool,
    /// Trace context of the call.
    pub traceparent: Option<String>,
}

/// A placement as a call left it, or with `validate_only` as it would.
#[derive(Clone, Debug)]
pub struct PlacementAnswer {
    /// The placement.
    pub record: PlacementRecord,
    /// How it waits; none when every replica has a place.
    pub waiting: Option<WaitingNote>,
    /// Who makes room for it, or with `validate_only` would.
    pub victims: Vec<VictimNote>,
    /// With `validate_only`: what is still to be found out about why it would wait.
    pub untold: Option<Box<Untold>>,
}

/// A placement to delete.
#[derive(Clone, Debug)]
pub struct DeletePlacement {
    /// Owner.
    pub tenant: TenantId,
    /// Name.
    pub id: PlacementId,
    /// Must be the current one, when given.
    pub etag: Option<String>,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
    /// Write off what unreachable clusters cannot confirm; tombstones stay.
    pub force: bool,
    /// Trace context of the call.
    pub traceparent: Option<String>,
}

/// A change of a placement.
#[derive(Clone, Debug)]
pub struct UpdatePlacement {
    /// Owner.
    pub tenant: TenantId,
    /// Name.
    pub id: PlacementId,
    /// Fields to take from `given`; all others stay.
    pub fields: Vec<FieldPath>,
    /// Where the values of these fields stand.
    pub given: Wish,
    /// Must be the current one, when given.
    pub etag: Option<String>,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
    /// Create it from `given`, when there is none.
    pub allow_missing: bool,
    /// Say what would be, change nothing.
    pub validate_only: bool,
    /// Trace context of the call.
    pub traceparent: Option<String>,
}

/// Back to an earlier spec.
#[derive(Clone, Debug)]
pub struct RollbackPlacement {
    /// Owner.
    pub tenant: TenantId,
    /// Name.
    pub id: PlacementId,
    /// The generation that the spec was.
    pub revision: Generation,
    /// Must be the current one, when given.
    pub etag: Option<String>,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
    /// Say what would be, change nothing.
    pub validate_only: bool,
    /// Trace context of the call.
    pub traceparent: Option<String>,
}

/// A replica to be moved away from its node.
#[derive(Clone, Debug)]
pub struct EvictReplica {
    /// Owner.
    pub tenant: TenantId,
    /// Name.
    pub id: PlacementId,
    /// Which replica.
    pub slot: Slot,
    /// Must be its current epoch.
    pub epoch: Epoch,
    /// For people.
    pub reason: String,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
    /// Trace context of the call.
    pub traceparent: Option<String>,
}

/// A placement as a change left it, or with `validate_only` as it would.
#[derive(Clone, Debug)]
pub struct UpdateAnswer {
    /// The placement.
    pub placement: PlacementAnswer,
    /// With `validate_only`: what would be done.
    pub plan: Option<UpdatePlan>,
}

/// What a change would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdatePlan {
    /// Fields that differ.
    pub changes: Vec<FieldChange>,
    /// Replicas that would be replaced, each as if it was moved alone, or added, all by one decision.
    pub moves: Vec<ReplicaMove>,
}

/// One replica that would be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaMove {
    /// Which.
    pub slot: Slot,
    /// Where it is; none of one that has no place.
    pub from: Option<(ClusterName, NodeName)>,
    /// Where it would go; none while there is no place.
    pub to: Option<(ClusterName, NodeName)>,
}

/// What to explain.
#[derive(Clone, Debug)]
pub enum ExplainSubject {
    /// One that exists.
    Existing(TenantId, PlacementId),
    /// One that does not.
    New {
        /// Whose it would be.
        tenant: TenantId,
        /// Its labels, by which rules select it.
        labels: BTreeMap<String, String>,
        /// The wish.
        spec: Box<PlacementSpec>,
    },
}

/// What to count: how many more replicas fit.
#[derive(Clone, Debug)]
pub struct CountCapacity {
    /// Whose they would be.
    pub tenant: TenantId,
    /// Labels of their placement, by which rules select it.
    pub labels: BTreeMap<String, String>,
    /// The wish; how many replicas it has does not matter.
    pub spec: Box<PlacementSpec>,
    /// Where counting ends.
    pub limit: usize,
}

/// Changes of a cluster; absent fields stay.
#[derive(Clone, Debug)]
pub struct UpdateCluster {
    /// Which.
    pub cluster: ClusterName,
    /// New labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// New taints.
    pub taints: Option<Vec<Taint>>,
    /// New cordon.
    pub cordoned: Option<bool>,
    /// Must be the current one, when given.
    pub etag: Option<String>,
    /// Makes the call safe to repeat.
    pub request_id: Option<String>,
}

/// A join token to keep; the secret was made and is shown by the edge.
#[derive(Clone, Debug)]
pub struct CreateJoinToken {
    /// The record, with the hash of the secret.
    pub record: JoinTokenRecord,
}

/// A join token to withdraw.
#[derive(Clone, Debug)]
pub struct RevokeJoinToken {
    /// Public part of the token.
    pub id: String,
    /// Idempotency key of the caller.
    pub request_id: Option<String>,
}

/// An agent that asks to be admitted.
#[derive(Clone, Debug)]
pub struct AdmitCluster {
    /// Public part of the token.
    pub token_id: String,
    /// SHA-256 of the secret part, hex.
    pub secret_sha256: String,
    /// Name it wants.
    pub cluster: ClusterName,
    /// Its identity.
    pub cluster_uid: ClusterUid,
    /// SHA-256 of the public key that it wants a certificate for, hex.
    pub public_key_sha256: String,
    /// Labels it brings; those of the token win.
    pub labels: BTreeMap<String, String>,
    /// Now, as the edge saw it.
    pub now: Timestamp,
    /// End of the certificate that it will get.
    pub certificate_expire_time: Timestamp,
}
