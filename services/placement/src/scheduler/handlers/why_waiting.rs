//! Why a placement waits, at length. That goes over all nodes, so no turn finds it out: it is found out for who asks and for the
//! condition of what waits, in the time that explanations have (`allowance`).

use std::time::Instant;

use hourglass_engine::{DecideInput, Decision, SlotWanted, explain};
use hourglass_model::request::{CanonicalRequest, ShapeId};

use super::place::reason;
use crate::records::PlacementRecord;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::scheduler::core::Core;
use crate::scheduler::queue::{Alike, Failure, Told};

impl Core {
    /// Why these slots fit nowhere, at length, whatever time that takes.
    pub(in crate::scheduler) fn told_of(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        slots: &[SlotWanted],
        now: Instant,
    ) -> Told {
        self.explaining
            .spend(now, || self.find_out(record, request, slots, now))
    }

    fn find_out(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        slots: &[SlotWanted],
        now: Instant,
    ) -> Told {
        let input = DecideInput {
            tenant: &record.tenant,
            placement: Some(&record.uid),
            slots,
            avoid: &self.avoided_as(record, record.generation_tried(), request.shape, now),
            preempt: false,
            explain: true,
        };
        let mut told = Told::of(&explain(&self.fleet, request, &input));
        if let Some(kept) = self.kept_serving(request, &input) {
            told.text.push_str("; ");
            told.text.push_str(&kept);
        }
        told
    }

    /// What a decision took that explains itself, and began then, is time of explanations.
    pub(in crate::scheduler) fn count_explained(&self, decision: &Decision, begin: Instant, now: Instant) {
        let no_fit = decision.no_fit.as_ref();
        if no_fit.is_some_and(|no_fit| no_fit.explanation.is_some()) {
            self.explaining.took(now, begin.elapsed());
        }
    }

    /// With whom a placement shares every answer; with nobody when it has places, nodes that are kept for it, or nodes that
    /// refused it.
    pub(in crate::scheduler) fn alike(
        &self,
        record: &PlacementRecord,
        shape: ShapeId,
        now: Instant,
    ) -> Option<Alike> {
        let alone = self.reservations.of(&record.uid).is_some()
            || self.fleet.claims_of(&record.uid).next().is_some()
            || !self
                .avoided_as(record, record.generation_tried(), shape, now)
                .is_empty();
        Alike::of(record, shape).filter(|_| !alone)
    }

    /// Finds out why a placement that waits fits nowhere, unless that is known, or explanations have taken enough time for now.
    /// For those that are alike it is found out once on a state of the fleet.
    pub(in crate::scheduler) fn explain_failure(
        &self,
        record: &PlacementRecord,
        failure: &Failure,
        now: Instant,
    ) {
        if failure.told().is_some() {
            return;
        }
        let slots = self.slots_in_turn(record);
        let Ok(request) = self.request_of(record, record.generation_tried()) else {
            return;
        };
        if slots.is_empty() {
            return;
        }
        let alike = self.alike(record, request.shape, now);
        let known = alike.and_then(|alike| self.queue.told(&alike, self.fleet.snapshot_id()));
        if let Some(known) = known {
            failure.tell(known.clone());
        } else if self.explaining.is_left(now) {
            failure.tell(self.told_of(record, &request, &slots, now));
        }
    }
}

/// The condition reason of a placement that waits. That it had a place and who has it now stays the reason, whatever it waits
/// for meanwhile.
pub(in crate::scheduler) fn why_it_waits(record: &PlacementRecord, failure: &Failure) -> Reason {
    match record.preempted() {
        Some(_) => Reason::Preempted,
        None => reason(failure.reason),
    }
}

/// What its condition says of why it waits: at length once that is known.
pub(in crate::scheduler) fn said(record: &PlacementRecord, failure: &Failure) -> String {
    match record.preempted() {
        Some(lost) => format!("{lost}; {}", failure.message()),
        None => failure.message(),
    }
}

/// What its condition says of why it waits is not so any more. The numbers in the message move with every inventory: they are
/// no news, and who asks is told those of now.
pub(in crate::scheduler) fn is_news(record: &PlacementRecord, failure: &Failure) -> bool {
    let mut conditions = record.conditions.iter();
    let said = conditions
        .find(|condition| condition.kind == ConditionKind::Scheduled)
        .map(|condition| (condition.status, condition.reason));
    said != Some((ConditionStatus::False, why_it_waits(record, failure)))
}
