//! Slices, classes and claims of the cluster, and which nodes a change of them concerns. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::GPU_DRIVERS;
use super::claim::ClaimFacts;
use super::slice::{PoolKey, SliceFacts};
use crate::inventory::namespaces::Change;
use crate::mirror::Mirror;

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeviceKey {
    pub(super) pool: PoolKey,
    pub(super) device: Arc<str>,
}

/// The devices of the cluster.
#[derive(Debug)]
pub struct Devices {
    drivers: BTreeSet<String>,
    /// By name.
    slices: Mirror<String, SliceFacts>,
    /// By name.
    classes: Mirror<String, ()>,
    /// By namespace and name.
    claims: Mirror<String, ClaimFacts>,
    slices_by_node: BTreeMap<Arc<str>, BTreeSet<String>>,
    slices_by_pool: BTreeMap<PoolKey, BTreeSet<String>>,
    claims_by_device: BTreeMap<DeviceKey, BTreeSet<String>>,
    claims_by_pod: BTreeMap<Arc<str>, BTreeSet<String>>,
    touched: BTreeSet<Arc<str>>,
}

impl Default for Devices {
    fn default() -> Self {
        Self::new(GPU_DRIVERS.map(str::to_owned))
    }
}

impl Devices {
    /// Nothing is known yet; devices of these drivers count as GPUs.
    pub fn new(drivers: impl IntoIterator<Item = String>) -> Self {
        Self {
            drivers: drivers.into_iter().collect(),
            slices: Mirror::default(),
            classes: Mirror::default(),
            claims: Mirror::default(),
            slices_by_node: BTreeMap::new(),
            slices_by_pool: BTreeMap::new(),
            claims_by_device: BTreeMap::new(),
            claims_by_pod: BTreeMap::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Whether the devices of this driver count as GPUs.
    pub fn is_gpu(&self, driver: &str) -> bool {
        self.drivers.contains(driver)
    }

    /// Whether everything was listed once: a device of which it is not known who has it is better not told.
    pub fn is_known(&self) -> bool {
        self.slices.is_synced() && self.classes.is_synced() && self.claims.is_synced()
    }

    /// Something about ResourceSlices.
    pub fn slice(&mut self, change: Change<SliceFacts>) {
        match change {
            Change::Begin => self.slices.begin_relist(),
            Change::Put(name, facts) if self.is_gpu(&facts.pool.driver) => {
                if self.slices.get(&name) != Some(&facts) {
                    if let Some(before) = self.slices.get(&name).cloned() {
                        self.unlink_slice(&name, &before);
                    }
                    self.link_slice(&name, &facts);
                }
                self.slices.upsert(name, facts);
            }
            Change::Put(name, _) | Change::Remove(name) => {
                if let Some(before) = self.slices.remove(&name) {
                    self.unlink_slice(&name, &before);
                }
            }
            Change::Finish => {
                let first = !self.is_known();
                for (name, before) in self.slices.finish_relist() {
                    self.unlink_slice(&name, &before);
                }
                self.known_now(first);
            }
        }
    }

    /// Something about DeviceClasses.
    pub fn class(&mut self, change: Change<()>) {
        match change {
            Change::Begin => self.classes.begin_relist(),
            Change::Put(name, ()) => {
                if self.classes.upsert(name, ()).is_none() {
                    self.touch_all();
                }
            }
            Change::Remove(name) => {
                if self.classes.remove(&name).is_some() {
                    self.touch_all();
                }
            }
            Change::Finish => {
                let first = !self.is_known();
                if !self.classes.finish_relist().is_empty() {
                    self.touch_all();
                }
                self.known_now(first);
            }
        }
    }

    /// Something about ResourceClaims, by namespace and name.
    pub fn claim(&mut self, change: Change<ClaimFacts>) {
        match change {
            Change::Begin => self.claims.begin_relist(),
            Change::Put(key, facts) => {
                if self.claims.get(&key) != Some(&facts) {
                    if let Some(before) = self.claims.get(&key).cloned() {
                        self.unlink_claim(&key, &before);
                    }
                    self.link_claim(&key, &facts);
                }
                self.claims.upsert(key, facts);
            }
            Change::Remove(key) => {
                if let Some(before) = self.claims.remove(&key) {
                    self.unlink_claim(&key, &before);
                }
            }
            Change::Finish => {
                let first = !self.is_known();
                for (key, before) in self.claims.finish_relist() {
                    self.unlink_claim(&key, &before);
                }
                self.known_now(first);
            }
        }
    }

    /// Whose pod this is has become known, or is not any more.
    pub fn pod(&mut self, uid: &Arc<str>) {
        let claims = self.claims_by_pod.get(uid).into_iter().flatten();
        let pools: Vec<PoolKey> = claims
            .filter_map(|key| self.claims.get(key))
            .flat_map(|claim| claim.devices.iter().map(|device| device.pool.clone()))
            .collect();
        pools.iter().for_each(|pool| self.touch_pool(pool));
    }

    /// Nodes whose devices have changed since the last call.
    pub(in crate::inventory) fn take_touched(&mut self) -> BTreeSet<Arc<str>> {
        std::mem::take(&mut self.touched)
    }

    pub(super) fn has_class(&self, name: &str) -> bool {
        self.classes.get(&name.to_owned()).is_some()
    }

    pub(super) fn slices_of(&self, node: &Arc<str>) -> impl Iterator<Item = &SliceFacts> {
        let names = self.slices_by_node.get(node).into_iter().flatten();
        names.filter_map(|name| self.slices.get(name))
    }

    pub(super) fn claims_on(&self, device: &DeviceKey) -> impl Iterator<Item = &ClaimFacts> {
        let keys = self.claims_by_device.get(device).into_iter().flatten();
        keys.filter_map(|key| self.claims.get(key))
    }

    fn known_now(&mut self, was_unknown: bool) {
        if was_unknown && self.is_known() {
            self.touch_all();
        }
    }

    fn touch_all(&mut self) {
        self.touched.extend(self.slices_by_node.keys().cloned());
    }

    fn touch_pool(&mut self, pool: &PoolKey) {
        let names = self.slices_by_pool.get(pool).into_iter().flatten();
        let nodes = names.filter_map(|name| Some(Arc::clone(&self.slices.get(name)?.node)));
        self.touched.extend(nodes);
    }

    fn link_slice(&mut self, name: &str, facts: &SliceFacts) {
        let node = self.slices_by_node.entry(Arc::clone(&facts.node)).or_default();
        node.insert(name.to_owned());
        let pool = self.slices_by_pool.entry(facts.pool.clone()).or_default();
        pool.insert(name.to_owned());
        self.touched.insert(Arc::clone(&facts.node));
    }

    fn unlink_slice(&mut self, name: &str, before: &SliceFacts) {
        unlink(&mut self.slices_by_node, &before.node, name);
        unlink(&mut self.slices_by_pool, &before.pool, name);
        self.touched.insert(Arc::clone(&before.node));
    }

    fn link_claim(&mut self, key: &str, facts: &ClaimFacts) {
        for device in keys(facts) {
            self.touch_pool(&device.pool);
            self.claims_by_device
                .entry(device)
                .or_default()
                .insert(key.to_owned());
        }
        for pod in &facts.pods {
            let claims = self.claims_by_pod.entry(Arc::clone(pod)).or_default();
            claims.insert(key.to_owned());
        }
    }

    fn unlink_claim(&mut self, key: &str, before: &ClaimFacts) {
        for device in keys(before) {
            self.touch_pool(&device.pool);
            unlink(&mut self.claims_by_device, &device, key);
        }
        for pod in &before.pods {
            unlink(&mut self.claims_by_pod, pod, key);
        }
    }
}

fn keys(facts: &ClaimFacts) -> impl Iterator<Item = DeviceKey> {
    facts.devices.iter().map(|device| DeviceKey {
        pool: device.pool.clone(),
        device: Arc::clone(&device.device),
    })
}

fn unlink<K: Ord>(links: &mut BTreeMap<K, BTreeSet<String>>, key: &K, name: &str) {
    if let Some(names) = links.get_mut(key) {
        names.remove(name);
        if names.is_empty() {
            links.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
