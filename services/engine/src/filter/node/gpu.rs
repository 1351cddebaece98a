//! The GPUs of a node as rules compare them, whatever their source, and the way in which a request is met by them.
//!
//! A node can have several: whole GPUs beside MIG devices, GPUs that it counts beside devices of another vendor, devices of
//! several kinds. A node passes a rule when at least one of them passes this rule and those before it.

use hourglass_model::gpu::{DeviceKind, GpuFacts, GpuSharing, MigDevices, MigProfile, Product, covers};
use hourglass_model::node::DerivedFacts;
use hourglass_model::request::{GpuAmount, GpuRequest};
use hourglass_model::resources::{ResourceName, ResourceVector};

use super::NodeContext;
use super::devices;
use crate::state::{DeviceRoom, NodeState};

/// What GPU rules ask, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Criterion {
    Product,
    MigProfile,
    Memory,
    ComputeCapability,
    Confidential,
    Clique,
    Sharing,
}

const CRITERIA: [Criterion; 7] = [
    Criterion::Product,
    // Before what a part of a GPU has less of than the whole: memory is that of devices of the profile.
    Criterion::MigProfile,
    Criterion::Memory,
    Criterion::ComputeCapability,
    Criterion::Confidential,
    Criterion::Clique,
    Criterion::Sharing,
];

/// What a request says of GPUs, however they come.
const DESCRIBING: [Criterion; 5] = [
    Criterion::Product,
    Criterion::Memory,
    Criterion::ComputeCapability,
    Criterion::Confidential,
    Criterion::Clique,
];

/// What stands behind an [`Entry`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit<'a> {
    /// Labels, and nothing that can be asked for.
    Nothing,
    Whole(&'a ResourceName),
    Slices(&'a GpuSharing),
    Mig(&'a MigDevices),
    Device(usize, &'a DeviceKind),
}

/// GPUs of a node that are alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) product: Option<&'a Product>,
    pub(crate) memory_mib: Option<i64>,
    pub(crate) compute_capability: Option<hourglass_model::gpu::ComputeCapability>,
    pub(crate) confidential: bool,
    pub(crate) clique: Option<&'a str>,
    pub(crate) unit: Unit<'a>,
}

impl<'a> Entry<'a> {
    fn counted(gpu: &'a GpuFacts, unit: Unit<'a>) -> Self {
        Self {
            product: gpu.product.as_ref(),
            memory_mib: match unit {
                Unit::Mig(mig) => mig.memory_mib,
                _ => gpu.memory_mib,
            },
            compute_capability: gpu.compute_capability,
            confidential: gpu.confidential,
            clique: gpu.clique.as_deref(),
            unit,
        }
    }

    fn device(at: usize, kind: &'a DeviceKind) -> Self {
        Self {
            product: kind.product.as_ref(),
            memory_mib: kind.memory_mib,
            compute_capability: kind.compute_capability,
            confidential: kind.confidential,
            clique: kind.clique.as_deref(),
            unit: Unit::Device(at, kind),
        }
    }

    pub(crate) fn mig_profile(&self) -> Option<&'a MigProfile> {
        match self.unit {
            Unit::Mig(mig) => Some(&mig.profile),
            Unit::Device(_, kind) => kind.mig_profile.as_ref(),
            Unit::Nothing | Unit::Whole(_) | Unit::Slices(_) => None,
        }
    }

    fn meets(&self, wanted: &GpuRequest, criterion: Criterion) -> bool {
        match criterion {
            Criterion::Product => {
                wanted.products.is_empty()
                    || self
                        .product
                        .is_some_and(|have| wanted.products.iter().any(|one| have.matches(one)))
            }
            Criterion::Memory => wanted
                .min_memory_mib
                .is_none_or(|least| self.memory_mib.is_some_and(|have| have >= least)),
            Criterion::ComputeCapability => wanted
                .min_compute_capability
                .is_none_or(|least| self.compute_capability.is_some_and(|have| have >= least)),
            Criterion::Confidential => !wanted.confidential || self.confidential,
            Criterion::Clique => !wanted.same_clique || self.clique.is_some(),
            Criterion::MigProfile => wanted
                .mig_profile
                .as_ref()
                .is_none_or(|profile| self.mig_profile() == Some(profile)),
            Criterion::Sharing => self.way(wanted).is_some(),
        }
    }

    /// How the request would be met by these; `None` when it cannot.
    fn way(&self, wanted: &GpuRequest) -> Option<GpuWay<'a>> {
        let counted = |resource: &'a ResourceName, units: i64| GpuWay::Counted { resource, units };
        let named = |resource: &ResourceName| wanted.resource.as_ref().is_none_or(|name| name == resource);
        match (self.unit, wanted.amount) {
            (Unit::Nothing, _) => None,
            (Unit::Whole(resource), GpuAmount::Whole(count)) => {
                (wanted.mig_profile.is_none() && named(resource)).then(|| counted(resource, i64::from(count)))
            }
            (Unit::Whole(_), GpuAmount::ShareMilli(_)) | (Unit::Slices(_), GpuAmount::Whole(_)) => None,
            (Unit::Slices(slices), GpuAmount::ShareMilli(milli)) => wanted
                .mig_profile
                .is_none()
                .then(|| counted(&slices.resource, slices.slices(milli))),
            (Unit::Mig(mig), GpuAmount::Whole(count)) => {
                (wanted.mig_profile.is_some()).then(|| counted(&mig.resource, i64::from(count)))
            }
            (Unit::Mig(mig), GpuAmount::ShareMilli(milli)) => {
                (mig.share_milli >= milli).then(|| counted(&mig.resource, 1))
            }
            (Unit::Device(_, kind), amount) => {
                let vendor = wanted
                    .resource
                    .as_ref()
                    .is_none_or(|name| covers(&kind.driver, name));
                let fits = match amount {
                    GpuAmount::Whole(_) => wanted.mig_profile.is_some() == kind.mig_profile.is_some(),
                    GpuAmount::ShareMilli(milli) => kind.share_of_gpu() >= milli,
                };
                (vendor && fits).then_some(GpuWay::Devices)
            }
        }
    }
}

/// By what a node meets a GPU request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpuWay<'a> {
    /// Units of an extended resource.
    Counted {
        /// The resource.
        resource: &'a ResourceName,
        /// Whole GPUs, MIG devices or time slices.
        units: i64,
    },
    /// Devices that the node shows one by one.
    Devices,
}

/// The GPUs of a node, those first that a request is best met by: slices before MIG devices, small MIG devices before
/// large ones, what is counted before what is shown.
pub(crate) fn entries(derived: &DerivedFacts) -> impl Iterator<Item = Entry<'_>> {
    let counted = derived.gpu.iter().flat_map(|gpu| {
        let whole = gpu.whole.iter().map(Unit::Whole);
        let slices = gpu.sharing.iter().map(Unit::Slices);
        let mut mig: Vec<&MigDevices> = gpu.mig.iter().collect();
        mig.sort_by_key(|mig| mig.share_milli);
        let nothing = gpu.whole.is_none() && gpu.sharing.is_none() && gpu.mig.is_empty();
        let nothing = (nothing && derived.device_kinds.is_empty()).then_some(Unit::Nothing);
        whole
            .chain(slices)
            .chain(mig.into_iter().map(Unit::Mig))
            .chain(nothing)
            .map(|unit| Entry::counted(gpu, unit))
    });
    let devices = derived.device_kinds.iter().enumerate();
    counted.chain(devices.map(|(at, kind)| Entry::device(at, kind)))
}

/// Entries that meet everything before `criterion`.
pub(crate) fn before<'a>(
    wanted: &'a GpuRequest,
    derived: &'a DerivedFacts,
    criterion: Criterion,
) -> impl Iterator<Item = Entry<'a>> {
    entries(derived).filter(move |entry| {
        CRITERIA
            .iter()
            .take_while(|one| **one < criterion)
            .all(|one| entry.meets(wanted, *one))
    })
}

/// Entries that meet everything.
pub(crate) fn suitable<'a>(
    wanted: &'a GpuRequest,
    derived: &'a DerivedFacts,
) -> impl Iterator<Item = Entry<'a>> {
    before(wanted, derived, Criterion::Sharing).filter(|entry| entry.meets(wanted, Criterion::Sharing))
}

/// Whether some GPUs of the node meet `criterion` and everything before it; true when none are asked for.
pub(crate) fn meets(context: &NodeContext<'_>, criterion: Criterion) -> bool {
    let Some(wanted) = &context.request.gpu else {
        return true;
    };
    before(wanted, context.node.derived(), criterion).any(|entry| entry.meets(wanted, criterion))
}

/// Whether GPUs of the node are such as the request describes, however they come; true when it describes none.
pub(crate) fn describes(context: &NodeContext<'_>) -> bool {
    let Some(wanted) = &context.request.gpu else {
        return true;
    };
    let anything = wanted.products.is_empty()
        && wanted.min_memory_mib.is_none()
        && wanted.min_compute_capability.is_none()
        && !(wanted.confidential || wanted.same_clique);
    let met = |entry: Entry<'_>| DESCRIBING.iter().all(|one| entry.meets(wanted, *one));
    anything || entries(context.node.derived()).any(met)
}

/// Every way in which the node can meet the request, whatever is free.
pub(crate) fn ways<'a>(context: &NodeContext<'a>) -> impl Iterator<Item = GpuWay<'a>> {
    let wanted = context.request.gpu.as_ref();
    let derived = context.node.derived();
    wanted
        .into_iter()
        .flat_map(move |wanted| suitable(wanted, derived).filter_map(move |entry| entry.way(wanted)))
}

/// Whether a request for GPUs, here another one than that of the placement, finds them on the node.
pub(crate) fn has_room(
    wanted: &GpuRequest,
    node: &NodeState,
    free: &ResourceVector,
    room: &DeviceRoom,
) -> bool {
    suitable(wanted, node.derived()).any(|entry| match entry.way(wanted) {
        Some(GpuWay::Counted { resource, units }) => free.get(resource) >= units,
        Some(GpuWay::Devices) => devices::pick(wanted, node, room).is_ok(),
        None => false,
    })
}

/// The way in which the request is met with what is free: the first that has room, else the first of all; `None` when no
/// GPUs are asked for or none are suitable.
pub(crate) fn way<'a>(
    context: &NodeContext<'a>,
    free: &ResourceVector,
    room: &DeviceRoom,
) -> Option<GpuWay<'a>> {
    let wanted = context.request.gpu.as_ref()?;
    let mut first = None;
    for entry in suitable(wanted, context.node.derived()) {
        let Some(way) = entry.way(wanted) else { continue };
        let has_room = match way {
            GpuWay::Counted { resource, units } => free.get(resource) >= units,
            // All kinds are looked at together, so the first answer is that of all.
            GpuWay::Devices if first == Some(GpuWay::Devices) => false,
            GpuWay::Devices => devices::pick(wanted, context.node, room).is_ok(),
        };
        if has_room {
            return Some(way);
        }
        first = first.or(Some(way));
    }
    first
}
