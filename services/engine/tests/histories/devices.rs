//! GPUs that nodes show one by one, in the world as resources of their own: 1000 thousandths of each device, by a name that
//! no other node has. An agent reports them as devices, and what the engine says of devices is read back as resources, so
//! that one sum says whether a node holds everything.

use hourglass_model::gpu::{DeviceAttribute, DeviceFacts, DeviceUse};
use hourglass_model::ids::{DeviceId, NodeName};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::resources::{ResourceName, ResourceVector};

const RESOURCE: &str = "device.example.com/";
const DEVICE: &str = "gpu.example.com/pool/";

/// The devices of a node: the first may be shared, others are taken whole. The last of these has a name by which a pod can ask
/// for it; nothing tells the others apart.
pub fn capacity(node: &NodeName, devices: usize) -> ResourceVector {
    let name = |at| ResourceName::new(format!("{RESOURCE}{node}-d{at}")).expect("valid");
    (0..devices).map(|at| (name(at), 1000)).collect()
}

fn is_shared(resource: &ResourceName) -> bool {
    resource.as_str().ends_with("-d0")
}

/// Whether a pod can ask for exactly this device.
fn is_named(resource: &ResourceName) -> bool {
    is_shared(resource) || resource.as_str().ends_with("-d3")
}

/// Whether the resource stands for a device that is taken whole.
pub fn is_whole_device(resource: &ResourceName) -> bool {
    is_device(resource) && !is_shared(resource)
}

/// Whether it is all of a device that is taken whole and asked for by name.
pub fn is_named_whole(resource: &ResourceName, amount: i64) -> bool {
    is_whole_device(resource) && is_named(resource) && amount == 1000
}

/// Whole devices among these amounts.
fn whole(vector: &ResourceVector) -> impl Iterator<Item = (&ResourceName, i64)> {
    vector
        .iter()
        .filter(|(resource, amount)| is_whole_device(resource) && *amount > 0)
}

/// What a pod gets of what is free on its node: devices by name where all that it was to get have names, else any whole ones,
/// the first or the last.
pub fn given(free: &ResourceVector, wanted: &ResourceVector, last: bool) -> ResourceVector {
    let named = whole(wanted).all(|(resource, _)| is_named(resource));
    let mut open: Vec<ResourceName> = whole(free)
        .filter(|(_, amount)| *amount == 1000)
        .map(|(resource, _)| resource.clone())
        .collect();
    let count = whole(wanted).count();
    if named || open.len() < count {
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

/// Whole devices that are there, and how many it takes for all that is promised of them: whoever was to get one that nothing
/// tells apart and finds it taken, or gone, gets another; whoever asked for one by name never does.
pub fn whole_devices(there: &ResourceVector, promised: &ResourceVector) -> (i64, i64) {
    let takes = |(resource, amount): (&ResourceName, i64)| match is_named(resource) {
        true => amount.min(there.get(resource)),
        false => amount,
    };
    let all = whole(there).map(|(_, amount)| amount).sum();
    (all, whole(promised).map(takes).sum())
}

/// Whether any whole devices are among these amounts.
pub fn has_whole_devices(vector: &ResourceVector) -> bool {
    whole(vector).next().is_some()
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

/// A device of a node for somebody from elsewhere: a share of the one that may be shared, all of another.
pub fn for_others(node: &ResourceVector, share: bool) -> Option<(ResourceName, i64)> {
    let (_, devices) = split(node);
    let found = devices
        .into_iter()
        .find(|(resource, _)| is_shared(resource) == share)?;
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
