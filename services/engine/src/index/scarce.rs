//! What is free of a node's countable devices, in few distinct states, so that nodes of one kind and state can be kept
//! together.
//!
//! GPUs are exact, because scores look at their number. Of everything else only bands are kept: they leave out nodes
//! without room and never prove that there is room.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hourglass_model::resources::{PODS, ResourceName, ResourceVector};

use crate::hash::NumberMap;
use crate::state::{DeviceRoom, DeviceSignature, NodeDevices, NodeState};

/// Identifies a state; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScarceId(pub(crate) u32);

/// Free amounts, by resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Scarce {
    /// Exact, at least 0.
    gpus: ResourceVector,
    /// Bands.
    others: Vec<(ResourceName, u8)>,
    /// Exact; devices that the node shows one by one.
    devices: Option<DeviceSignature>,
    /// No pod can be added.
    full: bool,
}

/// Number of binary digits: amounts of one band differ by less than a factor of two.
fn band(amount: i64) -> u8 {
    let digits = i64::BITS - amount.max(0).leading_zeros();
    u8::try_from(digits).unwrap_or(u8::MAX)
}

impl Scarce {
    fn of(node: &NodeState) -> Self {
        let mut state = Self {
            full: is_full(node),
            devices: signature(node),
            ..Self::default()
        };
        for (name, free, gpu) in extended(node) {
            if gpu {
                state.gpus.set(name.clone(), free.max(0));
            } else {
                state.others.push((name.clone(), band(free)));
            }
        }
        state
    }

    /// Whether a node with these devices is in this state.
    fn is_of(&self, node: &NodeState, devices: Option<&DeviceSignature>) -> bool {
        let (mut gpus, mut others) = (self.gpus.iter(), self.others.iter());
        self.full == is_full(node)
            && self.devices.as_ref() == devices
            && extended(node).all(|(name, free, gpu)| {
                if gpu {
                    gpus.next()
                        .is_some_and(|(known, amount)| known == name && amount == free.max(0))
                } else {
                    others
                        .next()
                        .is_some_and(|(known, amount)| known == name && *amount == band(free))
                }
            })
            && gpus.next().is_none()
            && others.next().is_none()
    }

    /// Whether nodes in this state may have room for a demand, as far as devices and pods go.
    pub(crate) fn may_hold(&self, wanted: &Wanted) -> bool {
        let mut devices = wanted.devices.iter();
        !(self.full && wanted.pods) && devices.all(|(name, amount)| self.may_have(name, *amount))
    }

    fn may_have(&self, name: &ResourceName, amount: i64) -> bool {
        if self.gpus.contains(name) {
            return self.gpus.get(name) >= amount;
        }
        let mut others = self.others.iter();
        let other = others.find(|(other, _)| other == name);
        other.is_some_and(|(_, free)| *free >= band(amount))
    }

    /// GPUs, MIG devices and slices that are free.
    pub(crate) fn gpus(&self) -> &ResourceVector {
        &self.gpus
    }
}

/// What a state can lack of a demand, read out of it once for many states.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    devices: Vec<(ResourceName, i64)>,
    pods: bool,
}

impl Wanted {
    pub(crate) fn of(demand: &ResourceVector) -> Self {
        let devices = demand
            .iter()
            .filter(|(name, amount)| *amount > 0 && name.is_extended());
        Self {
            devices: devices.map(|(name, amount)| (name.clone(), amount)).collect(),
            pods: demand.get(&PODS) > 0,
        }
    }
}

fn is_full(node: &NodeState) -> bool {
    node.free_pods() < 1
}

fn signature(node: &NodeState) -> Option<DeviceSignature> {
    let devices = node.devices();
    devices.map(|devices| devices.signature(node.device_room()))
}

/// What is free of extended resources, by name, and whether each counts GPUs.
fn extended(node: &NodeState) -> impl Iterator<Item = (&ResourceName, i64, bool)> {
    let places = node.layout().extended().iter();
    places.filter_map(|(at, gpu)| {
        let (name, _) = node.allocatable().at(*at)?;
        Some((name, node.free_at(*at), *gpu))
    })
}

/// All states that nodes have been in.
#[derive(Debug, Clone, Default)]
pub(crate) struct States {
    by_hash: NumberMap<u64, Vec<ScarceId>>,
    hasher: FixedState,
    states: Vec<Scarce>,
    /// Devices of one node in each state, where nodes in it have any.
    samples: Vec<Option<Box<(NodeDevices, DeviceRoom)>>>,
}

impl States {
    /// The state of a node. `before` is the one that it was in, which mostly still is.
    pub(super) fn intern(&mut self, node: &NodeState, before: Option<ScarceId>) -> ScarceId {
        let signature = signature(node);
        let unchanged = before.filter(|id| {
            let state = self.get(*id);
            state.is_some_and(|state| state.is_of(node, signature.as_ref()))
        });
        if let Some(id) = unchanged {
            return id;
        }
        let hash = self.hash(node, signature.as_ref());
        let mut known = self.by_hash.get(&hash).into_iter().flatten().copied();
        let same = known.find(|id| {
            let state = self.get(*id);
            state.is_some_and(|state| state.is_of(node, signature.as_ref()))
        });
        if let Some(id) = same {
            return id;
        }
        let id = ScarceId(u32::try_from(self.states.len()).unwrap_or(u32::MAX));
        self.states.push(Scarce::of(node));
        let devices = node.devices();
        let sample = devices.map(|devices| Box::new((devices.clone(), node.device_room().clone())));
        self.samples.push(sample);
        self.by_hash.entry(hash).or_default().push(id);
        id
    }

    fn hash(&self, node: &NodeState, devices: Option<&DeviceSignature>) -> u64 {
        let mut state = self.hasher.build_hasher();
        is_full(node).hash(&mut state);
        devices.hash(&mut state);
        for (name, free, gpu) in extended(node) {
            name.hash(&mut state);
            if gpu {
                free.max(0).hash(&mut state);
            } else {
                band(free).hash(&mut state);
            }
        }
        state.finish()
    }

    /// Devices that stand for those of every node in a state.
    pub(crate) fn devices(&self, id: ScarceId) -> Option<&(NodeDevices, DeviceRoom)> {
        self.samples.get(usize::try_from(id.0).ok()?)?.as_deref()
    }

    pub(crate) fn get(&self, id: ScarceId) -> Option<&Scarce> {
        self.states.get(usize::try_from(id.0).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_never_hide_room() {
        for have in 0..300i64 {
            for want in 1..300i64 {
                assert!(band(have) >= band(want) || have < want, "{have} {want}");
            }
        }
        assert_eq!((band(-5), band(0), band(1), band(i64::MAX)), (0, 0, 1, 63));
    }
}
