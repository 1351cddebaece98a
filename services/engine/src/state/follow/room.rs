//! Where in its cluster a claim without a pod has room.

use std::collections::BTreeSet;

use hourglass_model::gpu::{DeviceKind, DeviceUse};
use hourglass_model::ids::NodeName;
use hourglass_model::labels::{Taint, TaintEffect};
use hourglass_model::resources::ResourceVector;

use crate::claims::Claim;
use crate::state::nodes::NodeSlot;
use crate::state::{ClusterState, NodeDevices, NodeState};

/// Nodes that are looked at in one search, at most: whoever has none by then stays where it is.
const MOST_LOOKS: usize = 50_000;

/// Whether a node may not hold all that it is promised to.
pub(super) fn may_lack_room(node: &NodeState) -> bool {
    let room = node.device_room();
    let mut kinds = 0..node.derived().device_kinds.len();
    let short = |devices: &NodeDevices| kinds.any(|kind| devices.is_short(room, kind));
    node.is_overcharged() || node.devices().is_some_and(short)
}

/// Whether a node does not hold a claim that is charged to it, once those have gone that others wait for: these were promised so
/// much beside them.
pub(super) fn lacks_room(
    node: &NodeState,
    claim: &Claim,
    promised: &ResourceVector,
    some_wait: bool,
) -> bool {
    let mut asked = claim.vector.iter().filter(|(_, amount)| *amount > 0);
    let lacks = asked.any(|(resource, _)| {
        let free = node.free_of(resource);
        free.saturating_add(promised.get(resource)) < 0
    });
    // Of devices nobody says which of them will be free then.
    lacks || !some_wait && lacks_devices(node, claim)
}

fn lacks_devices(node: &NodeState, claim: &Claim) -> bool {
    let Some(devices) = node.devices() else {
        return false;
    };
    let kinds: BTreeSet<usize> = claim
        .devices
        .iter()
        .filter_map(|one| devices.kind_of(&one.device))
        .collect();
    let mut kinds = kinds.into_iter();
    kinds.any(|kind| devices.is_short(node.device_room(), kind))
}

/// Claims that ask for the same, and were charged to the same node.
#[derive(PartialEq, Eq)]
struct Alike {
    from: NodeName,
    vector: ResourceVector,
    devices: Vec<u16>,
}

/// A search for room for several claims, one after the other.
pub(super) struct Search {
    /// Nodes that come first.
    first: BTreeSet<NodeName>,
    /// All nodes, by name; empty until they are needed.
    all: Vec<NodeSlot>,
    /// Where those like it found room, or did not: nodes before that had none, and have no more by now.
    reached: Vec<(Alike, usize)>,
    looks: usize,
}

impl Search {
    pub(super) fn new(first: BTreeSet<NodeName>) -> Self {
        Self {
            first,
            all: Vec::new(),
            reached: Vec::new(),
            looks: 0,
        }
    }

    /// Another node that has room for a claim and is kept for nobody, and the devices there that it would be charged to.
    pub(super) fn room_for(
        &mut self,
        cluster: &ClusterState,
        claim: &Claim,
        is_kept: impl Fn(&NodeName) -> bool,
    ) -> Option<(NodeName, Vec<DeviceUse>)> {
        let from = cluster.node(&claim.node);
        let is_other = |node: &&NodeState| *node.name() != claim.node && !is_kept(node.name());
        let room = |node: &NodeState| Some((node.name().clone(), room_on(node, from, claim)?));
        for node in self.first.iter().filter_map(|name| cluster.node(name)) {
            if self.looks >= MOST_LOOKS {
                break;
            }
            self.looks += 1;
            let found = Some(node).filter(is_other).and_then(room);
            if found.is_some() {
                return found;
            }
        }
        if self.all.is_empty() {
            self.all = cluster.nodes.slots().collect();
        }
        let alike = Alike {
            from: claim.node.clone(),
            vector: claim.vector.clone(),
            devices: claim.devices.iter().map(|one| one.milli).collect(),
        };
        let known = self.reached.iter().position(|(other, _)| *other == alike);
        let known = known.unwrap_or_else(|| {
            self.reached.push((alike, 0));
            self.reached.len() - 1
        });
        let (_, at) = self.reached.get_mut(known)?;
        while let Some(slot) = self.all.get(*at).filter(|_| self.looks < MOST_LOOKS) {
            self.looks += 1;
            let node = cluster.nodes.at(*slot);
            let found = node.filter(is_other).and_then(room);
            if found.is_some() {
                return found;
            }
            *at += 1;
        }
        None
    }
}

/// The devices that a claim would be charged to on a node, if its pod may go there and finds room. What the claim's own rules are
/// nobody asks here: it may go to a node with the same facts and labels as where it comes from, those apart that each node has
/// for itself; and where that node has gone, to any that keeps nobody away.
fn room_on(node: &NodeState, from: Option<&NodeState>, claim: &Claim) -> Option<Vec<DeviceUse>> {
    let keeps_away = |taint: &&Taint| taint.effect != TaintEffect::PreferNoSchedule;
    let mut taints = node.taints().iter().filter(keeps_away);
    let tolerated = |taint: &Taint| from.is_some_and(|from| from.taints().contains(taint));
    let is_like =
        |from: &NodeState| node.derived() == from.derived() && node.class().labels == from.class().labels;
    let mut asked = claim.vector.iter().filter(|(_, amount)| *amount > 0);
    let open = node.ready() && !node.unschedulable() && taints.all(tolerated) && from.is_none_or(is_like);
    let fits = open && asked.all(|(resource, amount)| node.free_of(resource) >= amount);
    if !fits {
        return None;
    }
    if claim.devices.is_empty() {
        return Some(Vec::new());
    }
    devices_on(node, from, &claim.devices)
}

/// As much of devices of a node as a claim has on the one it comes from, of the same kind where that is known.
fn devices_on(node: &NodeState, from: Option<&NodeState>, wanted: &[DeviceUse]) -> Option<Vec<DeviceUse>> {
    let devices = node.devices()?;
    let room = node.device_room();
    let first = wanted.first()?;
    let kind = from.and_then(|from| {
        let at = from.devices()?.kind_of(&first.device)?;
        from.derived().device_kinds.get(at)
    });
    // Cliques are of a node or of a few.
    let out_of_clique = |kind: &DeviceKind| DeviceKind {
        clique: None,
        ..kind.clone()
    };
    let kind = kind.map(out_of_clique);
    let kinds = node.derived().device_kinds.iter().enumerate();
    let mut alike = kinds.filter(|(_, other)| {
        let same = |kind: &DeviceKind| *kind == out_of_clique(other);
        kind.as_ref().is_none_or(same)
    });
    alike.find_map(|(kind, _)| {
        let mut left = room.clone();
        let mut places = devices.of_kind(kind);
        let uses: Vec<DeviceUse> = wanted
            .iter()
            .filter_map(|one| {
                let at = places.find(|at| left.left(devices, *at) >= one.milli)?;
                left.take(devices, at, u32::from(one.milli));
                let device = devices.get(at)?.id.clone();
                Some(DeviceUse {
                    device,
                    ..one.clone()
                })
            })
            .collect();
        (uses.len() == wanted.len() && devices.hold(room, &uses)).then_some(uses)
    })
}
