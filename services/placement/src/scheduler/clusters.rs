//! The clusters as the leader knows them: durable record, current session, liveness, what runs.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_model::ids::{ClusterName, Epoch};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::command::{RunningPerformer, SessionId};
use super::timers::after;
use crate::dispatch::{ClusterQueue, Intent, Order, SlotKey, Work};
use crate::records::ClusterRecord;
use crate::sessions::LastSeen;

/// How long a cluster may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivenessPolicy {
    /// After this it is SUSPECT.
    pub suspect_after: Duration,
    /// After this it is UNREACHABLE.
    pub unreachable_after: Duration,
}

/// Whether a cluster is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Liveness {
    /// Admitted, and no complete inventory since this leader began.
    Joining,
    /// Heard of within the limit, inventory complete.
    Ready,
    /// Silent for too long.
    Suspect,
    /// Silent for much too long.
    Unreachable,
}

/// A managed performer that no placement owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// `namespace/name`.
    pub performer: String,
    /// Why nobody owns it.
    pub reason: String,
}

/// Version of the agent protocol from which on an agent removes one epoch of a slot and leaves an earlier one where it is
/// (`Remove.exact`). Before it, agents remove all epochs up to the one that is named.
pub const EXACT_REMOVES: u32 = 2;

/// The one live session of a cluster.
#[derive(Debug)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// Orders to the agent, bounded.
    pub orders: mpsc::Sender<Order>,
    /// Signs of life.
    pub last_seen: Arc<LastSeen>,
    /// When it began.
    pub connect_time: Timestamp,
    /// Version of the agent.
    pub agent_version: String,
    /// Version of its API server.
    pub kubernetes_version: String,
    /// Negotiated protocol.
    pub protocol_version: u32,
    /// Transitions of the agent's Lease.
    pub lease_transitions: i64,
    /// What it runs, as far as it has said.
    pub running: Vec<RunningPerformer>,
    /// It has said all.
    pub running_complete: bool,
    /// Places that it listed although no earlier answer says that they are there.
    pub listed: HashSet<(SlotKey, Epoch)>,
    /// Places of which its agent has spoken in this session.
    pub reported: HashSet<(SlotKey, Epoch)>,
    /// What runs as it should, by an order of an earlier incarnation: it is taken over rather than applied.
    pub to_adopt: BTreeMap<SlotKey, Epoch>,
    /// Sequence of the inventory applied in this session; none before the first complete snapshot, and while another one is awaited
    /// because messages were missing.
    pub inventory_sequence: Option<u64>,
    /// Since when that other one is awaited.
    pub resync_since: Option<Timestamp>,
}

/// A cluster.
#[derive(Debug)]
pub struct Cluster {
    /// Durable part.
    pub record: ClusterRecord,
    /// Current session.
    pub session: Option<Session>,
    /// What it is to be told.
    pub queue: ClusterQueue,
    /// Heard of or not.
    pub liveness: Liveness,
    /// Since when.
    pub liveness_since: Timestamp,
    /// Last sign of life, or the start of this leader.
    pub last_heard: Instant,
    /// An agent was heard of since this leader began.
    pub was_heard: bool,
    /// Managed performers without an owner.
    pub orphans: BTreeMap<(SlotKey, Epoch), Orphan>,
}

impl Session {
    /// Messages of its inventory were missing: only a new complete snapshot counts.
    pub fn inventory_lost(&mut self, now: Timestamp) {
        self.inventory_sequence = None;
        self.resync_since.get_or_insert(now);
    }

    /// Its inventory is complete up to this sequence. True when it was not before.
    pub fn inventory_applied(&mut self, sequence: u64) -> bool {
        self.resync_since = None;
        self.inventory_sequence.replace(sequence).is_none()
    }

    /// Two epochs of a slot may stand side by side there: either can be removed without the other.
    #[must_use]
    pub fn removes_exactly(&self) -> bool {
        self.protocol_version >= EXACT_REMOVES
    }
}

impl Cluster {
    /// A cluster that has not been heard of since `now`.
    #[must_use]
    pub fn new(record: ClusterRecord, now: Instant, wall: Timestamp) -> Self {
        Self {
            record,
            session: None,
            queue: ClusterQueue::default(),
            liveness: Liveness::Joining,
            liveness_since: wall,
            last_heard: now,
            was_heard: false,
            orphans: BTreeMap::new(),
        }
    }

    /// How long nothing was heard.
    #[must_use]
    pub fn silence(&self, now: Instant) -> Duration {
        let heard = self
            .session
            .as_ref()
            .map_or(self.last_heard, |session| session.last_seen.at());
        now.saturating_duration_since(heard.max(self.last_heard))
    }

    /// When something was last heard of it, for people; none before the first time since this leader began.
    #[must_use]
    pub fn last_heard_time(&self) -> Option<Timestamp> {
        self.was_heard
            .then(|| Timestamp::now().checked_sub(self.silence(Instant::now())).ok())
            .flatten()
    }

    /// The order that took `work` over (and no Apply) was answered: true when it was one.
    pub fn stop_adopting(&mut self, work: &Work, epoch: Epoch) -> bool {
        let Some(session) = self.session.as_mut() else {
            return false;
        };
        let adopting = work.intent == Intent::Apply && session.to_adopt.get(&work.key) == Some(&epoch);
        if adopting {
            session.to_adopt.remove(&work.key);
        }
        adopting
    }

    /// Its inventory is complete in the current session.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.inventory_sequence.is_some())
    }

    /// It was heard of a moment ago, and has yet to say in this session what it has, or to say it again: what an agent needs for
    /// that takes no longer than `limit`.
    #[must_use]
    pub fn is_late(&self, limit: Duration, now: Timestamp) -> bool {
        let mut session = self.session.iter();
        let since = |session: &Session| session.resync_since.unwrap_or(session.connect_time);
        let is_new = session.all(|session| after(since(session), limit) > now);
        !self.is_fresh() && self.was_heard && self.liveness < Liveness::Suspect && is_new
    }

    /// What its liveness is by `policy`.
    #[must_use]
    pub fn judged(&self, policy: LivenessPolicy, now: Instant) -> Liveness {
        let silence = self.silence(now);
        if silence >= policy.unreachable_after {
            Liveness::Unreachable
        } else if silence >= policy.suspect_after {
            Liveness::Suspect
        } else if self.is_fresh() {
            Liveness::Ready
        } else if self.liveness == Liveness::Ready {
            // The stream broke and the limit has not passed: it keeps its state, and takes no new decisions meanwhile.
            Liveness::Ready
        } else {
            Liveness::Joining
        }
    }
}

/// All clusters, by name.
#[derive(Debug, Default)]
pub struct Clusters {
    by_name: BTreeMap<ClusterName, Cluster>,
}

impl Clusters {
    /// Adds or replaces one.
    pub fn insert(&mut self, cluster: Cluster) {
        self.by_name.insert(cluster.record.name.clone(), cluster);
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &ClusterName) -> Option<&Cluster> {
        self.by_name.get(name)
    }

    /// One of them.
    pub fn get_mut(&mut self, name: &ClusterName) -> Option<&mut Cluster> {
        self.by_name.get_mut(name)
    }

    /// All, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Cluster> {
        self.by_name.values()
    }

    /// All, in order of their names.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Cluster> {
        self.by_name.values_mut()
    }

    /// The cluster whose current session this is.
    pub fn of_session_mut(&mut self, id: &SessionId) -> Option<&mut Cluster> {
        self.by_name
            .values_mut()
            .find(|cluster| cluster.session.as_ref().is_some_and(|session| session.id == *id))
    }

    /// Number of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// None.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Enough inventories are in to say that something fits nowhere: those of all clusters that are not silent.
    #[must_use]
    pub fn inventory_complete(&self) -> bool {
        self.by_name
            .values()
            .all(|cluster| cluster.is_fresh() || cluster.liveness >= Liveness::Suspect)
    }
}
