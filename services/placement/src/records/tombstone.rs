//! Explicit orders to remove, kept until the clusters confirm.

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClusterName, Epoch, NodeName, PlacementUid, Slot};
use hourglass_model::resources::ResourceVector;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AssignmentRecord;

/// All tombstones of one placement: one value, so that a deletion is one write whatever its size. They outlive the
/// placement: only a confirmation of the cluster ends one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TombstonesRecord {
    /// Whose.
    pub placement_uid: PlacementUid,
    /// `tenants/{t}/placements/{p}`, for people.
    pub placement: String,
    /// Open orders.
    pub open: Vec<TombstoneRecord>,
}

/// The Performer of this slot, at this epoch or lower, must go from this cluster; with `exact` only that of this very epoch. Absence is never deletion: only a
/// tombstone removes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TombstoneRecord {
    /// Where it runs.
    pub cluster: ClusterName,
    /// Slot.
    pub slot: Slot,
    /// Highest epoch that goes.
    pub epoch: Epoch,
    /// Lower epochs stay: it was to be the successor of one that serves on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// `namespace/name` of the object.
    pub performer: String,
    /// Node that its claim is charged to until the inventory shows that it is gone; none without a claim.
    pub node: Option<NodeName>,
    /// The zone of that node, as its place had it: what goes counts there until its cluster has said what its nodes are. None
    /// where the place is still in its placement's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its pod can be on that node only.
    pub pinned: bool,
    /// The claim.
    pub vector: ResourceVector,
    /// Devices that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceUse>,
    /// When it was ordered.
    pub create_time: Timestamp,
    /// Trace context of the order.
    pub traceparent: Option<String>,
}

impl TombstoneRecord {
    /// The order to remove what `assignment` put into its cluster; it carries the claim on.
    #[must_use]
    pub fn of(
        slot: Slot,
        epoch: Epoch,
        assignment: &AssignmentRecord,
        create_time: Timestamp,
        traceparent: Option<String>,
    ) -> Self {
        Self {
            cluster: assignment.cluster.clone(),
            slot,
            epoch,
            exact: false,
            performer: assignment.performer(),
            node: Some(assignment.charged_node.clone()),
            zone: assignment.zone.clone(),
            pinned: assignment.node.is_some(),
            vector: assignment.vector.clone(),
            devices: assignment.charged_devices(),
            create_time,
            traceparent,
        }
    }

    /// The same of a placement that is deleted: its places stay in its record until they are confirmed gone, with their zones,
    /// and one record of the zone is enough.
    #[must_use]
    pub fn of_deleted(
        slot: Slot,
        epoch: Epoch,
        assignment: &AssignmentRecord,
        create_time: Timestamp,
        traceparent: Option<String>,
    ) -> Self {
        Self {
            zone: None,
            ..Self::of(slot, epoch, assignment, create_time, traceparent)
        }
    }

    /// Its confirmation says that this epoch is gone.
    #[must_use]
    pub fn covers(&self, epoch: Epoch) -> bool {
        if self.exact {
            epoch == self.epoch
        } else {
            epoch <= self.epoch
        }
    }
}
