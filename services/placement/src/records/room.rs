//! Whether everything that a placement can come to is still one stored value, and its deletion one commit. Asked before a
//! replica gets a place: what has a place must be removable, whatever happens to it meanwhile.
//!
//! The bounds of requests make nearly all of them small enough with any number of replicas. What nodes grant (devices, long
//! names) is known only when they are chosen; this is the rule that holds then.

use hourglass_model::request::MAX_SPEC_BYTES;
use hourglass_store::MAX_VALUE_BYTES;

use super::placement::{AssignmentRecord, MAX_ATTEMPTS_TOGETHER, PlacementRecord};
use super::{IntentRecord, RecordError, TombstoneRecord, encode};
use crate::scheduler::changes::{BATCH_BYTES, UNIT_BYTES};

/// Most bytes of a slot in the intent besides its place and its attempts.
pub(super) const SLOT_BYTES: usize = 224;
/// Most bytes of a successor in the intent besides its place.
const SUCCESSOR_BYTES: usize = 1024;
/// Most bytes of one attempt that is kept.
pub(super) const ATTEMPT_BYTES: usize = 800;
/// Most bytes of what is known of one place, in the status.
pub(super) const STATUS_PLACE_BYTES: usize = 1056;
/// Most bytes of a status besides its places: conditions and events.
pub(super) const STATUS_BYTES: usize = 40 * 1024;
/// Most bytes of the conditions in a remembered answer, and of its other fields.
pub(super) const ANSWER_BYTES: usize = 24 * 1024;
/// Most bytes that earlier calls of the round have put into the unit of the placement, and small records beside it.
const REMEMBERED_BYTES: usize = UNIT_BYTES + 16 * 1024;

/// Most bytes of the spec that a change keeps as an earlier one.
const REVISION_BYTES: usize = MAX_SPEC_BYTES + 512;

/// Bytes of a zone in an order to remove, besides its name, which is a label's value and has nothing to escape.
const ZONE_BYTES: usize = 12;

/// Most bytes of a label's value, which the name of a zone is.
const MAX_ZONE_BYTES: usize = 63;

/// Most bytes of the name of a node.
const MAX_NODE_BYTES: usize = 253;

/// Bytes of the node that was chosen, besides its name, in a place that is charged to another one.
const DECIDED_BYTES: usize = 20;

/// Bytes of the devices that are charged, besides them, in a place where they are others than those that were decided.
const CHARGED_BYTES: usize = 21;

/// Most bytes of one of them: 63 of its driver, 253 of its pool, 63 of its name, and what is around them.
const MAX_DEVICE_BYTES: usize = 63 + 253 + 63 + 32;

/// Bytes of a W3C trace context.
const TRACEPARENT_BYTES: usize = 55;

/// Most bytes of a value with orders to remove besides them.
const ORDERS_BYTES: usize = 512;

/// A placement would be larger than what can be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "with these places it would come to {bytes} bytes, over the limit of {limit}: ask for fewer replicas, fewer resources \
     or fewer devices"
)]
pub struct NoRoom {
    /// What it would come to.
    pub bytes: usize,
    /// What is taken.
    pub limit: usize,
}

/// Why there is no place for what was decided.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// It would be too large.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// It has no stored form.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Whether `record`, with `further` places beside those that it has and the orders to remove that are `open`, can be stored
/// and removed.
///
/// # Errors
/// [`RoomError::NoRoom`] with its size when it cannot.
pub fn check(
    record: &PlacementRecord,
    open: &[TombstoneRecord],
    further: &[AssignmentRecord],
) -> Result<(), RoomError> {
    // Later calls bring their own.
    let traceparent = || Some("0".repeat(TRACEPARENT_BYTES));
    let wish = PlacementRecord {
        slots: Vec::new(),
        traceparent: traceparent(),
        caused_by: traceparent(),
        ..record.clone()
    };
    let wish = encode("intent", &IntentRecord::of(&wish))?.len();
    let mut intent = wish + ATTEMPT_BYTES * MAX_ATTEMPTS_TOGETHER + SLOT_BYTES * record.slots.len();
    let mut removal = encode("orders", &open)?.len() + ORDERS_BYTES;
    let now = record.places().map(|(.., assignment)| assignment);
    // A zone stands in the record of the place, or, once that has ended, in the order: never in both.
    let mut zones = 0;
    for assignment in now.chain(further) {
        let growth = growth_of(assignment);
        intent += encode("place", assignment)?.len() + growth.in_place;
        zones += assignment.zone.as_ref().map_or(0, |zone| ZONE_BYTES + zone.len());
        removal += growth.in_order;
        let order = TombstoneRecord::of_deleted(
            Default::default(),
            Default::default(),
            assignment,
            record.create_time,
            traceparent(),
        );
        // Numbers of slot and epoch are longer than none.
        removal += encode("order", &order)?.len() + 40;
    }
    within(intent, MAX_VALUE_BYTES)?;
    within(removal + zones, MAX_VALUE_BYTES)?;
    let successors = record.places().count().saturating_sub(record.assigned().count());
    intent += SUCCESSOR_BYTES * successors;
    let status = STATUS_BYTES + STATUS_PLACE_BYTES * (record.slots.len() + successors);
    let answer = wish + ANSWER_BYTES;
    let commit = intent + status + removal + answer + REVISION_BYTES + REMEMBERED_BYTES;
    within(commit, BATCH_BYTES)
}

/// What a place comes to at most when it follows its pod, beyond what it is.
#[derive(Default)]
struct Growth {
    in_place: usize,
    in_order: usize,
}

fn growth_of(assignment: &AssignmentRecord) -> Growth {
    if assignment.node.is_some() {
        return Growth::default();
    }
    let node = MAX_NODE_BYTES.saturating_sub(assignment.charged_node.as_str().len());
    let decided = match &assignment.decided_node {
        Some(_) => 0,
        None => DECIDED_BYTES + assignment.charged_node.as_str().len(),
    };
    let zone = assignment.zone.as_ref().map_or(0, |zone| ZONE_BYTES + zone.len());
    let zone = (ZONE_BYTES + MAX_ZONE_BYTES).saturating_sub(zone);
    let charged = assignment.charged_devices();
    let longest = MAX_DEVICE_BYTES * charged.len();
    let names = charged.iter().map(|one| one.device.as_str().len()).sum();
    let devices = match longest {
        0 => 0,
        _ if assignment.charged_devices.is_empty() => CHARGED_BYTES + longest,
        _ => longest.saturating_sub(names),
    };
    Growth {
        in_place: node + decided + zone + devices,
        // With the zone where it is withdrawn.
        in_order: node + zone + longest.saturating_sub(names),
    }
}

fn within(bytes: usize, limit: usize) -> Result<(), RoomError> {
    if bytes <= limit {
        return Ok(());
    }
    Err(NoRoom { bytes, limit }.into())
}
