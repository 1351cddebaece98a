//! Who has which of the devices that a node shows one by one, for people. It never decides whether something fits.

use hourglass_model::gpu::{DeviceFacts, DeviceKind, DeviceUse};
use hourglass_model::ids::{ClaimId, ClusterName, DeviceId};

use crate::state::{FleetState, NodeState};

/// A device of a node, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldDevice<'a> {
    /// What its cluster says of it.
    pub facts: &'a DeviceFacts,
    /// What rules compare of it, with what the node's labels say.
    pub kind: DeviceKind,
    /// Thousandths of it that nobody has; none either where a counter that it needs is used up. Whether they can be given is
    /// for its kind to say: see `kept_out`.
    pub free_milli: u16,
    /// Devices of its kind on this node that are used or promised, nobody knows which: so many untouched ones cannot be given,
    /// and where fewer are untouched, nothing of the kind can.
    pub kept_out: usize,
    /// Those who have a part of it, or all of it: claims by placement, slot and epoch, then others.
    pub holders: Vec<DeviceHolder>,
}

/// One who has a device, or a share of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHolder {
    /// The slot epoch; `None` for pods that belong to no performer of the fleet.
    pub claim: Option<ClaimId>,
    /// Thousandths of the device.
    pub milli: u32,
    /// No pod of it is seen with the device yet.
    pub promised: bool,
}

/// Devices of a node that are taken, nobody knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnnamedDevices {
    /// Pods on the node were given them by a counter of the same GPUs.
    pub used: usize,
    /// Promised by a counter; or promised by name, but the device is gone, or there is less of it than is promised, and any
    /// other one of its kind will do.
    pub promised: usize,
}

/// How many devices of a node are taken, nobody knows which.
#[must_use]
pub fn unnamed_devices(node: &NodeState) -> UnnamedDevices {
    let Some(devices) = node.devices() else {
        return UnnamedDevices::default();
    };
    let room = node.device_room();
    let used = devices.counted(&node.used()).min(room.blind());
    UnnamedDevices {
        used,
        promised: room.blind().saturating_sub(used) + room.displaced(),
    }
}

/// The devices of a node by id, and who has them.
#[must_use]
pub fn device_holders<'a>(
    state: &FleetState,
    cluster: &ClusterName,
    node: &'a NodeState,
) -> Vec<HeldDevice<'a>> {
    let Some(devices) = node.devices() else {
        return Vec::new();
    };
    let room = node.device_room();
    let promised = promised(state, cluster, node);
    let gpu = node.derived().gpu.as_ref();
    let held = devices.facts().iter().enumerate().map(|(at, facts)| {
        let mut holders = seen_with(node, &facts.id);
        let seen: u32 = holders.iter().map(|holder| holder.milli).sum();
        let unseen = promised.iter().filter(|(_, one)| one.device == facts.id);
        holders.extend(unseen.map(|(claim, one)| DeviceHolder {
            claim: Some(claim.clone()),
            milli: u32::from(one.milli),
            promised: true,
        }));
        holders.sort_by(|a, b| (&a.claim, a.promised).cmp(&(&b.claim, b.promised)));
        let others = u32::from(facts.used_milli).saturating_sub(seen);
        holders.extend((others > 0).then_some(DeviceHolder {
            claim: None,
            milli: others,
            promised: false,
        }));
        HeldDevice {
            facts,
            kind: facts.kind(gpu),
            free_milli: room.left(devices, at),
            kept_out: devices.kind_at(at).map_or(0, |kind| room.kept_out(devices, kind)),
            holders,
        }
    });
    held.collect()
}

/// What claims on the node hold of its devices beyond what their pods are seen to have.
fn promised(state: &FleetState, cluster: &ClusterName, node: &NodeState) -> Vec<(ClaimId, DeviceUse)> {
    let Some(known) = state.cluster(cluster) else {
        return Vec::new();
    };
    let claims = state.ledger.on_node(cluster, node.name());
    let promised = claims.map(|record| &record.claim).flat_map(|claim| {
        let held = known.devices_freed_by(claim, node.name()).into_iter();
        let unseen = held.filter(|hold| !hold.shown);
        unseen.map(|hold| (claim.id.clone(), hold.part))
    });
    promised.collect()
}

/// Claims whose pods are seen with a device. An agent that lists a claim twice means the sum.
fn seen_with(node: &NodeState, device: &DeviceId) -> Vec<DeviceHolder> {
    let mut holders: Vec<DeviceHolder> = Vec::new();
    for seen in node.claims() {
        let uses = seen.devices.iter().filter(|one| one.device == *device);
        let milli: u32 = uses.map(|one| u32::from(one.milli)).sum();
        let known = holders
            .iter_mut()
            .find(|holder| holder.claim.as_ref() == Some(&seen.claim));
        match known {
            _ if milli == 0 => {}
            Some(known) => known.milli += milli,
            None => holders.push(DeviceHolder {
                claim: Some(seen.claim.clone()),
                milli,
                promised: false,
            }),
        }
    }
    holders
}

#[cfg(test)]
mod tests;
