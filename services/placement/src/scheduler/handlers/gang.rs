//! A gang starts whole or not at all: gates are lifted when every replica was admitted; a refusal takes all of them back.

use std::collections::BTreeSet;

use hourglass_model::ids::{ClusterName, NodeName, PlacementUid, Slot};
use tracing::info;

use crate::dispatch::{Intent, SlotKey};
use crate::records::PlacementRecord;
use crate::records::placement::{GangPhase, GangStartRecord, Reason};
use crate::scheduler::core::Core;
use crate::scheduler::gang::{Step, next_step, not_admitted};
use crate::scheduler::round::Round;

impl Core {
    /// Does what the start of a gang needs now; nothing for any other placement.
    pub(in crate::scheduler) fn step_gang(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        match next_step(record) {
            Step::Wait => {}
            Step::Begin(phase) => {
                self.enter_gang_phase(uid, phase, round);
                self.step_gang(uid, round);
            }
            Step::Lift => {
                let slots: Vec<Slot> = record.slots.iter().map(|slot| slot.slot).collect();
                self.enter_gang_phase(uid, GangPhase::Lifting, round);
                self.lift(uid, &slots, round);
            }
            Step::LiftAgain(slots) => self.lift(uid, &slots, round),
            Step::Started => self.enter_gang_phase(uid, GangPhase::Lifted, round),
            Step::BackOut(slot, message) => {
                if let Some(cluster) = self.cluster_of(uid, slot) {
                    self.avoid_for_a_while(uid, cluster, &message, round);
                }
                self.back_out(uid, &message, round);
            }
            Step::Incomplete(message) => self.back_out(uid, message, round),
        }
    }

    /// A gang whose replicas have all got their places starts; nothing for any other placement. Where some of them run already,
    /// as what was found after the store was lost, the others have joined them.
    pub(in crate::scheduler) fn begin_gang(&mut self, uid: &PlacementUid, round: &mut Round) {
        let begins = self.placements.by_uid(uid).filter(|record| {
            record.starts_together()
                && record.gang_start.is_none()
                && record.assigned().count() == record.slots.len()
        });
        let Some(record) = begins else { return };
        let runs = record.assigned().any(|(_, assignment)| {
            let observed = &assignment.observed;
            observed.started || observed.phase.is_applied()
        });
        let phase = if runs { GangPhase::Lifted } else { GangPhase::Gated };
        self.enter_gang_phase(uid, phase, round);
    }

    /// Replicas were added to a gang. One that is behind its gates starts with them: the time to be admitted begins anew for all.
    pub(in crate::scheduler) fn gang_has_grown(&mut self, before: &PlacementRecord, round: &mut Round) {
        let record = self.placements.by_uid(&before.uid);
        let grown =
            record.is_some_and(|record| record.slots.len() > before.slots.len() && record.gang_is_gated());
        if grown {
            self.enter_gang_phase(&before.uid, GangPhase::Gated, round);
        }
    }

    /// The clusters had long enough to admit every replica.
    pub(in crate::scheduler) fn gang_admission_is_late(&mut self, uid: &PlacementUid, round: &mut Round) {
        let record = self.placements.by_uid(uid);
        let Some(record) = record.filter(|record| record.gang_is_gated()) else {
            return;
        };
        // Those whose room others have yet to leave were not asked yet; what was found and not heard of may serve.
        if self.is_partly_held(uid) || record.behind_victims().next().is_some() || record.has_served() {
            return self.enter_gang_phase(uid, GangPhase::Gated, round);
        }
        let late: Vec<Slot> = not_admitted(record).collect();
        let clusters: BTreeSet<ClusterName> = late
            .iter()
            .filter_map(|slot| self.cluster_of(uid, *slot))
            .collect();
        let message = format!(
            "{} of {} replicas were not admitted in time, by {}",
            late.len(),
            record.slots.len(),
            clusters
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
        for cluster in clusters {
            self.avoid_for_a_while(uid, cluster, &message, round);
        }
        self.back_out(uid, &message, round);
    }

    /// The scheduler of a cluster could not place a replica: true when that takes the whole gang back, because it has not
    /// started yet, and none of it has served.
    pub(in crate::scheduler) fn gang_was_rejected(
        &mut self,
        key: &SlotKey,
        place: (ClusterName, Option<NodeName>),
        message: &str,
        round: &mut Round,
    ) -> bool {
        let uid = &key.placement_uid;
        let record = self.placements.by_uid(uid);
        let Some(record) = record.filter(|record| record.gang_is_starting()) else {
            return false;
        };
        if record.has_served() {
            if record.gang_was_lifted() {
                // It has started, and is replaced one by one from here on.
                self.enter_gang_phase(uid, GangPhase::Lifted, round);
            }
            return false;
        }
        if self.is_partly_held(uid) {
            return false;
        }
        self.avoid(key, place, message, round);
        self.back_out(uid, message, round);
        true
    }

    /// Takes every replica of a gang back. It waits again.
    pub(super) fn back_out(&mut self, uid: &PlacementUid, message: &str, round: &mut Round) {
        if self.is_partly_held(uid) {
            // The missing ones may well run in a cluster that is not back yet.
            return;
        }
        let now = round.now;
        self.placements.update(uid, |record| {
            info!(placement = %record.name(), message, "a gang is taken back");
            record.push_event(now, "GANG_BACKED_OUT", message.to_owned());
        });
        self.withdraw_all(uid, Reason::GangBackedOut, message, round);
        round.touched.insert(uid.clone());
    }

    pub(super) fn enter_gang_phase(&mut self, uid: &PlacementUid, phase: GangPhase, round: &mut Round) {
        let now = round.now;
        self.placements.update(uid, |record| {
            let lifted = record.gang_lift_time().filter(|_| phase == GangPhase::Lifted);
            let since = lifted.unwrap_or(now);
            record.gang_start = Some(GangStartRecord { phase, since });
            if phase == GangPhase::Lifting {
                let message = "every replica was admitted; they start together";
                record.push_event(now, "GANG_ADMITTED", message.to_owned());
            }
        });
        round.touched.insert(uid.clone());
    }

    /// Orders gates to be lifted; sent once the phase that allows it is durable.
    fn lift(&mut self, uid: &PlacementUid, slots: &[Slot], round: &mut Round) {
        for slot in slots {
            let Some(cluster) = self.cluster_of(uid, *slot) else {
                continue;
            };
            self.enqueue(&cluster, SlotKey::of(uid, *slot), Intent::LiftGate, round);
        }
    }

    fn cluster_of(&self, uid: &PlacementUid, slot: Slot) -> Option<ClusterName> {
        let slot = self.placements.by_uid(uid)?.slot(slot)?;
        let assignment = slot.assignment.as_ref()?;
        Some(assignment.cluster.clone())
    }
}
