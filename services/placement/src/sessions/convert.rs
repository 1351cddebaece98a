//! Messages of the agent protocol to commands of the loop, and orders to messages.

use hourglass_model::ids::{Epoch, PlacementUid, Slot};
use hourglass_proto::fleet::v1 as proto;
use jiff::Timestamp;

use crate::dispatch::{Order, OrderContent, SlotKey};
use crate::records::placement::{Gate, MAX_DISRUPTION, MAX_ENDPOINT, MAX_REASON, Phase, bounded, cut};
use crate::scheduler::command::{
    Acknowledgement, Outcome, PerformerReport, RunningPerformer, SessionGrant, SessionId,
};

/// Why a message of an agent makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// An id breaks its rules.
    #[error("{field} is not valid: {source}")]
    Id {
        /// Field of the message.
        field: &'static str,
        /// The rule.
        source: hourglass_model::ids::IdError,
    },
    /// A number is out of range.
    #[error("{field} must be {rule}, not {value}")]
    Range {
        /// Field of the message.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        value: i64,
    },
    /// A text does not say what it should.
    #[error("{field}: {message}")]
    Malformed {
        /// Field of the message.
        field: &'static str,
        /// Why.
        message: String,
    },
    /// An enum has no such value, or none was set.
    #[error("{field} is not set to a known value")]
    UnknownValue {
        /// Field of the message.
        field: &'static str,
    },
}

pub(super) fn slot_key(placement_uid: &str, slot: i32) -> Result<SlotKey, ConvertError> {
    let placement_uid = PlacementUid::new(placement_uid).map_err(|source| ConvertError::Id {
        field: "placement_uid",
        source,
    })?;
    let number = u32::try_from(slot).map_err(|_| ConvertError::Range {
        field: "slot",
        rule: "0 or more",
        value: i64::from(slot),
    })?;
    Ok(SlotKey {
        placement_uid,
        slot: Slot(number),
    })
}

pub(super) fn epoch(value: i64) -> Result<Epoch, ConvertError> {
    let number = u64::try_from(value).map_err(|_| ConvertError::Range {
        field: "epoch",
        rule: "0 or more",
        value,
    })?;
    Ok(Epoch(number))
}

/// A managed performer as an agent lists it.
///
/// # Errors
/// [`ConvertError`] when its labels are not ours after all.
pub fn running(performer: proto::ManagedPerformer) -> Result<RunningPerformer, ConvertError> {
    Ok(RunningPerformer {
        key: slot_key(&performer.placement_uid, performer.slot)?,
        epoch: epoch(performer.epoch)?,
        content_hash: performer.content_hash,
        performer: performer.performer,
        terminating: performer.terminating,
        signed_placement: performer.signed_placement,
        incarnation: performer.incarnation,
    })
}

/// A report.
///
/// # Errors
/// [`ConvertError`] for ids, epochs or phases that cannot be.
pub fn report(report: proto::Report) -> Result<PerformerReport, ConvertError> {
    let SlotKey { placement_uid, slot } = slot_key(&report.placement_uid, report.slot)?;
    Ok(PerformerReport {
        placement_uid,
        slot,
        epoch: epoch(report.epoch)?,
        phase: phase(report.phase())?,
        gate: gate(report.gate()),
        ready: report.ready,
        node: bounded(report.node),
        endpoint: cut(report.endpoint, MAX_ENDPOINT),
        reason: cut(report.reason, MAX_REASON),
        message: bounded(report.message),
        observe_time: report.observe_time.and_then(timestamp),
        rejected: report.rejected,
        disruption: cut(report.disruption, MAX_DISRUPTION),
    })
}

fn gate(gate: proto::report::Gate) -> Gate {
    use proto::report::Gate as Wire;
    match gate {
        Wire::Unspecified => Gate::Unknown,
        Wire::Creating => Gate::Creating,
        Wire::Admitted => Gate::Admitted,
        Wire::Denied => Gate::Denied,
        Wire::Lifted => Gate::Lifted,
    }
}

fn phase(phase: proto::assignment::Phase) -> Result<Phase, ConvertError> {
    use proto::assignment::Phase as Wire;
    Ok(match phase {
        Wire::Dispatching => Phase::Dispatching,
        Wire::Accepted => Phase::Accepted,
        Wire::Starting => Phase::Starting,
        Wire::Running => Phase::Running,
        Wire::Upgrading => Phase::Upgrading,
        Wire::Terminating => Phase::Terminating,
        Wire::Broken => Phase::Broken,
        Wire::Refused => Phase::Refused,
        Wire::Unknown | Wire::Unspecified => return Err(ConvertError::UnknownValue { field: "phase" }),
    })
}

/// An acknowledgement.
///
/// # Errors
/// [`ConvertError`] for an outcome that cannot be.
pub fn acknowledgement(ack: proto::Ack) -> Result<Acknowledgement, ConvertError> {
    use proto::ack::Outcome as Wire;
    let outcome = match ack.outcome() {
        Wire::Applied | Wire::Adopted | Wire::Lifted => Outcome::Applied,
        Wire::Removed => Outcome::Removed,
        Wire::Stale => Outcome::Stale,
        Wire::Refused => Outcome::Refused,
        Wire::Failed => Outcome::Failed,
        Wire::Unspecified => return Err(ConvertError::UnknownValue { field: "outcome" }),
    };
    let inventory_sequence = u64::try_from(ack.inventory_sequence).map_err(|_| ConvertError::Range {
        field: "inventory_sequence",
        rule: "0 or more",
        value: ack.inventory_sequence,
    })?;
    Ok(Acknowledgement {
        command_id: ack.command_id,
        outcome,
        reason: cut(ack.reason, MAX_REASON),
        message: bounded(ack.message),
        inventory_sequence,
    })
}

/// Wall clock of a message; none when it is out of range.
#[must_use]
pub fn timestamp(time: pbjson_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos).ok()
}

/// An order as the message that the agent gets.
#[must_use]
pub fn order(order: Order, session: &SessionId, grant: &SessionGrant) -> proto::ServerMessage {
    use proto::server_message::Message;
    let header = proto::CommandHeader {
        command_id: order.command_id,
        placement_uid: order.key.placement_uid.to_string(),
        slot: i32::try_from(order.key.slot.0).unwrap_or(i32::MAX),
        epoch: i64::try_from(order.epoch.0).unwrap_or(i64::MAX),
        incarnation: grant.incarnation,
        term: grant.term,
        traceparent: order.traceparent.unwrap_or_default(),
        session_id: session.0.clone(),
    };
    let message = match order.content {
        OrderContent::Apply(apply) => Message::Apply(proto::Apply {
            header: Some(header),
            tenant: apply.tenant,
            placement: apply.placement,
            namespace: apply.namespace,
            object_name: apply.object_name,
            generation: i64::try_from(apply.generation.0).unwrap_or(i64::MAX),
            performer_spec_json: apply.performer_spec_json,
            content_hash: apply.content_hash,
            signed_placement: apply.signed_placement,
            node: apply.node.map(|node| node.to_string()).unwrap_or_default(),
            service_name: apply.service_name,
            grpc_port: i32::from(apply.grpc_port),
            gated: apply.gated,
        }),
        OrderContent::Adopt { performer } => Message::Adopt(proto::Adopt {
            header: Some(header),
            performer,
        }),
        OrderContent::LiftGate => Message::LiftGate(proto::LiftGate { header: Some(header) }),
        OrderContent::Remove { performer, exact } => Message::Remove(proto::Remove {
            header: Some(header),
            performer,
            exact,
        }),
    };
    proto::ServerMessage {
        message: Some(message),
    }
}

/// A length of time on the wire.
#[must_use]
pub fn duration(length: std::time::Duration) -> pbjson_types::Duration {
    pbjson_types::Duration {
        seconds: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(length.subsec_nanos()).unwrap_or(0),
    }
}
