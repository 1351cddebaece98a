//! Managed performers that no placement owns.

use hourglass_proto::fleet::v1 as proto;

use super::numbers::{int32, int64};
use crate::edge::paging::SortKey;
use crate::scheduler::clusters::Cluster;

/// An orphan with its place in a listing.
#[derive(Clone, Debug)]
pub struct OrphanKey {
    /// Unique within its cluster: placement, slot and epoch, so written that they sort by number.
    id: String,
    /// The message.
    pub message: proto::Orphan,
}

impl OrphanKey {
    /// Where it stands in a listing.
    pub fn sort_key(&self) -> SortKey<'_> {
        SortKey::by_name(&self.message.cluster, &self.id)
    }
}

/// The orphans of a cluster.
pub fn orphans_of(cluster: &Cluster) -> impl Iterator<Item = OrphanKey> {
    cluster.orphans.iter().map(|((key, epoch), orphan)| OrphanKey {
        id: format!("{}/{:010}/{:020}", key.placement_uid, key.slot.0, epoch.0),
        message: proto::Orphan {
            cluster: cluster.record.name.to_string(),
            performer: orphan.performer.clone(),
            placement_uid: key.placement_uid.to_string(),
            slot: int32(key.slot.0),
            epoch: int64(epoch.0),
            reason: orphan.reason.clone(),
        },
    })
}
