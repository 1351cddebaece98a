//! GPUs that nodes show one by one, in the world as resources of their own: 1000 thousandths of each device, by a name that
//! no other node has. An agent reports them as devices, and what the engine says of devices is read back as resources, so
//! that one sum says whether a node holds everything.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::gpu::{DeviceAttribute, DeviceFacts, DeviceUse};
use hourglass_model::ids::{DeviceId, NodeName};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::resources::{ResourceName, ResourceVector};

const RESOURCE: &str = "device.example.com/";
const DEVICE: &str = "gpu.example.com/pool/";

/// The devices of a node: the first may be shared, others are taken whole. The first of these has a name by which a pod can ask
/// for it; nothing tells the others apart. Where there are two of them, or four, as many as half of them may be shared as well,
/// and nothing tells these apart.
pub fn capacity(node: &NodeName, devices: usize) -> ResourceVector {
    let name = |letter, at| ResourceName::new(format!("{RESOURCE}{node}-{letter}{at}")).expect("valid");
    let more = if devices.is_multiple_of(2) { devices / 2 } else { 0 };
    let all = (0..devices).map(|at| name('d', at));
    all.chain((0..more).map(|at| name('s', at)))
        .map(|device| (device, 1000))
        .collect()
}

fn is_shared(resource: &ResourceName) -> bool {
    let name = resource.as_str();
    name.ends_with("-d0")
        || name
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .ends_with("-s")
}

/// Whether a pod can ask for exactly this device.
fn is_named(resource: &ResourceName) -> bool {
    let name = resource.as_str();
    name.ends_with("-d0") || name.ends_with("-d1")
}

/// Whether the resource stands for a device that is taken whole.
fn is_whole_device(resource: &ResourceName) -> bool {
    is_device(resource) && !is_shared(resource)
}

/// Thousandths of devices that may be shared among these amounts.
fn shares(vector: &ResourceVector) -> impl Iterator<Item = (&ResourceName, i64)> {
    vector
        .iter()
        .filter(|(resource, amount)| is_device(resource) && is_shared(resource) && *amount > 0)
}

/// Whole devices among these amounts.
fn whole(vector: &ResourceVector) -> impl Iterator<Item = (&ResourceName, i64)> {
    vector
        .iter()
        .filter(|(resource, amount)| is_whole_device(resource) && *amount > 0)
}

/// What a pod gets of what is free on its node: devices by name where all that it was to get have names, else any of their sort,
/// the first or the last.
pub fn given(free: &ResourceVector, wanted: &ResourceVector, last: bool) -> ResourceVector {
    let wanted = &with_any_share(free, wanted, last);
    let mut open: Vec<ResourceName> = whole(free)
        .filter(|(_, amount)| *amount == 1000)
        .map(|(resource, _)| resource.clone())
        .collect();
    let count = whole(wanted).count();
    if by_name(wanted).is_some() || open.len() < count {
        return wanted.clone();
    }
    if last {
        open.reverse();
    }
    let rest = wanted
        .iter()
        .filter(|(resource, _)| !whole(wanted).any(|(other, _)| other == *resource));
    let mut given: ResourceVector = rest
        .map(|(resource, amount)| (resource.clone(), amount))
        .collect();
    for device in open.into_iter().take(count) {
        given.set(device, 1000);
    }
    given
}

/// The same with the share, if there is one that does not ask for its device by name, of any device that has room for it.
fn with_any_share(free: &ResourceVector, wanted: &ResourceVector, last: bool) -> ResourceVector {
    let mut given = wanted.clone();
    let asked: Vec<(ResourceName, i64)> = shares(wanted)
        .map(|(resource, milli)| (resource.clone(), milli))
        .collect();
    if asked.iter().all(|(resource, _)| is_named(resource)) {
        return given;
    }
    for (resource, _) in &asked {
        given.set(resource.clone(), 0);
    }
    for (_, milli) in &asked {
        let room = |resource: &ResourceName, all: i64| all - given.get(resource) >= *milli;
        let mut open: Vec<&ResourceName> = shares(free)
            .filter(|(resource, all)| room(resource, *all))
            .map(|(resource, _)| resource)
            .collect();
        if last {
            open.reverse();
        }
        let Some(resource) = open.first() else {
            return wanted.clone();
        };
        given.set((*resource).clone(), given.get(resource) + milli);
    }
    given
}

/// Devices of one sort of a node, as it takes them for what others have and all that is promised.
pub trait PromisedDevices<'a> {
    /// What is counted of them.
    const COUNTED: &'static str;

    /// Whether there are any among these amounts.
    fn are_in(vector: &ResourceVector) -> bool;

    /// Of a node that has so much, of which others have so much.
    fn of(node: &'a ResourceVector, others: &'a ResourceVector) -> Self;

    /// Who asks for so much is promised it. Names one that is asked for by name, and of which less is left.
    fn promise(&mut self, asked: &'a ResourceVector) -> Option<&'a ResourceName>;

    /// How much is taken that can be counted together, and how much there is for that.
    fn count(&self) -> (i64, i64);
}

/// Thousandths of devices of a node that may be shared, as it takes them for what others have and all that is promised. Whoever
/// asks for one by name gets a part of this one and of no other; whoever does not gets as much of all of them together.
pub struct SharedDevices<'a> {
    /// What is left of each for those who do not ask for it by name.
    left: BTreeMap<&'a ResourceName, i64>,
    any: i64,
}

impl<'a> PromisedDevices<'a> for SharedDevices<'a> {
    const COUNTED: &'static str = "thousandths of shared devices";

    fn are_in(vector: &ResourceVector) -> bool {
        shares(vector).next().is_some()
    }

    fn of(node: &'a ResourceVector, others: &'a ResourceVector) -> Self {
        Self {
            left: shares(node)
                .map(|(resource, all)| (resource, all - others.get(resource)))
                .collect(),
            any: 0,
        }
    }

    fn promise(&mut self, asked: &'a ResourceVector) -> Option<&'a ResourceName> {
        if !shares(asked).all(|(resource, _)| is_named(resource)) {
            self.any += shares(asked).map(|(_, milli)| milli).sum::<i64>();
            return None;
        }
        let mut over = None;
        for (resource, milli) in shares(asked) {
            // Nobody gets one that is gone.
            if let Some(left) = self.left.get_mut(resource) {
                *left -= milli;
                over = over.or((*left < 0).then_some(resource));
            }
        }
        over
    }

    fn count(&self) -> (i64, i64) {
        (self.any, self.left.values().map(|left| (*left).max(0)).sum())
    }
}

/// The whole devices that a pod asks for, when it asks for each of them by its name.
fn by_name(asked: &ResourceVector) -> Option<BTreeSet<&ResourceName>> {
    let each = whole(asked).map(|(resource, _)| resource);
    each.map(|resource| is_named(resource).then_some(resource))
        .collect()
}

/// Whether one pod has a whole device that another one asks for by name.
pub fn has_named(has: &ResourceVector, asked: &ResourceVector) -> bool {
    let names = by_name(asked).unwrap_or_default();
    names.into_iter().any(|name| has.get(name) > 0)
}

/// Whole devices of a node that it takes for what others have and all that is promised. Whoever asks for some by name gets these
/// and no others, sooner or later; whoever does not gets as many that nobody asks for by name, whichever it has meanwhile.
pub struct WholeDevices<'a> {
    there: BTreeSet<&'a ResourceName>,
    taken: BTreeSet<&'a ResourceName>,
    any: usize,
}

impl<'a> PromisedDevices<'a> for WholeDevices<'a> {
    const COUNTED: &'static str = "whole devices";

    fn are_in(vector: &ResourceVector) -> bool {
        whole(vector).next().is_some()
    }

    fn of(node: &'a ResourceVector, others: &'a ResourceVector) -> Self {
        Self {
            there: whole(node).map(|(resource, _)| resource).collect(),
            taken: whole(others).map(|(resource, _)| resource).collect(),
            any: 0,
        }
    }

    fn promise(&mut self, asked: &'a ResourceVector) -> Option<&'a ResourceName> {
        let Some(names) = by_name(asked) else {
            self.any += whole(asked).count();
            return None;
        };
        // Nobody gets one that is gone.
        let there = names.intersection(&self.there).copied();
        let (new, again): (Vec<_>, Vec<_>) = there.partition(|name| !self.taken.contains(name));
        self.taken.extend(new);
        again.first().copied()
    }

    fn count(&self) -> (i64, i64) {
        let count = |devices: usize| i64::try_from(devices).expect("of one node");
        (count(self.taken.len() + self.any), count(self.there.len()))
    }
}

/// Whether the resource stands for a device.
pub fn is_device(resource: &ResourceName) -> bool {
    resource.as_str().starts_with(RESOURCE)
}

fn split(vector: &ResourceVector) -> (ResourceVector, Vec<(ResourceName, u16)>) {
    let rest = vector.iter().filter(|(resource, _)| !is_device(resource));
    let devices = vector.iter().filter(|(resource, _)| is_device(resource));
    let milli = |amount: i64| u16::try_from(amount).expect("thousandths of one device");
    (
        rest.map(|(resource, amount)| (resource.clone(), amount))
            .collect(),
        devices
            .map(|(resource, amount)| (resource.clone(), milli(amount)))
            .collect(),
    )
}

fn id(resource: &ResourceName) -> DeviceId {
    let name = resource.as_str().trim_start_matches(RESOURCE);
    DeviceId::new(format!("{DEVICE}{name}")).expect("valid")
}

fn resource(id: &DeviceId) -> ResourceName {
    let name = id.as_str().trim_start_matches(DEVICE);
    ResourceName::new(format!("{RESOURCE}{name}")).expect("valid")
}

/// What a replica takes, devices included.
pub fn together(vector: &ResourceVector, devices: &[DeviceUse]) -> ResourceVector {
    let mut all = vector.clone();
    for one in devices {
        let resource = resource(&one.device);
        all.set(resource.clone(), all.get(&resource) + i64::from(one.milli));
    }
    all
}

/// A device of a node for somebody from elsewhere: a share of the one that may be shared, all of the last one.
pub fn for_others(node: &ResourceVector, share: bool) -> Option<(ResourceName, i64)> {
    let (_, devices) = split(node);
    let mut found = devices.into_iter().rev();
    let found = found.find(|(resource, _)| is_shared(resource) == share)?;
    Some((found.0, if share { 400 } else { 1000 }))
}

/// The facts as an agent sends them.
pub fn shown(mut facts: NodeFacts) -> NodeFacts {
    let (allocatable, devices) = split(&facts.allocatable);
    let used = facts.used.clone();
    facts.allocatable = allocatable;
    facts.used = split(&used).0;
    let device = |(resource, _): (ResourceName, u16)| DeviceFacts {
        id: id(&resource),
        class: "gpu.example.com".to_owned(),
        product: None,
        memory_mib: Some(10_000),
        compute_capability: None,
        clique: None,
        mig_profile: None,
        confidential: false,
        shareable: is_shared(&resource),
        used_milli: u16::try_from(used.get(&resource)).expect("the world never gives more than there is"),
        identity: is_named(&resource).then(|| DeviceAttribute {
            name: "uuid".to_owned(),
            value: resource.to_string(),
        }),
        kind: Vec::new(),
        counters: Vec::new(),
    };
    facts.devices = devices.into_iter().map(device).collect();
    facts.claims = facts.claims.into_iter().map(shown_claim).collect();
    facts
}

fn shown_claim(claim: ObservedClaim) -> ObservedClaim {
    let (bound, devices) = split(&claim.bound);
    let uses = devices.into_iter().map(|(resource, milli)| DeviceUse {
        device: id(&resource),
        milli,
    });
    ObservedClaim {
        claim: claim.claim,
        bound,
        devices: uses.collect(),
    }
}

/// Facts that the engine has applied, with devices as resources again.
pub fn read_back(mut facts: NodeFacts) -> NodeFacts {
    for device in std::mem::take(&mut facts.devices) {
        let resource = resource(&device.id);
        facts.allocatable.set(resource.clone(), 1000);
        facts.used.set(resource, i64::from(device.used_milli));
    }
    for claim in &mut facts.claims {
        claim.bound = together(&claim.bound, &std::mem::take(&mut claim.devices));
    }
    facts
}
