//! Sessions begin, say what runs, and end.

use std::collections::{BTreeMap, HashSet};

use hourglass_model::Violation;
use hourglass_model::ids::Epoch;
use tracing::{error, info, warn};

use crate::dispatch::{Intent, SlotKey, Work};
use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, HighestOrder, TombstoneRecord, encode, keys};
use crate::scheduler::adoption::NotAdopted;
use crate::scheduler::clusters::{Orphan, Session};
use crate::scheduler::command::{OpenSession, RunningPerformer, SessionGrant, SessionId};
use crate::scheduler::core::Core;
use crate::scheduler::memory::internal;
use crate::scheduler::port::CallError;
use crate::scheduler::queue::Happened;
use crate::scheduler::round::Round;

/// Why a performer of a known slot is nobody's.
const NEWER: &str = "its epoch is newer than this server knows";

/// Incarnations above ours that an agent may show: each is one raise by a person. More is not a store that was lost, and
/// written down it could not be counted past any more.
const MAX_INCARNATIONS_AHEAD: u64 = 1000;

/// Performers that an agent may list: more than Kubernetes runs pods in one cluster.
const MAX_RUNNING: usize = 200_000;

impl Core {
    /// An agent dialled in. Of two agents of one cluster the newer holder of its Kubernetes Lease wins; the same
    /// holder may always come back.
    pub(in crate::scheduler) fn open_session(
        &mut self,
        input: OpenSession,
        round: &mut Round,
    ) -> Result<SessionGrant, CallError> {
        let grant = self.grant();
        self.check_not_behind(&input, round)?;
        self.take_back_cluster(&input, round)?;
        let cluster = self
            .clusters
            .get_mut(&input.cluster)
            .filter(|cluster| cluster.record.uid == input.cluster_uid)
            .ok_or_else(|| CallError::NotFound(format!("clusters/{}", input.cluster)))?;
        if let Some(current) = &cluster.session
            && current.lease_transitions > input.lease_transitions
        {
            return Err(CallError::Precondition(format!(
                "a newer agent of cluster {} is connected (Lease transitions {} and {})",
                input.cluster, current.lease_transitions, input.lease_transitions
            )));
        }
        cluster.queue.reset();
        cluster.last_heard = round.instant;
        cluster.was_heard = true;
        cluster.session = Some(Session {
            id: input.session,
            orders: input.orders,
            last_seen: input.last_seen,
            connect_time: input.connect_time,
            agent_version: input.agent_version,
            kubernetes_version: input.kubernetes_version,
            protocol_version: input.protocol_version,
            lease_transitions: input.lease_transitions,
            running: Vec::new(),
            running_complete: false,
            listed: HashSet::new(),
            reported: HashSet::new(),
            to_adopt: BTreeMap::new(),
            inventory_sequence: None,
            resync_since: None,
        });
        self.tell_engine(&input.cluster);
        self.expect_new_inventory(&input.cluster);
        self.judge_clusters(round);
        Ok(grant)
    }

    /// A store that is older than what agents have obeyed gives no orders, not even after so many restarts that its term
    /// has passed theirs: its intent is old. Only a raised incarnation ends that, which is a person's word. What no store
    /// of this fleet can have given is that agent's error alone.
    fn check_not_behind(&mut self, input: &OpenSession, round: &mut Round) -> Result<(), CallError> {
        let ours = self.grant();
        let shown = HighestOrder {
            incarnation: input.highest_incarnation,
            term: input.highest_term,
            cluster: Some(input.cluster.clone()),
        };
        if shown.incarnation > ours.incarnation.saturating_add(MAX_INCARNATIONS_AHEAD) {
            warn!(cluster = %input.cluster, incarnation = shown.incarnation, ours = ours.incarnation,
                "an agent says that it obeyed an incarnation which this fleet cannot have had; its session is refused");
            return Err(CallError::Invalid(vec![Violation::new(
                "hello.highestIncarnation",
                format!(
                    "is {}, and this server is at {}: more than {MAX_INCARNATIONS_AHEAD} ahead is not an older state of the \
                     server, but an agent whose own record is damaged or of another fleet",
                    shown.incarnation, ours.incarnation
                ),
            )]));
        }
        let is_news = self
            .behind
            .as_ref()
            .is_none_or(|behind| shown.is_above(behind.incarnation, behind.term));
        if shown.is_above(ours.incarnation, ours.term) && is_news {
            let key = keys::highest_order().map_err(internal)?;
            let value = encode(key.as_str(), &shown).map_err(internal)?;
            round.changes.write("meta", key, Some(value));
            self.behind = Some(shown);
            if let Some(why) = self.why_behind() {
                warn!(shown_by = %input.cluster, "no agent gets a session: {why}");
            }
        }
        self.why_behind()
            .map_or(Ok(()), |why| Err(CallError::Precondition(why)))
    }

    /// Why no agent gets a session: the store is older than what they have obeyed. None when it is not.
    #[must_use]
    pub fn why_behind(&self) -> Option<String> {
        let behind = self.behind.as_ref()?;
        let ours = self.grant();
        let by = behind
            .cluster
            .as_ref()
            .map(|cluster| format!(" (cluster {cluster} has)"))
            .unwrap_or_default();
        Some(format!(
            "agents have obeyed incarnation {} term {}{by}, this server is at {} and {}: its state is older than theirs \
             (restored or new); start it once with --raise-incarnation",
            behind.incarnation, behind.term, ours.incarnation, ours.term
        ))
    }

    /// The stream of a session ended. Its cluster keeps inventory and claims and gets nothing new.
    pub(in crate::scheduler) fn close_session(&mut self, id: &SessionId, round: &mut Round) {
        self.drop_session(id, round);
        self.judge_clusters(round);
    }

    /// Ends a session without a look at the others.
    pub(in crate::scheduler) fn drop_session(&mut self, id: &SessionId, round: &mut Round) {
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return;
        };
        cluster.last_heard = cluster
            .session
            .as_ref()
            .map_or(round.instant, |session| session.last_seen.at());
        cluster.session = None;
        cluster.queue.reset();
        let name = cluster.record.name.clone();
        info!(cluster = %name, "agent disconnected");
        self.expect_new_inventory(&name);
    }

    /// Part of what the agent runs. The last part starts the comparison with what it should run.
    pub(in crate::scheduler) fn session_running(
        &mut self,
        id: &SessionId,
        mut performers: Vec<RunningPerformer>,
        complete: bool,
        round: &mut Round,
    ) {
        if !self.recovers() {
            // Nothing is adopted: the seals would only fill the memory.
            for performer in &mut performers {
                performer.signed_placement = Vec::new();
            }
        }
        let Some(cluster) = self.clusters.of_session_mut(id) else {
            return;
        };
        let Some(session) = cluster.session.as_mut() else {
            return;
        };
        session.running.extend(performers);
        if session.running.len() > MAX_RUNNING {
            error!(cluster = %cluster.record.name, "the agent lists more performers than a cluster can run; its session ends");
            return self.close_session(id, round);
        }
        if !complete {
            return;
        }
        session.running_complete = true;
        let running = std::mem::take(&mut session.running);
        cluster.orphans.clear();
        let name = cluster.record.name.clone();
        info!(cluster = %name, performers = running.len(), "agent said what it runs");
        self.tell_engine(&name);
        for performer in &running {
            self.compare_running(&name, performer, round);
        }
        self.queue_missing(&name, &running, round);
        self.wake_rolls_in(&name);
        if self.recovers() {
            self.happened(Happened::anything());
        }
        round.to_dispatch.insert(name);
    }

    /// One performer that runs: ours and current, ours and superseded, or nobody's.
    fn compare_running(
        &mut self,
        name: &hourglass_model::ids::ClusterName,
        performer: &RunningPerformer,
        round: &mut Round,
    ) {
        let key = &performer.key;
        if self.tombstones.covers(name, key, performer.epoch) {
            return;
        }
        let slot = self.placements.by_uid(&key.placement_uid).and_then(|record| {
            let slot = record.slot(key.slot)?;
            Some((record, slot))
        });
        let Some((_, slot)) = slot.filter(|(_, slot)| performer.epoch <= slot.highest()) else {
            let is_known = slot.is_some();
            if !is_known && self.is_retired(key, performer.epoch) {
                self.supersede(name, performer, false, round);
                return;
            }
            match self.adopt(name, performer, round) {
                Ok(()) => {}
                Err(NotAdopted::Unowned) if is_known => self.orphan(name, performer, NEWER.to_owned()),
                Err(why) => self.orphan(name, performer, why.to_string()),
            }
            return;
        };
        let place = slot
            .places()
            .find(|(epoch, at)| *epoch == performer.epoch && at.cluster == *name)
            .map(|(epoch, at)| {
                let same = at.content_hash == performer.content_hash;
                (same, epoch != slot.epoch, at.observed.phase.is_applied())
            });
        if let Some((same, is_successor, is_applied)) = place {
            let older = performer.incarnation < self.grant().incarnation;
            if !is_applied {
                self.is_listed(name, key, performer.epoch);
            }
            self.confirm(key, performer.epoch, round);
            if older && self.recovers() {
                self.learn_from_known(name, performer, round);
            }
            if is_successor && (!same || performer.terminating || older) {
                self.enqueue(name, key.clone(), Intent::ApplySuccessor, round);
            } else if !same || performer.terminating {
                self.enqueue(name, key.clone(), Intent::Apply, round);
            } else if older {
                // Made by an order of before a restore, or adopted and not told yet.
                self.take_over(name, key, performer.epoch, round);
            } else {
                self.mark_applied(name, key, performer.epoch, round);
            }
            return;
        }
        // Between the epochs of a place and its successor there may be earlier successors.
        let exact = performer.epoch > slot.epoch;
        if self.recovers() {
            // Its wish may be later than that of the one that stays.
            self.learn_from_known(name, performer, round);
        }
        self.supersede(name, performer, exact, round);
    }

    /// Since the store recovers, a replica that is not wanted any more was found and removed at this epoch or a later one.
    fn is_retired(&self, key: &SlotKey, epoch: Epoch) -> bool {
        let record = self.placements.by_uid(&key.placement_uid);
        let retired = record.and_then(|record| record.retired_epochs.get(&key.slot));
        self.recovers() && retired.is_some_and(|retired| epoch <= *retired)
    }

    /// The slot is elsewhere, or at a later epoch, by our own durable decision: this one goes.
    fn supersede(
        &mut self,
        name: &hourglass_model::ids::ClusterName,
        performer: &RunningPerformer,
        exact: bool,
        round: &mut Round,
    ) {
        let key = &performer.key;
        let Some(record) = self.placements.by_uid(&key.placement_uid) else {
            return;
        };
        warn!(cluster = %name, performer = %performer.performer, epoch = performer.epoch.0, "superseded performer is removed");
        let tombstone = TombstoneRecord {
            cluster: name.clone(),
            slot: key.slot,
            epoch: performer.epoch,
            exact,
            performer: performer.performer.clone(),
            node: None,
            zone: None,
            pinned: true,
            vector: hourglass_model::resources::ResourceVector::default(),
            devices: Vec::new(),
            create_time: round.now,
            traceparent: record.cause().map(str::to_owned),
        };
        let placement = record.name();
        self.tombstones.add(&key.placement_uid, &placement, tombstone);
        round.touched.insert(key.placement_uid.clone());
    }

    fn orphan(
        &mut self,
        name: &hourglass_model::ids::ClusterName,
        performer: &RunningPerformer,
        reason: String,
    ) {
        warn!(cluster = %name, performer = %performer.performer, reason, "orphan performer: counted, not touched");
        if let Some(cluster) = self.clusters.get_mut(name) {
            let orphan = Orphan {
                performer: performer.performer.clone(),
                reason,
            };
            cluster
                .orphans
                .insert((performer.key.clone(), performer.epoch), orphan);
        }
    }

    /// Queues what should run there and does not, and every open tombstone.
    fn queue_missing(
        &mut self,
        name: &hourglass_model::ids::ClusterName,
        running: &[RunningPerformer],
        round: &mut Round,
    ) {
        let runs: HashSet<(&SlotKey, Epoch)> = running
            .iter()
            .map(|performer| (&performer.key, performer.epoch))
            .collect();
        let mut work: Vec<Work> = self
            .tombstones
            .in_cluster(name)
            .map(|(key, epoch)| Work {
                key,
                intent: Intent::Remove(epoch),
            })
            .collect();
        let (mut not_found, mut outlived) = (Vec::new(), Vec::new());
        for record in self
            .placements
            .iter(None)
            .filter(|record| record.delete_time.is_none())
        {
            for slot in &record.slots {
                let key = SlotKey::of(&record.uid, slot.slot);
                for (epoch, assignment) in slot.places() {
                    if assignment.cluster != *name || runs.contains(&(&key, epoch)) {
                        continue;
                    }
                    let is_successor = epoch != slot.epoch;
                    let later_one_runs = |(later, of): (Epoch, &AssignmentRecord)| {
                        later > epoch && of.cluster == *name && runs.contains(&(&key, later))
                    };
                    if self.is_held(slot) {
                        not_found.extend((!is_successor).then(|| key.clone()));
                    } else if slot.places().any(later_one_runs) {
                        // The agent makes no earlier epoch beside a later one.
                        outlived.push(key.clone());
                    } else {
                        // What the agent refused before is tried once in every session: it may have started with other
                        // roles or namespaces.
                        let intent = if is_successor {
                            Intent::ApplySuccessor
                        } else {
                            Intent::Apply
                        };
                        let key = key.clone();
                        work.push(Work { key, intent });
                    }
                }
            }
        }
        if let Some(cluster) = self.clusters.get_mut(name) {
            for item in work {
                cluster.queue.push(item);
            }
        }
        for key in not_found {
            self.mark_not_found(&key, round);
        }
        for key in outlived {
            let message = "it was gone when its cluster came back, and its successor is there";
            self.withdraw(&key.placement_uid, key.slot, Reason::Superseded, message, round);
        }
    }
}
