//! The state that decisions are made on: durable intent in memory, soft capacity, sessions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use hourglass_engine::FleetState;
use hourglass_model::ids::{ClusterName, Epoch, Generation, PlacementId, PlacementUid, TenantId};
use hourglass_model::request::ShapeId;
use jiff::Timestamp;

use super::allowance::Allowance;
use super::avoid::Avoided;
use super::clusters::{Clusters, LivenessPolicy};
use super::command::SessionGrant;
use super::handlers::preempt::PreemptionLimits;
use super::handlers::rehearsed_moves::MOST_ASKED;
use super::new_uids::NewUids;
use super::placements::Placements;
use super::queue::{Queue, Turn, WaitingNote};
use super::reservations::{Held, Reservations};
use super::revisions::Revisions;
use super::rollout::Rolls;
use super::round::Round;
use super::texts::Texts;
use super::timers::{QueuePolicy, TimerKind};
use super::tombstones::Tombstones;
use crate::dispatch::{Intent, SlotKey, Work};
use crate::pki::placement_seal::PlacementSeal;
use crate::records::settled_incarnation::FIRST_INCARNATION;
use crate::records::{HighestOrder, JoinTokenRecord, PlacementRecord};

/// A turn of a count keeps everybody else waiting no longer than this, twice the time that placing what was counted again takes,
/// and the time that one explanation takes.
const ANSWERING: Duration = Duration::from_millis(50);
/// Explanations that nobody has asked for by name, one after the other, take no longer than this at a stretch, and what the
/// last of them takes.
const EXPLAINING: Duration = Duration::from_millis(20);

/// Everything that the decision loop owns. Its behaviour is in `handlers/`, a file a command.
#[derive(Debug)]
pub struct Core {
    /// Capacity and claims.
    pub(in crate::scheduler) fleet: FleetState,
    /// Intent.
    pub(in crate::scheduler) placements: Placements,
    /// Whose turn it is to be tried again.
    pub(in crate::scheduler) queue: Queue,
    /// Nodes kept for those that have waited long.
    pub(in crate::scheduler) reservations: Reservations,
    /// Whose replicas are being replaced, and have a next step to look at.
    pub(in crate::scheduler) rolls: Rolls,
    /// What was due while too little was known to do it: it is looked at again with each tick.
    pub(in crate::scheduler) put_off: BTreeSet<(TimerKind, PlacementUid)>,
    /// The first look at the timers of this server.
    pub(in crate::scheduler) began: Option<Instant>,
    /// Since this server has begun, all clusters have said what they have, or were silent for too long.
    pub(in crate::scheduler) knows_fleet: bool,
    /// Clusters that have been silent for moments.
    pub(in crate::scheduler) late: BTreeSet<ClusterName>,
    /// Since when placements wait for clusters that are late.
    pub(in crate::scheduler) put_off_since: HashMap<PlacementUid, Timestamp>,
    /// Earlier specs.
    pub(in crate::scheduler) revisions: Revisions,
    /// Orders to remove.
    pub(in crate::scheduler) tombstones: Tombstones,
    /// Placements whose tombstones the store holds.
    pub(in crate::scheduler) stored_tombstones: HashSet<PlacementUid>,
    /// Clusters and their sessions.
    pub(in crate::scheduler) clusters: Clusters,
    /// Join tokens by id.
    pub(in crate::scheduler) join_tokens: BTreeMap<String, JoinTokenRecord>,
    /// Placements with places that are charged to other nodes than their stored records say.
    pub(in crate::scheduler) followed: BTreeSet<PlacementUid>,
    /// Places that refused.
    pub(in crate::scheduler) avoided: Avoided,
    /// When agents last observed a slot; not durable.
    pub(in crate::scheduler) observe_times: HashMap<SlotKey, (Epoch, Timestamp)>,
    /// When silence counts.
    pub(in crate::scheduler) liveness_policy: LivenessPolicy,
    /// Signs what agents keep.
    pub(in crate::scheduler) seal: PlacementSeal,
    /// Shapes of what placements ask for in their turn, made once for each spec.
    pub(in crate::scheduler) shapes: HashMap<PlacementUid, (Generation, ShapeId)>,
    /// What agents have obeyed, when that is above what this store gives.
    pub(in crate::scheduler) behind: Option<HighestOrder>,
    /// Up to which incarnation a recovery was ended.
    pub(in crate::scheduler) settled_incarnation: u64,
    /// Uids of placements to come.
    pub(in crate::scheduler) new_uids: NewUids,
    /// How long one turn of a count may keep everybody else waiting.
    pub(in crate::scheduler) answering: Duration,
    /// How much one preemption may take.
    pub(in crate::scheduler) preemption: PreemptionLimits,
    /// Replicas that the rehearsal of an update asks about where others have left, at most.
    pub(in crate::scheduler) most_asked: usize,
    /// A server before this one may have begun a preemption of several commits.
    pub(in crate::scheduler) may_be_unfinished: bool,
    /// Time for explanations.
    pub(in crate::scheduler) explaining: Allowance,
    /// Whose condition is to say at length why it waits.
    pub(in crate::scheduler) texts: Texts,
    grant: SessionGrant,
}

impl Core {
    /// An empty fleet.
    #[must_use]
    pub fn new(grant: SessionGrant, liveness_policy: LivenessPolicy, seal: PlacementSeal) -> Self {
        Self {
            fleet: FleetState::default(),
            placements: Placements::default(),
            queue: Queue::default(),
            reservations: Reservations::default(),
            rolls: Rolls::default(),
            put_off: BTreeSet::new(),
            began: None,
            knows_fleet: false,
            late: BTreeSet::new(),
            put_off_since: HashMap::new(),
            revisions: Revisions::default(),
            tombstones: Tombstones::default(),
            stored_tombstones: HashSet::new(),
            clusters: Clusters::default(),
            join_tokens: BTreeMap::new(),
            followed: BTreeSet::new(),
            avoided: Avoided::default(),
            observe_times: HashMap::new(),
            liveness_policy,
            seal,
            shapes: HashMap::new(),
            behind: None,
            settled_incarnation: FIRST_INCARNATION,
            new_uids: NewUids::random(),
            answering: ANSWERING,
            preemption: PreemptionLimits::default(),
            most_asked: MOST_ASKED,
            may_be_unfinished: false,
            explaining: Allowance::of(EXPLAINING),
            texts: Texts::default(),
            grant,
        }
    }

    /// The same, where a turn of a count, and explanations at a stretch, may keep everybody else waiting this long.
    #[cfg(test)]
    pub(crate) fn with_answering(self, answering: Duration) -> Self {
        Self {
            answering,
            explaining: Allowance::of(answering),
            ..self
        }
    }

    /// The same, with lengths of time that the operator has chosen.
    #[must_use]
    pub fn with_queue_policy(self, policy: QueuePolicy) -> Self {
        Self {
            placements: Placements::new(policy),
            reservations: Reservations::new(policy.reservation),
            ..self
        }
    }

    /// The same, with uids of new placements from here.
    #[must_use]
    pub fn with_new_uids(self, new_uids: NewUids) -> Self {
        Self { new_uids, ..self }
    }

    /// Incarnation and term that every order carries.
    #[must_use]
    pub fn grant(&self) -> SessionGrant {
        self.grant.clone()
    }

    /// All placements, by name.
    pub fn placements(&self) -> impl Iterator<Item = &PlacementRecord> {
        self.placements.iter(None)
    }

    /// One placement, by name.
    #[must_use]
    pub fn placement(&self, tenant: &TenantId, id: &PlacementId) -> Option<&PlacementRecord> {
        self.placements.get(tenant, id)
    }

    /// The clusters.
    #[must_use]
    pub fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// Capacity and claims.
    #[must_use]
    pub fn fleet(&self) -> &FleetState {
        &self.fleet
    }

    /// Join tokens, by id.
    pub fn join_tokens(&self) -> impl Iterator<Item = &JoinTokenRecord> {
        self.join_tokens.values()
    }

    /// Placements that have nodes kept.
    #[must_use]
    pub fn reservations(&self) -> usize {
        self.reservations.held().len()
    }

    /// Removals that are not confirmed.
    #[must_use]
    pub fn open_tombstones(&self) -> usize {
        self.tombstones.iter().count()
    }

    /// Placements that wait for a place.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let promised = self.promised_turns().count();
        self.placements.turns().len().saturating_sub(promised)
    }

    /// Turns of those that have a place, and wait for others to leave it.
    fn promised_turns(&self) -> impl Iterator<Item = &Turn> {
        let behind = self.placements.placed().behind_victims().iter();
        let promised = behind.filter(|uid| !self.placements.by_uid(uid).is_some_and(PlacementRecord::waits));
        promised.filter_map(|uid| self.placements.turns().of(uid))
    }

    /// Placements that wait until others have left their places.
    #[must_use]
    pub fn behind_victims(&self) -> usize {
        self.placements.placed().behind_victims().len()
    }

    /// How often it was found out so far why something waits, other than for ExplainPlacement.
    #[must_use]
    pub fn explanations(&self) -> u64 {
        self.explaining.pieces()
    }

    /// Positions of these placements among those that wait for a place, from 1, and what the last turn of each was
    /// answered; why at length as far as there is time to find that out.
    #[must_use]
    pub fn waiting_notes(&self, of: &HashSet<PlacementUid>) -> HashMap<PlacementUid, WaitingNote> {
        self.waiting_notes_at(of, Instant::now())
    }

    /// The same at this moment.
    pub(in crate::scheduler) fn waiting_notes_at(
        &self,
        of: &HashSet<PlacementUid>,
        now: Instant,
    ) -> HashMap<PlacementUid, WaitingNote> {
        let waiting = self.waiting();
        let turns = self.placements.turns();
        let mut promised: Vec<&Turn> = self.promised_turns().collect();
        promised.sort_unstable();
        turns
            .positions(of)
            .into_iter()
            .filter_map(|(uid, position)| {
                // Those alone are counted that have no place.
                let in_front = promised.binary_search(&turns.of(&uid)?).err()?;
                Some((uid, position - in_front))
            })
            .map(|(uid, position)| {
                let record = self.placements.by_uid(&uid);
                let failure = self.queue.failure(&uid);
                if let Some((record, failure)) = record.zip(failure) {
                    self.explain_failure(record, failure, now);
                }
                let note = WaitingNote {
                    position,
                    waiting,
                    failure: failure.cloned(),
                    kept: self.reservations.of(&uid).map(Held::note),
                    lost: record.and_then(PlacementRecord::preempted).map(str::to_owned),
                };
                (uid, note)
            })
            .collect()
    }

    /// When the agent last observed a slot's current epoch, in this server's lifetime.
    #[must_use]
    pub fn observe_time(&self, key: &SlotKey, epoch: Epoch) -> Option<Timestamp> {
        self.observe_times
            .get(key)
            .filter(|(of, _)| *of == epoch)
            .map(|(_, time)| *time)
    }

    /// Puts work for a slot into its cluster's queue, to be sent once this round is durable. Without a session this is
    /// moot: the next one compares anew.
    pub(in crate::scheduler) fn enqueue(
        &mut self,
        cluster: &ClusterName,
        key: SlotKey,
        intent: Intent,
        round: &mut Round,
    ) {
        if let Some(cluster) = self
            .clusters
            .get_mut(cluster)
            .filter(|cluster| cluster.session.is_some())
        {
            cluster.queue.push(Work { key, intent });
            round.to_dispatch.insert(cluster.record.name.clone());
        }
    }

    /// Retries whose backoff has passed go back into their queues.
    pub(in crate::scheduler) fn due_orders(&mut self, round: &mut Round) {
        for cluster in self.clusters.iter_mut() {
            if cluster.queue.due(round.instant) {
                round.to_dispatch.insert(cluster.record.name.clone());
            }
        }
    }
}
