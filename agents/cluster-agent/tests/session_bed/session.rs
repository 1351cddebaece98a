//! One Control stream, from the server's side.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_message::Message;
use hourglass_proto::fleet::v1::server_message::Message as ServerMessage;
use hourglass_runtime::tls::ClusterIdentity;
use hourglass_testbed::wait_until;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};

use super::LIMIT;
use super::mirror::Mirror;

/// An agent that has said Hello.
pub struct Session {
    pub id: String,
    pub hello: pb::Hello,
    pub identity: ClusterIdentity,
    pub order: (u64, u64),
    outbound: mpsc::Sender<Result<pb::ServerMessage, Status>>,
    log: Log,
    mirror: Mutex<Option<Arc<Mutex<Mirror>>>>,
}

/// Everything that the agent has said after Hello.
#[derive(Clone)]
pub struct Log {
    messages: Arc<Mutex<Vec<Message>>>,
    ended: Arc<Mutex<bool>>,
    outbound: mpsc::Sender<Result<pb::ServerMessage, Status>>,
    held: Arc<Mutex<Option<Streaming<pb::AgentMessage>>>>,
}

/// What a Welcome says.
#[derive(Debug, Clone, Copy)]
pub struct Welcome {
    pub version: u32,
    pub order: (u64, u64),
    pub lease: Duration,
    pub interval: Duration,
}

impl Default for Welcome {
    fn default() -> Self {
        Self {
            version: 1,
            order: (1, 1),
            lease: Duration::from_secs(20),
            interval: Duration::from_millis(500),
        }
    }
}

impl Session {
    pub fn new(
        hello: pb::Hello,
        identity: ClusterIdentity,
        outbound: mpsc::Sender<Result<pb::ServerMessage, Status>>,
    ) -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let id = format!(
            "session-{}",
            NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        );
        let log = Log {
            messages: Arc::default(),
            ended: Arc::default(),
            outbound: outbound.clone(),
            held: Arc::default(),
        };
        Self {
            id,
            hello,
            identity,
            order: (0, 0),
            outbound,
            log,
            mirror: Mutex::default(),
        }
    }

    pub fn log(&self) -> Log {
        self.log.clone()
    }

    pub fn set_mirror(&self, mirror: Arc<Mutex<Mirror>>) {
        *self.mirror.lock().unwrap() = Some(mirror);
    }

    /// Answers Hello.
    pub async fn welcome(&mut self, welcome: Welcome) {
        self.order = welcome.order;
        let duration = |length: Duration| {
            Some(pbjson_types::Duration {
                seconds: i64::try_from(length.as_secs()).unwrap(),
                nanos: i32::try_from(length.subsec_nanos()).unwrap(),
            })
        };
        self.send(ServerMessage::Welcome(pb::Welcome {
            session_id: self.id.clone(),
            protocol_version: welcome.version,
            incarnation: welcome.order.0,
            term: welcome.order.1,
            lease_length: duration(welcome.lease),
            heartbeat_interval: duration(welcome.interval),
        }))
        .await;
    }

    pub async fn send(&self, message: ServerMessage) {
        self.outbound
            .send(Ok(pb::ServerMessage {
                message: Some(message),
            }))
            .await
            .unwrap();
    }

    /// A header of this session.
    pub fn header(&self, uid: &str, slot: i32, epoch: i64) -> pb::CommandHeader {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        pb::CommandHeader {
            command_id: format!(
                "command-{}",
                NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            ),
            placement_uid: uid.to_owned(),
            slot,
            epoch,
            incarnation: self.order.0,
            term: self.order.1,
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            session_id: self.id.clone(),
        }
    }

    /// Sends a command and waits for its answer.
    pub async fn apply(&self, apply: pb::Apply) -> pb::Ack {
        let id = apply.header.as_ref().unwrap().command_id.clone();
        self.send(ServerMessage::Apply(apply)).await;
        self.ack(&id).await
    }

    /// Sends a command and waits for its answer.
    pub async fn remove(&self, header: pb::CommandHeader, performer: &str) -> pb::Ack {
        let remove = pb::Remove {
            header: Some(header),
            performer: performer.to_owned(),
            exact: false,
        };
        self.bury(remove).await
    }

    /// Sends a command and waits for its answer.
    pub async fn bury(&self, remove: pb::Remove) -> pb::Ack {
        let header = remove.header.as_ref().unwrap();
        let id = header.command_id.clone();
        self.send(ServerMessage::Remove(remove)).await;
        self.ack(&id).await
    }

    /// Sends a command and waits for its answer.
    pub async fn adopt(&self, header: pb::CommandHeader, performer: &str) -> pb::Ack {
        let id = header.command_id.clone();
        let adopt = pb::Adopt {
            header: Some(header),
            performer: performer.to_owned(),
        };
        self.send(ServerMessage::Adopt(adopt)).await;
        self.ack(&id).await
    }

    /// Sends a command and waits for its answer.
    pub async fn lift_gate(&self, header: pb::CommandHeader) -> pb::Ack {
        let id = header.command_id.clone();
        let lift = pb::LiftGate { header: Some(header) };
        self.send(ServerMessage::LiftGate(lift)).await;
        self.ack(&id).await
    }

    /// The answer to a command.
    pub async fn ack(&self, command_id: &str) -> pb::Ack {
        self.find(&format!("the answer to {command_id}"), |message| match message {
            Message::Ack(ack) if ack.command_id == command_id => Some(ack.clone()),
            _ => None,
        })
        .await
    }

    /// The newest report of a placement that fits.
    pub async fn report(&self, uid: &str, fits: impl Fn(&pb::Report) -> bool) -> pb::Report {
        self.find(&format!("a report of {uid}"), |message| match message {
            Message::Report(report) if report.placement_uid == uid && fits(report) => Some(report.clone()),
            _ => None,
        })
        .await
    }

    /// Everything that runs, once it is told completely.
    pub async fn running(&self) -> Vec<pb::ManagedPerformer> {
        let parts = |messages: &[Message]| {
            let parts = messages.iter().filter_map(|message| match message {
                Message::Running(running) => Some(running.clone()),
                _ => None,
            });
            parts.collect::<Vec<_>>()
        };
        let look = async || {
            let parts = parts(&self.log.messages.lock().unwrap());
            if parts.last().is_some_and(|last| last.complete) {
                Ok(parts)
            } else {
                Err(format!("{parts:?}"))
            }
        };
        let parts = wait_until("what runs", LIMIT, look).await.unwrap();
        parts.into_iter().flat_map(|part| part.performers).collect()
    }

    /// Waits for a message that `pick` takes; the newest one counts.
    pub async fn find<T>(&self, what: &str, pick: impl Fn(&Message) -> Option<T>) -> T {
        let look = async || {
            let messages = self.log.messages.lock().unwrap();
            messages
                .iter()
                .rev()
                .find_map(&pick)
                .ok_or_else(|| format!("{messages:#?}"))
        };
        wait_until(what, LIMIT, look).await.unwrap()
    }

    /// Everything that was said so far.
    pub fn messages(&self) -> Vec<Message> {
        self.log.messages.lock().unwrap().clone()
    }

    /// The inventory as the agent has told it.
    pub fn inventory(&self) -> Mirror {
        let mirror = self.mirror.lock().unwrap().clone().unwrap();
        let mirror = mirror.lock().unwrap().clone();
        assert!(mirror.breaches.is_empty(), "{:?}", mirror.breaches);
        mirror
    }

    /// Waits until the inventory is as `fits` wants it.
    pub async fn inventory_when(&self, what: &str, fits: impl Fn(&Mirror) -> bool) -> Mirror {
        let look = async || {
            let mirror = self.inventory();
            if fits(&mirror) {
                Ok(mirror)
            } else {
                Err(format!("{mirror:#?}"))
            }
        };
        wait_until(what, LIMIT, look).await.unwrap()
    }

    /// Waits until the agent has ended the stream.
    pub async fn ended(&self) {
        let look = async || {
            if *self.log.ended.lock().unwrap() {
                Ok(())
            } else {
                Err(String::new())
            }
        };
        wait_until("the end of the session", LIMIT, look).await.unwrap();
    }
}

impl Log {
    /// Reads until the stream ends.
    pub fn read(
        &self,
        mut inbound: Streaming<pb::AgentMessage>,
        grant_leases: bool,
        stop: CancellationToken,
    ) {
        let log = self.clone();
        tokio::spawn(async move {
            loop {
                let message = tokio::select! {
                    () = stop.cancelled() => break,
                    message = inbound.message() => message,
                };
                let Ok(Some(pb::AgentMessage {
                    message: Some(message),
                })) = message
                else {
                    break;
                };
                if let Message::Heartbeat(beat) = &message
                    && grant_leases
                {
                    let grant = pb::LeaseGrant {
                        heartbeat_sequence: beat.sequence,
                        length: None,
                    };
                    let grant = pb::ServerMessage {
                        message: Some(ServerMessage::LeaseGrant(grant)),
                    };
                    if log.outbound.send(Ok(grant)).await.is_err() {
                        break;
                    }
                }
                log.messages.lock().unwrap().push(message);
            }
            *log.ended.lock().unwrap() = true;
        });
    }

    /// Keeps the stream open and reads nothing.
    pub fn hold(&self, inbound: Streaming<pb::AgentMessage>) {
        *self.held.lock().unwrap() = Some(inbound);
    }
}
