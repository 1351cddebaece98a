//! Nodes that are nearest to taking a request that fits nowhere: what a reservation keeps.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Strategy;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{PODS, ResourceVector};

use super::draft::Draft;
use super::place::Place;
use super::{DecideInput, score};
use crate::filter::node::devices::pick;
use crate::scan::{Demands, Fit, Prepared, prepare};
use crate::score::Scores;
use crate::state::{FleetState, NodeState};

/// Looks at nodes after which no more of them are kept, where every replica changes how near all the others are.
const MOST_LOOKS: usize = 1_000_000;

/// Thousandths of each resource asked that are missing, added up.
type Shortage = i64;

/// A node that is near to taking a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearNode {
    /// Its cluster.
    pub cluster: ClusterName,
    /// The node.
    pub node: NodeName,
    /// The largest part of anything the node has that the replica would take, in thousandths of all of it.
    pub share_milli: i64,
}

/// For each slot the node that could take it by its facts, had all others left it, and lacks least; of equal ones the best.
pub(crate) fn nearest_to_fit(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
) -> Vec<NearNode> {
    let prepared = prepare(state, request, input, None);
    let mut draft = Draft::new(&prepared, None);
    let mut search = Nearest::new(&prepared);
    let mut nodes = Vec::new();
    search.look_at_all(&draft);
    for _ in input.slots {
        let Some((node, place)) = search.nearest(&draft) else {
            break;
        };
        nodes.push(NearNode {
            cluster: place.cluster.clone(),
            node: place.node.name().clone(),
            share_milli: share_milli(&place),
        });
        draft.take(&prepared, &place);
        if !search.taken(node, &place, &draft) {
            break;
        }
    }
    nodes
}

fn share_milli(place: &Place<'_>) -> i64 {
    let all = place.node.allocatable();
    let counted = place.vector.iter().filter(|(resource, _)| **resource != *PODS);
    let counted = counted.map(|(resource, amount)| per_mille(amount, all.get(resource)));
    let devices = place.node.devices().map_or(0, |devices| devices.facts().len());
    let taken = place.offer.devices();
    let taken: i64 = taken.iter().map(|device| i64::from(device.milli)).sum();
    let of_devices = per_mille(
        taken,
        i64::try_from(devices).unwrap_or(i64::MAX).saturating_mul(1000),
    );
    counted.fold(of_devices, i64::max)
}

fn per_mille(part: i64, all: i64) -> i64 {
    if part <= 0 || all <= 0 {
        return 0;
    }
    i64::try_from(i128::from(part) * 1000 / i128::from(all)).unwrap_or(i64::MAX)
}

/// Nodes in the order in which they are near.
struct Nearest<'p, 'a> {
    prepared: &'p Prepared<'a>,
    /// A replica changes how near other nodes than its own are.
    related: bool,
    /// Every node of the eligible clusters, in their order, which is the last tie-break.
    nodes: Vec<(usize, &'a NodeState)>,
    /// Those that could take a replica, had all others left them, by their place in `nodes`. Each stands here once.
    queue: BinaryHeap<Reverse<(Shortage, Scores, usize)>>,
    fits: HashMap<usize, Fit>,
    /// What replicas of the placement hold that have their node, also before this search: that does not come free for it.
    own: HashMap<usize, Own>,
    demands: Demands,
    looks: usize,
}

/// What replicas of the placement hold of a node.
#[derive(Default)]
struct Own {
    vector: ResourceVector,
    devices: Vec<DeviceUse>,
}

impl<'p, 'a> Nearest<'p, 'a> {
    fn new(prepared: &'p Prepared<'a>) -> Self {
        let clusters = prepared.eligible.iter().enumerate();
        let nodes = clusters.flat_map(|(at, eligible)| eligible.state.nodes().map(move |node| (at, node)));
        let quotas = prepared
            .eligible
            .iter()
            .any(|eligible| !eligible.quota.is_empty());
        let mut search = Self {
            prepared,
            related: quotas || prepared.request.strategy != Strategy::Pack,
            nodes: nodes.collect(),
            queue: BinaryHeap::new(),
            fits: HashMap::new(),
            own: HashMap::new(),
            demands: Demands::default(),
            looks: 0,
        };
        search.count_own();
        search
    }

    /// Replicas that have their places already.
    fn count_own(&mut self) {
        let ledger = &self.prepared.state.ledger;
        let placement = self.prepared.input.placement.into_iter();
        let own = placement.flat_map(|placement| ledger.of_placement(placement));
        for record in own.filter(|record| record.is_live()) {
            let claim = &record.claim;
            let Some(cluster) = self.prepared.state.cluster(&claim.cluster) else {
                continue;
            };
            let seen = cluster.observed(&claim.id).map(|(node, _)| node);
            let there: BTreeSet<&NodeName> = seen.chain([&claim.node]).collect();
            for (at, (eligible, node)) in self.nodes.iter().enumerate() {
                let eligible = self.prepared.eligible.get(*eligible);
                let same = eligible.is_some_and(|eligible| *eligible.name == claim.cluster);
                if !same || !there.contains(node.name()) {
                    continue;
                }
                let own = self.own.entry(at).or_default();
                own.vector.add_saturating(&cluster.freed_on(claim, node.name()));
                let held = cluster.devices_freed_by(claim, node.name());
                own.devices.extend(held.into_iter().map(|hold| hold.part));
            }
        }
    }

    fn look_at_all(&mut self, draft: &Draft<'a>) {
        self.related |= !draft.domains.is_trivial();
        self.queue.clear();
        for node in 0..self.nodes.len() {
            self.look_at(node, draft);
        }
    }

    fn look_at(&mut self, node: usize, draft: &Draft<'a>) {
        self.looks += 1;
        let Some((cluster, state)) = self.nodes.get(node).copied() else {
            return;
        };
        let variants = self
            .prepared
            .eligible
            .get(cluster)
            .map_or(0, |eligible| eligible.variants.len());
        let own = self.own.get(&node);
        let mut best: Option<(Shortage, Scores, Fit)> = None;
        for variant in 0..variants {
            let place = (cluster, state, variant);
            let Some(found) = lacks(self.prepared, draft, place, own, &mut self.demands) else {
                continue;
            };
            if best.is_none_or(|best| (found.0, found.1) < (best.0, best.1)) {
                best = Some(found);
            }
        }
        if let Some((shortage, scores, fit)) = best {
            self.fits.insert(node, fit);
            self.queue.push(Reverse((shortage, scores, node)));
        }
    }

    fn nearest(&mut self, draft: &Draft<'a>) -> Option<(usize, Place<'a>)> {
        let Reverse((_, scores, node)) = self.queue.pop()?;
        let (cluster, state) = self.nodes.get(node).copied()?;
        let spot = (cluster, state, *self.fits.get(&node)?);
        let place = Place::of(self.prepared, draft, spot, scores, &mut self.demands)?;
        Some((node, place))
    }

    /// A replica has got its node; false when there is no looking for another one.
    fn taken(&mut self, node: usize, place: &Place<'a>, draft: &Draft<'a>) -> bool {
        let own = self.own.entry(node).or_default();
        own.vector.add_saturating(&place.vector);
        own.devices.extend(place.offer.devices());
        if !self.related {
            self.look_at(node, draft);
            return true;
        }
        let affordable = self.looks + self.nodes.len() <= MOST_LOOKS;
        if affordable {
            self.look_at_all(draft);
        }
        affordable
    }
}

/// What a node lacks in one variant; none when it could not take the replica even if all others had left it.
fn lacks<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    (cluster, node, variant): (usize, &'a NodeState, usize),
    own: Option<&Own>,
    demands: &mut Demands,
) -> Option<(Shortage, Scores, Fit)> {
    let spot = draft.spot(prepared, cluster, node);
    prepared.fact_verdict(&spot, variant, None).ok()?;
    if prepared.is_forbidden((cluster, node), &draft.domains, None) {
        return None;
    }
    let room = prepared.room_of(&spot, variant, demands)?;
    if room.avoided.is_some() || room.reserved_for.is_some() {
        return None;
    }
    let all = node.allocatable();
    let left = own.map(|own| all.saturating_sub(&own.vector));
    if !room.demand.fits_in(left.as_ref().unwrap_or(all)) {
        return None;
    }
    // Reservations are kept by node; which of its devices become free is seen when they do.
    let devices = match (room.pick(), &prepared.request.gpu, node.devices()) {
        (Some(Err(lack)), Some(wanted), Some(devices)) => {
            let mut without_others = devices.unused();
            devices.take(&mut without_others, own.map_or(&[], |own| &own.devices));
            pick(wanted, node, &without_others).ok()?;
            lack.missing_milli()
        }
        _ => 0,
    };
    let missing = room.demand.shortages(room.free).map(|shortage| {
        let lacking = i128::from(shortage.wanted) - i128::from(shortage.available);
        i64::try_from(lacking * 1000 / i128::from(shortage.wanted.max(1))).unwrap_or(i64::MAX)
    });
    let shortage = missing.fold(devices, i64::saturating_add);
    let demand = prepared.demand_of(&spot, variant, demands)?;
    let fit = Fit { variant, demand };
    let scores = score(prepared, draft, cluster, node, fit, demands)?;
    Some((shortage, scores, fit))
}
