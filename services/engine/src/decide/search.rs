//! Finding the best node through the index: the same answer as going over all nodes, without doing so.
//!
//! What the rules over facts say is known by class ([`known`]); classes that pass with the same scores form groups, and
//! what other placements make of their clusters and zones cuts these into parts ([`outlook`]). Parts are opened best
//! first, as lanes over the cells of the index ([`lane`]), each of which gives its nodes from the best to the worst. Nodes
//! of which something is true that is not true of their class (the request calls them by name, it took room there a moment
//! ago, others are there to whom it wants to be near) are judged alone, and left out of the lanes.

mod clusters;
mod eligible_domains;
mod known;
mod lane;
mod memo;
mod mentions;
mod outlook;
mod why_not;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Strategy;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{CPU, MEMORY, ResourceVector};

use super::draft::Draft;
use super::{DecideInput, Place};
use crate::domains::Site;
use crate::filter::node::{GpuWay, NodeContext, RoomContext, devices, gpu};
use crate::index::cell::{Cell, Entry, EntryKey};
use crate::index::scarce::ScarceId;
use crate::index::{ClusterIx, Seated};
use crate::packing::{CostKey, bands};
use crate::scan::{self, Demands, Fit, Prepared};
use crate::score::{self, FirstScores, Scores};
use crate::state::class::{ClassId, NodeKind};
use crate::state::node::NOBODY;
use crate::state::nodes::NodeRank;
use crate::state::{FleetState, NodeState};
use clusters::ClusterSet;
use known::{Group, GroupKey, Known, Way};
use lane::{Lane, Seen, Sieve};
pub(crate) use memo::SearchMemo;
use outlook::{Outlook, Part};

/// Clusters up to which their own cells are walked, one cluster after the other.
const FEW_CLUSTERS: usize = 4;
/// How many other clusters there have to be for each of them.
const SELECTIVE: usize = 16;
/// Classes of a part up to which their own cells are walked.
const FEW_CLASSES: usize = 16;

/// A node that was found, with its scores.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    /// Place of its cluster among [`Prepared::eligible`].
    cluster: usize,
    node: &'a NodeState,
    fit: Fit,
    scores: Scores,
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
    /// A node, with the lane that it came from.
    Node(Found<'a>, Option<usize>),
}

/// A part that is not open yet.
struct Closed<'k> {
    first: FirstScores,
    key: GroupKey,
    way: &'k Way,
    group: &'k Group,
    part: Part,
}

/// The search for one request; nodes are given one after the other.
pub(super) struct Search<'a: 'k, 'k> {
    state: &'a FleetState,
    prepared: Prepared<'a>,
    draft: Draft<'a>,
    demands: Demands,
    known: &'k Known,
    /// Clusters that were entered: their places among the eligible ones, or none when a rule turns them away now.
    entered: HashMap<ClusterIx, Option<usize>>,
    /// Nodes that are judged alone.
    alone: HashSet<Seated>,
    /// Parts that are not open yet, best last.
    closed: Vec<Closed<'k>>,
    lanes: Vec<OpenLane<'k>>,
    queue: BinaryHeap<Reverse<Rank<'a>>>,
    turns: Vec<Option<Turn<'a>>>,
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
        let one_clique = request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique);
        if known.mentions.unbounded || one_clique || request.strategy != Strategy::Pack {
            return None;
        }
        let prepared = Prepared::empty(state, request, input);
        let draft = Draft::growing(&prepared);
        let mut search = Self {
            state,
            prepared,
            draft,
            demands: Demands::default(),
            known,
            entered: HashMap::new(),
            alone: HashSet::new(),
            closed: Vec::new(),
            lanes: Vec::new(),
            queue: BinaryHeap::new(),
            turns: Vec::new(),
        };
        if search.draft.domains.needs_eligible() && !search.tell_eligible() {
            return None;
        }
        search.find_mentioned();
        search.begin();
        Some(search)
    }

    /// Begins anew, as things are in the draft.
    fn begin(&mut self) {
        self.closed.clear();
        self.lanes.clear();
        self.queue.clear();
        self.turns.clear();
        let outlook = Outlook::of(&self.draft.domains);
        if let Some(outlook) = &outlook {
            self.find_particular(outlook);
        }
        for way in &self.known.ways {
            for (key, group) in &way.groups {
                let parts = match &outlook {
                    Some(outlook) => outlook.parts(self.state, self.known, way, group),
                    None => vec![Part {
                        missed: (0, 0),
                        clusters: Arc::clone(group.clusters(way, self.known)),
                        classes: group.sieve(self.known),
                    }],
                };
                let closed = parts.into_iter().map(|part| Closed {
                    first: score::first(key.scores, way.tier, part.missed),
                    key: *key,
                    way,
                    group,
                    part,
                });
                self.closed.extend(closed);
            }
        }
        self.closed.sort_by_key(|closed| Reverse(closed.first));
        let alone: Vec<Seated> = self.alone.iter().copied().collect();
        for at in alone {
            self.judge(at);
        }
    }

    fn find_mentioned(&mut self) {
        let known = self.known;
        let may_take = |at: &Seated| known.ways.iter().any(|way| way.clusters.contains(at.cluster));
        for value in &known.mentions.values {
            self.alone
                .extend(self.state.index.names.find(value).filter(may_take));
        }
    }

    fn find_particular(&mut self, outlook: &Outlook<'a>) {
        let Some((name, _)) = self.state.clusters().next() else {
            return;
        };
        let somewhere = Site {
            cluster: name,
            region: None,
            zone: None,
            clique: None,
            node: &NOBODY,
        };
        for (cluster, node) in outlook.particular_nodes(&somewhere) {
            let (Ok(cluster), Ok(node)) = (ClusterName::new(cluster), NodeName::new(node)) else {
                continue;
            };
            let known = self.state.cluster(&cluster);
            self.alone.extend(known.and_then(|known| {
                let slot = known.slot(&node)?;
                let cluster = known.ix();
                Some(Seated { cluster, slot })
            }));
        }
    }

    /// Puts a node that is judged alone in its place, if it can take a replica.
    fn judge(&mut self, at: Seated) {
        let Some(cluster) = self.enter(at.cluster) else {
            return;
        };
        if let Some(found) = self.look_at(at, cluster) {
            self.push_node(found, None);
        }
    }

    /// The place of a cluster among the eligible ones; none when a rule turns it away.
    fn enter(&mut self, cluster: ClusterIx) -> Option<usize> {
        if let Some(place) = self.entered.get(&cluster) {
            return *place;
        }
        let found = outlook::cluster(self.state, cluster)?;
        let Prepared { request, input, .. } = self.prepared;
        let eligible = scan::eligible(self.state, request, &input, found, false);
        let place = eligible.map(|eligible| {
            self.prepared.eligible.push(eligible);
            self.prepared.eligible.len() - 1
        });
        self.entered.insert(cluster, place);
        place
    }

    /// The best node that is left, for one replica.
    pub(super) fn best(&mut self) -> Option<Place<'a>> {
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
                    // It was looked at before the last replica took its place.
                    let at = (found.cluster, found.node);
                    if !self.prepared.is_forbidden(at, &self.draft.domains, None) {
                        let what = (found.cluster, found.node, found.fit);
                        return Place::of(&self.prepared, &self.draft, what, found.scores, &mut self.demands);
                    }
                }
            }
        }
    }

    /// A replica takes the place.
    pub(super) fn take(&mut self, place: &Place<'a>) {
        self.draft.take(&self.prepared, place);
        let Some(eligible) = self.prepared.eligible.get(place.index) else {
            return;
        };
        let cluster = eligible.state.ix();
        let Some(slot) = eligible.state.slot(place.node.name()) else {
            return;
        };
        let bounded = !eligible.quota.is_empty();
        let at = Seated { cluster, slot };
        self.alone.insert(at);
        if bounded || self.draft.domains.shifts_widely() {
            self.begin();
        } else {
            self.judge(at);
        }
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

    /// Opens every part that may have a node better than the best one in the queue.
    fn open_while_better(&mut self) {
        while let Some(closed) = self.closed.last() {
            let best = self.queue.peek().map(|Reverse(rank)| rank.scores);
            if best.is_some_and(|best| score::first_part(&best) < closed.first) {
                return;
            }
            if let Some(closed) = self.closed.pop() {
                self.open(&closed);
            }
        }
    }

    fn open(&mut self, closed: &Closed<'k>) {
        let index = &self.state.index;
        let Part {
            clusters, classes, ..
        } = &closed.part;
        let few = clusters.len() <= FEW_CLUSTERS && clusters.len() * SELECTIVE <= index.cluster_count();
        let Some(sample) = self.enter_sample(closed.way) else {
            return;
        };
        for (id, (kind, in_group)) in &closed.group.kinds {
            let plan = Plan {
                first: closed.first,
                variant: closed.key.variant,
                kind,
                sample,
                clusters,
                classes: classes.as_ref(),
            };
            if few {
                for cluster in clusters.iter() {
                    for (state, cell) in index.of_kind_in(cluster, *id) {
                        self.open_lane(&plan, state, cell);
                    }
                }
                continue;
            }
            let whole = closed.way.is_whole(*id, *in_group);
            match classes
                .as_ref()
                .filter(|classes| !whole && classes.len() <= FEW_CLASSES)
            {
                Some(classes) => {
                    let classes = classes.iter().filter_map(|class| self.state.classes.get(*class));
                    for class in classes.filter(|class| class.kind.id == *id) {
                        for (state, cell) in index.of_class(class.id) {
                            self.open_lane(&plan, state, cell);
                        }
                    }
                }
                None => {
                    for (state, cell) in index.of_kind(*id) {
                        self.open_lane(&plan, state, cell);
                    }
                }
            }
        }
    }

    /// Enters the cluster that stands for a way; any other of them does when it is turned away now.
    fn enter_sample(&mut self, way: &Way) -> Option<usize> {
        let first = self.enter(way.sample);
        first.or_else(|| way.clusters.iter().find_map(|cluster| self.enter(cluster)))
    }

    /// Walks a cell, if any of its nodes may have room.
    fn open_lane(&mut self, plan: &Plan<'_>, state: ScarceId, cell: &'a Cell) {
        let Some((demand, gpu_left)) = self.demand_of(plan, state) else {
            return;
        };
        let Some(demand) = self.demands.get(demand).cloned() else {
            return;
        };
        let Some(scarce) = self.state.index.states.get(state) else {
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
            clusters: Arc::clone(plan.clusters),
            classes: plan.classes.cloned(),
            memory: least_memory,
        };
        let mut from = EntryKey::first_of_cpu(least_cpu);
        let end = EntryKey::first_of_cpu(i64::MAX);
        // Packing comes before free cpu in the order of scores, so each part of the cell with one cost is a lane.
        while let Some((first, _)) = cell.next(cell.seek(&from), least_memory, &end) {
            let first_cpu = first.key.cpu;
            let (packing, until) = if plan.kind.facts.derived.has_gpu() {
                let cost = self.packing(plan, state, first_cpu, &demand);
                (cost, bands::same_until(first_cpu, cpu))
            } else {
                (0, i64::MAX)
            };
            let until = EntryKey::first_of_cpu(until);
            let bound = score::bound(plan.first, packing, gpu_left, first_cpu.saturating_sub(cpu));
            let lane = Lane::new(sieve.clone(), cell, from..until);
            from = until;
            self.lanes.push(OpenLane {
                lane: Some(lane),
                variant: plan.variant,
            });
            self.push_lane(bound, self.lanes.len() - 1);
        }
    }

    /// What packing says of nodes of a kind and state with so much free cpu.
    fn packing(&self, plan: &Plan<'_>, state: ScarceId, cpu_milli: i64, demand: &ResourceVector) -> i64 {
        let key = CostKey {
            shape: self.prepared.request.shape,
            kind: plan.kind.id,
            state,
            bands: bands::before_and_after(cpu_milli, demand.get(&CPU)),
        };
        let compute = || {
            let eligible = self.prepared.eligible.get(plan.sample)?;
            let index = &self.state.index.states;
            let node = NodeState::of_kind(plan.kind).with_devices(index.devices(state));
            let at = NodeContext {
                request: self.prepared.request,
                variant: eligible.variants.get(plan.variant)?,
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
    fn demand_of(&mut self, plan: &Plan<'_>, state: ScarceId) -> Option<(usize, i64)> {
        let states = &self.state.index.states;
        let eligible = self.prepared.eligible.get(plan.sample)?;
        let node = NodeState::of_kind(plan.kind).with_devices(states.devices(state));
        let at = NodeContext {
            request: self.prepared.request,
            variant: eligible.variants.get(plan.variant)?,
            cluster: eligible.name,
            node: &node,
        };
        let wanted = at.request.gpu.as_ref();
        let free = match wanted {
            Some(_) => states.get(state)?.gpus(),
            None => ResourceVector::new(),
        };
        let way = gpu::way(&at, &free, node.device_room());
        let demand = self.demands.index(plan.sample, plan.variant, &at, way);
        let left = match way {
            None => 0,
            Some(GpuWay::Counted { resource, units }) => free.get(resource).saturating_sub(units),
            Some(GpuWay::Devices) => devices::pick(wanted?, &node, node.device_room()).ok()?.left,
        };
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
        match self
            .look_at(at, cluster)
            .filter(|found| found.fit.variant == variant)
        {
            Some(found) => Seen::Fit(found),
            None => Seen::Unfit,
        }
    }

    /// A node with its scores, if it can take a replica.
    fn look_at(&mut self, at: Seated, cluster: usize) -> Option<Found<'a>> {
        let eligible = self.prepared.eligible.get(cluster)?;
        let node = eligible.state.node_at(at.slot)?;
        let Self {
            prepared,
            draft,
            demands,
            ..
        } = self;
        let spot = draft.spot(prepared, cluster, node);
        let fit = prepared
            .evaluate(&spot, Some(&draft.domains), demands, None)
            .ok()?;
        let scores = super::score(prepared, draft, cluster, node, fit, demands)?;
        Some(Found {
            cluster,
            node,
            fit,
            scores,
        })
    }
}

/// What the lanes of one kind have in common.
struct Plan<'p> {
    first: FirstScores,
    variant: usize,
    kind: &'p Arc<NodeKind>,
    /// Place of the cluster that stands for the way's.
    sample: usize,
    clusters: &'p Arc<ClusterSet>,
    classes: Option<&'p Arc<HashSet<ClassId>>>,
}

/// The least that has to be free for a demand.
fn floor(demand: i64) -> i64 {
    if demand > 0 { demand } else { i64::MIN }
}
