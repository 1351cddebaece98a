//! The Inventory call: sends what the feed has, as fast as the server gives credits.

use std::sync::Arc;
use std::time::Duration;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_service_client::AgentServiceClient;
use hourglass_proto::fleet::v1::inventory_message::Message;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

use super::Inventory;
use super::credits::Credits;
use super::feed::Feed;
use crate::config::TenantNamespaces;
use crate::metrics::Metrics;

/// How long the server may take to accept the call.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// Between two deltas at least: what changes meanwhile goes into one.
const DELTA_INTERVAL: Duration = Duration::from_millis(25);
/// Between two deltas with what is beside the nodes: it is sent whole, and quotas change with every pod.
const FACTS_INTERVAL: Duration = Duration::from_secs(1);

/// The Inventory call ended.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The server refused or broke it off.
    #[error("the inventory stream broke off: {}: {}", .0.code(), .0.message())]
    Status(Box<Status>),
    /// The server did not accept it in time.
    #[error("the server did not accept the inventory stream within {CALL_TIMEOUT:?}")]
    Deadline,
    /// The server ended it.
    #[error("the server ended the inventory stream")]
    Ended,
}

impl From<Status> for InventoryError {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// What the Inventory calls of one session share.
#[derive(Debug, Clone)]
pub struct InventoryStream {
    /// The inventory.
    pub inventory: Arc<Inventory>,
    /// Part of every snapshot.
    pub tenants: Arc<TenantNamespaces>,
    /// Names the session, in every message.
    pub session_id: String,
    /// Counts up when the Control stream asks for a new snapshot.
    pub resync: watch::Receiver<u64>,
    /// Metrics of the process.
    pub metrics: Metrics,
}

impl InventoryStream {
    /// One call: a snapshot, then deltas, until it breaks or `stop`.
    ///
    /// The begin of the first snapshot is sent with the call and takes no credit: it is how the server learns the
    /// session. Everything else waits for credits.
    ///
    /// # Errors
    /// When the call ended otherwise than by `stop`.
    pub async fn run(&mut self, channel: Channel, stop: &CancellationToken) -> Result<(), InventoryError> {
        let mut feed = Feed::default();
        let mut credits = Credits::default();
        let mut changes = self.inventory.changes();
        // One message beside the one in the transport's hands: what waits longer is not built yet.
        let (outbound, messages) = mpsc::channel(1);
        self.resync.mark_unchanged();
        if let Some(begin) = self.next(&mut feed, true) {
            // The channel is empty: there is room for one.
            drop(outbound.try_send(begin));
        }
        let mut client = AgentServiceClient::new(channel);
        let call = client.inventory(ReceiverStream::new(messages));
        let mut inbound = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            call = tokio::time::timeout(CALL_TIMEOUT, call) => call.map_err(|_| InventoryError::Deadline)??.into_inner(),
        };

        let mut idle = false;
        let mut not_before = Instant::now();
        let mut facts_not_before = Instant::now();
        loop {
            let facts_wait = idle && self.inventory.with(|index| index.has_unsent_facts());
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                credit = inbound.message() => {
                    let credit = credit?.ok_or(InventoryError::Ended)?;
                    credits.grant(credit.messages);
                    self.metrics.inventory_applied(credit.applied_sequence);
                    if credit.resync {
                        tracing::info!("the server asks for a new snapshot");
                        feed.restart();
                        idle = false;
                    }
                }
                changed = self.resync.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    feed.restart();
                    idle = false;
                }
                changed = changes.changed(), if idle => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    idle = false;
                }
                () = tokio::time::sleep_until(facts_not_before), if facts_wait => idle = false,
                permit = ready(&outbound, not_before), if !idle && credits.any() => {
                    let permit = permit.ok_or(InventoryError::Ended)?;
                    let now = Instant::now();
                    match self.next(&mut feed, facts_not_before <= now) {
                        Some(message) => {
                            if let Some(Message::Delta(delta)) = &message.message {
                                not_before = now + DELTA_INTERVAL;
                                if delta.facts.is_some() {
                                    facts_not_before = now + FACTS_INTERVAL;
                                }
                            }
                            permit.send(message);
                            credits.spend();
                        }
                        None => idle = true,
                    }
                }
            }
        }
    }

    fn next(&self, feed: &mut Feed, with_facts: bool) -> Option<pb::InventoryMessage> {
        let (message, sequence) = self
            .inventory
            .with(|index| (feed.next(index, &self.tenants, with_facts), index.sequence()));
        let message = message?;
        self.metrics.inventory_sent(&message, sequence);
        Some(pb::InventoryMessage {
            session_id: self.session_id.clone(),
            message: Some(message),
        })
    }
}

async fn ready<T>(outbound: &mpsc::Sender<T>, not_before: Instant) -> Option<mpsc::Permit<'_, T>> {
    tokio::time::sleep_until(not_before).await;
    outbound.reserve().await.ok()
}
