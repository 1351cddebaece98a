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

    /// The claim's object is gone.
    pub fn ended(&mut self, claim: &ClaimId) {
        self.open.remove(claim);
    }

    /// A list was taken: the rest is gone.
    pub fn keep(&mut self, is_there: impl Fn(&ClaimId) -> bool) {
        self.open.retain(|claim, _| is_there(claim));
    }
}

#[cfg(test)]
mod tests {
    use hourglass_runtime::build_info::BuildInfo;
    use hourglass_runtime::telemetry::{LogFormat, Telemetry, TelemetryOptions};
    use hourglass_runtime::trace_context::traceparent_of;

    use super::*;
    use crate::claim::from_wire;
    use crate::performers::StatusFacts;

    fn facts(scheduling: Scheduling, ready: bool) -> PerformerFacts {
        let status = StatusFacts {
            scheduling,
            ready,
            ..StatusFacts::default()
        };
        PerformerFacts {
            managed: None,
            terminating: false,
            status,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_of_the_applys_trace_end_when_scheduled_and_when_ready() {
        let options = TelemetryOptions::new(BuildInfo::new("test", "0.0.0"), LogFormat::Json, "info");
        let (_telemetry, dispatch) = Telemetry::build(&options, std::io::sink).unwrap();
        tracing::dispatcher::with_default(&dispatch, || {
            let apply = tracing::info_span!("apply");
            let parent = traceparent_of(&apply).unwrap();
            let claim = from_wire("u", 0, 1).unwrap();
            let mut timelines = Timelines::default();
            timelines.applied(&claim, "tenants/t/placements/p", &parent);
            let open = &timelines.open[&claim];
            for span in [open.schedule.as_ref().unwrap(), &open._ready] {
                assert_eq!(traceparent_of(span).unwrap().trace_id(), parent.trace_id());
                assert_ne!(traceparent_of(span).unwrap().span_id(), parent.span_id());
            }
            timelines.observed(&claim, &facts(Scheduling::Unschedulable, false));
            assert!(timelines.open[&claim].schedule.is_some());
            timelines.observed(&claim, &facts(Scheduling::Scheduled, false));
            assert!(timelines.open[&claim].schedule.is_none());
            timelines.observed(&claim, &facts(Scheduling::Scheduled, true));
            assert!(timelines.open.is_empty());
            // What was ready before an Apply of the same content: nothing is waited for.
            timelines.applied(&claim, "tenants/t/placements/p", &parent);
            timelines.keep(|_| false);
            assert!(timelines.open.is_empty());
        });
    }
}
