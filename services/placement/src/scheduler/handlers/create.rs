//! CreatePlacement: decided in memory, answered when durable; repeated calls get the first answer.

use std::collections::HashSet;

use hourglass_engine::SlotWanted;
use hourglass_model::ids::{Epoch, PlacementId, PlacementUid, Slot};
use hourglass_model::request::{CanonicalRequest, canonicalise, expired};
use uuid::Uuid;

use crate::records::placement::{AssignmentRecord, ConditionKind, ConditionStatus};
use crate::records::{PlacementRecord, RequestRecord, SlotRecord};
use crate::scheduler::assignment::{Content, assignment_of};
use crate::scheduler::core::Core;
use crate::scheduler::handlers::place::Mode;
use crate::scheduler::memory::{body_hash, internal};
use crate::scheduler::merge::Wish;
use crate::scheduler::port::{CallError, CreatePlacement, PlacementAnswer};
use crate::scheduler::round::Round;
use crate::scheduler::state::set_condition;

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
            return Ok(self.answer_with(record));
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
        if input.fail_fast || input.validate_only {
            self.check_fit(input, &request, replicas, round)?;
        }
        let record = new_record(
            input,
            replicas,
            self.new_uids.next_uid(),
            self.grant().incarnation,
            round,
        )?;
        if input.validate_only {
            return self.rehearse(record, &request, round);
        }
        let uid = record.uid.clone();
        self.let_waiting_go_first(round);
        self.placements.insert(record);
        round.touched.insert(uid.clone());
        self.fleet.observe(&request);
        self.place(&uid, round);
        let record = self.end_call(&uid, input.request_id.as_deref(), body, round)?;
        Ok(self.answer_with(record))
    }

    /// A placement with how it waits.
    pub(in crate::scheduler) fn answer_with(&self, record: PlacementRecord) -> PlacementAnswer {
        let mut notes = self.waiting_notes(&HashSet::from([record.uid.clone()]));
        PlacementAnswer {
            waiting: notes.remove(&record.uid),
            victims: self.victims_on_their_way(&record),
            record,
        }
    }

    /// What `fail_fast` and `validate_only` need to know before anything else.
    fn check_fit(
        &self,
        input: &CreatePlacement,
        request: &CanonicalRequest,
        replicas: usize,
        round: &Round,
    ) -> Result<(), CallError> {
        let decision = self.decide(
            (&input.tenant, None),
            request,
            &first_slots(replicas),
            self.rehearsing(request),
            round.instant,
        );
        let Some(no_fit) = decision.no_fit else {
            return Ok(());
        };
        if !self.clusters.inventory_complete() {
            return Err(CallError::InventoryIncomplete);
        }
        match no_fit.explanation.filter(|_| input.fail_fast) {
            Some(explanation) => Err(CallError::DoesNotFit(Box::new(explanation))),
            None => Ok(()),
        }
    }

    /// What is decided for a caller who only asks: everything, and why.
    fn rehearsing(&self, request: &CanonicalRequest) -> Mode {
        Mode {
            preempt: self.may_preempt(request),
            explain: true,
        }
    }

    /// The placement as it would be; nothing changes.
    fn rehearse(
        &self,
        mut record: PlacementRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> Result<PlacementAnswer, CallError> {
        let decision = self.decide(
            (&record.tenant, None),
            request,
            &first_slots(record.slots.len()),
            self.rehearsing(request),
            round.instant,
        );
        for placed in &decision.placed {
            let assignment = assignment_of(&record, placed, Content::default(), decision.snapshot, round.now);
            if let Some(slot) = record.slot_mut(placed.slot) {
                slot.epoch = placed.epoch;
                slot.assignment = Some(AssignmentRecord {
                    node: Some(placed.node.clone()),
                    object_name: String::new(),
                    ..assignment
                });
            }
        }
        if let Some(no_fit) = &decision.no_fit {
            let reason = super::place::reason(no_fit.reason);
            let message = no_fit
                .explanation
                .as_ref()
                .map_or("", |explanation| &explanation.summary);
            set_condition(
                &mut record,
                ConditionKind::Scheduled,
                ConditionStatus::False,
                reason,
                message,
                round.now,
            );
        }
        crate::scheduler::persist::refresh(&mut record, round.now);
        Ok(PlacementAnswer {
            record,
            waiting: None,
            victims: self.victims_of(&decision),
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
