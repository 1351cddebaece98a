//! What the edge may ask of the decision loop: the port between them.
//!
//! Every call goes through one bounded queue; mutations answer when their outcome is durable, queries run on the
//! state as it is after the commit before them, so nobody sees what could still be lost.

mod call;
mod counting;
mod error;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_engine::NoFitReason;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

pub use self::call::{
    AdmitCluster, CountCapacity, CreateJoinToken, CreatePlacement, DeletePlacement, EvictReplica,
    ExplainSubject, PlacementAnswer, ReplicaMove, RevokeJoinToken, RollbackPlacement, UpdateAnswer,
    UpdateCluster, UpdatePlacement, UpdatePlan,
};
pub use self::error::{CallError, JoinRefusal};
use super::command::{CertificateRenewed, Command, OpenSession, SessionGrant};
use super::core::Core;
use super::explained::Explained;
use crate::records::{ClusterRecord, JoinTokenRecord, PlacementRecord};

/// Whoever has had an answer waits no longer than this for its reason at length.
const SURVEY_WAIT: Duration = Duration::from_secs(2);

/// Answers of the loop to mutations.
pub type Reply<T> = oneshot::Sender<Result<T, CallError>>;

/// Sends commands to the decision loop.
#[derive(Clone, Debug)]
pub struct Scheduler {
    commands: mpsc::Sender<Command>,
    /// Held by who asks something that goes over the fleet: one at a time, so that others get their turn in between.
    surveys: Arc<Semaphore>,
    /// Held by who counts how many more fit, over all of the count's turns.
    counts: Arc<Semaphore>,
    /// Held by the count whose turn it is, and over the rest that follows: no survey waits for a rest.
    count_turns: Arc<Semaphore>,
}

impl Scheduler {
    /// A handle that puts commands into `commands`.
    #[must_use]
    pub fn new(commands: mpsc::Sender<Command>) -> Self {
        Self {
            commands,
            surveys: Arc::new(Semaphore::new(1)),
            counts: Arc::new(Semaphore::new(counting::COUNTS)),
            count_turns: Arc::new(Semaphore::new(1)),
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
        let wish = input.fail_fast.then(|| ExplainSubject::New {
            tenant: input.tenant.clone(),
            labels: input.labels.clone(),
            spec: Box::new(input.spec.clone()),
        });
        let answer = self
            .call(|reply| Command::CreatePlacement(Box::new(input), reply))
            .await;
        match (answer, wish) {
            (Ok(answer), _) => self.told(answer).await,
            (Err(CallError::FitsNowhere(reason)), Some(wish)) => Err(self.why_refused(reason, wish).await),
            (Err(error), _) => Err(error),
        }
    }

    /// Says at length why what was rehearsed would wait. Nobody else waits for that, and who asks not for long: when many ask,
    /// it stays with the reason alone.
    async fn told(&self, answer: PlacementAnswer) -> Result<PlacementAnswer, CallError> {
        if answer.untold.is_none() {
            return Ok(answer);
        }
        let Ok(turn) = timeout(SURVEY_WAIT, self.surveys.acquire()).await else {
            return Ok(answer);
        };
        let _turn = turn.map_err(|_| CallError::Unavailable)?;
        self.query(move |core| core.tell_rehearsed(answer, Instant::now()))
            .await
    }

    /// Why what is not to wait was refused, in the same way.
    async fn why_refused(&self, reason: NoFitReason, wish: ExplainSubject) -> CallError {
        let Ok(Ok(_turn)) = timeout(SURVEY_WAIT, self.surveys.acquire()).await else {
            return CallError::FitsNowhere(reason);
        };
        let why = self.query(move |core| core.why_refused(reason, &wish)).await;
        why.unwrap_or(CallError::FitsNowhere(reason))
    }

    /// Changes a placement, or with `validate_only` says what would be.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn update_placement(&self, input: UpdatePlacement) -> Result<UpdateAnswer, CallError> {
        let answer = self
            .call(|reply| Command::UpdatePlacement(Box::new(input), reply))
            .await?;
        self.told_of_change(answer).await
    }

    async fn told_of_change(&self, answer: UpdateAnswer) -> Result<UpdateAnswer, CallError> {
        Ok(UpdateAnswer {
            placement: self.told(answer.placement).await?,
            plan: answer.plan,
        })
    }

    /// Goes back to an earlier spec, or with `validate_only` says what would be.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub async fn rollback_placement(&self, input: RollbackPlacement) -> Result<UpdateAnswer, CallError> {
        let answer = self
            .call(|reply| Command::RollbackPlacement(input, reply))
            .await?;
        self.told_of_change(answer).await
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

    /// Runs `question` on the loop's state and gives its answer; not once the caller has gone.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the loop has ended.
    pub async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Result<T, CallError> {
        let (reply, answer) = oneshot::channel();
        let ask = move |core: &Core| {
            if !reply.is_closed() {
                // The caller may go meanwhile; then nobody misses the answer.
                drop(reply.send(question(core)));
            }
        };
        self.commands
            .send(Command::Query(Box::new(ask)))
            .await
            .map_err(|_| CallError::Unavailable)?;
        answer.await.map_err(|_| CallError::Unavailable)
    }
}
