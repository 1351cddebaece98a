//! Placements of lower priority make room: their release and the claim that takes their room are committed together; what
//! takes it is started when they have gone.
//!
//! Where they are more than one commit holds, the claim is durable first, with the names of all whose room it takes; their
//! releases follow in the next commits of the same round. What a crash in between leaves undone is done from these names by
//! whoever leads next, before anything else ([`finish_preemption`](super::finish_preemption)).

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::{DecideInput, Decision, SlotWanted, kept_serving};
use hourglass_model::ids::{ClaimId, ClusterName, PlacementUid, Slot};
use hourglass_model::placement::Preemption;
use hourglass_model::request::CanonicalRequest;
use tracing::info;

use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::Reason;
use crate::records::{IntentRecord, PlacementRecord, StatusRecord};
use crate::scheduler::changes::BATCH_BYTES;
use crate::scheduler::clusters::Cluster;
use crate::scheduler::core::Core;
use crate::scheduler::handlers::place::Mode;
use crate::scheduler::round::Round;

/// Writes of a preemption that is one commit; some fewer than a batch holds, for what the call itself remembers.
const MOST_WRITES: usize = 110;
/// The same in bytes.
const MOST_BYTES: usize = BATCH_BYTES / 4 * 3;
/// Claims that the replicas of one placement may wait for, all told: they stand in its record.
pub(crate) const MOST_WAITS: usize = 1024;
/// Halves and tombstones of a placement.
const WRITES_OF_A_PLACEMENT: usize = 3;
/// What a place takes at most in records of all kinds; see the tests of their sizes.
const BYTES_OF_A_PLACE: usize = 4096;

/// How much one preemption may take.
#[derive(Clone, Copy, Debug)]
pub(in crate::scheduler) struct PreemptionLimits {
    /// Writes of one that is one commit; with more it is several.
    pub writes: usize,
    /// Claims that it may wait for.
    pub waits: usize,
}

impl Default for PreemptionLimits {
    fn default() -> Self {
        Self {
            writes: MOST_WRITES,
            waits: MOST_WAITS,
        }
    }
}

/// Why nobody is moved although that would make room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scheduler) enum NotMoved {
    /// Another preemption of the same round, or a change of those that would have to go, comes first; this one is for the next.
    Later,
    /// This cluster may have room, and has been silent for moments.
    Late(ClusterName),
    /// More than may make room for one placement at once.
    TooMany {
        /// Replicas that would have to go.
        replicas: usize,
        /// Of so many placements.
        placements: usize,
    },
}

impl NotMoved {
    /// For people; nothing of what passes by itself.
    pub(in crate::scheduler) fn message(&self) -> Option<String> {
        match self {
            Self::Later => None,
            Self::Late(cluster) => Some(format!(
                "cluster {cluster} may take it, and its agent is on its way back: it is waited for as long as a \
                 cluster is READY though nothing is heard of it"
            )),
            Self::TooMany { replicas, placements } => Some(format!(
                "it would fit if {replicas} replicas of {placements} placements made room, which is more than may at once, so \
                 none of them is moved"
            )),
        }
    }
}

impl Core {
    /// Others may be moved for a request of this kind. Not while the store recovers: who is moved may not be found yet.
    pub(in crate::scheduler) fn may_preempt(&self, request: &CanonicalRequest) -> bool {
        let lowest = self.placements.placed().lowest_priority();
        request.preemption == Preemption::LowerPriority
            && lowest.is_some_and(|lowest| lowest < request.priority)
            && !self.recovers()
    }

    /// Decides for a placement, moving others where that may be and they are not too many. When nobody is moved although it
    /// would make room, the reason.
    pub(in crate::scheduler) fn decide_over_others(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        wanted: &[SlotWanted],
        round: &Round,
    ) -> (Decision, Option<NotMoved>) {
        let uid = &record.uid;
        let whose = (&record.tenant, Some(uid));
        let avoid = self.avoided_as(record, record.generation_tried(), request.shape, round.instant);
        let free = Mode {
            preempt: false,
            explain: false,
        };
        let late = match self.has_waited_for_late(uid, round.now) {
            true => Vec::new(),
            false => self.late_for(record, request, &avoid),
        };
        let own_room = || self.leaves_room(record, request, wanted, &avoid, round);
        let decision = match late.is_empty() && self.may_preempt(request) && !own_room() {
            true => self.decide_with_leavers(whose, request, wanted, &avoid, round),
            false => self.decide(whose, request, wanted, free, &avoid),
        };
        let (mut decision, late) = self.without_late(&late, request, decision);
        if let Some(cluster) = late {
            return (decision, Some(NotMoved::Late(cluster)));
        }
        // What this round has released is on its way out whoever comes.
        decision
            .victims
            .retain(|victim| !round.released.contains(&victim.claim));
        let Some(why) = self.why_not_moved(Some(uid), &decision, round) else {
            return (decision, None);
        };
        let alone = self.decide(whose, request, wanted, free, &avoid);
        (alone, Some(why))
    }

    /// Why the victims of a decision are not moved for the placement `uid`, or for one that does not exist yet; none when
    /// they may be, or when there are none.
    pub(in crate::scheduler) fn why_not_moved(
        &self,
        uid: Option<&PlacementUid>,
        decision: &Decision,
        round: &Round,
    ) -> Option<NotMoved> {
        if !decision.victims.is_empty() && round.preempted > 0 {
            return Some(NotMoved::Later);
        }
        let waits: usize = decision.placed.iter().map(|placed| placed.waits_for.len()).sum();
        if waits > self.preemption.waits {
            let going = decision.going();
            let placements = going.iter().map(|claim| &claim.placement);
            return Some(NotMoved::TooMany {
                replicas: going.len(),
                placements: placements.collect::<BTreeSet<_>>().len(),
            });
        }
        if decision.victims.is_empty() {
            return None;
        }
        // What was written of them before would be durable before the claim that takes their room.
        let mut victims = decision.victims.iter().map(|victim| &victim.claim.placement);
        let written = victims.any(|victim| round.changes.knows(victim.as_str()));
        (written && !self.is_one_commit(uid, decision, round)).then_some(NotMoved::Later)
    }

    /// One commit holds all that a decision with victims takes.
    fn is_one_commit(&self, uid: Option<&PlacementUid>, decision: &Decision, round: &Round) -> bool {
        let victims = decision.victims.iter().map(|victim| &victim.claim.placement);
        let placements: BTreeSet<&PlacementUid> = victims.chain(uid).collect();
        let places = decision.victims.len() + decision.placed.len();
        let (mut writes, mut bytes) = (2, places * BYTES_OF_A_PLACE);
        for uid in &placements {
            let (more_writes, more_bytes) = self.size_of(uid, round);
            writes += more_writes;
            bytes += more_bytes;
        }
        writes <= self.preemption.writes && bytes <= MOST_BYTES
    }

    /// What is said of a request that fits nowhere only because of those that have to go on serving; none when they are not
    /// what stands in its way.
    pub(in crate::scheduler) fn kept_serving(
        &self,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> Option<String> {
        let replicas = self
            .may_preempt(request)
            .then(|| kept_serving(&self.fleet, request, input))
            .flatten()?;
        Some(format!(
            "it would fit if {replicas} replicas of lower priority made room; of those that serve so many have to stay \
             (disruption.minAvailable) that they are not moved before more of them serve"
        ))
    }

    /// Writes and bytes of a placement as it is, with what this round has written of it already.
    fn size_of(&self, uid: &PlacementUid, round: &Round) -> (usize, usize) {
        let (writes, mut bytes) = round.changes.unit_size(uid.as_str());
        if let Some(record) = self.placements.by_uid(uid) {
            bytes += length(&IntentRecord::of(record)) + length(&StatusRecord::of(record));
        }
        if let Some(tombstones) = self.tombstones.record(uid) {
            bytes += length(tombstones);
        }
        (
            writes + WRITES_OF_A_PLACEMENT + self.surplus_revisions(uid),
            bytes,
        )
    }

    /// Takes the victims of a decision out of their places, in one commit with what `uid` gets, or right after it. They wait again.
    pub(in crate::scheduler) fn make_way(
        &mut self,
        uid: &PlacementUid,
        decision: &Decision,
        round: &mut Round,
    ) {
        self.follow_released(uid, decision, round);
        let (now, leavers) = (round.now, decision.leavers().len());
        if leavers > 0 {
            self.placements.update(uid, |record| {
                let message =
                    format!("those that leave their places anyway make room for it (replicas: {leavers})");
                record.push_event(now, "COUNTS_ON_ROOM", message);
            });
        }
        if decision.victims.is_empty() {
            return;
        }
        #[cfg(test)]
        crate::scheduler::simulation::leavers::about_to_move(self, uid, decision, round);
        let together = self.is_one_commit(Some(uid), decision, round);
        round.changes.begin(uid.as_str());
        let mut victims: BTreeMap<&PlacementUid, Vec<&ClaimId>> = BTreeMap::new();
        for victim in &decision.victims {
            let claims = victims.entry(&victim.claim.placement).or_default();
            claims.push(&victim.claim);
        }
        for (victim, claims) in victims {
            if together {
                round.changes.join(uid.as_str(), victim.as_str());
            }
            self.clear_out(uid, victim, &claims, round);
        }
        let replicas = decision.victims.len();
        self.placements.update(uid, |record| {
            let message = format!("{replicas} replicas of lower priority make room for it");
            record.push_event(now, "PREEMPTING", message);
        });
        round.preempted += replicas;
    }

    /// The room that others give up in this round for reasons of their own is promised no sooner than that is durable: a crash
    /// in between would leave a place that waits for one that nobody has given up.
    fn follow_released(&self, uid: &PlacementUid, decision: &Decision, round: &mut Round) {
        let waits_for = decision.placed.iter().flat_map(|placed| &placed.waits_for);
        let others: BTreeSet<&PlacementUid> = waits_for
            .filter(|claim| claim.placement != *uid && round.released.contains(claim))
            .map(|claim| &claim.placement)
            .collect();
        for other in others {
            if round.changes.knows(uid.as_str()) {
                round.changes.join(uid.as_str(), other.as_str());
            } else {
                round.changes.begin(other.as_str());
            }
        }
    }

    /// Takes these places from the placement `victim`, for `uid`. It waits again.
    pub(in crate::scheduler) fn clear_out(
        &mut self,
        uid: &PlacementUid,
        victim: &PlacementUid,
        claims: &[&ClaimId],
        round: &mut Round,
    ) {
        let Some((preemptor, record)) = self.placements.by_uid(uid).zip(self.placements.by_uid(victim))
        else {
            return;
        };
        let name = preemptor.name();
        let priority = preemptor.spec.priority.unwrap_or(0);
        let who = if record.tenant == preemptor.tenant {
            name.as_str()
        } else {
            "a placement of another tenant"
        };
        let message = format!("made room for {who} (priority {priority})");
        info!(placement_uid = %victim, by = name, replicas = claims.len(), "replicas make room for a higher priority");
        for claim in claims {
            let Some(held) = self
                .placements
                .by_uid(victim)
                .and_then(|record| record.slot(claim.slot))
            else {
                continue;
            };
            let is_successor = held
                .successor
                .as_ref()
                .is_some_and(|one| one.epoch == claim.epoch);
            if is_successor {
                self.drop_successor(victim, claim.slot, Reason::Preempted, &message, round);
            } else if held.assignment.is_some() && held.epoch == claim.epoch {
                self.withdraw(victim, claim.slot, Reason::Preempted, &message, round);
            }
        }
        let now = round.now;
        self.placements.update(victim, |record| {
            record.push_event(now, "PREEMPTED", message.clone());
        });
        // A replica that was being replaced still has one of its two places.
        let record = self.placements.by_uid(victim);
        if record.is_some_and(|record| record.without_place().next().is_some()) {
            self.note_waiting(victim, Reason::Preempted, &message, round);
        }
        round.touched.insert(victim.clone());
    }

    /// Those that have a place which others are on their way out of.
    pub(in crate::scheduler) fn preemptors(&self) -> Vec<PlacementUid> {
        let behind = self.placements.placed().behind_victims();
        behind.iter().cloned().collect()
    }

    /// Starts what has waited for victims that have gone. Whether they have, the engine says; but only once the cluster's
    /// inventory of this session is in, because what a server that starts does not know of may still be there.
    pub(in crate::scheduler) fn start_behind_victims(&mut self, round: &mut Round) {
        for uid in self.preemptors() {
            let ready: Vec<Slot> = self.placements.by_uid(&uid).map_or_else(Vec::new, |record| {
                let behind = record.behind_victims();
                // One that is held may have started long ago, as far as this store knows.
                let ready = behind.filter(|(slot, assignment)| {
                    let cluster = self.clusters.get(&assignment.cluster);
                    let mut victims = assignment.waits_for.iter();
                    !self.is_held(slot)
                        && cluster.is_some_and(Cluster::is_fresh)
                        && victims.all(|victim| self.fleet.claim_record(victim).is_none())
                });
                ready.map(|(slot, _)| slot.slot).collect()
            });
            for slot in ready {
                self.start_slot(&uid, slot, round);
            }
        }
    }

    /// The place of a slot is free: its Apply may go out once that is durable.
    fn start_slot(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let now = round.now;
        let cluster = self.placements.update(uid, |record| {
            let held = record.slot_mut(slot)?;
            let assignment = held.assignment.as_mut()?;
            assignment.waits_for.clear();
            assignment.room_time = Some(now);
            let cluster = assignment.cluster.clone();
            if record.behind_victims().next().is_none() {
                record.push_event(now, "ROOM_MADE", "those whose room it takes have left".to_owned());
            }
            record.has_room(now);
            Some((cluster, record.takes_turns()))
        });
        let Some((cluster, takes_turns)) = cluster.flatten() else {
            return;
        };
        if !takes_turns {
            self.queue.ended(uid);
        }
        self.enqueue(&cluster, SlotKey::of(uid, slot), Intent::Apply, round);
        round.touched.insert(uid.clone());
    }
}

/// Bytes of a record as it is stored. One that has no stored form ends the loop where it is written.
fn length<R: serde::Serialize>(record: &R) -> usize {
    serde_json::to_vec(record).map_or(usize::MAX / 1024, |value| value.len())
}
