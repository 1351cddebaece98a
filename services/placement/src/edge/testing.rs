//! Records for the tests of the edge, and what errors say.

use std::collections::BTreeSet;

use hourglass_model::ids::{
    ClusterName, Epoch, Generation, NodeName, PlacementId, PlacementUid, Slot, SnapshotId, TenantId,
};
use hourglass_model::render::NodeOffer;
use hourglass_model::request::AppliedOverrides;
use hourglass_model::resources::ResourceVector;
use jiff::Timestamp;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::records::placement::Observed;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};

/// Paths of the fields that a status complains about.
pub fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    violations
        .iter()
        .map(|violation| violation.field.clone())
        .collect()
}

/// A placement that waits, without slots.
pub fn record(tenant: &str, id: &str, uid: &str) -> PlacementRecord {
    let (tenant, id) = (TenantId::new(tenant).unwrap(), PlacementId::new(id).unwrap());
    let uid = PlacementUid::new(uid).unwrap();
    PlacementRecord {
        labels: [("team".to_owned(), "a".to_owned())].into(),
        etag: "e1".to_owned(),
        ..PlacementRecord::new(tenant, id, uid, Timestamp::UNIX_EPOCH)
    }
}

/// Slot `number` that never had a place.
pub fn waiting_slot(number: u32) -> SlotRecord {
    SlotRecord::waiting(Slot(number), 1)
}

/// Slot `number` on `node` of `cluster`, about which the cluster said `observed`.
pub fn slot(number: u32, cluster: &str, node: &str, observed: Observed) -> SlotRecord {
    let node = NodeName::new(node).unwrap();
    SlotRecord {
        epoch: Epoch(3),
        assignment: Some(AssignmentRecord {
            cluster: ClusterName::new(cluster).unwrap(),
            node: Some(node.clone()),
            charged_node: node,
            decided_node: None,
            charged_devices: Vec::new(),
            zone: None,
            namespace: "avs".to_owned(),
            object_name: format!("web-{number}"),
            vector: ResourceVector::default(),
            limits: ResourceVector::default(),
            offer: NodeOffer::default(),
            overrides: AppliedOverrides::default(),
            content_hash: "c1".to_owned(),
            scores: vec![("stranded_gpu".to_owned(), 4)],
            snapshot: SnapshotId(17),
            generation: Generation(1),
            decide_time: Timestamp::UNIX_EPOCH,
            waits_for: BTreeSet::new(),
            room_time: None,
            ungated: false,
            old_seal: false,
            observed,
        }),
        ..SlotRecord::waiting(Slot(number), 1)
    }
}
