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
    pub fn add(&mut self, uid: &PlacementUid, placement: &str, tombstone: TombstoneRecord) {
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

    /// The open tombstone of this epoch of a slot.
    #[must_use]
    pub fn open<'a>(
        &'a self,
        cluster: &'a ClusterName,
        key: &SlotKey,
        epoch: Epoch,
    ) -> Option<&'a TombstoneRecord> {
        self.of_slot(cluster, key).find(|one| one.epoch == epoch)
    }

    /// The epochs of a slot that are still to go from a cluster.
    pub fn epochs<'a>(
        &'a self,
        cluster: &'a ClusterName,
        key: &SlotKey,
    ) -> impl Iterator<Item = Epoch> + use<'a> {
        self.of_slot(cluster, key).map(|one| one.epoch)
    }

    /// Something of a slot is still to go from a cluster.
    #[must_use]
    pub fn is_open_in(&self, cluster: &ClusterName, key: &SlotKey) -> bool {
        self.of_slot(cluster, key).next().is_some()
    }

    /// An open tombstone takes in all epochs of a slot up to one that is below this.
    #[must_use]
    pub fn takes_in_below(&self, cluster: &ClusterName, key: &SlotKey, epoch: Epoch) -> bool {
        let mut open = self.of_slot(cluster, key);
        open.any(|one| !one.exact && one.epoch < epoch)
    }

    /// Whether a performer of this slot is to go from a cluster.
    #[must_use]
    pub fn covers(&self, cluster: &ClusterName, key: &SlotKey, epoch: Epoch) -> bool {
        self.of_slot(cluster, key)
            .any(|tombstone| tombstone.covers(epoch))
    }

    /// Whether something of a slot is still to go, wherever.
    #[must_use]
    pub fn is_open(&self, key: &SlotKey) -> bool {
        let record = self.by_placement.get(&key.placement_uid);
        record.is_some_and(|record| record.open.iter().any(|tombstone| tombstone.slot == key.slot))
    }

    fn of_slot<'a>(
        &'a self,
        cluster: &'a ClusterName,
        key: &SlotKey,
    ) -> impl Iterator<Item = &'a TombstoneRecord> + use<'a> {
        let record = self.by_placement.get(&key.placement_uid);
        let open = record.map_or(&[][..], |record| record.open.as_slice());
        let slot = key.slot;
        open.iter()
            .filter(move |tombstone| tombstone.cluster == *cluster && tombstone.slot == slot)
    }

    /// Full name of the placement whose tombstones these are.
    #[must_use]
    pub fn placement_name(&self, uid: &PlacementUid) -> Option<&str> {
        self.by_placement.get(uid).map(|record| record.placement.as_str())
    }

    /// The cluster confirmed the tombstone of the slot at `epoch`: takes it out, with those that it covers.
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
        let here = |tombstone: &TombstoneRecord| tombstone.cluster == *cluster && tombstone.slot == slot;
        let told = record.open.iter().find(|one| here(one) && one.epoch == epoch);
        let Some(told) = told.cloned() else {
            return Vec::new();
        };
        let done = |tombstone: &TombstoneRecord| here(tombstone) && told.covers(tombstone.epoch);
        let (gone, open) = std::mem::take(&mut record.open).into_iter().partition(done);
        record.open = open;
        if record.open.is_empty() {
            self.by_placement.remove(uid);
        }
        gone
    }

    /// What is still to go from a cluster: slots and their epochs.
    pub fn in_cluster<'a>(&'a self, cluster: &'a ClusterName) -> impl Iterator<Item = (SlotKey, Epoch)> + 'a {
        self.by_placement.values().flat_map(move |record| {
            record
                .open
                .iter()
                .filter(move |tombstone| tombstone.cluster == *cluster)
                .map(|tombstone| {
                    (
                        SlotKey::of(&record.placement_uid, tombstone.slot),
                        tombstone.epoch,
                    )
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
