//! The Control stream of one agent: commands down, acknowledgements, reports and signs of life up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_model::ids::{ClusterName, ClusterUid};
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tasks::{OnEnd, Tasks};
use jiff::Timestamp;
use proto::agent_message::Message as FromAgent;
use proto::server_message::Message as ToAgent;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};
use tracing::{debug, info, warn};
use uuid::Uuid;

use super::convert::{self, ConvertError};
use super::last_seen::LastSeen;
use super::outbound::{self, AgentStream, Outbound};
use crate::dispatch::Order;
use crate::edge::errors::{self, Failure, Reason};
use crate::scheduler::clusters::EXACT_REMOVES;
use crate::scheduler::command::{Command, OpenSession, SessionEvent, SessionGrant, SessionId};
use crate::scheduler::port::{CallError, Scheduler};

/// Versions of the agent protocol that this server speaks; what each of them means stands in `agent.proto`.
pub const PROTOCOL_VERSIONS: &[u32] = &[1, EXACT_REMOVES];

/// Orders that may wait for a slow stream; the window of unacknowledged commands is smaller, so this never fills.
const ORDERS: usize = 128;

/// Messages that may wait for a slow connection.
const OUTBOUND: usize = 64;

/// A stream that takes none of our messages for this long is cut.
const WRITE_DEADLINE: Duration = Duration::from_secs(20);

/// A Hello must come within this after the stream began.
const HELLO_DEADLINE: Duration = Duration::from_secs(10);

/// What sessions need of the server.
#[derive(Clone, Debug)]
pub struct SessionContext {
    /// The decision loop.
    pub scheduler: Scheduler,
    /// Owner of the sessions' tasks.
    pub tasks: Tasks,
    /// Ends the sessions at shutdown.
    pub shutdown: CancellationToken,
    /// Signs of life are wanted this often.
    pub heartbeat_interval: Duration,
    /// An agent counts the server as gone after this.
    pub lease_length: Duration,
}

/// Who dialled in: authenticated, not what the agent says of itself.
#[derive(Clone, Debug)]
pub struct AgentIdentity {
    /// Name of the cluster.
    pub cluster: ClusterName,
    /// UID of its kube-system namespace.
    pub cluster_uid: ClusterUid,
    /// End of the certificate that proves it; none where nothing is proven.
    pub certificate_expire_time: Option<Timestamp>,
}

/// What the agent reads.
pub type ControlStream = AgentStream<proto::ServerMessage>;

/// Serves one Control stream: answers once the session is open.
///
/// # Errors
/// A status for a Hello that is missing, late or for another cluster, without a common version of the protocol, or from
/// an agent that a newer one replaced.
pub async fn serve(
    context: &SessionContext,
    identity: AgentIdentity,
    mut inbound: Streaming<proto::AgentMessage>,
) -> Result<ControlStream, Status> {
    let hello = read_hello(&mut inbound).await?;
    check_identity(&identity, &hello)?;
    let protocol_version = negotiate(&hello.protocol_versions)?;
    let session = SessionId(Uuid::new_v4().to_string());
    let (orders, order_queue) = mpsc::channel(ORDERS);
    let last_seen = Arc::new(LastSeen::new(Instant::now()));
    let grant = context
        .scheduler
        .open_session(OpenSession {
            session: session.clone(),
            cluster: identity.cluster.clone(),
            cluster_uid: identity.cluster_uid.clone(),
            certificate_expire_time: identity.certificate_expire_time,
            agent_version: hello.agent_version,
            kubernetes_version: hello.kubernetes_version,
            protocol_version,
            highest_incarnation: hello.highest_incarnation,
            highest_term: hello.highest_term,
            lease_transitions: hello.lease_transitions,
            orders,
            last_seen: Arc::clone(&last_seen),
            connect_time: Timestamp::now(),
        })
        .await
        .map_err(|error| errors::status(&error))?;
    info!(cluster = %identity.cluster, session = %session.0, protocol_version, "agent connected");

    let (outbound, stream) = outbound::channel(OUTBOUND);
    let over = context.shutdown.child_token();
    let writer = Writer {
        outbound,
        over: over.clone(),
    };
    let welcome = ToAgent::Welcome(proto::Welcome {
        session_id: session.0.clone(),
        protocol_version,
        incarnation: grant.incarnation,
        term: grant.term,
        lease_length: Some(convert::duration(context.lease_length)),
        heartbeat_interval: Some(convert::duration(context.heartbeat_interval)),
    });
    writer.send(welcome).await?;

    context.tasks.spawn(
        "session-orders",
        OnEnd::Finish,
        forward_orders(order_queue, writer.clone(), session.clone(), grant),
    );
    let reader = Reader {
        session,
        cluster: identity.cluster,
        scheduler: context.scheduler.clone(),
        last_seen,
        lease_length: context.lease_length,
        writer,
        over,
    };
    context
        .tasks
        .spawn("session-control", OnEnd::Finish, reader.run(inbound));
    Ok(stream)
}

async fn read_hello(inbound: &mut Streaming<proto::AgentMessage>) -> Result<proto::Hello, Status> {
    let first = tokio::time::timeout(HELLO_DEADLINE, inbound.message())
        .await
        .map_err(|_| {
            let message = format!("no Hello came within {} s", HELLO_DEADLINE.as_secs_f64());
            Failure::new(Code::DeadlineExceeded, Reason::HelloMissing, message)
        })?
        .map_err(|status| outbound::reading_failed(&status))?;
    match first.and_then(|message| message.message) {
        Some(FromAgent::Hello(hello)) => Ok(hello),
        _ => {
            let message = "the first message of a Control stream is Hello";
            Err(Failure::new(Code::InvalidArgument, Reason::HelloMissing, message).into())
        }
    }
}

fn check_identity(identity: &AgentIdentity, hello: &proto::Hello) -> Result<(), Status> {
    if hello.cluster == identity.cluster.as_str() && hello.cluster_uid == identity.cluster_uid.as_str() {
        return Ok(());
    }
    let message = format!(
        "the certificate is for cluster {} ({}), Hello says {} ({})",
        identity.cluster, identity.cluster_uid, hello.cluster, hello.cluster_uid
    );
    Err(Failure::new(Code::PermissionDenied, Reason::IdentityMismatch, message).into())
}

/// The highest version that both speak.
fn negotiate(offered: &[u32]) -> Result<u32, Status> {
    offered
        .iter()
        .copied()
        .filter(|version| PROTOCOL_VERSIONS.contains(version))
        .max()
        .ok_or_else(|| errors::no_common_protocol(offered, PROTOCOL_VERSIONS))
}

#[derive(Clone)]
struct Writer {
    outbound: Outbound<proto::ServerMessage>,
    over: CancellationToken,
}

impl Writer {
    /// Sends within [`WRITE_DEADLINE`]; ends the session when the other side does not read.
    async fn send(&self, message: ToAgent) -> Result<(), Status> {
        let message = proto::ServerMessage {
            message: Some(message),
        };
        let sent = self.outbound.send(message, WRITE_DEADLINE).await;
        sent.map_err(|_| {
            let status = outbound::too_slow(WRITE_DEADLINE);
            self.outbound.end(status.clone());
            self.over.cancel();
            status
        })
    }
}

/// Orders of the loop to the stream.
async fn forward_orders(
    mut orders: mpsc::Receiver<Order>,
    writer: Writer,
    session: SessionId,
    grant: SessionGrant,
) -> Result<(), Status> {
    loop {
        let order = tokio::select! {
            () = writer.over.cancelled() => return Ok(()),
            order = orders.recv() => order,
        };
        // The loop dropped its end: a newer session took over.
        let Some(order) = order else {
            writer.over.cancel();
            return Ok(());
        };
        let message = convert::order(order, &session, &grant);
        let Some(message) = message.message else { continue };
        writer.send(message).await?;
    }
}

struct Reader {
    session: SessionId,
    cluster: ClusterName,
    scheduler: Scheduler,
    last_seen: Arc<LastSeen>,
    lease_length: Duration,
    writer: Writer,
    over: CancellationToken,
}

impl Reader {
    /// Reads until the stream ends, the session is replaced, or the server stops; then says so to the loop.
    async fn run(self, mut inbound: Streaming<proto::AgentMessage>) -> Result<(), CallError> {
        loop {
            let message = tokio::select! {
                () = self.over.cancelled() => break,
                message = inbound.message() => message,
            };
            match message {
                Ok(Some(message)) => {
                    self.last_seen.touch(Instant::now());
                    if let Err(error) = self.handle(message).await {
                        warn!(cluster = %self.cluster, session = %self.session.0, %error, "session ends");
                        self.writer.outbound.end(error.status());
                        break;
                    }
                }
                Ok(None) => {
                    info!(cluster = %self.cluster, session = %self.session.0, "agent ended its session");
                    break;
                }
                Err(status) => {
                    info!(cluster = %self.cluster, session = %self.session.0, status = %status.message(), "agent connection lost");
                    self.writer.outbound.end(outbound::reading_failed(&status));
                    break;
                }
            }
        }
        self.over.cancel();
        self.scheduler
            .tell(Command::Session(self.session, SessionEvent::Closed))
            .await
    }

    async fn handle(&self, message: proto::AgentMessage) -> Result<(), ReadError> {
        let event = match message.message {
            Some(FromAgent::Heartbeat(heartbeat)) => return self.answer(heartbeat).await,
            Some(FromAgent::Running(running)) => SessionEvent::Running {
                performers: running
                    .performers
                    .into_iter()
                    .map(convert::running)
                    .collect::<Result<_, _>>()?,
                complete: running.complete,
            },
            Some(FromAgent::Report(report)) => SessionEvent::Report(convert::report(report)?),
            Some(FromAgent::Ack(ack)) => SessionEvent::Acknowledged(convert::acknowledgement(ack)?),
            Some(FromAgent::Hello(_)) => return Err(ReadError::SecondHello),
            None => {
                debug!(cluster = %self.cluster, "a message of a newer protocol is passed over");
                return Ok(());
            }
        };
        self.scheduler
            .tell(Command::Session(self.session.clone(), event))
            .await?;
        Ok(())
    }

    async fn answer(&self, heartbeat: proto::Heartbeat) -> Result<(), ReadError> {
        if let Ok(sequence) = u64::try_from(heartbeat.inventory_sequence) {
            self.last_seen.inventory_sent(sequence, Instant::now());
        }
        let lease = ToAgent::LeaseGrant(proto::LeaseGrant {
            heartbeat_sequence: heartbeat.sequence,
            length: Some(convert::duration(self.lease_length)),
        });
        self.writer.send(lease).await.map_err(|_| ReadError::NotReading)
    }
}

#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("the agent said Hello twice")]
    SecondHello,
    #[error("the agent does not read its stream")]
    NotReading,
    #[error(transparent)]
    Convert(#[from] ConvertError),
    #[error(transparent)]
    Loop(#[from] CallError),
}

impl ReadError {
    /// What the agent hears.
    fn status(&self) -> Status {
        match self {
            Self::SecondHello | Self::Convert(_) => outbound::message_invalid(self),
            Self::NotReading => outbound::too_slow(WRITE_DEADLINE),
            Self::Loop(error) => errors::status(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_that_both_speak_is_taken() {
        assert_eq!(negotiate(&[1]).unwrap(), 1);
        assert_eq!(negotiate(&[1, 2]).unwrap(), EXACT_REMOVES);
        assert_eq!(negotiate(&[2, 3]).unwrap(), EXACT_REMOVES);
        assert_eq!(negotiate(&[3]).unwrap_err().code(), Code::FailedPrecondition);
        assert!(negotiate(&[]).is_err());
    }
}
