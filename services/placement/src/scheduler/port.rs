//! What the edge may ask of the decision loop: the port between them.
//!
//! Every call goes through one bounded queue; mutations answer when their outcome is durable, queries run on the
//! state as it is after the commit before them, so nobody sees what could still be lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_engine::{CapacityAnswer, Explanation};
use hourglass_model::Violation;
use hourglass_model::ids::{
    ClusterName, ClusterUid, Epoch, Generation, NodeName, PlacementId, Slot, TenantId,
};
use hourglass_model::labels::Taint;
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::command::{CertificateRenewed, Command, OpenSession, SessionGrant};
use super::core::Core;
use super::diff::FieldChange;
use super::explained::Explained;
use super::merge::{FieldPath, Wish};
use super::queue::WaitingNote;
use super::victims::VictimNote;
use crate::records::{ClusterRecord, JoinTokenRecord, PlacementRecord};

/// Answers of the loop to mutations.
pub type Reply<T> = oneshot::Sender<Result<T, CallError>>;

/// Sends commands to the decision loop.
#[derive(Clone, Debug)]
pub struct Scheduler {
    commands: mpsc::Sender<Command>,
    /// Held by who asks something that goes over the fleet: one at a time, so that others get their turn in between.
    surveys: Arc<Semaphore>,
}

/// Why a call had no success; the edge maps each to one gRPC status.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The request breaks rules; all of them.
    #[error("the request is invalid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Violation>),
    /// No such resource.
    #[error("{0} does not exist")]
    NotFound(String),
    /// The name is taken.
    #[error("{0} exists already")]
    AlreadyExists(String),
    /// The same request_id came with another body.
    #[error("request_id was used before with another body, for {0}")]
    RequestIdReused(String),
    /// The etag given is not the current one.
    #[error("{name} has changed: its etag is {current}, not {given}")]
    EtagMismatch {
        /// Resource.
        name: String,
        /// Etag of now.
        current: String,
        /// Etag of the caller.
        given: String,
    },
    /// `fail_fast` and nothing fits now.
    #[error("nothing fits now: {}", .0.summary)]
    DoesNotFit(Box<Explanation>),
    /// Not enough inventories are in to say.
    #[error("the fleet's inventory is not complete yet")]
    InventoryIncomplete,
    /// A join token that admits nobody; the reason is safe to show.
    #[error("{0}")]
    JoinRefused(JoinRefusal),
    /// A bound on objects was reached.
    #[error("{0}")]
    Exhausted(String),
    /// The state does not allow it; says what would.
    #[error("{0}")]
    Precondition(String),
    /// The loop has ended or is overloaded: outcome unknown.
    #[error("the placement service cannot answer now")]
    Unavailable,
}

/// Why an agent is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinRefusal {
    /// No such token, or its secret is wrong: the same answer for both.
    #[error("the join token is not valid; make a new one with `hourglass token create`")]
    WrongToken,
    /// Too late.
    #[error("the join token has expired; make a new one with `hourglass token create`")]
    Expired,
    /// No uses left.
    #[error("the join token has no uses left; make a new one with `hourglass token create`")]
    Used,
    /// Withdrawn.
    #[error("the join token was revoked; make a new one with `hourglass token create`")]
    Revoked,
    /// It is for another cluster.
    #[error("the join token is for cluster {0}")]
    OtherCluster(ClusterName),
    /// The name belongs to another cluster identity.
    #[error(
        "cluster {0} has joined with another identity; if this cluster replaces it, make a token with `hourglass token create --replace-uid`"
    )]
    NameTaken(ClusterName),
}

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
    /// Replicas that would be replaced, or added, each as if it was moved alone.
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

impl Scheduler {
    /// A handle that puts commands into `commands`.
    #[must_use]
    pub fn new(commands: mpsc::Sender<Command>) -> Self {
        Self {
            commands,
            surveys: Arc::new(Semaphore::new(1)),
        }
    }

    async fn call<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, CallError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| CallError::Unavailable)?;
        answer.await.map_err(|_| CallError::Unavailable)?
    }

    /// Puts a command that needs no answer into the queue, waiting for room: the caller is slowed, nothing is lost.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the loop has ended.
    pub async fn tell(&self, command: Command) -> Result<(), CallError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| CallError::Unavailable)
    }

    /// Creates, or with `validate_only` says what would be.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn create_placement(&self, input: CreatePlacement) -> Result<PlacementAnswer, CallError> {
        self.call(|reply| Command::CreatePlacement(Box::new(input), reply))
            .await
    }

    /// Changes a placement, or with `validate_only` says what would be.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn update_placement(&self, input: UpdatePlacement) -> Result<UpdateAnswer, CallError> {
        self.call(|reply| Command::UpdatePlacement(Box::new(input), reply))
            .await
    }

    /// Goes back to an earlier spec, or with `validate_only` says what would be.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn rollback_placement(&self, input: RollbackPlacement) -> Result<UpdateAnswer, CallError> {
        self.call(|reply| Command::RollbackPlacement(input, reply)).await
    }

    /// Moves a replica away from its node.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn evict_replica(&self, input: EvictReplica) -> Result<PlacementAnswer, CallError> {
        self.call(|reply| Command::EvictReplica(input, reply)).await
    }

    /// Starts the deletion; the answer is the placement as it is then.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn delete_placement(&self, input: DeletePlacement) -> Result<PlacementRecord, CallError> {
        self.call(|reply| Command::DeletePlacement(input, reply)).await
    }

    /// Explains against the current snapshot.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn explain(&self, subject: ExplainSubject) -> Result<Explained, CallError> {
        let turn = self.surveys.acquire().await;
        let _turn = turn.map_err(|_| CallError::Unavailable)?;
        self.query(move |core| core.explain(&subject)).await?
    }

    /// How many more fit, against the current snapshot.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn capacity(&self, question: CountCapacity) -> Result<CapacityAnswer, CallError> {
        let turn = self.surveys.acquire().await;
        let _turn = turn.map_err(|_| CallError::Unavailable)?;
        self.query(move |core| core.capacity(&question)).await?
    }

    /// Changes labels, taints or cordon of a cluster.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn update_cluster(&self, input: UpdateCluster) -> Result<ClusterRecord, CallError> {
        self.call(|reply| Command::UpdateCluster(input, reply)).await
    }

    /// Keeps a join token.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn create_join_token(&self, input: CreateJoinToken) -> Result<JoinTokenRecord, CallError> {
        self.call(|reply| Command::CreateJoinToken(input, reply)).await
    }

    /// Withdraws a join token.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn revoke_join_token(&self, input: RevokeJoinToken) -> Result<JoinTokenRecord, CallError> {
        self.call(|reply| Command::RevokeJoinToken(input, reply)).await
    }

    /// Admits a cluster for a valid token.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn admit_cluster(&self, input: AdmitCluster) -> Result<ClusterRecord, CallError> {
        self.call(|reply| Command::AdmitCluster(input, reply)).await
    }

    /// Notes the new end of a cluster's certificate.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn renew_certificate(&self, input: CertificateRenewed) -> Result<ClusterRecord, CallError> {
        self.call(|reply| Command::CertificateRenewed(input, reply)).await
    }

    /// Opens the session of an agent that was authenticated.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn open_session(&self, input: OpenSession) -> Result<SessionGrant, CallError> {
        self.call(|reply| Command::OpenSession(Box::new(input), reply))
            .await
    }

    /// Ends the recovery after a lost or restored store: what was not found is placed anew. False when there was none.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn end_recovery(&self) -> Result<bool, CallError> {
        self.call(Command::EndRecovery).await
    }

    /// Runs `question` on the loop's state and gives its answer.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the loop has ended.
    pub async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Result<T, CallError> {
        let (reply, answer) = oneshot::channel();
        let ask = move |core: &Core| {
            // The caller may have gone; then nobody misses the answer.
            drop(reply.send(question(core)));
        };
        self.commands
            .send(Command::Query(Box::new(ask)))
            .await
            .map_err(|_| CallError::Unavailable)?;
        answer.await.map_err(|_| CallError::Unavailable)
    }
}
