//! What a change of a placement would do: fields, moves and victims; nothing changes.
//!
//! What would have a place at the same time shares what room there is: it is claimed while the rest is rehearsed, and let go
//! again in the same step, which nobody sees.

use std::borrow::Cow;
use std::sync::Arc;

use hourglass_engine::{Decision, Owner, SlotDecision, SlotWanted};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::placement::UpdateStrategy;
use hourglass_model::request::CanonicalRequest;
use jiff::Timestamp;
use tracing::error;

use super::place::next_epoch;
use super::preempt::NotMoved;
use super::rehearsal::{Untold, give_rehearsed_places};
use super::roll::is_complete;
use super::successor::Wanted;
use super::update::NEWER_GENERATION;
use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};
use crate::scheduler::claims::owner;
use crate::scheduler::core::Core;
use crate::scheduler::diff::FieldChange;
use crate::scheduler::memory::internal;
use crate::scheduler::merge::Wish;
use crate::scheduler::persist::refresh;
use crate::scheduler::port::{CallError, PlacementAnswer, ReplicaMove, UpdateAnswer, UpdatePlan};
use crate::scheduler::rollout::step::MAX_SUCCESSORS;
use crate::scheduler::rollout::{Limits, Step, next_steps};
use crate::scheduler::round::Round;

impl Core {
    /// The placement as it would be, which is `record` with the places that would be given, and before any replica that has one
    /// has moved; with what would be done.
    pub(in crate::scheduler) fn rehearse_change(
        &mut self,
        mut record: PlacementRecord,
        request: &CanonicalRequest,
        changes: Vec<FieldChange>,
        round: &Round,
    ) -> Result<UpdateAnswer, CallError> {
        if !self.clusters.inventory_complete() {
            return Err(CallError::InventoryIncomplete);
        }
        if !changes.is_empty() {
            record.etag = Wish::of(&record).etag().map_err(internal)?;
            record.update_time = round.now;
        }
        drop_unfinished(&mut record, round.now);
        self.drop_surplus(&mut record, request);
        if record.roll.is_some() && is_complete(&record, &self.known(&record)) {
            record.roll = None;
        }
        let asked = as_it_is_asked(&record, request);
        let (decision, not_moved) = self.rehearse_places(&record, &asked, round);
        let mut moves = places_of(&record, &decision);
        moves.extend(self.rehearse_moves(&record, request, &decision, round));
        moves.sort_by_key(|one| one.slot);
        let victims = self.victims_of(&record.tenant, &decision);
        give_rehearsed_places(&mut record, &decision, round.now);
        refresh(&mut record, round.now);
        let untold = Untold::note(&mut record, &asked, (&decision, not_moved.as_ref()), round.now);
        Ok(UpdateAnswer {
            placement: PlacementAnswer {
                record,
                waiting: None,
                victims,
                untold,
            },
            plan: Some(UpdatePlan { changes, moves }),
        })
    }

    /// Replicas that are not wanted any more, and go before anything else happens.
    fn drop_surplus(&self, record: &mut PlacementRecord, request: &CanonicalRequest) {
        let next = next_steps(record, &Limits::of(request), &self.known(record));
        for step in next.steps {
            if let Step::Retire(gone) = step {
                record.slots.retain(|slot| slot.slot != gone);
            }
        }
    }

    /// The decision about all replicas that have no place, as it would be made: they share what room there is.
    fn rehearse_places(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> (Decision, Option<NotMoved>) {
        let wanted: Vec<SlotWanted> = without_place(record)
            .map(|slot| SlotWanted {
                slot: slot.slot,
                epoch: next_epoch(slot, self.grant().incarnation),
            })
            .collect();
        self.decide_over_others(record, request, &wanted, round)
    }

    /// Where the successors of replicas that are outdated would go, beside what has no place yet: so many at the same time as
    /// the update may replace. The next ones find as much room as those before them have taken, which leave as much.
    fn rehearse_moves(
        &mut self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        places: &Decision,
        round: &Round,
    ) -> Vec<ReplicaMove> {
        // What happened so far is told; what is only rehearsed is not.
        self.has_turns();
        // As its other claims are until the change is made.
        let owner = owner(self.placements.by_uid(&record.uid).unwrap_or(record));
        let first = self.hold_rehearsed(&owner, &places.placed);
        let at_once = Limits::of(request).max_parallel.clamp(1, MAX_SUCCESSORS);
        let (mut moves, mut held) = (Vec::new(), Vec::new());
        for slot in record.wanted_slots() {
            if let Some(one) = under_way(record, slot) {
                moves.push(one);
                continue;
            }
            if held.len() >= at_once {
                self.let_go(std::mem::take(&mut held));
            }
            let Some((one, decision)) = self.rehearse_move(record, slot, request, round) else {
                continue;
            };
            moves.push(one);
            held.extend(self.hold_rehearsed(&owner, &decision.placed));
        }
        self.let_go(held);
        self.let_go(first);
        drop(self.fleet.take_changes());
        moves
    }

    /// Claims what is only rehearsed; gives the claims, which have to be let go.
    fn hold_rehearsed(&mut self, owner: &Arc<Owner>, placed: &[SlotDecision]) -> Vec<ClaimId> {
        let mut held = Vec::new();
        for claim in placed.iter().map(|placed| placed.claim(owner)) {
            let id = claim.id.clone();
            match self.fleet.claim(claim) {
                Ok(()) => held.push(id),
                Err(error) => error!(%error, claim = %id, "a rehearsed place could not be claimed"),
            }
        }
        held
    }

    fn let_go(&mut self, held: Vec<ClaimId>) {
        for claim in held {
            if let Err(error) = self.fleet.commit_failed(&claim) {
                error!(%error, %claim, "a rehearsed place could not be let go");
            }
        }
    }

    /// Where the successor of a replica that is outdated would go, with the decision; none of one that stays.
    fn rehearse_move(
        &self,
        record: &PlacementRecord,
        slot: &SlotRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> Option<(ReplicaMove, Decision)> {
        let assignment = slot.assignment.as_ref();
        let assignment = assignment.filter(|assignment| !record.is_current(assignment))?;
        let wanted = Wanted {
            slot: SlotWanted {
                slot: slot.slot,
                epoch: next_epoch(slot, self.grant().incarnation),
            },
            of: assignment,
            generation: record.generation,
            elsewhere: slot.is_disturbed(),
            explain: false,
        };
        let going = self.going_with(record, &[slot], round);
        let here = gives_up_first(record, assignment)
            .then(|| self.decide_here(record, request, slot, &going, round));
        let decision = here
            .flatten()
            .unwrap_or_else(|| self.decide_successor(record, request, &wanted, round.instant));
        let one = ReplicaMove {
            slot: slot.slot,
            from: Some((assignment.cluster.clone(), assignment.charged_node.clone())),
            to: decision.placed.first().map(place_of),
        };
        Some((one, decision))
    }
}

/// What joins a gang that runs needs not wait for the others that are missing: it is decided, and explained, as if there was no
/// gang.
fn as_it_is_asked<'a>(record: &PlacementRecord, request: &'a CanonicalRequest) -> Cow<'a, CanonicalRequest> {
    if !record.gang_runs() {
        return Cow::Borrowed(request);
    }
    Cow::Owned(CanonicalRequest {
        gang: false,
        ..request.clone()
    })
}

/// Slots that are wanted and have no place.
fn without_place(record: &PlacementRecord) -> impl Iterator<Item = &SlotRecord> {
    let wished = record.wanted_slots();
    wished.filter(|slot| slot.assignment.is_none())
}

/// Where those would go that have no place.
fn places_of(record: &PlacementRecord, decision: &Decision) -> Vec<ReplicaMove> {
    without_place(record)
        .map(|slot| {
            let placed = decision.placed.iter().find(|placed| placed.slot == slot.slot);
            ReplicaMove {
                slot: slot.slot,
                from: None,
                to: placed.map(place_of),
            }
        })
        .collect()
}

fn place_of(placed: &SlotDecision) -> (ClusterName, NodeName) {
    (placed.cluster.clone(), placed.node.clone())
}

/// Successors that are not as they should be are not wanted any more.
fn drop_unfinished(record: &mut PlacementRecord, now: Timestamp) {
    let generation = record.generation;
    for slot in &mut record.slots {
        let successor = slot.successor.as_ref();
        if successor.is_some_and(|one| one.assignment.generation < generation) {
            slot.end_successor(Reason::Superseded, NEWER_GENERATION.to_owned(), now);
        }
    }
}

/// The move of a replica that is being replaced already by what is wanted; none of another one.
fn under_way(record: &PlacementRecord, slot: &SlotRecord) -> Option<ReplicaMove> {
    let from = slot
        .assignment
        .as_ref()
        .filter(|place| !record.is_current(place))?;
    let to = &slot.successor.as_ref()?.assignment;
    let place = |of: &AssignmentRecord| Some((of.cluster.clone(), of.charged_node.clone()));
    Some(ReplicaMove {
        slot: slot.slot,
        from: place(from),
        to: place(to),
    })
}

/// Its place ends before the next one of the slot begins.
fn gives_up_first(record: &PlacementRecord, assignment: &AssignmentRecord) -> bool {
    let update = record.spec.update.as_ref();
    let recreates = update.is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
    recreates || !assignment.observed.has_served()
}
