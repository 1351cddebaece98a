//! What a change of a placement would do: fields, moves and victims; nothing changes.

use std::borrow::Cow;

use hourglass_engine::{Decision, SlotDecision, SlotWanted};
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;
use jiff::Timestamp;

use super::place::next_epoch;
use super::preempt::NotMoved;
use super::rehearsal::{Untold, give_rehearsed_places};
use super::roll::is_complete;
use super::update::NEWER_GENERATION;
use crate::records::placement::Reason;
use crate::records::{PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::diff::FieldChange;
use crate::scheduler::memory::internal;
use crate::scheduler::merge::Wish;
use crate::scheduler::persist::refresh;
use crate::scheduler::port::{CallError, PlacementAnswer, ReplicaMove, UpdateAnswer, UpdatePlan};
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
        let avoid = self.avoided_as(&record, record.generation, request.shape, round.instant);
        let late = || !self.late_for(&record, request, &avoid).is_empty();
        if !self.knows_fleet() || late() {
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

pub(super) fn place_of(placed: &SlotDecision) -> (ClusterName, NodeName) {
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
