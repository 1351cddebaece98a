//! What is sealed into every Performer object: enough to make the placement again when the store is lost.

use std::collections::BTreeMap;

use hourglass_model::ids::{
    ClusterName, ClusterUid, Epoch, Generation, PlacementId, PlacementUid, Slot, TenantId,
};
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::placement::Observed;
use super::{AssignmentRecord, PlacementRecord, SlotRecord};

/// Form of what is sealed; another one is not read, and its performer stays an orphan.
pub const SEALED_FORMAT: u32 = 1;

/// The whole placement and the one place of it that the Performer stands for; not its moving status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedPlacement {
    /// [`SEALED_FORMAT`].
    pub format: u32,
    /// Owner.
    pub tenant: TenantId,
    /// Name under the owner.
    pub id: PlacementId,
    /// Identity.
    pub uid: PlacementUid,
    /// Labels of the caller.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the caller.
    pub annotations: BTreeMap<String, String>,
    /// The wish.
    pub spec: PlacementSpec,
    /// Content changes so far.
    pub generation: Generation,
    /// Covers spec, labels and annotations.
    pub etag: String,
    /// When it was accepted.
    pub create_time: Timestamp,
    /// Last change of spec, labels or annotations.
    pub update_time: Timestamp,
    /// W3C context of the call that created it.
    pub traceparent: Option<String>,
    /// Identity of the cluster that the place is in: a copy in another one proves nothing.
    pub cluster_uid: ClusterUid,
    /// The slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its place.
    pub assignment: AssignmentRecord,
}

/// A Performer object as its cluster lists it: what the seal has to agree with.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Name of the cluster.
    pub cluster: &'a ClusterName,
    /// Identity of the cluster.
    pub cluster_uid: &'a ClusterUid,
    /// Placement of the object's labels.
    pub placement_uid: &'a PlacementUid,
    /// Slot of the object's labels.
    pub slot: Slot,
    /// Epoch of the object's labels.
    pub epoch: Epoch,
    /// `namespace/name`.
    pub performer: &'a str,
    /// Hash of the content that it was given.
    pub content_hash: &'a str,
}

impl SealedPlacement {
    /// What is sealed for the place `assignment` of `slot` at `epoch`.
    #[must_use]
    pub fn of(
        record: &PlacementRecord,
        slot: Slot,
        epoch: Epoch,
        assignment: &AssignmentRecord,
        cluster_uid: ClusterUid,
    ) -> Self {
        Self {
            format: SEALED_FORMAT,
            tenant: record.tenant.clone(),
            id: record.id.clone(),
            uid: record.uid.clone(),
            labels: record.labels.clone(),
            annotations: record.annotations.clone(),
            spec: record.spec.clone(),
            generation: record.generation,
            etag: record.etag.clone(),
            create_time: record.create_time,
            update_time: record.update_time,
            traceparent: record.traceparent.clone(),
            cluster_uid,
            slot,
            epoch,
            assignment: AssignmentRecord {
                old_seal: false,
                observed: Observed::default(),
                ..assignment.clone()
            },
        }
    }

    /// Whether the seal is of the object that carries it, and not a copy from elsewhere.
    #[must_use]
    pub fn is_of(&self, listed: Listed<'_>) -> bool {
        self.uid == *listed.placement_uid
            && self.slot == listed.slot
            && self.epoch == listed.epoch
            && self.assignment.cluster == *listed.cluster
            && self.cluster_uid == *listed.cluster_uid
            && self.assignment.performer() == listed.performer
            && self.assignment.content_hash == listed.content_hash
    }

    /// The placement with `replicas` slots, none of which was found yet.
    #[must_use]
    pub fn placement(&self, replicas: u32) -> PlacementRecord {
        let (tenant, id, uid) = (self.tenant.clone(), self.id.clone(), self.uid.clone());
        PlacementRecord {
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            spec: self.spec.clone(),
            generation: self.generation,
            etag: self.etag.clone(),
            update_time: self.update_time,
            traceparent: self.traceparent.clone(),
            slots: (0..replicas)
                .map(|slot| SlotRecord::waiting(Slot(slot), 0))
                .collect(),
            ..PlacementRecord::new(tenant, id, uid, self.create_time)
        }
    }
}
