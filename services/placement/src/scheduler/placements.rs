//! All placements, with the indexes that the loop needs: by name, by uid, those that wait.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hourglass_model::ids::{PlacementId, PlacementUid, TenantId};
use jiff::Timestamp;

use crate::records::PlacementRecord;

/// Tenant and id: the name.
pub type PlacementKey = (TenantId, PlacementId);

/// The placements. Changes go through [`Placements::update`], which keeps the indexes true.
#[derive(Debug, Default)]
pub struct Placements {
    by_key: BTreeMap<PlacementKey, PlacementRecord>,
    by_uid: HashMap<PlacementUid, PlacementKey>,
    waiting: BTreeSet<(Timestamp, PlacementUid)>,
}

impl Placements {
    /// Adds one.
    pub fn insert(&mut self, record: PlacementRecord) {
        let key = (record.tenant.clone(), record.id.clone());
        self.by_uid.insert(record.uid.clone(), key.clone());
        if waits(&record) {
            self.waiting.insert((record.create_time, record.uid.clone()));
        }
        self.by_key.insert(key, record);
    }

    /// By name.
    #[must_use]
    pub fn get(&self, tenant: &TenantId, id: &PlacementId) -> Option<&PlacementRecord> {
        self.by_key.get(&(tenant.clone(), id.clone()))
    }

    /// By uid.
    #[must_use]
    pub fn by_uid(&self, uid: &PlacementUid) -> Option<&PlacementRecord> {
        self.by_key.get(self.by_uid.get(uid)?)
    }

    /// Changes one in place; none when there is no such placement.
    pub fn update<T>(
        &mut self,
        uid: &PlacementUid,
        change: impl FnOnce(&mut PlacementRecord) -> T,
    ) -> Option<T> {
        let record = self.by_key.get_mut(self.by_uid.get(uid)?)?;
        let answer = change(record);
        let entry = (record.create_time, record.uid.clone());
        if waits(record) {
            self.waiting.insert(entry);
        } else {
            self.waiting.remove(&entry);
        }
        Some(answer)
    }

    /// Takes one out.
    pub fn remove(&mut self, uid: &PlacementUid) -> Option<PlacementRecord> {
        let record = self.by_key.remove(&self.by_uid.remove(uid)?)?;
        self.waiting.remove(&(record.create_time, record.uid.clone()));
        Some(record)
    }

    /// Those that wait for a place, oldest first.
    #[must_use]
    pub fn waiting(&self) -> Vec<PlacementUid> {
        self.waiting.iter().map(|(_, uid)| uid.clone()).collect()
    }

    /// All, by name; of one tenant when given.
    pub fn iter<'a>(&'a self, tenant: Option<&'a TenantId>) -> impl Iterator<Item = &'a PlacementRecord> {
        self.by_key
            .values()
            .filter(move |record| tenant.is_none_or(|tenant| record.tenant == *tenant))
    }

    /// Number of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// None.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

fn waits(record: &PlacementRecord) -> bool {
    record.delete_time.is_none() && record.slots.iter().any(|slot| slot.assignment.is_none())
}
