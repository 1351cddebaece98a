//! A command as it came from the server.

use hourglass_model::ids::ClaimId;
use hourglass_proto::fleet::v1 as pb;
use hourglass_runtime::trace_context::set_parent_text;
use tracing::Span;

use super::answer::Answer;
use crate::claim;

/// What is to be done.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// Make or update a Performer.
    Apply(Box<pb::Apply>),
    /// Remove the slot's Performers up to the epoch.
    Remove(pb::Remove),
    /// Take a Performer over.
    Adopt(pb::Adopt),
    /// Let the pods of a gang's member be scheduled.
    LiftGate(pb::LiftGate),
}

/// What is to be done, and to what.
#[derive(Debug, Clone)]
pub(super) struct Command {
    /// As it came.
    pub header: pb::CommandHeader,
    /// What the header names.
    pub claim: ClaimId,
    /// What is to be done.
    pub task: Task,
}

impl Task {
    /// A short fixed word for metrics and spans.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Apply(_) => "apply",
            Self::Remove(_) => "remove",
            Self::Adopt(_) => "adopt",
            Self::LiftGate(_) => "lift_gate",
        }
    }

    fn header(&self) -> Option<&pb::CommandHeader> {
        match self {
            Self::Apply(apply) => apply.header.as_ref(),
            Self::Remove(remove) => remove.header.as_ref(),
            Self::Adopt(adopt) => adopt.header.as_ref(),
            Self::LiftGate(lift) => lift.header.as_ref(),
        }
    }
}

impl Command {
    /// Reads the header.
    ///
    /// # Errors
    /// The header, as far as there is one, and the answer to a command without a valid one.
    pub fn new(task: Task) -> Result<Self, Box<(pb::CommandHeader, Answer)>> {
        let header = task.header().cloned().unwrap_or_default();
        match claim::from_wire(&header.placement_uid, header.slot, header.epoch) {
            Ok(claim) => Ok(Self { header, claim, task }),
            Err(error) => Err(Box::new((header, Answer::refused("INVALID_HEADER", error)))),
        }
    }

    /// A span for carrying it out, as a part of the trace that it came with.
    pub fn span(&self) -> Span {
        let (placement, slot, epoch) = (self.placement(), self.claim.slot.0, self.claim.epoch.0);
        let kind = self.task.kind();
        let span = tracing::info_span!(
            parent: None, "command", otel.name = kind, otel.kind = "consumer", placement, slot, epoch
        );
        set_parent_text(&span, Some(&self.header.traceparent));
        span
    }

    fn placement(&self) -> &str {
        match &self.task {
            Task::Apply(apply) => &apply.placement,
            Task::Remove(_) | Task::Adopt(_) | Task::LiftGate(_) => self.claim.placement.as_str(),
        }
    }
}
