//! Sums over nodes, for people. They never decide whether something fits: a request fits on a node or not at all.

use std::collections::BTreeMap;

use hourglass_model::gpu::MigProfile;
use hourglass_model::resources::ResourceName;
use hourglass_model::tee::TeeKind;
use serde::{Deserialize, Serialize};

use crate::filter::node::devices::untouched;
use crate::state::{ClusterState, FleetState, NodeState};

/// Sums over the nodes of a cluster or of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Nodes.
    pub nodes: usize,
    /// Nodes that are Ready.
    pub nodes_ready: usize,
    /// By resource, by name.
    pub resources: Vec<ResourceTotal>,
    /// By GPU product, by name; time slices and MIG devices apart from whole GPUs.
    pub gpus: Vec<GpuTotal>,
    /// By TEE kind.
    pub tees: Vec<TeeTotal>,
}

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceTotal {
    /// The resource; cpu in milli-cores, the rest in base units.
    pub resource: ResourceName,
    /// Allocatable.
    pub allocatable: i64,
    /// Free after what runs and what is promised.
    pub free: i64,
    /// The most that is free on one node.
    pub largest_free: i64,
}

/// One GPU product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuTotal {
    /// Product as nodes name it, without suffixes of sharing; `unknown` where they name none. For MIG devices with their
    /// profile: `NVIDIA-A100-SXM4-80GB MIG 1g.10gb`.
    pub product: String,
    /// GPUs, MIG devices, or slices.
    pub total: i64,
    /// Of them free.
    pub free: i64,
    /// The most that is free on one node.
    pub largest_block: i64,
    /// Whether slices are counted, not GPUs.
    pub shared: bool,
    /// GPUs that the slices are of; 0 where GPUs are counted.
    pub shared_gpus: i64,
    /// The profile, where MIG devices are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mig_profile: Option<MigProfile>,
}

/// One TEE kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeeTotal {
    /// The kind.
    pub kind: TeeKind,
    /// Slots; 0 for a kind that is not counted.
    pub slots_total: i64,
    /// Of them free.
    pub slots_free: i64,
}

/// Total, free, largest free on a node.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    total: i64,
    free: i64,
    largest: i64,
}

impl Sum {
    fn add(&mut self, node: &NodeState, resource: &ResourceName) {
        let free = node.free_of(resource).max(0);
        self.total = self.total.saturating_add(node.allocatable().get(resource));
        self.free = self.free.saturating_add(free);
        self.largest = self.largest.max(free);
    }
}

/// What units of GPUs are: time slices and MIG devices are listed apart from the GPUs that they are of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    product: String,
    shared: bool,
    mig_profile: Option<MigProfile>,
}

impl Unit {
    fn whole(product: &str) -> Self {
        Self {
            product: product.to_owned(),
            shared: false,
            mig_profile: None,
        }
    }

    fn slice(product: &str) -> Self {
        Self {
            shared: true,
            ..Self::whole(product)
        }
    }

    fn mig(product: &str, profile: &MigProfile) -> Self {
        Self {
            mig_profile: Some(profile.clone()),
            ..Self::whole(&format!("{product} MIG {profile}"))
        }
    }
}

/// Devices that a node shows one by one, by product: untouched ones are free; those of one kind are a block.
fn devices_of(node: &NodeState) -> BTreeMap<Unit, Sum> {
    let mut sums: BTreeMap<Unit, Sum> = BTreeMap::new();
    let Some(devices) = node.devices() else {
        return sums;
    };
    for (at, kind) in node.derived().device_kinds.iter().enumerate() {
        let product = kind.product.as_ref().map_or("unknown", |product| product.name());
        let profile = kind.mig_profile.as_ref();
        let unit = profile.map_or_else(|| Unit::whole(product), |profile| Unit::mig(product, profile));
        let total = devices.of_kind(at).count();
        let free = untouched(at, devices, node.device_room()).len();
        let [total, free] = [total, free].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let sum = sums.entry(unit).or_default();
        sum.total = sum.total.saturating_add(total);
        sum.free = sum.free.saturating_add(free);
        sum.largest = sum.largest.max(free);
    }
    sums
}

/// Sums over the whole fleet.
#[must_use]
pub fn fleet(state: &FleetState) -> Totals {
    over(state.clusters().flat_map(|(_, cluster)| cluster.nodes()))
}

/// Sums over one cluster.
#[must_use]
pub fn cluster(state: &ClusterState) -> Totals {
    over(state.nodes())
}

/// Sums over any nodes; for a single one these are its own figures.
#[must_use]
pub fn over<'a>(nodes: impl IntoIterator<Item = &'a NodeState>) -> Totals {
    let mut totals = Totals::default();
    let mut resources: BTreeMap<ResourceName, Sum> = BTreeMap::new();
    let mut gpus: BTreeMap<Unit, Sum> = BTreeMap::new();
    let mut shared_gpus: BTreeMap<Unit, i64> = BTreeMap::new();
    let mut tees: BTreeMap<TeeKind, Sum> = BTreeMap::new();
    for node in nodes {
        totals.nodes += 1;
        totals.nodes_ready += usize::from(node.ready());
        for (resource, _) in node.allocatable().iter() {
            resources.entry(resource.clone()).or_default().add(node, resource);
        }
        if let Some(gpu) = &node.derived().gpu {
            let product = gpu.product.as_ref().map_or("unknown", |product| product.name());
            if let Some(whole) = &gpu.whole {
                gpus.entry(Unit::whole(product)).or_default().add(node, whole);
            }
            for mig in &gpu.mig {
                let unit = Unit::mig(product, &mig.profile);
                gpus.entry(unit).or_default().add(node, &mig.resource);
            }
            if let Some(sharing) = &gpu.sharing {
                let unit = Unit::slice(product);
                let slices = node.allocatable().get(&sharing.resource);
                let own = shared_gpus.entry(unit.clone()).or_default();
                *own = own.saturating_add(sharing.gpus(slices));
                gpus.entry(unit).or_default().add(node, &sharing.resource);
            }
        }
        for (unit, block) in devices_of(node) {
            let sum = gpus.entry(unit).or_default();
            sum.total = sum.total.saturating_add(block.total);
            sum.free = sum.free.saturating_add(block.free);
            sum.largest = sum.largest.max(block.largest);
        }
        for kind in &node.derived().tee_kinds {
            let sum = tees.entry(kind.clone()).or_default();
            if let Some(resource) = kind.slot_resource() {
                sum.add(node, &resource);
            }
        }
    }
    let resource = |(resource, sum): (ResourceName, Sum)| ResourceTotal {
        resource,
        allocatable: sum.total,
        free: sum.free,
        largest_free: sum.largest,
    };
    totals.resources = resources.into_iter().map(resource).collect();
    let gpu = |(unit, sum): (Unit, Sum)| GpuTotal {
        shared_gpus: shared_gpus.get(&unit).copied().unwrap_or_default(),
        product: unit.product,
        total: sum.total,
        free: sum.free,
        largest_block: sum.largest,
        shared: unit.shared,
        mig_profile: unit.mig_profile,
    };
    totals.gpus = gpus.into_iter().map(gpu).collect();
    let tee = |(kind, sum): (TeeKind, Sum)| TeeTotal {
        kind,
        slots_total: sum.total,
        slots_free: sum.free,
    };
    totals.tees = tees.into_iter().map(tee).collect();
    totals
}

#[cfg(test)]
mod tests;
