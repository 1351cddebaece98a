//! Which devices of a node a replica gets.
//!
//! - Whole GPUs and MIG devices come from devices of which nothing is taken, all of one kind, and so of one product; the
//!   kind of which the fewest are left is taken, so that large blocks stay whole.
//! - A share goes to the fullest device that still takes it; then opens one that may be shared; then takes the smallest MIG
//!   device that is large enough; last a whole device that cannot be shared.

use hourglass_model::gpu::{DeviceKind, Product, WHOLE_MILLI};
use hourglass_model::render::{DeviceGrant, GrantedDevice};
use hourglass_model::request::{GpuAmount, GpuRequest};

use super::gpu::{Unit, suitable};
use crate::state::{DeviceRoom, NodeDevices, NodeState};

/// Most devices that one ResourceClaim can be given. Source: `AllocationResultsMaxSize` of resource.k8s.io/v1.
const MAX_DEVICES: usize = 32;

/// Chosen devices, all of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    /// The kind, by its place among the kinds of the node.
    pub(crate) kind: usize,
    /// Places of the devices.
    pub(crate) devices: Vec<usize>,
    /// Thousandths of each.
    pub(crate) milli: u16,
    /// What is left then that a request like this could use: devices for whole ones, thousandths for shares.
    pub(crate) left: i64,
}

/// Why there are too few devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lack {
    /// Devices wanted of one kind, or thousandths of one device.
    pub(crate) wanted: i64,
    /// The most that are free of one kind, or on one device.
    pub(crate) free: i64,
    /// The most that would be free if nothing were taken.
    pub(crate) most: i64,
    /// Devices that a share would have to take whole, and that somebody has.
    pub(crate) taken_whole: i64,
}

/// Chooses devices of a node that meet every rule.
pub(crate) fn pick(wanted: &GpuRequest, node: &NodeState, room: &DeviceRoom) -> Result<Pick, Lack> {
    let derived = node.derived();
    let kinds = suitable(wanted, derived).filter_map(|entry| match entry.unit {
        Unit::Device(at, kind) => Some((at, kind)),
        Unit::Nothing | Unit::Whole(_) | Unit::Slices(_) | Unit::Mig(_) => None,
    });
    let none = NodeDevices::default();
    let devices = node.devices().unwrap_or(&none);
    match wanted.amount {
        GpuAmount::Whole(count) => whole(usize::try_from(count).unwrap_or(usize::MAX), kinds, devices, room),
        GpuAmount::ShareMilli(milli) => share(milli, kinds, devices, room),
    }
}

/// Devices of a kind of which nothing is taken, without those that are as good as taken: those of the fullest GPU first, and of
/// one GPU those that take the least of it, so that as many as can be fit beside each other.
pub(crate) fn untouched(kind: usize, devices: &NodeDevices, room: &DeviceRoom) -> Vec<usize> {
    let mut places: Vec<usize> = devices
        .of_kind(kind)
        .filter(|at| room.is_untouched(devices, *at))
        .collect();
    places.sort_by_key(|at| {
        (
            room.counters_left(devices, *at),
            devices.get(*at).map(|device| &device.id),
        )
    });
    let usable = places.len().saturating_sub(room.kept_out(devices, kind));
    places.truncate(usable);
    places
}

/// Takes up to `count` devices one after the other: each may use up a counter that the next one needs.
fn take_whole(
    count: usize,
    kind: usize,
    devices: &NodeDevices,
    room: &DeviceRoom,
) -> (Vec<usize>, DeviceRoom) {
    let mut room = room.clone();
    let mut taken = Vec::new();
    while taken.len() < count {
        let Some(next) = untouched(kind, devices, &room).into_iter().next() else {
            break;
        };
        room.take(devices, next, u32::from(WHOLE_MILLI));
        taken.push(next);
    }
    (taken, room)
}

fn whole<'a>(
    count: usize,
    kinds: impl Iterator<Item = (usize, &'a DeviceKind)>,
    devices: &NodeDevices,
    room: &DeviceRoom,
) -> Result<Pick, Lack> {
    let mut best: Option<Pick> = None;
    let (mut free, mut most) = (0, 0);
    for (kind, _) in kinds {
        most = most.max(devices.of_kind(kind).count());
        let (taken, after) = take_whole(count, kind, devices, room);
        if taken.len() < count || count > MAX_DEVICES {
            free = free.max(taken.len());
            continue;
        }
        let left = int(untouched(kind, devices, &after).len());
        if best.as_ref().is_none_or(|best| left < best.left) {
            best = Some(Pick {
                kind,
                devices: taken,
                milli: WHOLE_MILLI,
                left,
            });
        }
    }
    let (free, most) = (free.min(MAX_DEVICES), most.min(MAX_DEVICES));
    best.ok_or(Lack {
        wanted: int(count),
        free: int(free),
        most: int(most),
        taken_whole: 0,
    })
}

fn share<'a>(
    milli: u16,
    kinds: impl Iterator<Item = (usize, &'a DeviceKind)>,
    devices: &NodeDevices,
    room: &DeviceRoom,
) -> Result<Pick, Lack> {
    // (rank, waste, place) of the best so far, smaller is better.
    let mut best: Option<((u8, u16, usize), Pick)> = None;
    let (mut free, mut most, mut all_left) = (0, 0, 0_i64);
    let mut taken_whole = 0_i64;
    for (kind, facts) in kinds {
        let open = untouched(kind, devices, room);
        let short = devices.is_short(room, kind);
        for at in devices.of_kind(kind) {
            let left = room.left(devices, at);
            let usable = match left {
                WHOLE_MILLI if !open.contains(&at) => 0,
                // What is left of it may be the room of those who have no other.
                ..WHOLE_MILLI if short => 0,
                _ => left,
            };
            most = most.max(facts.share_of_gpu());
            let (rank, takes, offers) = if facts.divides && facts.mig_profile.is_none() {
                (u8::from(left == WHOLE_MILLI), milli, usable)
            } else if usable == WHOLE_MILLI {
                let rank = if facts.mig_profile.is_some() { 2 } else { 3 };
                (rank, WHOLE_MILLI, facts.share_of_gpu())
            } else {
                let is_taken = facts.mig_profile.is_none() && left < WHOLE_MILLI;
                taken_whole = taken_whole.saturating_add(i64::from(is_taken));
                (3, WHOLE_MILLI, 0)
            };
            free = free.max(offers);
            all_left = all_left.saturating_add(i64::from(offers));
            if offers < milli {
                continue;
            }
            let key = (rank, offers - milli, at);
            if best.as_ref().is_none_or(|(other, _)| key < *other) {
                let pick = Pick {
                    kind,
                    devices: vec![at],
                    milli: takes,
                    left: -i64::from(takes.min(offers)),
                };
                best = Some((key, pick));
            }
        }
    }
    match best {
        Some((_, pick)) => Ok(Pick {
            left: all_left.saturating_add(pick.left),
            ..pick
        }),
        None => Err(Lack {
            wanted: i64::from(milli),
            free: i64::from(free),
            most: i64::from(most),
            taken_whole,
        }),
    }
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The grant that a pick makes.
pub(crate) fn grant(pick: &Pick, node: &NodeState) -> Option<DeviceGrant> {
    let kind = node.derived().device_kinds.get(pick.kind)?;
    let devices = node.devices()?;
    let granted = pick
        .devices
        .iter()
        .filter_map(|at| devices.get(*at))
        .map(|device| GrantedDevice {
            id: device.id.clone(),
            milli: pick.milli,
            identity: device.identity.clone(),
        });
    Some(DeviceGrant {
        class: kind.class.clone(),
        devices: granted.collect(),
        kind: kind.attributes.clone(),
        memory_mib: kind.divides.then(|| kind.share_mib(pick.milli)).flatten(),
    })
}

impl Lack {
    /// The part of what is wanted that is missing, in thousandths.
    pub(crate) fn missing_milli(&self) -> i64 {
        let lacking = self.wanted.saturating_sub(self.free).max(0);
        lacking.saturating_mul(1000) / self.wanted.max(1)
    }

    /// For people: "needs 2 whole NVIDIA-A100 devices, 1 free".
    pub(crate) fn text(&self, wanted: &GpuRequest) -> String {
        let products: Vec<&str> = wanted.products.iter().map(Product::name).collect();
        let product = if products.is_empty() {
            "GPU".to_owned()
        } else {
            products.join(" or ")
        };
        let Self {
            wanted: needs,
            free,
            most,
            taken_whole,
        } = *self;
        let at_most = |text: String| {
            if needs > most {
                format!(" ({text} at most)")
            } else {
                String::new()
            }
        };
        match wanted.amount {
            GpuAmount::Whole(_) => {
                let word = if needs == 1 { "device" } else { "devices" };
                let what = match &wanted.mig_profile {
                    Some(profile) => format!("{profile} MIG {word} of {product}"),
                    None => format!("whole {product} {word}"),
                };
                format!("needs {needs} {what}, {free} free{}", at_most(most.to_string()))
            }
            GpuAmount::ShareMilli(_) => {
                let whole = match taken_whole {
                    ..=0 => String::new(),
                    1 => " (1 that cannot be shared is taken whole)".to_owned(),
                    many => format!(" ({many} that cannot be shared are taken whole)"),
                };
                format!(
                    "needs {needs}/1000 of one {product} device, {free}/1000 free on one{}{whole}",
                    at_most(format!("{most}/1000"))
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
