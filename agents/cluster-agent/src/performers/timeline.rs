//! Spans that begin when a Performer was applied and end when it has a node, and when it serves: the cluster's part of
//! the placement's trace. Only for what this process applied; after a restart the begin is not known.

use std::collections::BTreeMap;

use hourglass_model::ids::ClaimId;
use hourglass_runtime::trace_context::{Traceparent, set_parent};
use tracing::Span;

use super::facts::{PerformerFacts, Scheduling};

/// More Performers than this that were applied and never became ready are not traced on.
const MAX_OPEN: usize = 10_000;

/// Open spans by claim. A span ends when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    open: BTreeMap<ClaimId, Timeline>,
}

#[derive(Debug)]
struct Timeline {
    schedule: Option<Span>,
    // Held for its end only.
    _ready: Span,
}

impl Timelines {
    /// The claim was applied just now, by the span of `apply`.
    pub fn applied(&mut self, claim: &ClaimId, placement: &str, apply: &Traceparent) {
        if self.open.len() >= MAX_OPEN || self.open.contains_key(claim) {
            return;
        }
        let (slot, epoch) = (claim.slot.0, claim.epoch.0);
        let schedule = tracing::info_span!(parent: None, "schedule", placement, slot, epoch);
        set_parent(&schedule, apply);
        let ready = tracing::info_span!(parent: None, "ready", placement, slot, epoch);
        set_parent(&ready, apply);
        self.open.insert(
            claim.clone(),
            Timeline {
                schedule: Some(schedule),
                _ready: ready,
            },
        );
    }

    /// Something about the claim's object changed.
    pub fn observed(&mut self, claim: &ClaimId, facts: &PerformerFacts) {
        let Some(timeline) = self.open.get_mut(claim) else {
            return;
        };
        if facts.status.scheduling == Scheduling::Scheduled || facts.status.ready {
            timeline.schedule = None;
        }
        if facts.status.ready || facts.terminating {
            self.open.remove(claim);
        }
    }

    /// The claim's object is gone, or its removal was asked for.
    pub fn ended(&mut self, claim: &ClaimId) {
        self.open.remove(claim);
    }
}
