//! What must hold for each device, computed from facts and claims alone.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::gpu::{DeviceFacts, DeviceUse, Product};
use hourglass_model::ids::{ClaimId, ClusterName, DeviceId};
use hourglass_model::node::NodeFacts;
use hourglass_model::resources::ResourceVector;

use super::Breach;
use crate::claims::{Claim, ClaimRecord};
use crate::state::{FleetState, NodeState};

/// Thousandths charged to each device of a node: what is used, and of each claim whatever is not seen yet.
fn charge(state: &FleetState, cluster: &ClusterName, node: &NodeFacts) -> BTreeMap<DeviceId, u64> {
    let used = node.devices.iter();
    let mut charge: BTreeMap<DeviceId, u64> = used
        .map(|device| (device.id.clone(), u64::from(device.used_milli)))
        .collect();
    for record in state.claims() {
        let claim = &record.claim;
        if claim.cluster != *cluster || claim.node != node.name {
            continue;
        }
        for (device, milli) in owed(state, claim, node) {
            if let Some(charged) = charge.get_mut(&device) {
                *charged += milli;
            }
        }
    }
    charge
}

/// Whether a claim's pod asks for exactly its devices: it is bound to the node, and each that is there has a name of one sort.
fn asks_by_name(claim: &Claim, node: &NodeFacts) -> bool {
    let there = node.devices.iter();
    let there = there.filter(|device| claim.devices.iter().any(|one| one.device == device.id));
    let names: BTreeSet<Option<&str>> = there
        .map(|device| device.identity.as_ref().map(|identity| identity.name.as_str()))
        .collect();
    claim.pinned && names.len() <= 1 && !names.contains(&None)
}

/// Thousandths of each device that pods of ours have, or are to get, for which another one of the kind would do.
fn yielding(
    state: &FleetState,
    cluster: &ClusterName,
    node: &NodeFacts,
    gone: &[&ClaimId],
) -> BTreeMap<DeviceId, u64> {
    let mut all: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for record in state.claims() {
        let claim = &record.claim;
        let here = claim.cluster == *cluster && claim.node == node.name;
        if !here || claim.devices.is_empty() || gone.contains(&&claim.id) || asks_by_name(claim, node) {
            continue;
        }
        let has = node.claims.iter().filter(|seen| seen.claim == claim.id);
        let has = has.flat_map(|seen| &seen.devices);
        let has = has.map(|one| (one.device.clone(), u64::from(one.milli)));
        for (device, milli) in has.chain(owed(state, claim, node)) {
            *all.entry(device).or_default() += milli;
        }
    }
    all
}

/// What a claim holds beyond what is seen. What is seen of a device pays for that device; where the cluster picks, the rest
/// pays for any.
fn owed(state: &FleetState, claim: &Claim, node: &NodeFacts) -> Vec<(DeviceId, u64)> {
    let mut seen: Vec<(DeviceId, u64)> = Vec::new();
    let nodes = state
        .cluster(&claim.cluster)
        .into_iter()
        .flat_map(crate::ClusterState::nodes);
    for other in nodes {
        if claim.pinned && *other.name() != claim.node {
            continue;
        }
        let of_claim = other.claims().iter().filter(|seen| seen.claim == claim.id);
        seen.extend(
            of_claim
                .flat_map(|seen| &seen.devices)
                .map(|one| (one.device.clone(), u64::from(one.milli))),
        );
    }
    let mut debts: Vec<(DeviceId, u64)> = claim
        .devices
        .iter()
        .map(|one| (one.device.clone(), u64::from(one.milli)))
        .collect();
    let by_name = asks_by_name(claim, node);
    for any in [false, true] {
        if any && by_name {
            continue;
        }
        for (device, debt) in &mut debts {
            for (other, milli) in &mut seen {
                if any || other == device {
                    let paid = (*debt).min(*milli);
                    *debt -= paid;
                    *milli -= paid;
                }
            }
        }
    }
    debts
}

/// Compares the engine's figures of a node.
pub(super) fn check_node(state: &FleetState, cluster: &ClusterName, node: &NodeState) -> Option<Breach> {
    node.devices()?;
    let facts = node.facts();
    let expected = charge(state, cluster, &facts);
    let charged = node.device_room().charged();
    for (at, device) in facts.devices.iter().enumerate() {
        let engine = charged.get(at).copied().map_or(u64::MAX, u64::from);
        let rule = expected.get(&device.id).copied().unwrap_or_default();
        if engine != rule {
            return Some(Breach::WrongDeviceCharge {
                cluster: cluster.clone(),
                node: facts.name.clone(),
                device: device.id.clone(),
                charged: engine,
                expected: rule,
            });
        }
    }
    None
}

/// Checks what a decision adds to the devices of one node. `grants` are those of its slots there, `gone` those who make room
/// and what of the node's resources they leave.
pub(super) fn check_added(
    state: &FleetState,
    (cluster, node): (&ClusterName, &NodeState),
    grants: &[Vec<DeviceUse>],
    (gone, freed): (&[&ClaimId], &ResourceVector),
) -> Vec<Breach> {
    let facts = node.facts();
    let mut before = charge(state, cluster, &facts);
    // Those who make room are gone before anything of this starts.
    for record in gone.iter().filter_map(|id| state.claim_record(id)) {
        let claim = &record.claim;
        if claim.cluster != *cluster {
            continue;
        }
        let seen = facts.claims.iter().filter(|seen| seen.claim == claim.id);
        let seen = seen.flat_map(|seen| &seen.devices);
        let mut leaves: Vec<(DeviceId, u64)> = seen
            .map(|one| (one.device.clone(), u64::from(one.milli)))
            .collect();
        if claim.node == facts.name {
            leaves.extend(owed(state, claim, &facts));
        }
        for (device, milli) in leaves {
            if let Some(charged) = before.get_mut(&device) {
                *charged = charged.saturating_sub(milli);
            }
        }
    }
    let breach = |device: &DeviceId, total: u64, most: u64| Breach::DeviceOverCommitted {
        cluster: cluster.clone(),
        node: facts.name.clone(),
        device: device.clone(),
        total,
        most,
    };
    let mut breaches = Vec::new();
    let mut after = before.clone();
    for one in grants.iter().flatten() {
        match after.get_mut(&one.device) {
            Some(charged) => *charged += u64::from(one.milli),
            None => breaches.push(breach(&one.device, u64::from(one.milli), 0)),
        }
    }
    let touched: BTreeSet<&DeviceId> = grants.iter().flatten().map(|one| &one.device).collect();
    for device in touched {
        let total = after.get(device).copied().unwrap_or_default();
        let shared = facts
            .devices
            .iter()
            .any(|facts| facts.id == *device && facts.shareable);
        let opened = before.get(device).copied() == Some(0);
        if total > 1000 || (!shared && !opened) {
            breaches.push(breach(device, total, 1000));
        }
    }
    breaches.extend(used_up(&facts, &before, &after, breach));
    let hidden = node.charge().saturating_sub(freed);
    let hidden = hidden
        .iter()
        .filter(|(resource, amount)| *amount > 0 && facts.shows_devices_of(resource));
    // Whoever was to get a device that is gone gets any other.
    let displaced = |record: &&ClaimRecord| {
        let claim = &record.claim;
        claim.cluster == *cluster && claim.node == facts.name && !gone.contains(&&claim.id)
    };
    let lost = state.claims().filter(displaced).flat_map(|record| {
        let owed = owed(state, &record.claim, &facts).into_iter();
        owed.filter(|(device, milli)| *milli > 0 && !facts.devices.iter().any(|facts| facts.id == *device))
    });
    let lost = i64::try_from(lost.count()).unwrap_or(i64::MAX);
    let blind: i64 = hidden.map(|(_, amount)| amount).sum::<i64>().saturating_add(lost);
    let yielding = yielding(state, cluster, &facts, gone);
    for one in grants.iter().flatten() {
        let left = open_of_kind(node, &facts, &one.device, &after);
        let displaced = displaced_of_kind(node, &facts, &one.device, (&before, &yielding));
        if i64::try_from(left).unwrap_or(i64::MAX) < blind.saturating_add(displaced) {
            // A pod that was given a GPU by a counter may sit on the very one that was taken, or on what was left of it: any of
            // this kind. And whoever finds another pod on the device that it was to get will sit on one of them.
            breaches.push(breach(&one.device, 1000, 0));
            break;
        }
    }
    for grant in grants {
        let product = |one: &DeviceUse| -> Option<&Product> {
            let device: Option<&DeviceFacts> = facts.devices.iter().find(|device| device.id == one.device);
            device?.product.as_ref()
        };
        let products: BTreeSet<Option<&Product>> = grant.iter().map(product).collect();
        if products.len() > 1 {
            breaches.push(Breach::MixedProducts {
                cluster: cluster.clone(),
                node: facts.name.clone(),
            });
        }
    }
    breaches
}

/// Devices of the kind of this one.
fn alike<'f>(
    node: &'f NodeState,
    facts: &'f NodeFacts,
    device: &DeviceId,
) -> impl Iterator<Item = &'f DeviceFacts> {
    let at = facts.devices.iter().position(|facts| facts.id == *device);
    let kinds = node.devices().zip(at);
    let alike = kinds.into_iter().flat_map(|(devices, at)| devices.alike(at));
    alike.filter_map(|at| facts.devices.get(at))
}

/// How many devices of the kind of this one have nothing charged.
fn open_of_kind(
    node: &NodeState,
    facts: &NodeFacts,
    device: &DeviceId,
    charge: &BTreeMap<DeviceId, u64>,
) -> usize {
    alike(node, facts, device)
        .filter(|facts| charge.get(&facts.id).copied() == Some(0))
        .count()
}

/// How many devices of its kind it takes for what is charged to some of them beyond all that they have, to pods for which
/// another one would do.
fn displaced_of_kind(
    node: &NodeState,
    facts: &NodeFacts,
    device: &DeviceId,
    (charge, yielding): (&BTreeMap<DeviceId, u64>, &BTreeMap<DeviceId, u64>),
) -> i64 {
    let of = |map: &BTreeMap<DeviceId, u64>, id: &DeviceId| map.get(id).copied().unwrap_or_default();
    let beyond = alike(node, facts, device).map(|facts| {
        let beyond = of(charge, &facts.id).saturating_sub(1000);
        beyond.min(of(yielding, &facts.id)).div_ceil(1000)
    });
    i64::try_from(beyond.sum::<u64>()).unwrap_or(i64::MAX)
}

/// Counters of which more is taken than there is, by devices that the decision opens.
fn used_up(
    facts: &NodeFacts,
    before: &BTreeMap<DeviceId, u64>,
    after: &BTreeMap<DeviceId, u64>,
    breach: impl Fn(&DeviceId, u64, u64) -> Breach,
) -> Vec<Breach> {
    let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
    let in_use =
        |charge: &BTreeMap<DeviceId, u64>, id: &DeviceId| charge.get(id).is_some_and(|milli| *milli > 0);
    for device in facts.devices.iter().filter(|device| in_use(after, &device.id)) {
        for part in &device.counters {
            *taken.entry(&part.counter).or_default() += part.takes;
        }
    }
    let opened = facts
        .devices
        .iter()
        .filter(|device| in_use(after, &device.id) && !in_use(before, &device.id));
    let mut breaches = Vec::new();
    for device in opened {
        for part in &device.counters {
            let all = taken.get(part.counter.as_str()).copied().unwrap_or_default();
            if all > part.of {
                let [all, of] = [all, part.of].map(|n| u64::try_from(n).unwrap_or_default());
                breaches.push(breach(&device.id, all, of));
            }
        }
    }
    breaches
}
