//! Records for the tests of the edge.

use std::collections::VecDeque;

use hourglass_model::ids::{Generation, PlacementId, PlacementUid, TenantId};
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;

use crate::records::PlacementRecord;
use crate::records::placement::PlacementState;

/// A placement that waits, without slots.
pub fn record(tenant: &str, id: &str, uid: &str) -> PlacementRecord {
    PlacementRecord {
        tenant: TenantId::new(tenant).unwrap(),
        id: PlacementId::new(id).unwrap(),
        uid: PlacementUid::new(uid).unwrap(),
        labels: [("team".to_owned(), "a".to_owned())].into(),
        annotations: [].into(),
        spec: PlacementSpec::default(),
        generation: Generation(1),
        etag: "e1".to_owned(),
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
        delete_time: None,
        force_delete: false,
        request_keys: Vec::new(),
        state: PlacementState::Pending,
        traceparent: None,
        slots: Vec::new(),
        conditions: Vec::new(),
        events: VecDeque::new(),
    }
}
