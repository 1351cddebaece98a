//! Open orders to remove, by placement and slot.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, Epoch, PlacementUid, Slot};

use crate::dispatch::SlotKey;
use crate::records::{TombstoneRecord, TombstonesRecord};

/// All open tombstones.
#[derive(Debug, Default)]
pub struct Tombstones {
    by_placement: BTreeMap<PlacementUid, TombstonesRecord>,
}

impl Tombstones {
    /// Adds what the store held.
    pub fn load(&mut self, record: TombstonesRecord) {
        self.by_placement.insert(record.placement_uid.clone(), record);
    }

    /// Adds one.
    pub fn bury(&mut self, uid: &PlacementUid, placement: &str, tombstone: TombstoneRecord) {
        self.by_placement
            .entry(uid.clone())
            .or_insert_with(|| TombstonesRecord {
                placement_uid: uid.clone(),
                placement: placement.to_owned(),
                open: Vec::new(),
            })
            .open
            .push(tombstone);
    }

    /// The tombstones of a placement as they are to be stored; none when all were confirmed.
    #[must_use]
    pub fn record(&self, uid: &PlacementUid) -> Option<&TombstonesRecord> {
        self.by_placement.get(uid)
    }

    /// The highest open tombstone of a slot in a cluster.
    #[must_use]
    pub fn highest(&self, cluster: &ClusterName, key: &SlotKey) -> Option<&TombstoneRecord> {
        self.by_placement
            .get(&key.placement_uid)?
            .open
            .iter()
            .filter(|tombstone| tombstone.cluster == *cluster && tombstone.slot == key.slot)
            .max_by_key(|tombstone| tombstone.epoch)
    }

    /// Full name of the placement whose tombstones these are.
    #[must_use]
    pub fn placement_name(&self, uid: &PlacementUid) -> Option<&str> {
        self.by_placement.get(uid).map(|record| record.placement.as_str())
    }

    /// The cluster confirmed that nothing of the slot at `epoch` or lower is left: takes those tombstones out.
    pub fn confirmed(
        &mut self,
        cluster: &ClusterName,
        uid: &PlacementUid,
        slot: Slot,
        epoch: Epoch,
    ) -> Vec<TombstoneRecord> {
        let Some(record) = self.by_placement.get_mut(uid) else {
            return Vec::new();
        };
        let done = |tombstone: &TombstoneRecord| {
            tombstone.cluster == *cluster && tombstone.slot == slot && tombstone.epoch <= epoch
        };
        let (gone, open) = std::mem::take(&mut record.open).into_iter().partition(done);
        record.open = open;
        if record.open.is_empty() {
            self.by_placement.remove(uid);
        }
        gone
    }

    /// Slots with an open tombstone in a cluster.
    pub fn in_cluster<'a>(&'a self, cluster: &'a ClusterName) -> impl Iterator<Item = SlotKey> + 'a {
        self.by_placement.values().flat_map(move |record| {
            record
                .open
                .iter()
                .filter(move |tombstone| tombstone.cluster == *cluster)
                .map(|tombstone| SlotKey {
                    placement_uid: record.placement_uid.clone(),
                    slot: tombstone.slot,
                })
        })
    }

    /// All, with the placement they are of.
    pub fn iter(&self) -> impl Iterator<Item = (&PlacementUid, &TombstoneRecord)> {
        self.by_placement.values().flat_map(|record| {
            record
                .open
                .iter()
                .map(move |tombstone| (&record.placement_uid, tombstone))
        })
    }
}
