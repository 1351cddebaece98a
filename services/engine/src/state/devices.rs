//! The GPUs that a node shows one by one, and how much of each is taken.
//!
//! Charge of a device = what all allocated claims take of it, and beside that whatever of our live claims the cluster does
//! not show yet. A device in use also takes what it says of counters that it shares with others (a GPU, and the MIG
//! devices that can be cut from it).
//!
//! Where the node has counters of the same GPUs as well, the devices count and the counters do not. Pods that were given a
//! GPU by a counter still sit on one, and nobody says on which: so many untouched devices are kept out (`blind`).
//!
//! A pod that does not ask for its devices by name gets any of their kind. When more is promised of one than there is (another
//! pod was faster, or is to get by name what this one has been given), whoever will do with another gets another one: so many of
//! the kind are kept out as well (`displaced`). Where fewer are untouched, the rest will be on what is left of those of which a
//! part is taken: nothing of the kind is given then.

use hourglass_model::gpu::{DeviceFacts, DeviceUse, WHOLE_MILLI, covers, told_apart};
use hourglass_model::ids::DeviceId;
use hourglass_model::node::DerivedFacts;
use hourglass_model::resources::ResourceVector;

/// What a device takes of counters: each by its place, and how much.
type Takes = Box<[(usize, i64)]>;

/// What a claim of ours has, or is to get, of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceHold {
    /// Which, and how much of it.
    pub(crate) part: DeviceUse,
    /// Whether the node shows it in use already.
    pub(crate) shown: bool,
    /// Whether its pod does with any other one of the kind on this node.
    pub(crate) any: bool,
}

/// Devices of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeDevices {
    devices: Box<[DeviceFacts]>,
    /// For each device its place among the kinds of the node.
    kinds: Box<[usize]>,
    /// For each device the counters that it takes from when in use, by place, and how much.
    takes: Box<[Takes]>,
    /// What there is of each counter.
    counters: Box<[i64]>,
}

impl NodeDevices {
    /// The devices of a node with these derived facts; `None` when it has none.
    pub(crate) fn of(mut devices: Vec<DeviceFacts>, derived: &DerivedFacts) -> Option<Self> {
        if devices.is_empty() {
            return None;
        }
        devices.sort_by(|a, b| a.id.cmp(&b.id));
        let gpu = derived.gpu.as_ref();
        let place = |device: &DeviceFacts| {
            let kind = device.kind(gpu);
            // A kind that derived facts do not name would match no rule; there is none.
            let known = derived.device_kinds.iter().position(|other| *other == kind);
            known.unwrap_or(usize::MAX)
        };
        let kinds = devices.iter().map(place).collect();
        let mut names: Vec<&str> = Vec::new();
        let mut counters: Vec<i64> = Vec::new();
        let mut takes = Vec::with_capacity(devices.len());
        for device in &devices {
            let mut own = Vec::with_capacity(device.counters.len());
            for part in &device.counters {
                let known = names.iter().position(|name| **name == *part.counter);
                let at = known.unwrap_or_else(|| {
                    names.push(&part.counter);
                    counters.push(part.of);
                    names.len() - 1
                });
                own.push((at, part.takes));
            }
            takes.push(own.into_boxed_slice());
        }
        Some(Self {
            kinds,
            takes: takes.into_boxed_slice(),
            counters: counters.into_boxed_slice(),
            devices: devices.into_boxed_slice(),
        })
    }

    /// The devices, by id.
    #[must_use]
    pub fn facts(&self) -> &[DeviceFacts] {
        &self.devices
    }

    /// Whether both are the same devices, whatever is taken of them.
    pub(crate) fn same_but_use(&self, other: &Self) -> bool {
        let unused = |device: &DeviceFacts| DeviceFacts {
            used_milli: 0,
            ..device.clone()
        };
        self.devices
            .iter()
            .map(unused)
            .eq(other.devices.iter().map(unused))
    }

    /// Places of the devices of one kind.
    pub(crate) fn of_kind(&self, kind: usize) -> impl Iterator<Item = usize> {
        let places = self.kinds.iter().enumerate();
        places.filter(move |(_, other)| **other == kind).map(|(at, _)| at)
    }

    /// The devices of the same kind as this one, itself among them.
    pub(crate) fn alike(&self, at: usize) -> impl Iterator<Item = usize> {
        let kind = self.kind_at(at);
        kind.into_iter().flat_map(|kind| self.of_kind(kind))
    }

    pub(crate) fn get(&self, at: usize) -> Option<&DeviceFacts> {
        self.devices.get(at)
    }

    /// Whether it is one of them.
    pub(crate) fn has(&self, id: &DeviceId) -> bool {
        self.position(id).is_some()
    }

    /// Whether a pod that is bound to the node asks for exactly these devices. What those that are gone were called is not known.
    pub(crate) fn tells_apart(&self, uses: &[DeviceUse]) -> bool {
        let known = uses.iter().filter_map(|one| self.position(&one.device));
        let mut known = known.filter_map(|at| self.devices.get(at)).peekable();
        known.peek().is_none() || told_apart(known.map(|device| device.identity.as_ref())).is_some()
    }

    /// The kind of one of them, by its place among the kinds of the node.
    pub(crate) fn kind_of(&self, id: &DeviceId) -> Option<usize> {
        self.kind_at(self.position(id)?)
    }

    /// The kind of the device at a place.
    pub(crate) fn kind_at(&self, at: usize) -> Option<usize> {
        self.kinds.get(at).copied()
    }

    fn position(&self, id: &DeviceId) -> Option<usize> {
        self.devices.iter().position(|device| device.id == *id)
    }

    /// What is taken when claims hold this, which the cluster shows in part, and `charge` of countable resources, some of which
    /// may count the same GPUs.
    pub(crate) fn room(&self, holds: &[DeviceHold], charge: &ResourceVector) -> DeviceRoom {
        let mut room = DeviceRoom {
            blind: self.counted(charge),
            ..self.unused()
        };
        for (at, device) in self.devices.iter().enumerate() {
            room.take(self, at, u32::from(device.used_milli));
        }
        for hold in holds {
            let milli = u32::from(hold.part.milli);
            match self.position(&hold.part.device) {
                Some(at) => {
                    room.take(self, at, if hold.shown { 0 } else { milli });
                    room.yields(at, |yielding| {
                        yielding.saturating_add(if hold.any { milli } else { 0 })
                    });
                }
                // Of a device that is gone nobody knows any more which of the others will do in its place.
                None if hold.shown => {}
                None => room.blind = room.blind.saturating_add(1),
            }
        }
        room
    }

    /// How many of these GPUs amounts of countable resources stand for.
    pub(crate) fn counted(&self, amounts: &ResourceVector) -> usize {
        let hidden = amounts.iter().filter(|(resource, amount)| {
            let mut drivers = self.devices.iter().map(|device| device.id.driver());
            *amount > 0 && drivers.any(|driver| covers(driver, resource))
        });
        let all = hidden.fold(0, |sum: i64, (_, amount)| sum.saturating_add(amount));
        usize::try_from(all).unwrap_or(usize::MAX)
    }

    /// What two nodes have in common between which no choice of devices makes a difference, names apart.
    pub(crate) fn signature(&self, room: &DeviceRoom) -> DeviceSignature {
        let each = self.kinds.iter().zip(&self.takes).zip(&room.charged);
        let mut devices: Vec<_> = each
            .enumerate()
            .map(|(at, ((kind, takes), charged))| (*kind, *charged, room.displaced_from(at), takes.clone()))
            .collect();
        if self.counters.is_empty() {
            // Without counters the devices of one kind only differ by what is taken of them.
            devices.sort_unstable();
        }
        let counters = self.counters.iter().zip(&room.counters);
        DeviceSignature {
            devices,
            counters: counters.map(|(all, taken)| (*all, *taken)).collect(),
            blind: room.blind,
        }
    }

    /// The room of a node like this on which nothing runs.
    pub(crate) fn unused(&self) -> DeviceRoom {
        DeviceRoom {
            charged: vec![0; self.devices.len()],
            yielding: vec![0; self.devices.len()],
            counters: vec![0; self.counters.len()],
            blind: 0,
        }
    }

    /// Takes devices that were chosen, of which so much is left: nobody is displaced.
    pub(crate) fn take(&self, room: &mut DeviceRoom, uses: &[DeviceUse]) {
        for one in uses {
            match self.position(&one.device) {
                Some(at) => room.take(self, at, u32::from(one.milli)),
                None => room.blind = room.blind.saturating_add(1),
            }
        }
    }

    /// Whether exactly this can be taken of exactly these devices.
    pub(crate) fn hold(&self, room: &DeviceRoom, uses: &[DeviceUse]) -> bool {
        let mut room = room.clone();
        let before = self.untouched_by_kind(&room);
        for one in uses {
            let Some(at) = self.position(&one.device) else {
                return false;
            };
            if room.left(self, at) < one.milli {
                return false;
            }
            room.take(self, at, u32::from(one.milli));
        }
        // Those that are used blindly may be of any kind: each kind of which something is taken keeps as many.
        let after = self.untouched_by_kind(&room);
        let is_taken = |kind| uses.iter().any(|one| self.kind_of(&one.device) == Some(kind));
        let mut kinds = before.iter().zip(&after).enumerate();
        kinds.all(|(kind, (before, after))| {
            after == before && !is_taken(kind) || *after >= room.kept_out(self, kind)
        })
    }

    /// Whether fewer devices of a kind are untouched than are as good as taken: the others sit, or will sit, on what is left of
    /// those of which a part is taken.
    pub(crate) fn is_short(&self, room: &DeviceRoom, kind: usize) -> bool {
        let kept_out = room.kept_out(self, kind);
        let untouched = || {
            self.of_kind(kind)
                .filter(|at| room.is_untouched(self, *at))
                .count()
        };
        kept_out > 0 && untouched() < kept_out
    }

    /// Devices of each kind of which nothing is taken.
    fn untouched_by_kind(&self, room: &DeviceRoom) -> Vec<usize> {
        let kinds = self.kinds.iter().max().map_or(0, |most| most + 1);
        let mut untouched = vec![0; kinds];
        for (at, kind) in self.kinds.iter().enumerate() {
            if room.is_untouched(self, at)
                && let Some(count) = untouched.get_mut(*kind)
            {
                *count += 1;
            }
        }
        untouched
    }

    /// Gives back what a claim holds, of devices and of resources that may count the same GPUs: for judging what would fit
    /// without it.
    pub(crate) fn give(&self, room: &mut DeviceRoom, holds: &[DeviceHold], counted: &ResourceVector) {
        room.blind = room.blind.saturating_sub(self.counted(counted));
        for hold in holds {
            let milli = u32::from(hold.part.milli);
            match self.position(&hold.part.device) {
                Some(at) => {
                    room.give(self, at, milli);
                    room.yields(at, |yielding| {
                        yielding.saturating_sub(if hold.any { milli } else { 0 })
                    });
                }
                None => room.blind = room.blind.saturating_sub(1),
            }
        }
    }
}

/// Devices of a node and what is taken of them, names apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DeviceSignature {
    /// Kind, thousandths taken, others of the kind that are as good as taken for it, counters taken from when in use.
    devices: Vec<(usize, u32, usize, Takes)>,
    /// What there is of each counter, and what is taken.
    counters: Vec<(i64, i64)>,
    blind: usize,
}

/// How much of each device of a node is taken. Empty for a node without devices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceRoom {
    /// Thousandths of each device, in the order of the devices; over 1000 where local pods took more than there is.
    charged: Vec<u32>,
    /// Of each device what pods of ours have or are to get, that will do with another one of its kind.
    yielding: Vec<u32>,
    /// Taken of each counter.
    counters: Vec<i64>,
    /// Devices that pods use by a counter, or will use in the place of one that is gone, nobody says which.
    blind: usize,
}

impl DeviceRoom {
    /// Nothing taken of nothing.
    pub(crate) const EMPTY: Self = Self {
        charged: Vec::new(),
        yielding: Vec::new(),
        counters: Vec::new(),
        blind: 0,
    };

    /// Thousandths taken of each device, in the order of the node's devices.
    #[must_use]
    pub fn charged(&self) -> &[u32] {
        &self.charged
    }

    /// Devices that pods use by a counter, or will use in the place of one that is gone, nobody says which.
    pub(crate) fn blind(&self) -> usize {
        self.blind
    }

    /// Devices of all kinds for what is promised of others beyond what there is.
    pub(crate) fn displaced(&self) -> usize {
        (0..self.charged.len()).map(|at| self.displaced_from(at)).sum()
    }

    /// Untouched devices of a kind that are as good as taken: by pods that use one by a counter, nobody says which, by pods that
    /// find the device taken, or gone, that they were to get, and by pods that have one which another was promised by name.
    pub(crate) fn kept_out(&self, devices: &NodeDevices, kind: usize) -> usize {
        let displaced = devices.of_kind(kind).map(|at| self.displaced_from(at));
        self.blind + displaced.sum::<usize>()
    }

    /// Devices for what is promised of this one beyond what there is, to pods for which any of its kind will do.
    fn displaced_from(&self, at: usize) -> usize {
        let charged = self.charged.get(at).copied().unwrap_or_default();
        let yielding = self.yielding.get(at).copied().unwrap_or_default();
        let beyond = charged.saturating_sub(u32::from(WHOLE_MILLI)).min(yielding);
        usize::try_from(beyond.div_ceil(u32::from(WHOLE_MILLI))).unwrap_or(usize::MAX)
    }

    fn yields(&mut self, at: usize, change: impl FnOnce(u32) -> u32) {
        if let Some(yielding) = self.yielding.get_mut(at) {
            *yielding = change(*yielding);
        }
    }

    /// Thousandths left of a device; 0 also where a counter that it needs is used up.
    pub(crate) fn left(&self, devices: &NodeDevices, at: usize) -> u16 {
        let charged = self.charged.get(at).copied().unwrap_or(u32::MAX);
        if charged == 0 && !self.counters_allow(devices, at) {
            return 0;
        }
        u16::try_from(u32::from(WHOLE_MILLI).saturating_sub(charged)).unwrap_or(0)
    }

    /// Whether nothing of a device is taken, and it can be.
    pub(crate) fn is_untouched(&self, devices: &NodeDevices, at: usize) -> bool {
        self.left(devices, at) == WHOLE_MILLI
    }

    fn counters_allow(&self, devices: &NodeDevices, at: usize) -> bool {
        let takes = devices.takes.get(at).into_iter().flatten();
        takes.into_iter().all(|(counter, amount)| {
            let taken = self.counters.get(*counter).copied().unwrap_or(i64::MAX);
            let all = devices.counters.get(*counter).copied().unwrap_or(0);
            taken.saturating_add(*amount) <= all
        })
    }

    /// What is left of the counters that a device takes from, added up: little on a GPU of which parts are taken; and what
    /// the device takes of it.
    pub(crate) fn counters_left(&self, devices: &NodeDevices, at: usize) -> (i64, i64) {
        let takes = devices.takes.get(at).into_iter().flatten();
        takes
            .into_iter()
            .fold((0, 0), |(left, takes): (i64, i64), (counter, amount)| {
                let taken = self.counters.get(*counter).copied().unwrap_or(0);
                let all = devices.counters.get(*counter).copied().unwrap_or(0);
                let left = left.saturating_add(all.saturating_sub(taken));
                (left, takes.saturating_add(*amount))
            })
    }

    pub(crate) fn take(&mut self, devices: &NodeDevices, at: usize, milli: u32) {
        let Some(charged) = self.charged.get_mut(at).filter(|_| milli > 0) else {
            return;
        };
        let opened = *charged == 0;
        *charged = charged.saturating_add(milli);
        if opened {
            self.count(devices, at, 1);
        }
    }

    fn give(&mut self, devices: &NodeDevices, at: usize, milli: u32) {
        let Some(charged) = self.charged.get_mut(at).filter(|charged| **charged > 0) else {
            return;
        };
        *charged = charged.saturating_sub(milli);
        if *charged == 0 {
            self.count(devices, at, -1);
        }
    }

    fn count(&mut self, devices: &NodeDevices, at: usize, sign: i64) {
        for (counter, amount) in devices.takes.get(at).into_iter().flatten() {
            if let Some(taken) = self.counters.get_mut(*counter) {
                *taken = taken.saturating_add(amount.saturating_mul(sign));
            }
        }
    }
}

#[cfg(test)]
mod tests;
