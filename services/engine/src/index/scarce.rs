//! What is free of a node's countable devices, in few distinct states, so that nodes of one kind and state can be kept
//! together.
//!
//! GPUs are exact, because scores look at their number. Of everything else only bands are kept: they leave out nodes
//! without room and never prove that there is room.

use std::collections::HashMap;

use hourglass_model::resources::{PODS, ResourceName, ResourceVector};

use crate::state::{DeviceRoom, DeviceSignature, NodeDevices, NodeState};

/// Identifies a state; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScarceId(pub(crate) u32);

/// Free amounts, by resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Scarce {
    /// Exact, at least 0.
    gpus: Vec<(ResourceName, i64)>,
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

fn is_gpu(name: &ResourceName) -> bool {
    matches!(
        name.as_str(),
        "nvidia.com/gpu" | "nvidia.com/gpu.shared" | "amd.com/gpu" | "gpu.intel.com/i915"
    ) || name.as_str().starts_with("nvidia.com/mig-")
}

impl Scarce {
    fn of(node: &NodeState) -> Self {
        let mut state = Self {
            full: node.free_of(&PODS) < 1,
            devices: node
                .devices()
                .map(|devices| devices.signature(node.device_room())),
            ..Self::default()
        };
        for (name, _) in node.allocatable().iter().filter(|(name, _)| name.is_extended()) {
            let free = node.free_of(name);
            if is_gpu(name) {
                state.gpus.push((name.clone(), free.max(0)));
            } else {
                state.others.push((name.clone(), band(free)));
            }
        }
        state
    }

    /// Whether nodes in this state may have room for a demand, as far as devices and pods go.
    pub(crate) fn may_hold(&self, demand: &ResourceVector) -> bool {
        let devices = demand
            .iter()
            .filter(|(name, amount)| name.is_extended() && *amount > 0);
        !(self.full && demand.get(&PODS) > 0)
            && devices
                .into_iter()
                .all(|(name, amount)| self.may_have(name, amount))
    }

    fn may_have(&self, name: &ResourceName, amount: i64) -> bool {
        let gpus = self.gpus.iter().find(|(other, _)| other == name);
        let other = self.others.iter().find(|(other, _)| other == name);
        match (gpus, other) {
            (Some((_, free)), _) => *free >= amount,
            (None, Some((_, free))) => *free >= band(amount),
            (None, None) => false,
        }
    }

    /// GPUs, MIG devices and slices that are free.
    pub(crate) fn gpus(&self) -> ResourceVector {
        self.gpus.iter().cloned().collect()
    }
}

/// All states that nodes have been in.
#[derive(Debug, Clone, Default)]
pub(crate) struct States {
    ids: HashMap<Scarce, ScarceId>,
    states: Vec<Scarce>,
    /// Devices of one node in each state, where nodes in it have any.
    samples: Vec<Option<Box<(NodeDevices, DeviceRoom)>>>,
}

impl States {
    pub(super) fn intern(&mut self, node: &NodeState) -> ScarceId {
        let state = Scarce::of(node);
        if let Some(id) = self.ids.get(&state) {
            return *id;
        }
        let id = ScarceId(u32::try_from(self.states.len()).unwrap_or(u32::MAX));
        self.states.push(state.clone());
        let devices = node.devices();
        let sample = devices.map(|devices| Box::new((devices.clone(), node.device_room().clone())));
        self.samples.push(sample);
        self.ids.insert(state, id);
        id
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
