//! Hello and Welcome.

use std::time::Duration;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_message::Message as AgentMessage;
use hourglass_proto::fleet::v1::agent_service_client::AgentServiceClient;
use hourglass_proto::fleet::v1::server_message::Message as ServerMessage;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;

use super::{MAX_MESSAGE_BYTES, PROTOCOL_VERSIONS, SessionError};
use crate::order::Order;

/// Until the Welcome.
const DEADLINE: Duration = Duration::from_secs(20);
/// Messages between the loop and the transport. Few: what waits here is no longer the newest.
const OUTBOUND: usize = 8;

/// An open Control stream that was welcomed.
#[derive(Debug)]
pub(super) struct Control {
    /// To the server.
    pub outbound: mpsc::Sender<pb::AgentMessage>,
    /// From the server.
    pub inbound: Streaming<pb::ServerMessage>,
    /// Name of the session.
    pub session_id: String,
    /// Whom the server speaks for.
    pub order: Order,
    /// After this long without a word the server counts as gone.
    pub lease_length: Option<Duration>,
    /// How often it wants to hear from the agent.
    pub heartbeat_interval: Option<Duration>,
}

/// Opens the stream with `hello`.
pub(super) async fn open(channel: Channel, hello: pb::Hello) -> Result<Control, SessionError> {
    let (outbound, messages) = mpsc::channel(OUTBOUND);
    // The channel is empty: there is room for one.
    drop(outbound.try_send(pb::AgentMessage {
        message: Some(AgentMessage::Hello(hello)),
    }));
    let mut client = AgentServiceClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let first = async {
        let mut inbound = client.control(ReceiverStream::new(messages)).await?.into_inner();
        let first = inbound.message().await?.ok_or(SessionError::Ended)?;
        Ok::<_, SessionError>((inbound, first))
    };
    let (inbound, first) = tokio::time::timeout(DEADLINE, first)
        .await
        .map_err(|_| SessionError::Deadline("answer Hello"))??;
    let Some(ServerMessage::Welcome(welcome)) = first.message else {
        return Err(SessionError::NoWelcome);
    };
    if !PROTOCOL_VERSIONS.contains(&welcome.protocol_version) {
        return Err(SessionError::Version {
            chosen: welcome.protocol_version,
        });
    }
    Ok(Control {
        outbound,
        inbound,
        session_id: welcome.session_id,
        order: Order::new(welcome.incarnation, welcome.term),
        lease_length: welcome.lease_length.and_then(|length| duration(&length)),
        heartbeat_interval: welcome.heartbeat_interval.and_then(|length| duration(&length)),
    })
}

fn duration(duration: &pbjson_types::Duration) -> Option<Duration> {
    Some(Duration::new(
        u64::try_from(duration.seconds).ok()?,
        u32::try_from(duration.nanos).ok()?,
    ))
}
