//! Finding the best node through the index: the same answer as going over all nodes, without doing so.
//!
//! What the rules over facts say is known by class ([`known`]); classes that pass with the same scores form groups. Groups
//! are opened best first, as lanes over the cells of the index ([`lane`]), each of which gives its nodes from the best
//! to the worst. Nodes of which something is true that is not true of their class (the request calls them by name, or
//! took room there a moment ago) are judged alone, and left out of the lanes.

mod clusters;
mod known;
mod lane;
mod memo;
mod mentions;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use hourglass_model::ids::ClusterName;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{CPU, MEMORY, ResourceVector};

use super::{DecideInput, Place};
use crate::filter::node::{GpuWay, NodeContext, RoomContext, devices, gpu};
use crate::index::cell::{Cell, Entry, EntryKey};
use crate::index::scarce::{Scarce, ScarceId};
use crate::index::{ClusterIx, Seated};
use crate::packing::{CostKey, bands};
use crate::scan::{self, Demands, Fit, Prepared, Spot};
use crate::score::{self, FleetScores, ScoreContext, Scores, scores};
use crate::state::class::NodeKind;
use crate::state::nodes::NodeRank;
use crate::state::{DeviceRoom, FleetState, NodeState};
use known::{Group, GroupKey, Known, Way};
use lane::{Lane, Seen, Sieve};
pub(crate) use memo::SearchMemo;

/// Clusters of a way up to which their own cells are walked, one cluster after the other.
const FEW_CLUSTERS: usize = 16;
/// Classes of a group up to which their own cells are walked.
const FEW_CLASSES: usize = 64;

/// A node that was found, with its scores.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// Place of its cluster among [`Prepared::eligible`].
    pub(super) cluster: usize,
    pub(super) node: &'a NodeState,
    pub(super) fit: Fit,
    pub(super) scores: Scores,
    at: Seated,
}

/// In the order of scores, then cluster, then node.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    scores: Scores,
    /// `None` for a bound, which comes before every node with the same scores.
    cluster: Option<&'a ClusterName>,
    node: NodeRank,
    turn: usize,
}

/// What comes up in turn.
enum Turn<'a> {
    /// A lane that has not been looked into since it gave its last node.
    Lane(usize),
    Node(Found<'a>, Option<usize>),
}

/// The search for one request; nodes are given one after the other.
pub(super) struct Search<'a: 'k, 'k> {
    state: &'a FleetState,
    pub(super) prepared: Prepared<'a>,
    pub(super) demands: Demands,
    known: &'k Known,
    /// Clusters that were entered: their places among the eligible ones, or none when a rule turns them away now.
    entered: HashMap<ClusterIx, Option<usize>>,
    /// Nodes that are judged alone.
    alone: HashSet<Seated>,
    /// Groups that are not open yet, best last.
    closed: Vec<(GroupKey, &'k Way, &'k Group)>,
    lanes: Vec<OpenLane<'k>>,
    queue: BinaryHeap<Reverse<Rank<'a>>>,
    turns: Vec<Option<Turn<'a>>>,
    /// What is free where replicas of this decision have taken room.
    taken: HashMap<Seated, Left>,
}

/// What is left of a node.
struct Left {
    free: ResourceVector,
    devices: DeviceRoom,
}

impl Left {
    fn of(node: &NodeState) -> Self {
        Self {
            free: node.free(),
            devices: node.device_room().clone(),
        }
    }
}

struct OpenLane<'k> {
    /// Absent while it is walked.
    lane: Option<Lane<'k>>,
    variant: usize,
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Begins a search; `None` when only going over all nodes gives the right answer.
    pub(super) fn new(
        state: &'a FleetState,
        request: &'a CanonicalRequest,
        input: &DecideInput<'a>,
        known: &'k Known,
    ) -> Option<Self> {
        if known.mentions.unbounded {
            return None;
        }
        let mut closed: Vec<_> = known
            .ways
            .iter()
            .flat_map(|way| way.groups.iter().map(move |(key, group)| (*key, way, group)))
            .collect();
        closed.sort_by_key(|(key, ..)| Reverse(*key));
        let mut search = Self {
            state,
            prepared: Prepared::empty(state, request, input),
            demands: Demands::default(),
            known,
            entered: HashMap::new(),
            alone: HashSet::new(),
            closed,
            lanes: Vec::new(),
            queue: BinaryHeap::new(),
            turns: Vec::new(),
            taken: HashMap::new(),
        };
        search.judge_mentioned();
        Some(search)
    }

    fn judge_mentioned(&mut self) {
        for value in &self.known.mentions.values {
            for at in self.state.index.names.find(value) {
                if self
                    .known
                    .ways
                    .iter()
                    .any(|way| way.clusters.contains(at.cluster))
                    && self.alone.insert(at)
                {
                    self.judge(at);
                }
            }
        }
    }

    /// Puts a node that is judged alone in its place, if it can take a replica.
    fn judge(&mut self, at: Seated) {
        let Some(cluster) = self.enter(at.cluster) else {
            return;
        };
        let Some(node) = self
            .prepared
            .eligible
            .get(cluster)
            .and_then(|one| one.state.node_at(at.slot))
        else {
            return;
        };
        let own = Left::of(node);
        let left = self.taken.get(&at).unwrap_or(&own);
        let spot = Spot {
            cluster,
            node,
            free: Cow::Borrowed(&left.free),
            devices: Cow::Borrowed(&left.devices),
            quota: &[],
        };
        let Ok(fit) = self.prepared.evaluate(&spot, None, &mut self.demands, None) else {
            return;
        };
        if let Some(scores) = score_of(&self.prepared, &spot, fit, &mut self.demands) {
            let found = Found {
                cluster,
                node,
                fit,
                scores,
                at,
            };
            self.push_node(found, None);
        }
    }

    /// The place of a cluster among the eligible ones; none when a rule turns it away.
    fn enter(&mut self, cluster: ClusterIx) -> Option<usize> {
        if let Some(place) = self.entered.get(&cluster) {
            return *place;
        }
        let name = self.state.index.cluster_name(cluster)?;
        let state = self.state.cluster(name)?;
        let Prepared { request, input, .. } = self.prepared;
        let eligible = scan::eligible(self.state, request, &input, (name, state), false);
        let place = eligible.map(|eligible| {
            self.prepared.eligible.push(eligible);
            self.prepared.eligible.len() - 1
        });
        self.entered.insert(cluster, place);
        place
    }

    /// The best node that is left. It is given once; [`Self::take`] brings it back with what is left of it.
    pub(super) fn best(&mut self) -> Option<Found<'a>> {
        loop {
            self.open_while_better();
            let Reverse(rank) = self.queue.pop()?;
            match self.turns.get_mut(rank.turn).and_then(Option::take)? {
                Turn::Lane(lane) => {
                    if let Some(found) = self.advance(lane) {
                        self.push_node(found, Some(lane));
                    }
                }
                Turn::Node(found, lane) => {
                    if let Some(lane) = lane {
                        self.push_lane(found.scores, lane);
                    }
                    // A lane looked at it before it was taken by way of another.
                    if lane.is_some() && self.alone.contains(&found.at) {
                        continue;
                    }
                    return Some(found);
                }
            }
        }
    }

    /// The place of a replica on a node.
    pub(super) fn place(&mut self, found: &Found<'a>) -> Option<Place<'a>> {
        let eligible = self.prepared.eligible.get(found.cluster)?;
        let (cluster, namespace) = (eligible.name, eligible.namespace);
        let own = Left::of(found.node);
        let left = self.taken.get(&found.at).unwrap_or(&own);
        let spot = Spot {
            cluster: found.cluster,
            node: found.node,
            free: Cow::Borrowed(&left.free),
            devices: Cow::Borrowed(&left.devices),
            quota: &[],
        };
        let room = self
            .prepared
            .room_of(&spot, found.fit.variant, &mut self.demands)?;
        Some(Place {
            index: found.cluster,
            cluster,
            namespace,
            node: found.node,
            variant: found.fit.variant,
            offer: room.offer(),
            vector: room.demand.clone(),
            scores: found.scores,
        })
    }

    /// A replica takes room on a node.
    pub(super) fn take(&mut self, found: &Found<'a>, place: &Place<'_>) {
        let left = self.taken.entry(found.at).or_insert_with(|| Left::of(found.node));
        left.free = left.free.saturating_sub(&place.vector);
        if let Some(devices) = found.node.devices() {
            devices.take(&mut left.devices, &place.offer.devices());
        }
        self.alone.insert(found.at);
        self.judge(found.at);
    }

    fn push_node(&mut self, found: Found<'a>, lane: Option<usize>) {
        let cluster = self
            .prepared
            .eligible
            .get(found.cluster)
            .map(|eligible| eligible.name);
        let (scores, node) = (found.scores, found.node.rank());
        self.push(scores, cluster, node, Turn::Node(found, lane));
    }

    fn push_lane(&mut self, bound: Scores, lane: usize) {
        self.push(bound, None, NodeRank::default(), Turn::Lane(lane));
    }

    fn push(&mut self, scores: Scores, cluster: Option<&'a ClusterName>, node: NodeRank, what: Turn<'a>) {
        let turn = self.turns.len();
        self.turns.push(Some(what));
        self.queue.push(Reverse(Rank {
            scores,
            cluster,
            node,
            turn,
        }));
    }

    /// Opens every group that may have a node better than the best one in the queue.
    fn open_while_better(&mut self) {
        while let Some((key, way, group)) = self.closed.last().copied() {
            let first = self.queue.peek().map(|Reverse(rank)| rank.scores);
            if first.is_some_and(|first| score::class_part(&first) < key.scores) {
                return;
            }
            self.closed.pop();
            self.open(key, way, group);
        }
    }

    fn open(&mut self, key: GroupKey, way: &'k Way, group: &'k Group) {
        let index = &self.state.index;
        let few_clusters = way.clusters.len() <= FEW_CLUSTERS && index.cluster_count() > FEW_CLUSTERS;
        let mixed = group
            .kinds
            .iter()
            .any(|(kind, (_, classes))| !way.is_whole(*kind, *classes));
        let Some(sample) = self.enter_sample(way) else {
            return;
        };
        for (kind, (facts, classes)) in &group.kinds {
            if mixed && group.classes.len() <= FEW_CLASSES && !few_clusters {
                continue;
            }
            let sieve = (!way.is_whole(*kind, *classes)).then_some(&group.classes);
            let request = LaneRequest {
                key,
                way,
                kind: facts,
                sample,
                classes: sieve,
            };
            if few_clusters {
                for cluster in way.clusters.iter() {
                    for (state, cell) in index.of_kind_in(cluster, *kind) {
                        self.open_lane(&request, state, cell);
                    }
                }
            } else {
                for (state, cell) in index.of_kind(*kind) {
                    self.open_lane(&request, state, cell);
                }
            }
        }
        if mixed && group.classes.len() <= FEW_CLASSES && !few_clusters {
            for class in &group.classes {
                let Some(class) = self.state.classes.get(*class) else {
                    continue;
                };
                let request = LaneRequest {
                    key,
                    way,
                    kind: &class.kind,
                    sample,
                    classes: None,
                };
                for (state, cell) in index.of_class(class.id) {
                    self.open_lane(&request, state, cell);
                }
            }
        }
    }

    /// Enters the cluster that stands for a way; any other of them does when it is turned away now.
    fn enter_sample(&mut self, way: &Way) -> Option<usize> {
        let first = self.enter(way.sample);
        first.or_else(|| way.clusters.iter().find_map(|cluster| self.enter(cluster)))
    }

    fn open_lane(&mut self, request: &LaneRequest<'_, 'k>, state: ScarceId, cell: &'a Cell) {
        let Some(scarce) = self.state.index.states.get(state) else {
            return;
        };
        let Some((demand, gpu_left)) = self.demand_of(request, state, scarce) else {
            return;
        };
        let Some(demand) = self.demands.get(demand).cloned() else {
            return;
        };
        let (cpu, memory) = (demand.get(&CPU), demand.get(&MEMORY));
        // Nothing asked is never too much, however far below zero a node is.
        let (least_cpu, least_memory) = (floor(cpu), floor(memory));
        let Some(most_cpu) = cell.max_cpu() else { return };
        if !scarce.may_hold(&demand) || most_cpu < least_cpu || !cell.has_memory(least_memory) {
            return;
        }
        let sieve = Sieve {
            index: &self.state.index,
            clusters: &request.way.clusters,
            classes: request.classes,
            memory: least_memory,
        };
        let mut from = EntryKey::first_of_cpu(least_cpu);
        let end = EntryKey::first_of_cpu(i64::MAX);
        // Packing comes before free cpu in the order of scores, so each part of the cell with one cost is a lane.
        while let Some((first, _)) = cell.next(cell.seek(&from), least_memory, &end) {
            let first_cpu = first.key.cpu;
            let (packing, until) = if request.kind.facts.derived.has_gpu() {
                let cost = self.packing(request, state, first_cpu, &demand);
                (cost, bands::same_until(first_cpu, cpu))
            } else {
                (0, i64::MAX)
            };
            let until = EntryKey::first_of_cpu(until);
            let bound = score::bound(
                request.key.scores,
                packing,
                gpu_left,
                first_cpu.saturating_sub(cpu),
            );
            let lane = Lane::new(sieve, cell, from..until);
            from = until;
            self.lanes.push(OpenLane {
                lane: Some(lane),
                variant: request.key.variant,
            });
            self.push_lane(bound, self.lanes.len() - 1);
        }
    }

    /// What packing says of nodes of a kind and state with so much free cpu.
    fn packing(
        &self,
        request: &LaneRequest<'_, 'k>,
        state: ScarceId,
        cpu_milli: i64,
        demand: &ResourceVector,
    ) -> i64 {
        let key = CostKey {
            shape: self.prepared.request.shape,
            kind: request.kind.id,
            state,
            bands: bands::before_and_after(cpu_milli, demand.get(&CPU)),
        };
        let compute = || {
            let eligible = self.prepared.eligible.get(request.sample)?;
            let index = &self.state.index.states;
            let node = NodeState::of_kind(request.kind).with_devices(index.devices(state));
            let at = NodeContext {
                request: self.prepared.request,
                variant: eligible.variants.get(request.key.variant)?,
                cluster: eligible.name,
                node: &node,
            };
            let mut free = index.get(state)?.gpus();
            free.set(CPU.clone(), cpu_milli);
            let room = RoomContext {
                at,
                demand,
                free: &free,
                devices: node.device_room(),
                gpu: gpu::way(&at, &free, node.device_room()),
                quota: &[],
                reserved_for: None,
                avoided: None,
            };
            Some(self.state.packing.cost(&room))
        };
        // Without a cluster that stands for the way there would be no lane.
        self.state
            .packing
            .known_cost(key, || compute().unwrap_or(i64::MIN))
    }

    /// What a replica takes on nodes of a kind and state, and what that leaves of GPUs; `None` where devices are lacking.
    fn demand_of(
        &mut self,
        request: &LaneRequest<'_, 'k>,
        state: ScarceId,
        scarce: &Scarce,
    ) -> Option<(usize, i64)> {
        let eligible = self.prepared.eligible.get(request.sample)?;
        let node = NodeState::of_kind(request.kind).with_devices(self.state.index.states.devices(state));
        let at = NodeContext {
            request: self.prepared.request,
            variant: eligible.variants.get(request.key.variant)?,
            cluster: eligible.name,
            node: &node,
        };
        let wants_gpu = at.request.gpu.is_some();
        let free = if wants_gpu {
            scarce.gpus()
        } else {
            ResourceVector::new()
        };
        let way = gpu::way(&at, &free, node.device_room());
        let left = match way {
            None => 0,
            Some(GpuWay::Counted { resource, units }) => free.get(resource).saturating_sub(units),
            Some(GpuWay::Devices) => {
                let wanted = at.request.gpu.as_ref()?;
                devices::pick(wanted, &node, node.device_room()).ok()?.left
            }
        };
        let demand = self.demands.index(request.sample, request.key.variant, &at, way);
        Some((demand, left))
    }

    /// The next node of a lane that can take a replica.
    fn advance(&mut self, lane: usize) -> Option<Found<'a>> {
        let place = self.lanes.get_mut(lane)?;
        let (mut open, variant) = (place.lane.take()?, place.variant);
        let found = open.next(|entry| self.look(entry, variant));
        if let Some(place) = self.lanes.get_mut(lane) {
            place.lane = Some(open);
        }
        found
    }

    fn look(&mut self, entry: &Entry, variant: usize) -> Seen<Found<'a>> {
        let at = Seated {
            cluster: entry.key.cluster,
            slot: entry.slot,
        };
        if self.alone.contains(&at) {
            return Seen::Unfit;
        }
        let Some(cluster) = self.enter(at.cluster) else {
            return Seen::ClusterUnfit;
        };
        let Some(node) = self
            .prepared
            .eligible
            .get(cluster)
            .and_then(|one| one.state.node_at(at.slot))
        else {
            return Seen::Unfit;
        };
        let spot = Spot {
            cluster,
            node,
            free: Cow::Owned(node.free()),
            devices: Cow::Borrowed(node.device_room()),
            quota: &[],
        };
        let fit = self.prepared.evaluate(&spot, None, &mut self.demands, None).ok();
        let scores = fit
            .filter(|fit| fit.variant == variant)
            .and_then(|fit| Some((fit, score_of(&self.prepared, &spot, fit, &mut self.demands)?)));
        scores.map_or(Seen::Unfit, |(fit, scores)| {
            Seen::Fit(Found {
                cluster,
                node,
                fit,
                scores,
                at,
            })
        })
    }
}

/// What lanes of one kind have in common.
struct LaneRequest<'r, 'k> {
    key: GroupKey,
    way: &'k Way,
    kind: &'r std::sync::Arc<NodeKind>,
    /// Place of the cluster that stands for the way's.
    sample: usize,
    classes: Option<&'k HashSet<crate::state::class::ClassId>>,
}

/// The least that has to be free for a demand.
fn floor(demand: i64) -> i64 {
    if demand > 0 { demand } else { i64::MIN }
}

fn score_of(prepared: &Prepared<'_>, spot: &Spot<'_>, fit: Fit, demands: &mut Demands) -> Option<Scores> {
    let eligible = prepared.eligible.get(spot.cluster)?;
    let room = prepared.room_of(spot, fit.variant, demands)?;
    let fleet = FleetScores {
        claims_in_cluster: eligible.claims,
        cluster_tier: eligible.tier,
        ..FleetScores::default()
    };
    let packing = &prepared.state.packing;
    Some(scores(&ScoreContext { room, fleet, packing }))
}
