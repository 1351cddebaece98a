//! All placements, with the indexes that the loop needs: by name, by uid, the turns of those that wait, the timers.

use std::collections::{BTreeMap, HashMap};

use hourglass_model::ids::{PlacementId, PlacementUid, TenantId};
use jiff::Timestamp;

use super::placed::Placed;
use super::queue::{Turn, Turns};
use super::timers::{QueuePolicy, TimerKind, Timers, moments};
use crate::records::PlacementRecord;

/// Tenant and id: the name.
pub type PlacementKey = (TenantId, PlacementId);

/// The placements. Changes go through [`Placements::update`], which keeps the indexes true.
#[derive(Debug, Default)]
pub struct Placements {
    by_key: BTreeMap<PlacementKey, PlacementRecord>,
    by_uid: HashMap<PlacementUid, PlacementKey>,
    turns: Turns,
    timers: Timers,
    placed: Placed,
    policy: QueuePolicy,
}

impl Placements {
    /// None, with timers of these lengths.
    #[must_use]
    pub fn new(policy: QueuePolicy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// Adds one.
    pub fn insert(&mut self, record: PlacementRecord) {
        let key = (record.tenant.clone(), record.id.clone());
        self.by_uid.insert(record.uid.clone(), key.clone());
        self.turns.set(&record.uid, Turn::of(&record));
        self.placed.set(&record);
        self.timers.arm(&record.uid, moments(&record, &self.policy));
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
        self.turns.set(uid, Turn::of(record));
        self.placed.set(record);
        self.timers.arm(uid, moments(record, &self.policy));
        Some(answer)
    }

    /// Takes one out.
    pub fn remove(&mut self, uid: &PlacementUid) -> Option<PlacementRecord> {
        let record = self.by_key.remove(&self.by_uid.remove(uid)?)?;
        self.turns.set(uid, None);
        self.placed.forget(uid);
        self.timers.forget(uid);
        Some(record)
    }

    /// The order of those that wait for a place.
    #[must_use]
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Priorities of those that have places, and who waits behind victims.
    #[must_use]
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// Takes out timers that are due, so many at most.
    pub fn take_due(&mut self, now: Timestamp, at_most: usize) -> Vec<(PlacementUid, TimerKind)> {
        self.timers.take_due(now, at_most)
    }

    /// Whether such a moment of a placement, as it is now, has come.
    #[must_use]
    pub fn is_due(&self, uid: &PlacementUid, kind: TimerKind, now: Timestamp) -> bool {
        let record = self.by_uid(uid);
        let mut all = record
            .into_iter()
            .flat_map(|record| moments(record, &self.policy));
        all.any(|(of, time)| of == kind && time <= now)
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
