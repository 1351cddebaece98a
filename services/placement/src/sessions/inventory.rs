//! The Inventory stream of one agent: snapshots in chunks and numbered deltas up, credits down.
//!
//! The agent may have at most [`WINDOW`] messages under way: a credit comes back only when the decision loop has taken
//! a message, so a slow server slows its agents and never buffers them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tasks::OnEnd;
use proto::inventory_message::Message;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};
use tracing::{info, warn};

use super::control::{AgentIdentity, SessionContext};
use super::convert::ConvertError;
use super::inventory_convert as convert;
use super::last_seen::LastSeen;
use super::outbound::{self, AgentStream, Outbound};
use crate::edge::errors::{self, Failure, Reason};
use crate::scheduler::command::{Command, InventoryEvent, InventoryVerdict, SessionId};
use crate::scheduler::port::{CallError, Scheduler};

/// Messages that an agent may have under way.
pub const WINDOW: u32 = 32;
/// The first message must come within this.
const FIRST_MESSAGE: Duration = Duration::from_secs(30);
/// An agent that takes no credits for this long is cut.
const WRITE_DEADLINE: Duration = Duration::from_secs(20);

/// What the agent reads.
pub type InventoryStream = AgentStream<proto::InventoryCredit>;

/// Serves one Inventory stream of the cluster's current session; ends it with a status when the session that its
/// messages name is not that one.
#[must_use]
pub fn serve(
    context: &SessionContext,
    identity: AgentIdentity,
    inbound: Streaming<proto::InventoryMessage>,
) -> InventoryStream {
    let (credits, stream) = outbound::channel(usize::try_from(WINDOW).unwrap_or(32));
    let reader = Reader {
        scheduler: context.scheduler.clone(),
        identity,
        credits,
        stop: context.shutdown.clone(),
        session: None,
    };
    context
        .tasks
        .spawn("session-inventory", OnEnd::Finish, reader.run(inbound));
    stream
}

struct Reader {
    scheduler: Scheduler,
    identity: AgentIdentity,
    credits: Outbound<proto::InventoryCredit>,
    stop: CancellationToken,
    session: Option<(SessionId, Arc<LastSeen>)>,
}

/// Why an inventory stream ends.
#[derive(Debug, thiserror::Error)]
enum InventoryStreamError {
    #[error("the agent does not read its credits")]
    NotReading,
    #[error("nothing came")]
    Silent,
    #[error("the session {0} is not the cluster's current one")]
    SessionOver(String),
    #[error(transparent)]
    Convert(#[from] ConvertError),
    #[error(transparent)]
    Loop(#[from] CallError),
    #[error("{}", .0.message())]
    Stream(#[from] Status),
}

impl InventoryStreamError {
    fn status(&self) -> Status {
        match self {
            Self::SessionOver(_) => {
                Failure::new(Code::FailedPrecondition, Reason::SessionOver, self.to_string()).into()
            }
            Self::Convert(_) => outbound::message_invalid(self),
            Self::Silent => {
                Failure::new(Code::DeadlineExceeded, Reason::HelloMissing, self.to_string()).into()
            }
            Self::NotReading => outbound::too_slow(WRITE_DEADLINE),
            Self::Loop(error) => errors::status(error),
            Self::Stream(status) => outbound::reading_failed(status),
        }
    }
}

impl Reader {
    async fn run(mut self, mut inbound: Streaming<proto::InventoryMessage>) -> Result<(), CallError> {
        if let Err(error) = self.read(&mut inbound).await {
            info!(cluster = %self.identity.cluster, %error, "inventory stream ends");
            self.credits.end(error.status());
        }
        Ok(())
    }

    async fn read(
        &mut self,
        inbound: &mut Streaming<proto::InventoryMessage>,
    ) -> Result<(), InventoryStreamError> {
        self.grant(WINDOW, None, false).await?;
        let mut first = true;
        loop {
            let next = async {
                if first {
                    tokio::time::timeout(FIRST_MESSAGE, inbound.message())
                        .await
                        .map_err(|_| InventoryStreamError::Silent)?
                        .map_err(InventoryStreamError::from)
                } else {
                    inbound.message().await.map_err(InventoryStreamError::from)
                }
            };
            let message = tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                message = next => message?,
            };
            let Some(message) = message else { return Ok(()) };
            first = false;
            self.take(message).await?;
        }
    }

    async fn take(&mut self, message: proto::InventoryMessage) -> Result<(), InventoryStreamError> {
        let session = self.session(&message.session_id).await?;
        let Some(content) = message.message else {
            return self.grant(1, None, false).await;
        };
        let event = match content {
            Message::SnapshotBegin(begin) => {
                InventoryEvent::SnapshotBegin(convert::sequence(begin.sequence)?)
            }
            Message::SnapshotChunk(chunk) => {
                let (nodes, facts) = convert::chunk(chunk)?;
                InventoryEvent::SnapshotChunk(nodes, facts)
            }
            Message::SnapshotEnd(end) => {
                InventoryEvent::SnapshotEnd(convert::sequence(end.sequence)?, convert::count(end.nodes)?)
            }
            Message::Delta(delta) => InventoryEvent::Delta(Box::new(convert::delta(delta)?)),
        };
        let (reply, verdict) = oneshot::channel();
        self.scheduler
            .tell(Command::Inventory(session.clone(), event, reply))
            .await?;
        match verdict.await.map_err(|_| CallError::Unavailable)? {
            InventoryVerdict::Continue => self.grant(1, None, false).await,
            InventoryVerdict::Applied(sequence) => self.grant(1, Some(sequence), false).await,
            InventoryVerdict::Resync => {
                warn!(cluster = %self.identity.cluster, "asking for a new snapshot");
                self.grant(1, None, true).await
            }
            InventoryVerdict::SessionOver => Err(InventoryStreamError::SessionOver(session.0)),
        }
    }

    /// The session of the stream: the one that the first message names, if it is the authenticated cluster's own.
    async fn session(&mut self, named: &str) -> Result<SessionId, InventoryStreamError> {
        if let Some((session, seen)) = &self.session {
            seen.touch(Instant::now());
            if session.0 == named {
                return Ok(session.clone());
            }
            return Err(InventoryStreamError::SessionOver(named.to_owned()));
        }
        let id = SessionId(named.to_owned());
        let cluster = self.identity.cluster.clone();
        let wanted = id.clone();
        let seen = self
            .scheduler
            .query(move |core| {
                let session = core.clusters().get(&cluster)?.session.as_ref()?;
                (session.id == wanted).then(|| Arc::clone(&session.last_seen))
            })
            .await?
            .ok_or_else(|| InventoryStreamError::SessionOver(named.to_owned()))?;
        self.session = Some((id.clone(), seen));
        Ok(id)
    }

    async fn grant(
        &self,
        messages: u32,
        applied: Option<u64>,
        resync: bool,
    ) -> Result<(), InventoryStreamError> {
        let credit = proto::InventoryCredit {
            messages,
            applied_sequence: applied
                .and_then(|sequence| i64::try_from(sequence).ok())
                .unwrap_or(0),
            resync,
        };
        self.credits
            .send(credit, WRITE_DEADLINE)
            .await
            .map_err(|_| InventoryStreamError::NotReading)
    }
}
