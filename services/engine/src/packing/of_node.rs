//! A node as packing sees it: its GPUs whatever their source, and how many of them are free.

use hourglass_model::node::DerivedFacts;
use hourglass_model::resources::{CPU, ResourceVector};

use super::fleet::FEW;
use super::model::WHOLE_MILLI;
use super::{GpuGroup, GpuModel, GpuView, Offers, Stock};
use crate::filter::node::RoomContext;
use crate::filter::node::devices::untouched;
use crate::filter::node::gpu::{Entry, GpuWay, Unit, entries};
use crate::state::{DeviceRoom, FleetState, NodeState};

/// Most devices that are told apart of what a node only counts; no node has so many.
const MOST: i64 = 1024;

impl GpuModel {
    /// The model of GPUs of a node that are alike; `None` where nothing can be asked for.
    fn of(entry: &Entry<'_>) -> Option<Self> {
        let offers = match entry.unit {
            Unit::Nothing => return None,
            Unit::Whole(_) => Offers::Whole,
            Unit::Slices(_) => Offers::Shares,
            Unit::Mig(mig) => Offers::Mig {
                profile: mig.profile.clone(),
                share_milli: mig.share_milli,
            },
            Unit::Device(_, kind) => match &kind.mig_profile {
                Some(profile) => Offers::Mig {
                    profile: profile.clone(),
                    share_milli: kind.share_of_gpu(),
                },
                None if kind.divides => Offers::Both,
                None => Offers::Whole,
            },
        };
        Some(Self {
            product: entry.product.cloned(),
            memory_mib: entry.memory_mib,
            compute_capability: entry.compute_capability,
            confidential: entry.confidential,
            offers,
        })
    }
}

/// So many thousandths of GPUs: full ones and a rest.
fn full_and_rest(milli: i64) -> Vec<u16> {
    let milli = milli.clamp(0, MOST * i64::from(WHOLE_MILLI));
    let whole = i64::from(WHOLE_MILLI);
    let full = usize::try_from(milli / whole).unwrap_or(0);
    let mut free = vec![WHOLE_MILLI; full];
    free.extend(u16::try_from(milli % whole));
    free
}

fn each(count: i64, milli: u16) -> Vec<u16> {
    vec![milli; usize::try_from(count.clamp(0, MOST)).unwrap_or(0)]
}

/// Thousandths that all units of a resource are worth, when so many make one GPU.
fn slices_milli(units: i64, per_gpu: i64) -> i64 {
    let milli = i128::from(units) * i128::from(WHOLE_MILLI) / i128::from(per_gpu.max(1));
    i64::try_from(milli).unwrap_or(i64::MAX)
}

/// What is free of a node's GPUs.
fn free_gpus(node: &NodeState, free: &ResourceVector, room: &DeviceRoom) -> GpuView {
    let group = |entry: Entry<'_>| {
        let model = GpuModel::of(&entry)?;
        let free = match entry.unit {
            Unit::Nothing => return None,
            Unit::Whole(resource) => each(free.get(resource), WHOLE_MILLI),
            Unit::Slices(slices) => {
                full_and_rest(slices_milli(free.get(&slices.resource), slices.slices_per_gpu))
            }
            Unit::Mig(mig) => each(free.get(&mig.resource), mig.share_milli),
            Unit::Device(kind, _) => free_devices(node, kind, model.whole_milli(), room),
        };
        Some(GpuGroup::new(model, free))
    };
    GpuView::new(entries(node.derived()).filter_map(group))
}

/// What is free of the devices of one kind that a node shows one by one.
fn free_devices(node: &NodeState, kind: usize, whole_milli: u16, room: &DeviceRoom) -> Vec<u16> {
    let Some(devices) = node.devices() else {
        return Vec::new();
    };
    let mut free = vec![whole_milli; untouched(kind, devices, room).len()];
    let left = devices.of_kind(kind).map(|at| room.left(devices, at));
    let part = |left: u16| {
        let part = u32::from(left) * u32::from(whole_milli) / u32::from(WHOLE_MILLI);
        u16::try_from(part).unwrap_or(whole_milli)
    };
    free.extend(left.filter(|left| *left < WHOLE_MILLI).map(part));
    free
}

/// What is free and what is taken of each GPU resource that a node counts, in one order for all nodes of a kind; none for a
/// node that shows its GPUs one by one, or has many resources.
pub(super) fn counted(room: &RoomContext<'_>) -> Option<[(i64, i64); FEW]> {
    let mut gpus = [(0, 0); FEW];
    let mut places = gpus.iter_mut();
    for entry in entries(room.at.node.derived()) {
        let resource = match entry.unit {
            Unit::Nothing => continue,
            Unit::Whole(resource) => resource,
            Unit::Slices(slices) => &slices.resource,
            Unit::Mig(mig) => &mig.resource,
            Unit::Device(..) => return None,
        };
        *places.next()? = (room.free.get(resource), room.demand.get(resource));
    }
    Some(gpus)
}

/// GPUs and cpu of a node before and after it would take one replica, which has room there.
pub(crate) fn before_and_after(room: &RoomContext<'_>) -> [(GpuView, i64); 2] {
    let cpu = room.free.get(&CPU);
    let cpu_after = cpu.saturating_sub(room.demand.get(&CPU));
    let before = free_gpus(room.at.node, room.free, room.devices);
    let after = match (room.gpu, room.at.node.devices(), room.pick()) {
        (None, ..) => before.clone(),
        (Some(GpuWay::Devices), Some(devices), Some(Ok(pick))) => {
            let mut taken = room.devices.clone();
            for at in &pick.devices {
                taken.take(devices, *at, u32::from(pick.milli));
            }
            free_gpus(room.at.node, room.free, &taken)
        }
        (Some(_), ..) => {
            let free = room.free.saturating_sub(room.demand);
            free_gpus(room.at.node, &free, room.devices)
        }
    };
    [(before, cpu), (after, cpu_after)]
}

impl Stock {
    /// All GPUs of a fleet.
    pub(crate) fn of(state: &FleetState) -> Self {
        let mut stock = Self::default();
        // Nodes of one kind share their derived facts, so models are looked at once for each kind.
        let mut known: Vec<(*const DerivedFacts, Vec<Option<GpuModel>>)> = Vec::new();
        for node in state.clusters().flat_map(|(_, cluster)| cluster.nodes()) {
            let derived = node.derived();
            if !derived.has_gpu() {
                continue;
            }
            let key = std::ptr::from_ref(derived);
            // Neighbours mostly are alike, so the search begins at the latest.
            let at = known.iter().rposition(|(other, _)| *other == key);
            let at = at.unwrap_or_else(|| {
                known.push((key, entries(derived).map(|entry| GpuModel::of(&entry)).collect()));
                known.len() - 1
            });
            let models = known
                .get(at)
                .map(|(_, models)| models.as_slice())
                .unwrap_or_default();
            for (entry, model) in entries(derived).zip(models) {
                let Some(model) = model else { continue };
                stock.add(model, all_milli(node, &entry, model.whole_milli()));
            }
        }
        stock
    }
}

/// Thousandths of all GPUs of an entry, free or not.
fn all_milli(node: &NodeState, entry: &Entry<'_>, whole_milli: u16) -> i64 {
    let all = |count: i64| count.max(0).saturating_mul(i64::from(whole_milli));
    match entry.unit {
        Unit::Nothing => 0,
        Unit::Whole(resource) => all(node.allocatable().get(resource)),
        Unit::Slices(slices) => {
            slices_milli(node.allocatable().get(&slices.resource), slices.slices_per_gpu).max(0)
        }
        Unit::Mig(mig) => all(node.allocatable().get(&mig.resource)),
        Unit::Device(kind, _) => {
            let count = node.devices().map_or(0, |devices| devices.of_kind(kind).count());
            all(i64::try_from(count).unwrap_or(i64::MAX))
        }
    }
}
