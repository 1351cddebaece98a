//! The devices of one node as they are told: each with its class, what is taken of it, and by whom. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::index::{DeviceKey, Devices};
use super::slice::{Attribute, DeviceSpec, PoolKey, SliceFacts};

/// More devices than this on a node are not told.
const MAX_DEVICES: usize = 256;
/// Thousandths of a whole device.
const WHOLE: i64 = 1000;

/// A device of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceView {
    /// driver/pool/name.
    pub id: String,
    /// The DeviceClass by which pods ask for it.
    pub class: String,
    /// What the slice says of it.
    pub spec: DeviceSpec,
    /// Whether parts of it can be asked for.
    pub shareable: bool,
    /// Thousandths that all claims take, 0 to 1000.
    pub used_milli: u32,
    /// Who takes how much.
    pub users: Vec<DeviceUser>,
    /// An attribute that no other device of the node and driver has.
    pub identity: Option<Attribute>,
    /// What it takes of counters that devices have in common.
    pub counters: Vec<CounterUse>,
}

/// A claim that has a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceUser {
    /// Uids of the pods that the claim is for.
    pub pods: Vec<Arc<str>>,
    /// Thousandths of the device, 1 to 1000.
    pub milli: u32,
}

/// What a device takes, when in use, of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterUse {
    /// pool/set/counter.
    pub counter: String,
    /// What it takes.
    pub takes: i64,
    /// What there is.
    pub of: i64,
}

impl Devices {
    /// The devices of a node; none while it is not known what is taken of them.
    pub fn of_node(&self, node: &Arc<str>) -> Vec<DeviceView> {
        if !self.is_known() {
            return Vec::new();
        }
        let mut views: Vec<DeviceView> = Vec::new();
        for (pool, slices) in complete_pools(self.slices_of(node)) {
            let counters: BTreeMap<_, _> = slices.iter().flat_map(|slice| &slice.counters).collect();
            let devices = slices.iter().flat_map(|slice| &slice.devices);
            views.extend(devices.filter_map(|spec| self.device(pool, spec, &counters)));
        }
        identify(&mut views);
        views.sort_by(|left, right| left.id.cmp(&right.id));
        if views.len() > MAX_DEVICES {
            tracing::warn!(%node, devices = views.len(), "only {MAX_DEVICES} devices of the node are told");
            views.truncate(MAX_DEVICES);
        }
        views
    }

    /// `None` for a device that nobody can ask for.
    fn device(
        &self,
        pool: &PoolKey,
        spec: &DeviceSpec,
        counters: &BTreeMap<&(String, String), &i64>,
    ) -> Option<DeviceView> {
        let class = match (&*pool.driver, spec.mig) {
            ("gpu.nvidia.com", true) => "mig.nvidia.com",
            (driver, _) => driver,
        };
        if !self.has_class(class) {
            return None;
        }
        let mut uses = Vec::new();
        for (key, takes) in &spec.counters {
            uses.push(CounterUse {
                counter: format!("{}/{}/{}", pool.pool, key.0, key.1),
                takes: *takes,
                // Without it the scheduler gives the device to nobody.
                of: **counters.get(key)?,
            });
        }
        let key = DeviceKey {
            pool: pool.clone(),
            device: Arc::clone(&spec.name),
        };
        let memory = spec.memory_bytes.filter(|_| spec.multiple);
        let users = self.users(&key, memory);
        if spec.tainted && users.is_empty() {
            return None;
        }
        let taken: i64 = users.iter().map(|user| i64::from(user.milli)).sum();
        let used_milli = if spec.tainted { WHOLE } else { taken.min(WHOLE) };
        Some(DeviceView {
            id: format!("{}/{}/{}", pool.driver, pool.pool, spec.name),
            class: class.to_owned(),
            shareable: memory.is_some() && !spec.tainted,
            used_milli: milli(used_milli),
            users,
            identity: None,
            counters: uses,
            spec: spec.clone(),
        })
    }

    /// `memory`: of a device that can be shared.
    fn users(&self, key: &DeviceKey, memory: Option<i64>) -> Vec<DeviceUser> {
        let claims = self.claims_on(key);
        let users = claims.map(|claim| {
            let parts = claim
                .devices
                .iter()
                .filter(|one| one.pool == key.pool && one.device == key.device);
            let taken = parts
                .map(|one| one.memory_bytes)
                .try_fold(0_i64, |sum, bytes| Some(sum.saturating_add(bytes?)));
            let thousandths = match (memory, taken) {
                (Some(memory), Some(taken)) => {
                    let exact = i128::from(taken) * i128::from(WHOLE);
                    let memory = i128::from(memory);
                    i64::try_from((exact + memory - 1) / memory).unwrap_or(WHOLE)
                }
                _ => WHOLE,
            };
            DeviceUser {
                pods: claim.pods.iter().cloned().collect(),
                milli: milli(thousandths.clamp(1, WHOLE)),
            }
        });
        users.collect()
    }
}

fn milli(thousandths: i64) -> u32 {
    u32::try_from(thousandths).unwrap_or_default()
}

/// The slices of the newest generation of each pool, where all of them are there: else devices may be missing, or belong
/// to a past in which they were others.
fn complete_pools<'a>(
    slices: impl Iterator<Item = &'a SliceFacts>,
) -> BTreeMap<&'a PoolKey, Vec<&'a SliceFacts>> {
    let mut pools: BTreeMap<&PoolKey, Vec<&SliceFacts>> = BTreeMap::new();
    for slice in slices {
        let pool = pools.entry(&slice.pool).or_default();
        let newest = pool.first().map_or(i64::MIN, |other| other.generation);
        if slice.generation > newest {
            pool.clear();
        }
        if slice.generation >= newest {
            pool.push(slice);
        }
    }
    pools.retain(|_, slices| slices.first().is_some_and(|first| first.slices == slices.len()));
    pools
}

/// Gives each device the first of its attributes that no other one of the same driver on the node has.
fn identify(views: &mut [DeviceView]) {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for attribute in views.iter().flat_map(|view| &view.spec.identities) {
        *seen
            .entry((attribute.name.clone(), attribute.value.clone()))
            .or_default() += 1;
    }
    for view in views {
        let unique =
            |attribute: &&Attribute| seen.get(&(attribute.name.clone(), attribute.value.clone())) == Some(&1);
        view.identity = view.spec.identities.iter().find(unique).cloned();
    }
}
