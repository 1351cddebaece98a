//! What a rehearsed decision makes of a placement, as callers are shown it.
//!
//! Why what was only rehearsed, or refused because it may not wait, fits nowhere is found out after the decision, for one caller
//! at a time, because it goes over all nodes. Whoever is not asked about in this way waits, and says why by itself.

use std::time::Instant;

use hourglass_engine::{Decision, NoFitReason, SlotWanted};
use hourglass_model::request::CanonicalRequest;
use jiff::Timestamp;

use super::place::reason;
use super::preempt::NotMoved;
use crate::records::placement::{ConditionKind, ConditionStatus};
use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::assignment::{Content, assignment_of};
use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, ExplainSubject, PlacementAnswer};
use crate::scheduler::queue::in_short;
use crate::scheduler::state::set_condition;

/// What it takes to find out why a placement that is only rehearsed would wait.
#[derive(Clone, Debug)]
pub struct Untold {
    request: CanonicalRequest,
    /// All that were to be placed together.
    slots: Vec<SlotWanted>,
    reason: NoFitReason,
    /// What the engine does not know of, for people.
    note: Option<String>,
    time: Timestamp,
}

impl Untold {
    /// Says in the condition of a placement that is only rehearsed that it would wait, in one word; none when it would not.
    pub(in crate::scheduler) fn note(
        record: &mut PlacementRecord,
        request: &CanonicalRequest,
        (decision, not_moved): (&Decision, Option<&NotMoved>),
        now: Timestamp,
    ) -> Option<Box<Self>> {
        let no_fit = decision.no_fit.as_ref()?;
        let placed = decision.placed.iter().map(|placed| SlotWanted {
            slot: placed.slot,
            epoch: placed.epoch,
        });
        let untold = Self {
            request: request.clone(),
            slots: placed.chain(no_fit.slots.iter().copied()).collect(),
            reason: no_fit.reason,
            note: not_moved.and_then(NotMoved::message),
            time: now,
        };
        untold.say(record, in_short(no_fit.reason));
        Some(Box::new(untold))
    }

    fn say(&self, record: &mut PlacementRecord, why: &str) {
        let message = match &self.note {
            Some(note) => format!("{why}; {note}"),
            None => why.to_owned(),
        };
        let (kind, status) = (ConditionKind::Scheduled, ConditionStatus::False);
        set_condition(record, kind, status, reason(self.reason), &message, self.time);
    }
}

/// Gives the slots of a placement that is only rehearsed the places of the decision. No object would have that name yet.
pub(in crate::scheduler) fn give_rehearsed_places(
    record: &mut PlacementRecord,
    decision: &Decision,
    now: Timestamp,
) {
    for placed in &decision.placed {
        let assignment = assignment_of(record, placed, Content::default(), decision.snapshot, now);
        if let Some(slot) = record.slot_mut(placed.slot) {
            slot.epoch = placed.epoch;
            slot.assignment = Some(AssignmentRecord {
                node: Some(placed.node.clone()),
                object_name: String::new(),
                ..assignment
            });
        }
    }
}

impl Core {
    /// Says at length why what was rehearsed would wait.
    pub(in crate::scheduler) fn tell_rehearsed(
        &self,
        mut answer: PlacementAnswer,
        now: Instant,
    ) -> PlacementAnswer {
        if let Some(untold) = answer.untold.take() {
            let told = self.told_of(&answer.record, &untold.request, &untold.slots, now);
            untold.say(&mut answer.record, &told.text);
        }
        answer
    }

    /// What is answered to who does not want to wait, and would have to for this reason.
    pub(in crate::scheduler) fn why_refused(&self, reason: NoFitReason, wish: &ExplainSubject) -> CallError {
        match self.explain(wish) {
            Ok(explained) if explained.explanation.reason.is_some() => {
                CallError::DoesNotFit(Box::new(explained.explanation))
            }
            // There is room by now, and it was refused all the same: it may be asked for again.
            Ok(_) => CallError::FitsNowhere(reason),
            Err(error) => error,
        }
    }
}
