//! One report: the observed state of a managed Performer.

use hourglass_model::ids::ClaimId;
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::assignment::Phase as WirePhase;
use hourglass_proto::fleet::v1::report::Gate;

use super::facts::{Admission, ManagedFacts, PerformerFacts, Phase};
use crate::claim::{wire_epoch, wire_slot};
use crate::inventory::Whereabouts;

/// What is reported of a claim. Two equal ones need not both be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    claim: ClaimId,
    phase: WirePhase,
    ready: bool,
    node: String,
    endpoint: String,
    reason: String,
    message: String,
    rejected: bool,
    gate: Gate,
    disruption: String,
}

impl Report {
    /// The state of an object. `place`: where its pods are; `rejected`: the scheduler refused it for long enough, which is
    /// never said without a reason.
    pub fn of(managed: &ManagedFacts, facts: &PerformerFacts, place: Whereabouts, rejected: bool) -> Self {
        Self {
            claim: managed.claim.clone(),
            phase: phase(facts),
            ready: facts.status.ready,
            node: place.node,
            endpoint: facts.status.endpoint.clone(),
            reason: or_else(&facts.status.reason, rejected, "UNSCHEDULABLE"),
            message: or_else(
                &facts.status.message,
                rejected,
                "the cluster's scheduler finds no node for it and does not say why",
            ),
            rejected,
            gate: gate(managed, facts),
            disruption: place.disruption,
        }
    }

    /// The object is gone. Whoever did not ask for that applies it again.
    pub fn gone(claim: ClaimId) -> Self {
        Self {
            claim,
            phase: WirePhase::Terminating,
            ready: false,
            node: String::new(),
            endpoint: String::new(),
            reason: "GONE".to_owned(),
            message: "the Performer object does not exist any more".to_owned(),
            rejected: false,
            gate: Gate::Unspecified,
            disruption: String::new(),
        }
    }

    /// As the wire has it, observed at `time`.
    pub fn into_wire(self, time: jiff::Timestamp) -> pb::Report {
        pb::Report {
            placement_uid: self.claim.placement.to_string(),
            slot: wire_slot(self.claim.slot),
            epoch: wire_epoch(self.claim.epoch),
            phase: self.phase.into(),
            ready: self.ready,
            node: self.node,
            endpoint: self.endpoint,
            reason: self.reason,
            message: self.message,
            observe_time: Some(pbjson_types::Timestamp {
                seconds: time.as_second(),
                nanos: time.subsec_nanosecond(),
            }),
            rejected: self.rejected,
            gate: self.gate.into(),
            disruption: self.disruption,
        }
    }
}

/// What was said; of a refusal of which nothing was said, `unsaid`.
fn or_else(said: &str, rejected: bool, unsaid: &str) -> String {
    let text = if rejected && said.is_empty() { unsaid } else { said };
    text.to_owned()
}

fn phase(facts: &PerformerFacts) -> WirePhase {
    if facts.terminating {
        return WirePhase::Terminating;
    }
    match facts.status.phase {
        None => WirePhase::Accepted,
        Some(Phase::Pending) => WirePhase::Starting,
        Some(Phase::Running) => WirePhase::Running,
        Some(Phase::Upgrading) => WirePhase::Upgrading,
        Some(Phase::Terminating) => WirePhase::Terminating,
        Some(Phase::Failed) => WirePhase::Broken,
        Some(Phase::Other) if facts.status.ready => WirePhase::Running,
        Some(Phase::Other) => WirePhase::Starting,
    }
}

fn gate(managed: &ManagedFacts, facts: &PerformerFacts) -> Gate {
    if !managed.gated {
        return Gate::Unspecified;
    }
    match facts.status.admission {
        Admission::Missing => Gate::Creating,
        Admission::Denied => Gate::Denied,
        Admission::Gated => Gate::Admitted,
        Admission::Lifted => Gate::Lifted,
    }
}
