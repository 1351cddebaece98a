//! The largest record that the bounds allow is one that the store takes: a larger one would end the decision loop.

use std::collections::VecDeque;

use hourglass_model::ids::{
    ClusterName, Epoch, Generation, NodeName, PlacementId, PlacementUid, Slot, SnapshotId, TenantId,
};
use hourglass_model::request::{MAX_REPLICAS, MAX_SPEC_BYTES};
use hourglass_store::MAX_VALUE_BYTES;
use jiff::Timestamp;

use super::placement::{
    ConditionKind, ConditionStatus, MAX_ATTEMPTS, MAX_CONDITION_MESSAGE, MAX_DISRUPTION, MAX_EVENTS,
    MAX_MESSAGE, Observed, PlacementState, Reason,
};
use super::{
    AssignmentRecord, IntentRecord, PlacementRecord, SlotRecord, StatusRecord, TombstoneRecord,
    TombstonesRecord, encode,
};
use crate::scheduler::changes::BATCH_BYTES;
use crate::scheduler::state::set_condition;

fn long(length: usize) -> String {
    "x".repeat(length)
}

fn assignment(now: Timestamp) -> AssignmentRecord {
    let offer = serde_json::json!({
        "gpu": {"resource": "nvidia.com/gpu", "units": 8,
            "productLabel": ["nvidia.com/gpu.product", long(63)]}
    });
    AssignmentRecord {
        cluster: ClusterName::new(long(63)).unwrap(),
        node: Some(NodeName::new(long(63)).unwrap()),
        charged_node: NodeName::new(long(63)).unwrap(),
        namespace: long(63),
        object_name: long(53),
        vector: (0..8)
            .map(|number| {
                let name = format!("example.org/{}{number}", long(50));
                (
                    hourglass_model::resources::ResourceName::new(&name).unwrap(),
                    i64::MAX,
                )
            })
            .collect(),
        offer: serde_json::from_value(offer).unwrap(),
        overrides: serde_json::from_value(u32::MAX.into()).unwrap(),
        content_hash: long(64),
        scores: (0..8)
            .map(|number| (format!("a_named_score_{number}"), i64::MAX))
            .collect(),
        snapshot: SnapshotId(u64::MAX),
        generation: Generation(u64::MAX),
        decide_time: now,
        observed: Observed {
            endpoint: long(150),
            node: long(63),
            reason: long(40),
            message: long(MAX_MESSAGE),
            disruption: long(MAX_DISRUPTION),
            ..Observed::default()
        },
    }
}

fn largest(now: Timestamp) -> PlacementRecord {
    let spec = serde_json::json!({
        "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "a/b:1",
            "config": {"args": [long(MAX_SPEC_BYTES - 200)]}}
    });
    let slots = (0..u32::try_from(MAX_REPLICAS).unwrap())
        .map(|slot| {
            let mut record = SlotRecord {
                slot: Slot(slot),
                epoch: Epoch(u64::MAX),
                confirmed_incarnation: u64::MAX,
                assignment: Some(assignment(now)),
                attempts: Vec::new(),
            };
            for _ in 0..MAX_ATTEMPTS + 1 {
                record.end_attempt(Reason::NodeRejected, long(4 * MAX_MESSAGE), now);
                record.assignment = Some(assignment(now));
            }
            assert_eq!(record.attempts.len(), MAX_ATTEMPTS);
            record
        })
        .collect();
    let mut record = PlacementRecord {
        tenant: TenantId::new(long(63)).unwrap(),
        id: PlacementId::new(long(63)).unwrap(),
        uid: PlacementUid::new("2d3a0c0e-0000-4000-8000-000000000001").unwrap(),
        labels: (0..64)
            .map(|number| (format!("label-{number}{}", long(50)), long(63)))
            .collect(),
        annotations: [("a".to_owned(), long(16 * 1024))].into(),
        spec: serde_json::from_value(spec).unwrap(),
        generation: Generation(1),
        etag: long(64),
        create_time: now,
        update_time: now,
        delete_time: None,
        force_delete: false,
        waiting_since: None,
        stopped: None,
        gang_start: None,
        request_keys: (0..16).map(|_| long(150)).collect(),
        state: PlacementState::Pending,
        traceparent: Some(long(55)),
        slots,
        conditions: Vec::new(),
        events: VecDeque::new(),
    };
    for _ in 0..MAX_EVENTS + 1 {
        record.push_event(now, "REJECTED", long(4 * MAX_MESSAGE));
    }
    for kind in [
        ConditionKind::Scheduled,
        ConditionKind::Dispatched,
        ConditionKind::Serving,
        ConditionKind::Released,
    ] {
        let message = long(2 * MAX_CONDITION_MESSAGE);
        set_condition(
            &mut record,
            kind,
            ConditionStatus::Unknown,
            Reason::NodeRejected,
            &message,
            now,
        );
    }
    record
}

fn bytes<R: serde::Serialize>(record: &R) -> usize {
    encode("a", record).unwrap().len()
}

#[test]
fn the_largest_placement_fits_into_two_values_and_its_deletion_into_one_commit() {
    let now: Timestamp = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
    let record = largest(now);
    let (intent, status) = (
        bytes(&IntentRecord::of(&record)),
        bytes(&StatusRecord::of(&record)),
    );
    for value in [intent, status] {
        assert!(
            value < MAX_VALUE_BYTES,
            "{value} bytes are over {MAX_VALUE_BYTES}"
        );
    }
    let open = record
        .assigned()
        .map(|(slot, assignment)| {
            TombstoneRecord::of(slot.slot, slot.epoch, assignment, now, record.traceparent.clone())
        })
        .collect();
    let tombstones = TombstonesRecord {
        placement_uid: record.uid.clone(),
        placement: record.name(),
        open,
    };
    let answer = PlacementRecord {
        slots: Vec::new(),
        events: VecDeque::new(),
        ..record
    };
    let commit = intent + status + bytes(&tombstones) + bytes(&answer) + 16 * 1024;
    assert!(
        commit < BATCH_BYTES,
        "a commit of {commit} bytes is over {BATCH_BYTES}"
    );
}
