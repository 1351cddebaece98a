//! The largest record that the bounds allow is one that the store takes: a larger one would
//! end the decision loop.

use std::collections::VecDeque;

use hourglass_model::gpu::{DeviceAttribute, DeviceUse};
use hourglass_model::ids::{ClusterName, DeviceId, Epoch, Generation, NodeName, Slot, SnapshotId, TenantId};
use hourglass_model::render::{
    CountedGpus, DeviceGrant, GpuGrant, GrantedDevice, NodeOffer, RuntimeClassGrant, TeeGrant,
};
use hourglass_model::request::{
    MAX_AMOUNT, MAX_MILLI_CPU, MAX_REPLICAS, MAX_RESOURCE_NAME_BYTES, MAX_RESOURCES, MAX_SPEC_BYTES,
};
use hourglass_model::resources::{ResourceName, ResourceVector};
use hourglass_model::tee::TeeKind;
use hourglass_proto::fleet::v1 as proto;
use hourglass_store::MAX_VALUE_BYTES;
use jiff::Timestamp;

use super::placement::{
    ConditionKind, ConditionStatus, MAX_ATTEMPTS, MAX_CONDITION_MESSAGE, MAX_DISRUPTION, MAX_ENDPOINT,
    MAX_EVENTS, MAX_MESSAGE, MAX_REASON, Observed, Reason,
};
use super::room::{self, RoomError};
use super::{
    AssignmentRecord, EarlierRecord, IntentRecord, PlacementRecord, RevisionRecord, SlotRecord, StatusRecord,
    TombstoneRecord, TombstonesRecord, encode,
};
use crate::edge::convert::placement_in::{MAX_ANNOTATION_BYTES, MAX_LABELS, MAX_REQUEST_ID};
use crate::edge::testing;
use crate::scheduler::changes::{BATCH_BYTES, UNIT_BYTES};
use crate::scheduler::state::set_condition;
use crate::sessions::convert::report as report_in;

/// What a namespace may give to any replica.
const NATIVE: [&str; 3] = ["cpu", "ephemeral-storage", "memory"];

const UID: &str = "2d3a0c0e-0000-4000-8000-000000000001";

fn long(length: usize) -> String {
    "x".repeat(length)
}

/// Names of `number` resources, together as long as `bytes`.
fn resources(number: usize, bytes: usize, domain: &str) -> Vec<ResourceName> {
    let each = bytes / number;
    let name = |index: usize| format!("{domain}.b/{index:0>width$}", width = each - 3 - domain.len());
    (0..number)
        .map(|index| ResourceName::new(name(index)).unwrap())
        .collect()
}

/// A node's name of so many bytes, an odd number.
fn node_name(slot: u32, bytes: usize) -> String {
    format!("{slot:03}{}", ".x".repeat((bytes - 3) / 2))
}

/// What a node, a RuntimeClass (both with names of `name` bytes) and an agent may at most make of a place; devices come on
/// top.
fn assignment(now: Timestamp, slot: u32, name: usize) -> AssignmentRecord {
    let node = node_name(slot, name);
    let overhead: ResourceVector = resources(4, 128, "o")
        .into_iter()
        .map(|name| (name, i64::MAX))
        .collect();
    // Beside cpu, memory and ephemeral storage.
    let native: usize = NATIVE.iter().map(|name| name.len()).sum();
    let requests = resources(
        MAX_RESOURCES - NATIVE.len(),
        MAX_RESOURCE_NAME_BYTES - native,
        "r",
    );
    let native: ResourceVector = [
        (NATIVE[0], MAX_MILLI_CPU),
        (NATIVE[1], MAX_AMOUNT),
        (NATIVE[2], MAX_AMOUNT),
    ]
    .map(|(name, most)| (ResourceName::new(name).unwrap(), most))
    .into_iter()
    .collect();
    let mut vector: ResourceVector = requests.into_iter().map(|name| (name, MAX_AMOUNT)).collect();
    vector.add_saturating(&native);
    vector.add_saturating(&overhead);
    for name in [
        "pods",
        "nvidia.com/mig-1g.10gb.me.shared",
        "sev-snp.amd.com/esids",
    ] {
        vector.set(ResourceName::new(name).unwrap(), 10_000);
    }
    let offer = NodeOffer {
        gpu: Some(GpuGrant::Counted(CountedGpus {
            resource: ResourceName::new("nvidia.com/mig-1g.10gb.me.shared").unwrap(),
            units: 1024,
            product_label: Some(("amd.com/gpu.product-name".to_owned(), long(63))),
        })),
        tee: Some(TeeGrant {
            kind: TeeKind::SevSnp,
            slots: 10_000,
        }),
        runtime_class: Some(RuntimeClassGrant {
            name: long(name),
            overhead,
        }),
    };
    AssignmentRecord {
        cluster: ClusterName::new(long(63)).unwrap(),
        node: Some(NodeName::new(&node).unwrap()),
        charged_node: NodeName::new(&node).unwrap(),
        decided_node: None,
        charged_devices: Vec::new(),
        zone: Some("northamerica-northeast1-a".to_owned()),
        namespace: long(63),
        object_name: long(53),
        vector,
        limits: native,
        offer,
        overrides: serde_json::from_value(u32::MAX.into()).unwrap(),
        content_hash: long(64),
        scores: (0..8)
            .map(|number| (format!("a_named_score_{number}"), i64::MAX))
            .collect(),
        snapshot: SnapshotId(u64::MAX),
        generation: Generation(u64::MAX),
        decide_time: now,
        waits_for: std::collections::BTreeSet::new(),
        room_time: Some(now),
        ungated: true,
        old_seal: true,
        observed: observed(),
    }
}

/// What an agent may at most say of a place, with characters that are long in JSON.
fn observed() -> Observed {
    let report = proto::Report {
        placement_uid: UID.to_owned(),
        epoch: 1,
        phase: proto::assignment::Phase::Terminating.into(),
        endpoint: escaped(MAX_ENDPOINT),
        node: escaped(MAX_MESSAGE),
        reason: escaped(MAX_REASON),
        message: escaped(4 * MAX_MESSAGE),
        disruption: escaped(4 * MAX_DISRUPTION),
        ..proto::Report::default()
    };
    let read = report_in(report).unwrap();
    Observed {
        phase: read.phase,
        endpoint: read.endpoint,
        node: read.node,
        reason: read.reason,
        message: read.message,
        disruption: read.disruption,
        next_try: Some(now()),
        refused_since: Some(now()),
        ..Observed::default()
    }
}

fn escaped(length: usize) -> String {
    "\u{1}\"a".repeat(length / 3)
}

/// The longest name of a driver.
fn long_driver() -> String {
    format!("{}d", "d.".repeat(31))
}

fn with_devices(now: Timestamp, slot: u32, number: usize) -> AssignmentRecord {
    let id = |index: usize| {
        let pool = node_name(slot, 253);
        format!("{}/{pool}/gpu-{index}", ["d"; 30].join("."))
    };
    let grant = DeviceGrant {
        class: long(253),
        devices: (0..number)
            .map(|index| GrantedDevice {
                id: DeviceId::new(id(index)).unwrap(),
                milli: 1000,
                identity: Some(DeviceAttribute {
                    name: format!("{}/uuid", long(63)),
                    value: long(253),
                }),
            })
            .collect(),
        kind: Vec::new(),
        memory_mib: Some(1 << 24),
    };
    let mut assignment = assignment(now, slot, 253);
    assignment.offer.gpu = Some(GpuGrant::Devices(grant));
    assignment
}

/// Everything that a request, and the story of a placement, may hold, without places.
fn bare(now: Timestamp, replicas: usize) -> PlacementRecord {
    let spec = serde_json::json!({
        "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "a/b:1",
            "config": {"args": [long(MAX_SPEC_BYTES - 200)]}}
    });
    let mut record = PlacementRecord {
        labels: (0..MAX_LABELS)
            .map(|number| (format!("{}/{number:0>63}", ["x"; 127].join(".")), long(63)))
            .collect(),
        annotations: [("a".to_owned(), long(MAX_ANNOTATION_BYTES - 8))].into(),
        spec: serde_json::from_value(spec).unwrap(),
        etag: long(64),
        request_keys: (0..16)
            .map(|_| format!("requests/{}/{}", long(63), "é".repeat(MAX_REQUEST_ID)))
            .collect(),
        traceparent: Some(long(55)),
        caused_by: Some(long(55)),
        tenant: TenantId::new(long(63)).unwrap(),
        ..testing::record("default", &long(63), UID)
    };
    record.slots = (0..u32::try_from(replicas).unwrap())
        .map(|slot| SlotRecord {
            epoch: Epoch(u64::MAX),
            evicted: true,
            failed_starts: u32::MAX,
            rejections: u32::MAX,
            earlier: Some(EarlierRecord {
                generation: Generation(u64::MAX),
                failed_starts: u8::MAX,
                rejections: u8::MAX,
            }),
            ..SlotRecord::waiting(Slot(slot), u64::MAX)
        })
        .collect();
    for _ in 0..MAX_EVENTS + 1 {
        let message = escaped(4 * MAX_MESSAGE);
        record.push_event_of(Slot(u32::MAX), now, "A_REASON_THAT_IS_LONGER_THAN_ALL", message);
    }
    for kind in [
        ConditionKind::Scheduled,
        ConditionKind::Dispatched,
        ConditionKind::Serving,
        ConditionKind::Released,
        ConditionKind::Updated,
    ] {
        set_condition(
            &mut record,
            kind,
            ConditionStatus::Unknown,
            Reason::ProgressDeadlineExceeded,
            &escaped(2 * MAX_CONDITION_MESSAGE),
            now,
        );
    }
    record
}

/// Gives all slots these places, each after as many attempts as are kept.
fn placed(mut record: PlacementRecord, now: Timestamp, places: &[AssignmentRecord]) -> PlacementRecord {
    for (slot, place) in record.slots.iter_mut().zip(places) {
        for _ in 0..MAX_ATTEMPTS + 1 {
            slot.assignment = Some(place.clone());
            slot.end_attempt(Reason::ProgressDeadlineExceeded, escaped(4 * MAX_MESSAGE), now);
        }
        assert_eq!(slot.attempts.len(), MAX_ATTEMPTS);
        slot.assignment = Some(place.clone());
    }
    record.drop_old_attempts();
    record
}

fn bytes<R: serde::Serialize>(record: &R) -> usize {
    encode("a", record).unwrap().len()
}

/// Whatever has room can be stored, and removed in one commit, with an earlier spec and two answers to remember.
fn check_sizes(record: &PlacementRecord, now: Timestamp) {
    let (intent, status) = (IntentRecord::of(record), StatusRecord::of(record));
    let open = record
        .assigned()
        .map(|(slot, assignment)| {
            TombstoneRecord::of_deleted(slot.slot, slot.epoch, assignment, now, record.traceparent.clone())
        })
        .collect();
    let tombstones = TombstonesRecord {
        placement_uid: record.uid.clone(),
        placement: record.name(),
        open,
    };
    // All of them withdrawn.
    let withdrawn = record.assigned().map(|(slot, assignment)| {
        TombstoneRecord::of(slot.slot, slot.epoch, assignment, now, record.traceparent.clone())
    });
    let withdrawn = TombstonesRecord {
        open: withdrawn.collect(),
        ..tombstones.clone()
    };
    assert!(bytes(&withdrawn) < MAX_VALUE_BYTES, "{}", bytes(&withdrawn));
    let values = [bytes(&intent), bytes(&status), bytes(&tombstones)];
    for value in values {
        assert!(
            value < MAX_VALUE_BYTES,
            "{values:?}: {value} bytes are over {MAX_VALUE_BYTES}"
        );
    }
    let answer = PlacementRecord {
        slots: Vec::new(),
        events: VecDeque::new(),
        ..record.clone()
    };
    let revision = RevisionRecord {
        placement_uid: record.uid.clone(),
        generation: Generation(u64::MAX),
        spec: record.spec.clone(),
        create_time: now,
    };
    let commit = values.iter().sum::<usize>() + bytes(&answer) + bytes(&revision) + UNIT_BYTES + 16 * 1024;
    assert!(
        commit < BATCH_BYTES,
        "a commit of {commit} bytes ({values:?}) is over {BATCH_BYTES}"
    );
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00.123456789Z".parse().unwrap()
}

#[test]
fn the_largest_request_has_room_for_all_of_its_replicas_on_nodes_with_long_names() {
    let now = now();
    let replicas = usize::try_from(MAX_REPLICAS).unwrap();
    // Longer than what most clouds call their nodes; Kubernetes takes names of 253.
    let places: Vec<AssignmentRecord> = (0..128).map(|slot| assignment(now, slot, 57)).collect();
    assert_eq!(places.len(), replicas);
    let record = bare(now, replicas);
    room::check(&record, &[], &places).unwrap();
    check_sizes(&placed(record, now, &places), now);
}

#[test]
fn what_is_set_aside_is_enough() {
    let now = now();
    let record = placed(bare(now, 1), now, &[assignment(now, 0, 253)]);
    let status = StatusRecord::of(&record);
    let empty = StatusRecord {
        slots: Vec::new(),
        ..StatusRecord::of(&record)
    };
    let attempt = bytes(&record.slots[0].attempts[0]);
    let bare_slot = SlotRecord {
        assignment: None,
        attempts: Vec::new(),
        ..record.slots[0].clone()
    };
    let wish = PlacementRecord {
        slots: Vec::new(),
        ..record.clone()
    };
    let answer = PlacementRecord {
        events: VecDeque::new(),
        ..wish.clone()
    };
    for (what, bytes, most) in [
        ("place", bytes(&status.slots[0]), room::STATUS_PLACE_BYTES),
        ("status", bytes(&empty), room::STATUS_BYTES),
        ("attempt", attempt, room::ATTEMPT_BYTES),
        ("slot", bytes(&bare_slot), room::SLOT_BYTES),
        (
            "answer",
            bytes(&answer) - bytes(&IntentRecord::of(&wish)),
            room::ANSWER_BYTES,
        ),
    ] {
        assert!(bytes < most, "{what}: {bytes} bytes, {most} set aside");
    }
}

#[test]
fn what_has_room_is_stored_whatever_nodes_grant_and_what_has_none_is_refused() {
    let now = now();
    let (mut taken, mut refused) = (0, 0);
    for replicas in [1, 8, 32, 40, 64, 100, 128] {
        for devices in [0, 1, 8, 64, 256] {
            let slots = u32::try_from(replicas).unwrap();
            let places: Vec<AssignmentRecord> =
                (0..slots).map(|slot| with_devices(now, slot, devices)).collect();
            let record = bare(now, replicas);
            match room::check(&record, &[], &places) {
                Ok(()) => {
                    taken += 1;
                    check_sizes(&placed(record, now, &places), now);
                }
                Err(RoomError::NoRoom(_)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(taken > 4 && refused > 4, "{taken} taken, {refused} refused");
}

#[test]
fn places_that_follow_their_pods_to_nodes_with_the_longest_names_stay_within_what_was_checked() {
    let now = now();
    let (mut taken, mut refused) = (0, 0);
    for name in [3, 13, 57, 101, 253] {
        for devices in [0, 20, 40, 80] {
            let loose = |slot| AssignmentRecord {
                node: None,
                charged_node: NodeName::new(node_name(slot, name)).unwrap(),
                zone: None,
                ..with_devices(now, slot, devices)
            };
            let mut places: Vec<AssignmentRecord> = (0..32).map(loose).collect();
            let record = bare(now, places.len());
            if room::check(&record, &[], &places).is_err() {
                refused += 1;
                continue;
            }
            taken += 1;
            for (place, slot) in places.iter_mut().zip(100..) {
                let (node, zone) = (node_name(slot, 253), long(63));
                let longest = (0..devices).map(|index| DeviceUse {
                    device: DeviceId::new(format!("{}/{node}/{index:0>63}", long_driver())).unwrap(),
                    milli: 1000,
                });
                let devices: Vec<DeviceUse> = longest.collect();
                place.charge_to(&NodeName::new(&node).unwrap(), Some(&zone), &devices);
                assert_eq!(place.charged_devices(), devices);
            }
            let moved = placed(record, now, &places);
            check_sizes(&moved, now);
            let also = room::check(&moved, &[], &[]);
            assert!(also.is_ok(), "what was taken stays within the bounds: {also:?}");
        }
    }
    assert!(taken > 4 && refused > 4, "{taken} taken, {refused} refused");
}

#[test]
fn orders_that_are_still_open_take_room() {
    let now = now();
    let places: Vec<AssignmentRecord> = (0..128).map(|slot| assignment(now, slot, 253)).collect();
    let open: Vec<TombstoneRecord> = places
        .iter()
        .map(|place| TombstoneRecord::of(Slot(0), Epoch(1), place, now, None))
        .collect();
    let error = room::check(&bare(now, 128), &open, &places).unwrap_err();
    assert!(error.to_string().contains("over the limit of"), "{error}");
}
