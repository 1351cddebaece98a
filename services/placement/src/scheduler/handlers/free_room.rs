//! A replica whose place others have yet to leave goes on taking part in the turns: what comes free meanwhile is its rather than
//! that of anybody behind it, above all of those that make room for it. They may take long to leave, or never do, as the pods
//! of a node that is dead.
//!
//! Nothing of it was started at the place that it was promised, so it gives that up in the commit that claims the other one. Where
//! the room is on the very node that it was promised, it is there already: it starts at the same epoch.
//! Those that wait for their own earlier place to end (an update that recreates, strict fencing) do not take part: they would run
//! twice.

use std::sync::Arc;

use hourglass_engine::{Avoid, ClaimPhase, Decision, Dispatch, Owner, SlotDecision, SlotWanted, decide};
use hourglass_model::ids::{ClaimId, Generation, PlacementUid, Slot};
use hourglass_model::request::CanonicalRequest;
use tracing::{error, info};

use super::place::next_epoch;
use super::successor::successor_input;
use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::queue::Failure;
use crate::scheduler::round::Round;

impl Core {
    /// The turn of a placement with replicas that wait for others to leave: each takes room that is free now, if there is any.
    pub(in crate::scheduler) fn look_for_free_room(&mut self, uid: &PlacementUid, round: &mut Round) {
        while let Some(slot) = self.next_behind_others(uid) {
            if !self.take_free_room(uid, slot, round) {
                return;
            }
        }
    }

    /// The first of its replicas that may take room elsewhere. What is promised and not yet durable is for a later turn.
    fn next_behind_others(&self, uid: &PlacementUid) -> Option<Slot> {
        if self.may_be_unfinished {
            return None;
        }
        let record = self.placements.by_uid(uid)?;
        let durable = |claim: &ClaimId| {
            let claim = self.fleet.claim_record(claim);
            claim.is_some_and(|claim| claim.phase == ClaimPhase::Committed)
        };
        let mut behind = record.behind_others();
        let first =
            behind.find(|(slot, _)| !self.is_held(slot) && durable(&record.claim_id(slot.slot, slot.epoch)));
        first.map(|(slot, _)| slot.slot)
    }

    /// True when the slot has another place.
    fn take_free_room(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) -> bool {
        let Some(record) = self.placements.by_uid(uid).cloned() else {
            return false;
        };
        let Some(held) = record.slot(slot) else {
            return false;
        };
        let generation = next_generation(&record, held);
        let Ok(request) = self.request_of(&record, generation) else {
            return false;
        };
        let wanted = SlotWanted {
            slot,
            epoch: next_epoch(held, self.grant().incarnation),
        };
        let promised = record.claim_id(slot, held.epoch);
        let avoid = self.avoided_as(&record, generation, request.shape, round.instant);
        let decision = self.decide_without((&promised, wanted), &record, &request, &avoid);
        if let Some(no_fit) = &decision.no_fit {
            // For a replica without any place there may be another answer, which stands.
            if !record.waits() {
                let failure = Failure::of(no_fit, decision.snapshot, !avoid.is_empty());
                self.queue.failed(uid, failure.into());
            }
            return false;
        }
        if self.gives_way(uid) {
            return false;
        }
        #[cfg(test)]
        crate::scheduler::simulation::order_rules::about_to_place(self, uid, round);
        let moved = self.settle_in_free_room(&record, (generation, &request), &promised, &decision, round);
        if moved && self.placements.turns().of(uid).is_none() {
            self.queue.ended(uid);
        }
        moved
    }

    /// The decision for a slot among what is free now, as if it had not been promised any place. The engine forgets the promise
    /// for as long as that takes, and nobody sees it.
    fn decide_without(
        &mut self,
        (promised, wanted): (&ClaimId, SlotWanted),
        record: &PlacementRecord,
        request: &CanonicalRequest,
        avoid: &Avoid,
    ) -> Decision {
        // What happened so far is told; what is only tried is not.
        self.has_turns();
        let claim = self.fleet.claim_record(promised).map(|held| held.claim.clone());
        if let Err(error) = self.fleet.release(promised, Dispatch::Never) {
            error!(%error, claim = %promised, "a promised place is not known to the engine");
        }
        let slots = [wanted];
        let decision = decide(&self.fleet, request, &successor_input(record, &slots, avoid));
        if let Some(Err(error)) = claim.map(|claim| self.fleet.restore_claim(claim, false)) {
            error!(%error, claim = %promised, "a promised place could not be claimed again");
        }
        drop(self.fleet.take_changes());
        let late = self.late_for(record, request, avoid);
        self.without_late(&late, request, decision).0
    }

    fn settle_in_free_room(
        &mut self,
        record: &PlacementRecord,
        (generation, request): (Generation, &CanonicalRequest),
        promised: &ClaimId,
        decision: &Decision,
        round: &mut Round,
    ) -> bool {
        let (uid, slot) = (&record.uid, promised.slot);
        let Some(placed) = decision.placed.first() else {
            return false;
        };
        let assignment = self.assignment(record, request, placed, decision, round.now);
        let Ok(mut assignment) = assignment else {
            // Its turn as one without a place, should it come to that, says so.
            return false;
        };
        assignment.ungated = record.starts_together() && !record.gang_is_starting();
        assignment.generation = generation;
        let further = std::slice::from_ref(&assignment);
        if self.check_room_without(record, &[slot], further, round).is_err() {
            return false;
        }
        let owner = self.owner_as(record, generation, request);
        let held = self.fleet.claim_record(promised).map(|held| &held.claim);
        let stays = held.is_some_and(|held| held.cluster == placed.cluster && held.node == placed.node);
        if stays {
            self.start_beside_others(&owner, promised, placed, assignment, round);
        } else {
            self.go_elsewhere((&owner, slot), placed, assignment, round);
        }
        let now = round.now;
        self.placements.update(uid, |record| record.has_room(now));
        self.hold_commit_span(uid, round);
        true
    }

    /// There is room on the node that was promised beside those that have yet to leave it. The next epoch would be another place:
    /// this is the same one, with what the node has for it now.
    fn start_beside_others(
        &mut self,
        owner: &Arc<Owner>,
        promised: &ClaimId,
        placed: &SlotDecision,
        assignment: AssignmentRecord,
        round: &mut Round,
    ) {
        let uid = &owner.placement;
        let placed = SlotDecision {
            epoch: promised.epoch,
            ..placed.clone()
        };
        if let Err(error) = self.fleet.release(promised, Dispatch::Never) {
            error!(%error, claim = %promised, "a promised place is not known to the engine");
        }
        if !self.claim_decided(owner, &placed, round) {
            return;
        }
        let (now, slot) = (round.now, placed.slot);
        info!(placement_uid = %uid, slot = slot.0, "a replica starts beside others that have yet to leave");
        self.placements.update(uid, |record| {
            let message = format!(
                "there is room for replica {slot} on {}/{} beside those that it waited for",
                placed.cluster, placed.node
            );
            record.push_event(now, "ROOM_MADE", message);
            let earlier = assignment.generation < record.generation;
            if let Some(held) = record.slot_mut(slot) {
                if earlier {
                    held.went_back_to(assignment.generation);
                }
                held.assignment = Some(assignment);
            }
        });
        self.enqueue(&placed.cluster, SlotKey::of(uid, slot), Intent::Apply, round);
        round.touched.insert(uid.clone());
    }

    /// What it was promised is given up, in the same commit.
    fn go_elsewhere(
        &mut self,
        (owner, slot): (&Arc<Owner>, Slot),
        placed: &SlotDecision,
        assignment: AssignmentRecord,
        round: &mut Round,
    ) {
        let uid = &owner.placement;
        let record = self.placements.by_uid(uid);
        let Some((start, since)) = record.map(|record| (record.gang_start, record.waiting_since)) else {
            return;
        };
        let message = format!(
            "it takes {}/{}, which is free, instead of waiting for others to leave",
            placed.cluster, placed.node
        );
        info!(placement_uid = %uid, slot = slot.0, "a replica takes free room instead of waiting for others to leave");
        self.withdraw(uid, slot, Reason::RoomElsewhere, &message, round);
        self.placements.update(uid, |record| {
            // It has not begun anew, nor to wait.
            record.gang_start = start;
            record.waiting_since = since;
        });
        self.assign(owner, placed, assignment, round);
    }
}

/// The generation of the next place of a slot whose room others have yet to leave.
fn next_generation(record: &PlacementRecord, held: &SlotRecord) -> Generation {
    let back = held.assignment.as_ref().filter(|_| record.comes_back(held));
    back.map_or(record.generation, |of| of.generation)
}
