//! A decision as a placement's record keeps it.

use hourglass_engine::SlotDecision;
use hourglass_model::ids::{NodeName, SnapshotId};
use hourglass_model::names::performer_object;
use hourglass_model::render::Pin;
use hourglass_model::request::AppliedOverrides;
use jiff::Timestamp;

use crate::records::placement::Observed;
use crate::records::{AssignmentRecord, PlacementRecord};

/// What a replica is to run.
#[derive(Clone, Debug, Default)]
pub(in crate::scheduler) struct Content {
    /// What differs in its cluster.
    pub overrides: AppliedOverrides,
    /// Hash of all of it.
    pub hash: String,
}

/// The node that a slot is bound to; none when it is bound to its cluster only.
pub(in crate::scheduler) fn node_of(placed: &SlotDecision) -> Option<&NodeName> {
    match &placed.pin {
        Pin::Node(node) => Some(node),
        Pin::Cluster => None,
    }
}

/// The place of a slot of `record` by the decision `placed`, for its current generation.
pub(in crate::scheduler) fn assignment_of(
    record: &PlacementRecord,
    placed: &SlotDecision,
    content: Content,
    snapshot: SnapshotId,
    decide_time: Timestamp,
) -> AssignmentRecord {
    AssignmentRecord {
        cluster: placed.cluster.clone(),
        node: node_of(placed).cloned(),
        charged_node: placed.node.clone(),
        decided_node: None,
        charged_devices: Vec::new(),
        zone: None,
        namespace: placed.namespace.to_string(),
        object_name: performer_object(&record.id, &record.uid, placed.slot, placed.epoch),
        vector: placed.vector.clone(),
        limits: placed.limits.clone(),
        offer: placed.offer.clone(),
        overrides: content.overrides,
        content_hash: content.hash,
        scores: placed
            .scores
            .iter()
            .map(|score| (score.name.clone(), score.value))
            .collect(),
        snapshot,
        generation: record.generation,
        decide_time,
        waits_for: placed.waits_for.clone(),
        room_time: None,
        ungated: false,
        old_seal: false,
        observed: Observed::default(),
    }
}
