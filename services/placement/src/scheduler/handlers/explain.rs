//! ExplainPlacement: against the snapshot of now.

use std::time::Instant;

use hourglass_engine::{Avoid, DecideInput, SlotWanted, explain};
use hourglass_model::ids::{Epoch, PlacementUid, Slot, TenantId};
use hourglass_model::request::{CanonicalRequest, canonicalise};
use jiff::Timestamp;

use crate::records::InvalidRequest;
use crate::scheduler::core::Core;
use crate::scheduler::explained::{Explained, PastDecision};
use crate::scheduler::port::{CallError, ExplainSubject};
use crate::scheduler::round::Round;

/// Whose slots are explained.
struct Subject<'a> {
    tenant: &'a TenantId,
    placement: Option<&'a PlacementUid>,
    request: &'a CanonicalRequest,
    slots: &'a [SlotWanted],
    avoid: &'a Avoid,
}

impl<'a> Subject<'a> {
    fn input(&self) -> DecideInput<'a> {
        DecideInput {
            tenant: self.tenant,
            placement: self.placement,
            slots: self.slots,
            avoid: self.avoid,
            preempt: false,
            explain: true,
        }
    }
}

impl Core {
    /// Why there, or why not anywhere. For an existing placement: its slots without a place; when all have one, what
    /// another replica of it would meet. All of it is decided afresh, so the decisions that were made are given with it.
    ///
    /// # Errors
    /// [`CallError::NotFound`] or [`CallError::Invalid`].
    pub fn explain(&self, subject: &ExplainSubject) -> Result<Explained, CallError> {
        match subject {
            ExplainSubject::Existing(tenant, id) => {
                let record = self.existing(tenant, id)?;
                let mut slots: Vec<SlotWanted> = record
                    .without_place()
                    .map(|slot| SlotWanted {
                        slot: slot.slot,
                        epoch: slot.epoch.next(),
                    })
                    .collect();
                if record.gang_runs() {
                    // As they are decided: one joins after the other.
                    slots.truncate(1);
                }
                let waits = !slots.is_empty();
                if !waits {
                    slots.push(SlotWanted {
                        slot: Slot(0),
                        epoch: Epoch(1),
                    });
                }
                let invalid = |InvalidRequest(violations)| CallError::Invalid(violations);
                let request = record.request().map_err(invalid)?;
                let generation = record.generation_tried();
                // What was wanted before may pass no longer.
                let request = self.request_of(record, generation).unwrap_or(request);
                let subject = Subject {
                    tenant,
                    placement: Some(&record.uid),
                    request: &request,
                    slots: &slots,
                    avoid: &self.avoided_as(record, generation, request.shape, Instant::now()),
                };
                let mut explained = self.explain_slots(&subject);
                if waits {
                    self.explain_preemption(&subject, &mut explained);
                }
                explained.decisions = PastDecision::all_of(record);
                let summary = &mut explained.explanation.summary;
                if !waits {
                    *summary = format!(
                        "every replica has a place, by earlier decisions; one more, decided now: {summary}"
                    );
                } else if record.is_tried_no_more() {
                    *summary = format!(
                        "what has no place is not tried any more (ATTEMPTS_EXHAUSTED); if it were tried now: {summary}"
                    );
                }
                self.explain_held(record, &mut explained.explanation);
                Ok(explained)
            }
            ExplainSubject::New { tenant, labels, spec } => {
                let replicas = u32::try_from(spec.replicas.unwrap_or(1)).unwrap_or(1);
                let slots: Vec<SlotWanted> = (0..replicas)
                    .map(|slot| SlotWanted {
                        slot: Slot(slot),
                        epoch: Epoch(1),
                    })
                    .collect();
                let request = canonicalise(spec, labels).map_err(CallError::Invalid)?;
                let subject = Subject {
                    tenant,
                    placement: None,
                    request: &request,
                    slots: &slots,
                    avoid: &self.avoided.of(request.shape, None, Instant::now()),
                };
                let mut explained = self.explain_slots(&subject);
                self.explain_preemption(&subject, &mut explained);
                Ok(explained)
            }
        }
    }

    fn explain_slots(&self, subject: &Subject<'_>) -> Explained {
        Explained {
            explanation: explain(&self.fleet, subject.request, &subject.input()),
            victims: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// Whether those of lower priority would make room for what does not fit, and if they would not although it would help,
    /// why.
    fn explain_preemption(&self, subject: &Subject<'_>, explained: &mut Explained) {
        let Explained {
            explanation, victims, ..
        } = explained;
        if explanation.fit >= explanation.wanted || !self.may_preempt(subject.request) {
            return;
        }
        let whose = (subject.tenant, subject.placement);
        let now = Round::new(Timestamp::now(), Instant::now());
        let decision = self.decide_with_leavers(whose, subject.request, subject.slots, subject.avoid, &now);
        let leavers = decision.leavers().len();
        if decision.victims.is_empty() && leavers > 0 {
            explanation.summary = format!(
                "{}; {} of {} fit once those that leave their places anyway have gone (replicas: {leavers})",
                explanation.summary,
                decision.placed.len(),
                explanation.wanted
            );
            return;
        }
        if decision.victims.is_empty() {
            if let Some(kept) = self.kept_serving(subject.request, &subject.input()) {
                explanation.summary = format!("{}; {kept}", explanation.summary);
            }
            return;
        }
        let said = match self.why_not_moved(subject.placement, &decision, &now) {
            Some(why) => why.message(),
            None => {
                *victims = self.victims_of(subject.tenant, &decision);
                Some(format!(
                    "{} replicas of lower priority would make room, so that {} of {} fit",
                    victims.len(),
                    decision.placed.len(),
                    explanation.wanted
                ))
            }
        };
        if let Some(said) = said {
            explanation.summary = format!("{}; {said}", explanation.summary);
        }
    }
}
