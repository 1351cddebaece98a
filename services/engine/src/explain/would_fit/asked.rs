//! A change of what is asked, where the fleet as it is would do for a little less: one field of the request.
//!
//! Changes are looked for on nodes that only this field keeps from the request and that have room for the rest of it, and only
//! told when placing the changed request really succeeds.

use std::collections::BTreeMap;

use hourglass_model::gpu::{ComputeCapability, MigProfile, Product};
use hourglass_model::ids::NodeName;
use hourglass_model::request::{CanonicalRequest, GpuAmount, GpuRequest};
use hourglass_model::resources::{ResourceName, human};
use hourglass_model::tee::TeeKind;

use super::each_room;
use crate::decide::{Draft, place};
use crate::filter::node::gpu::{self, Criterion};
use crate::filter::node::{FACT_RULES, GpuWay, NodeRule, ROOM_RULES, RoomContext};
use crate::scan::{Prepared, prepare};

/// How many changes are tried before giving up; each try goes over the fleet once.
const TRIES: usize = 4;

/// One field that asks for less, or takes more.
#[derive(Debug, Clone)]
enum Less {
    /// Labels of nodes that are not asked for.
    Labels(Vec<(String, String)>),
    /// One more name.
    Hostname(NodeName),
    NodeAffinity,
    /// One more product.
    Product(Product),
    MigProfile(MigProfile),
    Memory(i64),
    ComputeCapability(ComputeCapability),
    Confidential,
    Clique,
    /// A whole GPU in the place of a share of one.
    Whole,
    Count(u32),
    Share(u16),
    /// One more kind.
    Tee(TeeKind),
    Slots(i64),
    Resource(ResourceName, i64),
}

/// A change and how far it is from what is asked.
struct Candidate {
    distance: i64,
    text: String,
    less: Less,
}

/// The nearest change of the request with which all fit, for people.
pub(super) fn find<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Option<String> {
    // One of each kind and, where it names one of several things, of each of these.
    let mut candidates: BTreeMap<(u8, String), Candidate> = BTreeMap::new();
    each_room(prepared, draft, |room, _| {
        let Some((distance, less)) = less(&room) else {
            return;
        };
        let key = less.key();
        let nearer = candidates.get(&key).is_none_or(|other| distance < other.distance);
        if nearer {
            let text = less.text(&room);
            let candidate = Candidate { distance, text, less };
            candidates.insert(key, candidate);
        }
    });
    let mut candidates: Vec<_> = candidates.into_iter().collect();
    candidates.sort_by(|((kind, _), a), ((other, _), b)| {
        let near = kind.cmp(other).then(a.distance.cmp(&b.distance));
        near.then_with(|| a.text.cmp(&b.text))
    });
    let wanted = prepared.input.slots.len();
    let enough = candidates.into_iter().take(TRIES).find(|(_, candidate)| {
        let mut request = prepared.request.clone();
        candidate.less.apply(&mut request);
        let changed = prepare(prepared.state, &request, &prepared.input, None);
        place(&changed, wanted, None).places.len() >= wanted
    });
    enough.map(|(_, candidate)| candidate.text)
}

/// The one field that keeps a node from a request for which it has room otherwise, and how far away the node is.
fn less(room: &RoomContext<'_>) -> Option<(i64, Less)> {
    let mut failing = FACT_RULES.iter().filter(|rule| !rule.passes(&room.at));
    let Some(first) = failing.next() else {
        return smaller(room);
    };
    let alone = failing.clone().next().is_none();
    let roomy = || ROOM_RULES.iter().all(|rule| rule.passes(room));
    let node = room.at.node;
    let less = match first.name() {
        "NodeName" => alone.then(|| Less::Hostname(node.name().clone())),
        "NodeSelector" => alone.then(|| {
            let wanted = room.at.request.nodes.selector.iter();
            let missing = wanted.filter(|(key, value)| node.label(key) != Some(value.as_str()));
            Less::Labels(missing.map(|(key, value)| (key.clone(), value.clone())).collect())
        }),
        "NodeAffinity" => alone.then_some(Less::NodeAffinity),
        "TeeKindOnNode" => {
            let kinds = &node.derived().tee_kinds;
            return kinds.iter().next().map(|kind| (0, Less::Tee(kind.clone())));
        }
        // A node that no GPU suits fails all rules over GPUs from the first on.
        name => failing
            .all(|rule| is_about_gpus(*rule))
            .then(|| other_gpus(room, name))
            .flatten(),
    };
    less.filter(|_| roomy())
        .map(|less| (first.distance(&room.at), less))
}

fn is_about_gpus(rule: &dyn NodeRule) -> bool {
    matches!(
        rule.name(),
        "MigProfile" | "GpuMemory" | "GpuComputeCapability" | "GpuConfidential" | "GpuClique" | "GpuSharing"
    )
}

/// What of a rule over GPUs would let in those of the node, where it has room for them.
fn other_gpus(room: &RoomContext<'_>, rule: &str) -> Option<Less> {
    let (wanted, node) = (room.at.request.gpu.as_ref()?, room.at.node);
    let derived = node.derived();
    let entries = |criterion| gpu::before(wanted, derived, criterion);
    let changes: Vec<Less> = match rule {
        "GpuProduct" => derived.gpu_products().cloned().map(Less::Product).collect(),
        "MigProfile" => entries(Criterion::MigProfile)
            .filter_map(|entry| entry.mig_profile().cloned())
            .map(Less::MigProfile)
            .collect(),
        "GpuMemory" => {
            let most = entries(Criterion::Memory).filter_map(|entry| entry.memory_mib);
            most.max().map(Less::Memory).into_iter().collect()
        }
        "GpuComputeCapability" => {
            let all = entries(Criterion::ComputeCapability);
            let most = all.filter_map(|entry| entry.compute_capability).max();
            most.map(Less::ComputeCapability).into_iter().collect()
        }
        "GpuConfidential" => vec![Less::Confidential],
        "GpuClique" => vec![Less::Clique],
        "GpuSharing" if matches!(wanted.amount, GpuAmount::ShareMilli(_)) => vec![Less::Whole],
        _ => Vec::new(),
    };
    changes.into_iter().find(|less| {
        let mut changed = wanted.clone();
        less.apply_to_gpus(&mut changed);
        gpu::has_room(&changed, node, room.free, room.devices)
    })
}

/// Less of the one resource of which more is asked than the node has at all.
fn smaller(room: &RoomContext<'_>) -> Option<(i64, Less)> {
    const AMOUNTS: [&str; 3] = ["GpuCount", "TeeSlots", "NodeResources"];
    let failing = || ROOM_RULES.iter().filter(|rule| !rule.passes(room));
    let first = failing().next()?;
    if failing().any(|rule| !AMOUNTS.contains(&rule.name())) {
        return None;
    }
    let request = room.at.request;
    let mut shortages = room.demand.shortages(room.free);
    let less = match (room.pick(), shortages.next()) {
        (Some(Err(lack)), None) if lack.wanted > lack.most => match request.gpu.as_ref()?.amount {
            GpuAmount::Whole(_) => Less::Count(u32::try_from(lack.free).ok()?),
            GpuAmount::ShareMilli(_) => Less::Share(u16::try_from(lack.free).ok()?),
        },
        (None | Some(Ok(_)), Some(shortage)) if shortages.next().is_none() => {
            let all = room.at.node.allocatable().get(&shortage.resource);
            if shortage.wanted <= all {
                return None;
            }
            let over = shortage.wanted - shortage.available.max(0);
            let slots = room.at.variant.kind.as_ref().and_then(TeeKind::slot_resource);
            match room.gpu {
                Some(GpuWay::Counted { resource, .. }) if *resource == shortage.resource => {
                    if !matches!(request.gpu.as_ref()?.amount, GpuAmount::Whole(_)) {
                        return None;
                    }
                    Less::Count(u32::try_from(shortage.available).ok()?)
                }
                _ if slots.as_ref() == Some(&shortage.resource) => {
                    Less::Slots(request.tee.as_ref()?.slots - over)
                }
                _ => {
                    let amount = request.base.get(&shortage.resource) - over;
                    Less::Resource(shortage.resource, amount)
                }
            }
        }
        _ => return None,
    };
    let some = match &less {
        Less::Count(count) => *count > 0,
        Less::Share(milli) => *milli > 0,
        Less::Slots(amount) | Less::Resource(_, amount) => *amount > 0,
        _ => true,
    };
    some.then(|| (first.distance(room), less))
}

impl Less {
    /// The kind, those before that change less of what runs; and which of several things it is about.
    fn key(&self) -> (u8, String) {
        match self {
            Self::Labels(labels) => (0, format!("{labels:?}")),
            Self::Hostname(_) => (1, String::new()),
            Self::NodeAffinity => (2, String::new()),
            Self::Resource(resource, _) => (3, resource.to_string()),
            Self::Count(_) => (4, String::new()),
            Self::Share(_) => (5, String::new()),
            Self::Slots(_) => (6, String::new()),
            Self::Memory(mib) => (7, mib.to_string()),
            Self::ComputeCapability(capability) => (8, capability.to_string()),
            Self::Product(product) => (9, product.name().to_owned()),
            Self::MigProfile(profile) => (10, profile.as_str().to_owned()),
            Self::Whole => (11, String::new()),
            Self::Clique => (12, String::new()),
            Self::Tee(kind) => (13, kind.to_string()),
            Self::Confidential => (14, String::new()),
        }
    }

    fn text(&self, room: &RoomContext<'_>) -> String {
        let place = || format!("{} of {}", room.at.node.name(), room.at.cluster);
        match self {
            Self::Labels(labels) => {
                let labels: Vec<String> = labels
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                format!("nodeSelector does not ask for {}", labels.join(" and "))
            }
            Self::Hostname(name) => format!("nodeRules.hostnames names {name} too"),
            Self::NodeAffinity => "required node affinity is left out".to_owned(),
            Self::Resource(resource, amount) => {
                let amount = human(resource, *amount);
                format!("compute.requests[{resource}] is at most {amount} ({})", place())
            }
            Self::Count(count) => {
                let named = room.at.request.gpu.as_ref().and_then(|gpu| gpu.resource.as_ref());
                let field = named.map_or_else(
                    || "compute.gpu.count".to_owned(),
                    |resource| format!("compute.requests[{resource}]"),
                );
                format!("{field} is at most {count} ({})", place())
            }
            Self::Share(milli) => format!("compute.gpu.shareMilli is at most {milli} ({})", place()),
            Self::Slots(slots) => format!("compute.tee.slots is at most {slots} ({})", place()),
            Self::Memory(mib) => format!("compute.gpu.minMemoryMib is at most {mib}"),
            Self::ComputeCapability(capability) => {
                format!("compute.gpu.minComputeCapability is at most {capability}")
            }
            Self::Product(product) => format!("compute.gpu.products names {} too", product.name()),
            Self::MigProfile(profile) => format!("compute.gpu.migProfile is {}", profile.as_str()),
            Self::Whole => "compute.gpu.count is 1 in the place of shareMilli".to_owned(),
            Self::Clique => "compute.gpu.sameClique is not asked for".to_owned(),
            Self::Tee(kind) => format!("compute.tee.kinds names {kind} too"),
            Self::Confidential => "compute.gpu.confidential is not asked for".to_owned(),
        }
    }

    fn apply(&self, request: &mut CanonicalRequest) {
        match self {
            Self::Labels(labels) => request
                .nodes
                .selector
                .retain(|key, _| !labels.iter().any(|(other, _)| other == key)),
            Self::Hostname(name) => {
                request.nodes.hostnames.insert(name.clone());
            }
            Self::NodeAffinity => request.nodes.affinity.clear(),
            Self::Resource(resource, amount) => request.base.set(resource.clone(), *amount),
            Self::Tee(kind) => {
                if let Some(tee) = &mut request.tee {
                    tee.kinds.push(kind.clone());
                }
            }
            Self::Slots(slots) => {
                if let Some(tee) = &mut request.tee {
                    tee.slots = *slots;
                }
            }
            Self::Count(_)
            | Self::Share(_)
            | Self::Memory(_)
            | Self::ComputeCapability(_)
            | Self::Product(_)
            | Self::MigProfile(_)
            | Self::Whole
            | Self::Clique
            | Self::Confidential => {
                if let Some(gpu) = &mut request.gpu {
                    self.apply_to_gpus(gpu);
                }
            }
        }
    }

    fn apply_to_gpus(&self, gpu: &mut GpuRequest) {
        match self {
            Self::Count(count) => gpu.amount = GpuAmount::Whole(*count),
            Self::Share(milli) => gpu.amount = GpuAmount::ShareMilli(*milli),
            Self::Memory(mib) => gpu.min_memory_mib = Some(*mib),
            Self::ComputeCapability(capability) => gpu.min_compute_capability = Some(*capability),
            Self::Product(product) => gpu.products.push(product.clone()),
            Self::MigProfile(profile) => gpu.mig_profile = Some(profile.clone()),
            Self::Whole => gpu.amount = GpuAmount::Whole(1),
            Self::Clique => gpu.same_clique = false,
            Self::Confidential => gpu.confidential = false,
            Self::Labels(_)
            | Self::Hostname(_)
            | Self::NodeAffinity
            | Self::Tee(_)
            | Self::Slots(_)
            | Self::Resource(..) => {}
        }
    }
}
