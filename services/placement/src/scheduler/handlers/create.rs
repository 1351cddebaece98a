//! CreatePlacement: decided in memory, answered when durable; repeated calls get the first answer.

use std::collections::HashSet;
use std::time::Instant;

use hourglass_engine::{Decision, NoFitReason, SlotWanted};
use hourglass_model::ids::{Epoch, PlacementId, PlacementUid, Slot};
use hourglass_model::request::{CanonicalRequest, canonicalise, expired};
use uuid::Uuid;

use crate::records::{PlacementRecord, RequestRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::handlers::preempt::NotMoved;
use crate::scheduler::handlers::rehearsal::{Untold, give_rehearsed_places};
use crate::scheduler::memory::{body_hash, internal};
use crate::scheduler::merge::Wish;
use crate::scheduler::persist::refresh;
use crate::scheduler::port::{CallError, CreatePlacement, PlacementAnswer};
use crate::scheduler::queue::Turn;
use crate::scheduler::round::Round;

/// Placements kept at most.
pub const MAX_PLACEMENTS: usize = 200_000;

impl Core {
    /// Creates a placement, or with `validate_only` says what would be.
    pub(in crate::scheduler) fn create_placement(
        &mut self,
        input: &CreatePlacement,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<PlacementAnswer, CallError> {
        let body = call_body(input)?;
        // A rehearsal is never answered by what was done.
        if let Some(request) = remembered.filter(|_| !input.validate_only) {
            let record = self.repeated_placement(request, &body)?;
            return Ok(self.answer_with(record, round.instant));
        }
        let request = canonicalise(&input.spec, &input.labels).map_err(CallError::Invalid)?;
        let replicas = usize::try_from(request.replicas).map_err(internal)?;
        if let Some(violation) = expired(&input.spec, round.now) {
            return Err(CallError::Invalid(vec![violation]));
        }
        let taken = input
            .id
            .as_ref()
            .and_then(|id| self.placements.get(&input.tenant, id));
        if let Some(taken) = taken {
            return Err(CallError::AlreadyExists(taken.name()));
        }
        if self.placements.len() >= MAX_PLACEMENTS {
            return Err(CallError::Exhausted(format!(
                "there are {MAX_PLACEMENTS} placements; delete some first"
            )));
        }
        let record = new_record(
            input,
            replicas,
            self.new_uids.next_uid(),
            self.grant().incarnation,
            round,
        )?;
        // Those that wait and are due go first.
        self.retry_waiting(round);
        if input.validate_only {
            return self.rehearse(record, &request, input.fail_fast, round);
        }
        let uid = record.uid.clone();
        if input.fail_fast {
            self.check_fit(&record, &request, round)?;
        }
        self.placements.insert(record);
        round.touched.insert(uid.clone());
        self.fleet.observe(&request);
        self.place_in_turn(&uid, round);
        let record = self.end_call(&uid, input.request_id.as_deref(), body, round)?;
        Ok(self.answer_with(record, round.instant))
    }

    /// A placement with how it waits.
    pub(in crate::scheduler) fn answer_with(&self, record: PlacementRecord, now: Instant) -> PlacementAnswer {
        let mut notes = self.waiting_notes_at(&HashSet::from([record.uid.clone()]), now);
        PlacementAnswer {
            waiting: notes.remove(&record.uid),
            victims: self.victims_on_their_way(&record),
            record,
            untold: None,
        }
    }

    /// The decision about a placement that is not there yet, as it would be made, and why nobody makes room for it who could.
    fn decide_first(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> (Decision, Option<NotMoved>) {
        let wanted = first_slots(record.slots.len());
        self.decide_over_others(record, request, &wanted, round)
    }

    /// Refuses what does not get its places now, for `fail_fast`: nothing happens between this decision and the one that is
    /// carried out.
    fn check_fit(
        &mut self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> Result<(), CallError> {
        if !self.knows_fleet() {
            return Err(CallError::InventoryIncomplete);
        }
        if self.others_go_first(&Turn::from(record, round.now)) {
            return Err(CallError::OthersFirst);
        }
        let (decision, not_moved) = self.decide_first(record, request, round);
        if not_moved == Some(NotMoved::Later) {
            return Err(CallError::OthersFirst);
        }
        self.refuse(&decision)
    }

    /// Refuses when the decision has no place for some replica. Why at length is said later: see `rehearsal`.
    fn refuse(&self, decision: &Decision) -> Result<(), CallError> {
        let Some(no_fit) = &decision.no_fit else {
            return Ok(());
        };
        if self.may_fit_soon(decision) {
            return Err(CallError::InventoryIncomplete);
        }
        Err(CallError::FitsNowhere(no_fit.reason))
    }

    /// What has no place may have one once a cluster has said what it has, and one is about to.
    fn may_fit_soon(&self, decision: &Decision) -> bool {
        let no_fit = decision.no_fit.as_ref();
        no_fit.is_some_and(|no_fit| no_fit.reason == NoFitReason::WaitingForInventory)
            && !self.clusters.inventory_complete()
    }

    /// The placement as it would be; nothing changes.
    fn rehearse(
        &self,
        mut record: PlacementRecord,
        request: &CanonicalRequest,
        fail_fast: bool,
        round: &Round,
    ) -> Result<PlacementAnswer, CallError> {
        if !self.knows_fleet() {
            return Err(CallError::InventoryIncomplete);
        }
        let (decision, not_moved) = self.decide_first(&record, request, round);
        if fail_fast {
            self.refuse(&decision)?;
        }
        if self.may_fit_soon(&decision) {
            return Err(CallError::InventoryIncomplete);
        }
        give_rehearsed_places(&mut record, &decision, round.now);
        refresh(&mut record, round.now);
        let untold = Untold::note(&mut record, request, (&decision, not_moved.as_ref()), round.now);
        Ok(PlacementAnswer {
            victims: self.victims_of(&record.tenant, &decision),
            record,
            waiting: None,
            untold,
        })
    }
}

fn first_slots(replicas: usize) -> Vec<SlotWanted> {
    (0..u32::try_from(replicas).unwrap_or(u32::MAX))
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        })
        .collect()
}

/// What makes two calls the same: everything but the request_id and the trace.
fn call_body(input: &CreatePlacement) -> Result<String, CallError> {
    let id = input.id.as_ref().map(ToString::to_string);
    body_hash(
        "CreatePlacement",
        &(
            id,
            &input.labels,
            &input.annotations,
            &input.spec,
            input.fail_fast,
        ),
    )
}

fn new_record(
    input: &CreatePlacement,
    replicas: usize,
    number: Uuid,
    incarnation: u64,
    round: &Round,
) -> Result<PlacementRecord, CallError> {
    let uid = PlacementUid::new(number.to_string()).map_err(internal)?;
    let id = match &input.id {
        Some(id) => id.clone(),
        None => PlacementId::new(format!("p-{}", &number.simple().to_string()[..12])).map_err(internal)?,
    };
    let wish = Wish {
        spec: input.spec.clone(),
        labels: input.labels.clone(),
        annotations: input.annotations.clone(),
    };
    let mut record = PlacementRecord {
        etag: wish.etag().map_err(internal)?,
        labels: wish.labels,
        annotations: wish.annotations,
        spec: wish.spec,
        traceparent: input.traceparent.clone(),
        slots: first_slots(replicas)
            .into_iter()
            .map(|wanted| SlotRecord::waiting(wanted.slot, incarnation))
            .collect(),
        ..PlacementRecord::new(input.tenant.clone(), id, uid, round.now)
    };
    record.push_event(round.now, "CREATED", "the placement was accepted".to_owned());
    Ok(record)
}
