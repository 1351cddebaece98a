//! A change of what is asked, where the fleet as it is would do for a little less: one field of the request, or two of them
//! together where no single one is enough.
//!
//! Changes are looked for on nodes that only this field keeps from the request and that have room for the rest of it, and only
//! told when placing the changed request really succeeds.

mod fields;
mod pairs;

use std::collections::BTreeMap;

use hourglass_model::request::{CanonicalRequest, GpuAmount};
use hourglass_model::resources::Shortage;
use hourglass_model::tee::TeeKind;

use self::fields::Less;
use self::pairs::Firsts;
use super::each_room;
use crate::decide::{Draft, place};
use crate::filter::node::gpu::{self, Criterion};
use crate::filter::node::{FACT_RULES, GpuWay, NodeRule, ROOM_RULES, RoomContext};
use crate::scan::{Prepared, prepare};

/// How many changes are tried before giving up; each try goes over the fleet once.
const TRIES: usize = 4;
/// Rules over amounts: a request that asks for less passes them.
const AMOUNTS: [&str; 3] = ["GpuCount", "TeeSlots", "NodeResources"];

/// A change and how far it is from what is asked.
struct Candidate {
    distance: i64,
    text: String,
    less: Less,
}

/// The nearest change of the request with which all fit, for people.
pub(super) fn find<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Option<String> {
    let (mut single, mut firsts) = (Candidates::default(), Firsts::default());
    let pairs = pairs::are_looked_for(prepared);
    each_room(prepared, draft, |room, _| match less(&room) {
        Some(found) => single.see(&room, found),
        None if pairs => firsts.see(&room),
        None => {}
    });
    let enough = single.nearest(TRIES).find(|candidate| {
        let changed = candidate.less.applied_to(prepared.request);
        fits(prepared, &changed)
    });
    enough
        .map(|candidate| candidate.text)
        .or_else(|| pairs::find(prepared, firsts))
}

/// Whether all have a place when this is asked for in the stead of what is.
fn fits(prepared: &Prepared<'_>, request: &CanonicalRequest) -> bool {
    let wanted = prepared.input.slots.len();
    let changed = prepare(prepared.state, request, &prepared.input, None);
    place(&changed, wanted, None).places.len() >= wanted
}

/// Changes that let in a node each: the nearest of each kind and, where it names one of several things, of each of these.
#[derive(Default)]
struct Candidates(BTreeMap<(u8, String), Candidate>);

impl Candidates {
    fn see(&mut self, room: &RoomContext<'_>, (distance, less): (i64, Less)) {
        let key = less.key();
        let nearer = self.0.get(&key).is_none_or(|other| distance < other.distance);
        if nearer {
            let text = less.text(room);
            self.0.insert(key, Candidate { distance, text, less });
        }
    }

    /// Those that change less of what runs first, then those that are nearer.
    fn nearest(self, most: usize) -> impl Iterator<Item = Candidate> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by(|((kind, _), a), ((other, _), b)| {
            let near = kind.cmp(other).then(a.distance.cmp(&b.distance));
            near.then_with(|| a.text.cmp(&b.text))
        });
        all.into_iter().map(|(_, candidate)| candidate).take(most)
    }
}

/// The one field that keeps a node from a request for which it has room otherwise, and how far away the node is.
fn less(room: &RoomContext<'_>) -> Option<(i64, Less)> {
    let mut failing = FACT_RULES.iter().filter(|rule| !rule.passes(&room.at));
    let Some(first) = failing.next() else {
        return smaller(room);
    };
    let distance = first.distance(&room.at);
    if first.name() == "TeeKindOnNode" {
        return another_tee(room).map(|less| (distance, less));
    }
    // A node that no GPU suits fails all rules over GPUs from the first on.
    let with_it = |rule: &dyn NodeRule| is_about_gpus(first.name()) && is_about_gpus(rule.name());
    let alone = failing.all(|rule| with_it(*rule));
    let roomy = || ROOM_RULES.iter().all(|rule| rule.passes(room));
    let less = if is_about_gpus(first.name()) {
        other_gpus(room, first.name())
            .into_iter()
            .find(|less| suits(room, less))
    } else {
        other_node(room, first.name())
    };
    less.filter(|_| alone && roomy()).map(|less| (distance, less))
}

fn is_about_gpus(rule: &str) -> bool {
    matches!(
        rule,
        "GpuProduct"
            | "MigProfile"
            | "GpuMemory"
            | "GpuComputeCapability"
            | "GpuConfidential"
            | "GpuClique"
            | "GpuSharing"
    )
}

/// What of a rule over which nodes are wanted would let in this one.
fn other_node(room: &RoomContext<'_>, rule: &str) -> Option<Less> {
    let node = room.at.node;
    match rule {
        "NodeName" => Some(Less::Hostname(node.name().clone())),
        "NodeSelector" => {
            let wanted = room.at.request.nodes.selector.iter();
            let missing = wanted.filter(|(key, value)| node.label(key) != Some(value.as_str()));
            let missing = missing.map(|(key, value)| (key.clone(), value.clone()));
            Some(Less::Labels(missing.collect()))
        }
        "NodeAffinity" => Some(Less::NodeAffinity),
        _ => None,
    }
}

/// The kind of TEE that the node has.
fn another_tee(room: &RoomContext<'_>) -> Option<Less> {
    let kinds = &room.at.node.derived().tee_kinds;
    kinds.first().cloned().map(Less::Tee)
}

/// What of a rule over GPUs would let in those of the node.
fn other_gpus(room: &RoomContext<'_>, rule: &str) -> Vec<Less> {
    let Some(wanted) = &room.at.request.gpu else {
        return Vec::new();
    };
    let derived = room.at.node.derived();
    let entries = |criterion| gpu::before(wanted, derived, criterion);
    match rule {
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
    }
}

/// Whether the node has room for what is wanted of GPUs then.
fn suits(room: &RoomContext<'_>, less: &Less) -> bool {
    let Some(mut changed) = room.at.request.gpu.clone() else {
        return false;
    };
    less.apply_to_gpus(&mut changed);
    gpu::has_room(&changed, room.at.node, room.free, room.devices)
}

/// Less of the one resource of which more is asked than the node has at all.
fn smaller(room: &RoomContext<'_>) -> Option<(i64, Less)> {
    let failing = || ROOM_RULES.iter().filter(|rule| !rule.passes(room));
    let first = failing().next()?;
    if failing().any(|rule| !AMOUNTS.contains(&rule.name())) {
        return None;
    }
    let mut shortages = room.demand.shortages(room.free);
    let less = match (fewer_devices(room), shortages.next()) {
        (Some(less), None) => less?,
        (None, Some(shortage)) if shortages.next().is_none() => fewer(room, shortage)?,
        _ => return None,
    };
    Some((first.distance(room), less))
}

/// Fewer of the devices that the node shows one by one, where there are too few; no change where fewer would not do.
fn fewer_devices(room: &RoomContext<'_>) -> Option<Option<Less>> {
    let lack = room.pick()?.err()?;
    let amount = room.at.request.gpu.as_ref().map(|gpu| gpu.amount);
    let less = match amount.filter(|_| lack.wanted > lack.most && lack.free > 0) {
        Some(GpuAmount::Whole(_)) => u32::try_from(lack.free).ok().map(Less::Count),
        Some(GpuAmount::ShareMilli(_)) => u16::try_from(lack.free).ok().map(Less::Share),
        None => None,
    };
    Some(less)
}

/// Less of a resource of which more is asked than the node has at all.
fn fewer(room: &RoomContext<'_>, shortage: Shortage) -> Option<Less> {
    let request = room.at.request;
    if shortage.wanted <= room.at.node.allocatable().get(&shortage.resource) {
        return None;
    }
    let over = shortage.wanted - shortage.available.max(0);
    let slots = room.at.variant.kind.as_ref().and_then(TeeKind::slot_resource);
    match room.gpu {
        Some(GpuWay::Counted { resource, .. }) if *resource == shortage.resource => {
            let whole = matches!(request.gpu.as_ref()?.amount, GpuAmount::Whole(_));
            let count = u32::try_from(shortage.available).ok()?;
            (whole && count > 0).then_some(Less::Count(count))
        }
        _ if slots.as_ref() == Some(&shortage.resource) => {
            let slots = request.tee.as_ref()?.slots - over;
            (slots > 0).then_some(Less::Slots(slots))
        }
        _ => {
            let amount = request.base.get(&shortage.resource) - over;
            (amount > 0).then_some(Less::Resource(shortage.resource, amount))
        }
    }
}
