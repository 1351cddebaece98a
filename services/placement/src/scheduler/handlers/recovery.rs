//! The time between a raised incarnation and a person's word that everything that will come back has come back.
//!
//! A store that was lost or restored knows less than the clusters run, and not even which clusters there are. So while it
//! recovers, whatever may already run somewhere is not started: see [`Core::is_held`].

use std::collections::BTreeMap;

use hourglass_engine::Explanation;
use hourglass_model::ids::{ClusterName, Epoch, PlacementUid, Slot};
use tracing::{info, warn};

use crate::dispatch::SlotKey;
use crate::records::not_found::waits_for_recovery;
use crate::records::placement::{Observed, Reason};
use crate::records::{ClusterRecord, PlacementRecord, SettledIncarnation, SlotRecord, encode, keys};
use crate::scheduler::clusters::Cluster;
use crate::scheduler::command::OpenSession;
use crate::scheduler::core::Core;
use crate::scheduler::memory::internal;
use crate::scheduler::port::CallError;
use crate::scheduler::queue::Happened;
use crate::scheduler::round::Round;

/// Event that ends the wait of held replicas.
const RECOVERY_ENDED: &str = "RECOVERY_ENDED";

impl Core {
    /// The incarnation was raised, and nobody has said yet that the recovery is over.
    #[must_use]
    pub fn recovers(&self) -> bool {
        self.settled_incarnation < self.grant().incarnation
    }

    /// The slot may run, at an epoch that this store does not know, in a cluster that is not back yet: it is neither placed
    /// nor applied, because then it could run twice.
    pub(in crate::scheduler) fn is_held(&self, slot: &SlotRecord) -> bool {
        self.recovers() && slot.confirmed_incarnation < self.grant().incarnation
    }

    /// Replicas that are held, those of placements on their way out too.
    #[must_use]
    pub fn replicas_held(&self) -> usize {
        if !self.recovers() {
            return 0;
        }
        let slots = self.placements.iter(None).flat_map(|record| &record.slots);
        slots.filter(|slot| self.is_held(slot)).count()
    }

    /// Held replicas are not placed, whatever fits: an explanation says so first.
    pub(in crate::scheduler) fn explain_held(&self, record: &PlacementRecord, explanation: &mut Explanation) {
        let (mut held, mut without_place) = (0, 0);
        for slot in record.slots.iter().filter(|slot| self.is_held(slot)) {
            held += 1;
            without_place += usize::from(slot.assignment.is_none());
        }
        if held == 0 {
            return;
        }
        explanation.fit = explanation
            .fit
            .min(explanation.wanted.saturating_sub(without_place));
        explanation.summary = format!(
            "{}. Apart from that: {}",
            waits_for_recovery(held),
            explanation.summary
        );
        explanation.retry_events.insert(0, RECOVERY_ENDED.to_owned());
    }

    /// Some slot of the placement is held.
    pub(in crate::scheduler) fn is_partly_held(&self, uid: &PlacementUid) -> bool {
        self.placements
            .by_uid(uid)
            .is_some_and(|record| record.slots.iter().any(|slot| self.is_held(slot)))
    }

    /// A slot runs where it should be, at this epoch. The first time after the incarnation was raised, what the store says of
    /// how it is may be old: its start counts from now, and the place is taken for one that has served.
    pub(in crate::scheduler) fn confirm(&mut self, key: &SlotKey, epoch: Epoch, round: &mut Round) {
        let (now, incarnation) = (round.now, self.grant().incarnation);
        let changed = self.placements.update(&key.placement_uid, |record| {
            let slot = record.slot_mut(key.slot)?;
            let before = std::mem::replace(&mut slot.confirmed_incarnation, incarnation);
            let mut news = before != incarnation;
            let serving = slot.epoch;
            let found = slot.places_mut().find(|(of, _)| news && *of == epoch);
            if let Some((_, assignment)) = found {
                assignment.room_time = Some(now);
                assignment.observed.started |= epoch == serving;
            }
            if let Some(assignment) = slot.assignment.as_mut() {
                // It runs, so those whose room it takes had left: an older copy of the store does not know that.
                news |= !std::mem::take(&mut assignment.waits_for).is_empty();
            }
            news.then_some(())
        });
        if changed.flatten().is_some() {
            round.touched.insert(key.placement_uid.clone());
        }
    }

    /// The cluster of a held slot has said all that it runs, and the slot is not among it.
    pub(in crate::scheduler) fn mark_not_found(&mut self, key: &SlotKey, round: &mut Round) {
        let changed = self.placements.update(&key.placement_uid, |record| {
            let slot = record.slot_mut(key.slot)?;
            let assignment = slot.assignment.as_mut()?;
            let observed = Observed::not_found();
            (assignment.observed != observed).then(|| assignment.observed = observed)
        });
        if changed.flatten().is_some() {
            round.status_touched.insert(key.placement_uid.clone());
        }
    }

    /// A cluster that this store does not know, with a certificate of our own authority, is taken back while the store
    /// recovers: the authority signs only for clusters that a join token admitted. What a person had set for it is lost,
    /// so it comes back cordoned: nothing new goes there before a person has looked.
    pub(in crate::scheduler) fn take_back_cluster(
        &mut self,
        input: &OpenSession,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let Some(certificate_expire_time) = input.certificate_expire_time else {
            return Ok(());
        };
        if !self.recovers() || self.clusters.get(&input.cluster).is_some() {
            return Ok(());
        }
        let record = ClusterRecord {
            name: input.cluster.clone(),
            uid: input.cluster_uid.clone(),
            labels: BTreeMap::new(),
            taints: Vec::new(),
            cordoned: true,
            create_time: round.now,
            certificate_expire_time,
        };
        warn!(cluster = %record.name, uid = %record.uid, "a cluster that joined before the store was lost is back; it is \
             cordoned, set its labels and taints and uncordon it");
        self.clusters
            .insert(Cluster::new(record, round.instant, round.now));
        self.store_cluster(&input.cluster, round)?;
        self.tell_engine(&input.cluster);
        Ok(())
    }

    /// While the store recovers, a cluster takes decisions only after it has said what it runs: a performer that is adopted
    /// after a decision may take the same room.
    pub(in crate::scheduler) fn is_not_compared(&self, name: &ClusterName) -> bool {
        let listed = self
            .clusters
            .get(name)
            .and_then(|cluster| cluster.session.as_ref())
            .is_some_and(|session| session.running_complete);
        self.recovers() && !listed
    }

    /// A person's word that every cluster that will come back has come back: what was not found is placed or applied
    /// anew. False when there was no recovery.
    pub(in crate::scheduler) fn end_recovery(&mut self, round: &mut Round) -> Result<bool, CallError> {
        if !self.recovers() {
            return Ok(false);
        }
        let held: Vec<(PlacementUid, Slot)> = self
            .placements
            .iter(None)
            .flat_map(|record| record.slots.iter().map(move |slot| (record, slot)))
            .filter(|(_, slot)| self.is_held(slot))
            .map(|(record, slot)| (record.uid.clone(), slot.slot))
            .collect();
        for (uid, slot) in &held {
            let Some(record) = self.placements.by_uid(uid) else {
                continue;
            };
            if record.delete_time.is_none() {
                // By name: of a backup, some of it may have been deleted after the backup was made.
                info!(placement = %record.name(), replica = slot.0, "not found; placed anew");
                // Its next epoch is above any that it may have had: the place that the store remembers may be an old one.
                let message = "it was not found when the recovery was ended";
                self.withdraw_whole(uid, *slot, Reason::WaitingForPlace, message, round);
            }
        }
        for (uid, _) in &held {
            // What is being replaced had to wait for this.
            self.rolls.moved(uid);
        }
        let incarnation = self.grant().incarnation;
        let key = keys::settled_incarnation().map_err(internal)?;
        let value = encode(key.as_str(), &SettledIncarnation { incarnation }).map_err(internal)?;
        round.changes.write("meta", key, Some(value));
        self.settled_incarnation = incarnation;
        info!(
            incarnation,
            replicas = held.len(),
            "the recovery is over; what was not found is placed anew"
        );
        let names: Vec<ClusterName> = self
            .clusters
            .iter()
            .map(|cluster| cluster.record.name.clone())
            .collect();
        for name in names {
            self.tell_engine(&name);
        }
        round.touched.extend(held.into_iter().map(|(uid, _)| uid));
        self.happened(Happened::anything());
        Ok(true)
    }
}
