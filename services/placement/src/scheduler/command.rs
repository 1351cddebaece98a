//! What the decision loop takes from its queue.

use std::sync::Arc;

use hourglass_engine::{ClusterFacts, Delta};
use hourglass_model::ids::{ClusterName, ClusterUid, Epoch, PlacementUid, Sequence, Slot};
use hourglass_model::node::NodeFacts;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::core::Core;
use super::port::{
    AdmitCluster, CreateJoinToken, CreatePlacement, DeletePlacement, EvictReplica, PlacementAnswer, Reply,
    RevokeJoinToken, RollbackPlacement, UpdateAnswer, UpdateCluster, UpdatePlacement,
};
use crate::dispatch::{Order, SlotKey};
use crate::records::placement::{Gate, Phase};
use crate::records::{ClusterRecord, JoinTokenRecord, PlacementRecord};
use crate::sessions::LastSeen;

/// A question about the state; runs inside the loop.
pub type Question = Box<dyn FnOnce(&Core) + Send>;

/// One item of the queue.
pub enum Command {
    /// See [`CreatePlacement`].
    CreatePlacement(Box<CreatePlacement>, Reply<PlacementAnswer>),
    /// See [`DeletePlacement`].
    DeletePlacement(DeletePlacement, Reply<PlacementRecord>),
    /// See [`UpdatePlacement`].
    UpdatePlacement(Box<UpdatePlacement>, Reply<UpdateAnswer>),
    /// See [`RollbackPlacement`].
    RollbackPlacement(RollbackPlacement, Reply<UpdateAnswer>),
    /// See [`EvictReplica`].
    EvictReplica(EvictReplica, Reply<PlacementAnswer>),
    /// See [`UpdateCluster`].
    UpdateCluster(UpdateCluster, Reply<ClusterRecord>),
    /// See [`CreateJoinToken`].
    CreateJoinToken(CreateJoinToken, Reply<JoinTokenRecord>),
    /// Withdraw the join token with this id.
    RevokeJoinToken(RevokeJoinToken, Reply<JoinTokenRecord>),
    /// See [`AdmitCluster`].
    AdmitCluster(AdmitCluster, Reply<ClusterRecord>),
    /// A certificate was renewed.
    CertificateRenewed(CertificateRenewed, Reply<ClusterRecord>),
    /// An agent said Hello.
    OpenSession(Box<OpenSession>, Reply<SessionGrant>),
    /// The agent's session has something to say.
    Session(SessionId, SessionEvent),
    /// Inventory of the session's cluster.
    Inventory(SessionId, InventoryEvent, oneshot::Sender<InventoryVerdict>),
    /// A person says that every cluster that will come back has come back; answers whether there was a recovery.
    EndRecovery(Reply<bool>),
    /// A question, answered after the next commit.
    Query(Question),
}

/// Names one session of one agent; commands of another are not obeyed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub String);

/// A certificate was renewed.
#[derive(Clone, Debug)]
pub struct CertificateRenewed {
    /// For this cluster.
    pub cluster: ClusterName,
    /// With this identity.
    pub cluster_uid: ClusterUid,
    /// New end.
    pub expire_time: Timestamp,
}

/// An agent that dialled in and was authenticated.
#[derive(Debug)]
pub struct OpenSession {
    /// Made by the edge.
    pub session: SessionId,
    /// Authenticated name.
    pub cluster: ClusterName,
    /// Authenticated identity.
    pub cluster_uid: ClusterUid,
    /// End of the certificate that proves name and identity; none where nothing is proven (without TLS).
    pub certificate_expire_time: Option<Timestamp>,
    /// Version of the agent.
    pub agent_version: String,
    /// Version of its API server.
    pub kubernetes_version: String,
    /// Negotiated version of the protocol.
    pub protocol_version: u32,
    /// Highest incarnation that the agent has obeyed.
    pub highest_incarnation: u64,
    /// Highest term of that incarnation.
    pub highest_term: u64,
    /// Transitions of the agent's Kubernetes Lease: of two agents the newer holder wins.
    pub lease_transitions: i64,
    /// Where orders for the agent go; bounded.
    pub orders: mpsc::Sender<Order>,
    /// Moved by the session at every sign of life.
    pub last_seen: Arc<LastSeen>,
    /// When it dialled in.
    pub connect_time: Timestamp,
}

/// What the session tells its agent in Welcome.
#[derive(Clone, Debug)]
pub struct SessionGrant {
    /// Of the store.
    pub incarnation: u64,
    /// Of this leader.
    pub term: u64,
}

/// What an agent said.
#[derive(Debug)]
pub enum SessionEvent {
    /// Part of what it runs; the last part says so.
    Running {
        /// Performers.
        performers: Vec<RunningPerformer>,
        /// No more parts.
        complete: bool,
    },
    /// State of one performer.
    Report(PerformerReport),
    /// Answer to an order.
    Acknowledged(Acknowledgement),
    /// The stream ended.
    Closed,
}

/// A performer with the fleet's labels in a cluster.
#[derive(Clone, Debug)]
pub struct RunningPerformer {
    /// Slot it says it is.
    pub key: SlotKey,
    /// Epoch it says it is.
    pub epoch: Epoch,
    /// Hash of its content.
    pub content_hash: String,
    /// `namespace/name`.
    pub performer: String,
    /// Already on its way out.
    pub terminating: bool,
    /// The placement as it was sealed when the object was made.
    pub signed_placement: Vec<u8>,
    /// Incarnation of the last order that the object was made or taken over by.
    pub incarnation: u64,
}

/// State of one performer.
#[derive(Clone, Debug)]
pub struct PerformerReport {
    /// Placement.
    pub placement_uid: PlacementUid,
    /// Slot.
    pub slot: Slot,
    /// Epoch.
    pub epoch: Epoch,
    /// Where it stands.
    pub phase: Phase,
    /// Serves.
    pub ready: bool,
    /// Node it is bound to.
    pub node: String,
    /// `host:port`, or empty.
    pub endpoint: String,
    /// UPPER_SNAKE.
    pub reason: String,
    /// For people.
    pub message: String,
    /// As the agent observed it.
    pub observe_time: Option<Timestamp>,
    /// The cluster's scheduler refused the pin.
    pub rejected: bool,
    /// What became of the gate of a gang's replica.
    pub gate: Gate,
    /// Why it should move while it may still serve, UPPER_SNAKE; empty while it may stay.
    pub disruption: String,
}

/// Answer to an order.
#[derive(Clone, Debug)]
pub struct Acknowledgement {
    /// Which order.
    pub command_id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// UPPER_SNAKE.
    pub reason: String,
    /// For people.
    pub message: String,
    /// Inventory from here on reflects it.
    pub inventory_sequence: u64,
}

/// What came of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The object exists with this content.
    Applied,
    /// The object and its children are gone.
    Removed,
    /// Older than what the agent obeys.
    Stale,
    /// Will not be done without a change.
    Refused,
    /// Could not be done now.
    Failed,
}

/// News of a cluster's inventory.
#[derive(Debug)]
pub enum InventoryEvent {
    /// A snapshot begins; it holds everything up to this sequence.
    SnapshotBegin(Sequence),
    /// Part of it.
    SnapshotChunk(Vec<NodeFacts>, Option<ClusterFacts>),
    /// It is complete with this many nodes: it replaces all before, at once.
    SnapshotEnd(Sequence, usize),
    /// What changed since the one before.
    Delta(Box<Delta>),
}

/// What the inventory stream does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InventoryVerdict {
    /// Taken; a snapshot is not complete yet.
    Continue,
    /// Applied up to this sequence.
    Applied(u64),
    /// A gap: a snapshot is needed.
    Resync,
    /// The session is not the cluster's current one.
    SessionOver,
}
