//! Opening parts: which cells of the index may hold a node of it with room, and what is the same for all nodes of one.

use std::sync::Arc;

use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};

use super::known::{Group, Way};
use super::lane::Sieve;
use super::look::Needs;
use super::outlook::Part;
use super::walk::Walk;
use super::{Closed, NodeRank, Search, Turn};
use crate::domains::Clique;
use crate::filter::node::{GpuWay, NodeContext, RoomContext, devices, gpu};
use crate::hash::NumberSet;
use crate::index::Index;
use crate::index::cell::Cell;
use crate::index::cluster_set::ClusterSet;
use crate::index::scarce::{ScarceId, Wanted};
use crate::packing::{CostStep, StepsKey};
use crate::score::{self, FirstScores};
use crate::state::NodeState;
use crate::state::class::{ClassId, KindId};
use crate::state::zones::ZoneIx;

/// Clusters up to which their own cells are walked, one cluster after the other.
const FEW_CLUSTERS: usize = 4;
/// How many other clusters there have to be for each of them.
const SELECTIVE: usize = 16;
/// The same where few classes count, of which a walk over all clusters may find none for long.
const FEW_CLUSTERS_OF_CLASSES: usize = 16;
const SELECTIVE_OF_CLASSES: usize = 2;
/// Classes that are few.
const FEW_CLASSES: usize = 16;

/// Whether the cells of each cluster are walked rather than those of all.
fn are_few(clusters: usize, all: usize, classes: Option<usize>) -> bool {
    match classes {
        Some(classes) if classes <= FEW_CLASSES => {
            clusters <= FEW_CLUSTERS_OF_CLASSES && clusters * SELECTIVE_OF_CLASSES <= all
        }
        _ => clusters <= FEW_CLUSTERS && clusters * SELECTIVE <= all,
    }
}

/// The cells that hold the nodes of a kind in these clusters, and others maybe, which a sieve leaves out.
pub(super) fn cells<'s>(
    index: &'s Index,
    kind: KindId,
    clusters: &ClusterSet,
    classes: Option<&Arc<NumberSet<ClassId>>>,
) -> Vec<(ScarceId, &'s Cell)> {
    let few_classes = classes.map(|classes| classes.len());
    if are_few(clusters.len(), index.cluster_count(), few_classes) {
        let each = clusters
            .iter()
            .flat_map(|cluster| index.of_kind_in(cluster, kind));
        each.collect()
    } else {
        index.of_kind(kind).collect()
    }
}

/// What the walks over the cells of one kind have in common.
pub(super) struct Plan<'p, 'k> {
    pub(super) first: FirstScores,
    pub(super) variant: usize,
    /// Stands for the nodes of the kind.
    pub(super) node: &'k NodeState,
    /// Place of the cluster that stands for the way's.
    pub(super) sample: usize,
    pub(super) clusters: &'p Arc<ClusterSet>,
    pub(super) classes: Option<&'p Arc<NumberSet<ClassId>>>,
    pub(super) zones: Option<&'p Arc<NumberSet<ZoneIx>>>,
}

/// What a replica takes on nodes of a kind, where that is the same whatever is free: it asks for no GPUs, or there is one
/// way to them and the nodes count them.
pub(super) struct Only {
    /// As an index.
    demand: usize,
    /// GPUs that it takes.
    gpu: Option<(ResourceName, i64)>,
    wanted: Wanted,
}

/// A cell of a part, some node of which may have room.
pub(super) struct Reach<'k> {
    pub(super) cell: &'k Cell,
    pub(super) sieve: Sieve<'k>,
    state: ScarceId,
    first: FirstScores,
    pub(super) variant: usize,
    /// Stands for the nodes of the kind.
    pub(super) node: &'k NodeState,
    /// Place of the cluster that stands for the way's.
    sample: usize,
    /// What a replica takes, as an index.
    pub(super) demand: usize,
    /// GPUs of the resource that it takes that are left then.
    pub(super) gpu_left: i64,
    /// Whether it takes GPUs by one resource on every node.
    pub(super) counts_gpus: bool,
    /// Less free cpu is no room.
    pub(super) least_cpu: i64,
    /// The most that any node has free.
    pub(super) most_cpu: i64,
}

/// A walk, and what is known of every node that it gives.
pub(super) struct OpenWalk<'k> {
    /// Absent while it goes on.
    pub(super) walk: Option<Walk<'k>>,
    pub(super) first: FirstScores,
    pub(super) variant: usize,
    /// What a replica takes, as an index.
    pub(super) demand: usize,
    pub(super) gpu_left: i64,
    /// Milli-cores that it takes.
    pub(super) cpu: i64,
    pub(super) needs: Needs,
}

impl Reach<'_> {
    /// What the nodes of the cell have in common.
    pub(super) fn of(&self) -> (KindId, ScarceId) {
        (self.node.class().kind.id, self.state)
    }
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Opens every part that may have a node better than the best one in the queue.
    pub(super) fn open_while_better(&mut self) {
        while let Some(closed) = self.closed.last() {
            let best = self.queue.peek().map(|rank| rank.0.scores);
            if best.is_some_and(|best| score::first_part(&best) < closed.first) {
                return;
            }
            if let Some(closed) = self.closed.pop() {
                self.open(&closed);
            }
        }
    }

    fn open(&mut self, closed: &Closed<'k>) {
        for reach in self.reaches(closed, &closed.part.clusters) {
            self.walk(reach);
        }
    }

    /// Cells of a part that may have a node with room, in these of its clusters.
    pub(super) fn reaches(&mut self, closed: &Closed<'k>, clusters: &Arc<ClusterSet>) -> Vec<Reach<'k>> {
        let mut reaches = Vec::new();
        let index = &self.state.index;
        let Part { classes, zones, .. } = &closed.part;
        let all_zones = self.state.classes.zones();
        let clique = self.clique();
        let narrowed = clique.as_ref().map(|clique| self.cluster_of(clique, clusters));
        let clusters = narrowed.as_ref().unwrap_or(clusters);
        let Some(sample) = self.enter_sample(closed.way) else {
            return reaches;
        };
        let group: &'k Group = closed.group;
        for (id, kind) in &group.kinds {
            let none =
                |zones: &Arc<NumberSet<ZoneIx>>| !all_zones.of_kind(*id).any(|zone| zones.contains(&zone));
            let elsewhere = |clique: &Clique| !clique.may_hold(kind.node.derived());
            if zones.as_ref().is_some_and(none) || clique.as_ref().is_some_and(elsewhere) {
                continue;
            }
            // Where all classes of the kind are in the part there is nothing to sift.
            let whole = closed.way.is_whole(*id, kind.classes);
            let classes = classes.as_ref().filter(|_| !whole);
            let plan = Plan {
                first: closed.first,
                variant: closed.key.variant,
                node: &kind.node,
                sample,
                clusters,
                classes,
                zones: zones.as_ref(),
            };
            let only = self.only_way(&plan);
            let only = only.as_ref();
            for (state, cell) in cells(index, *id, clusters, classes) {
                reaches.extend(self.reach(&plan, only, state, cell));
            }
        }
        reaches
    }

    /// Enters the cluster that stands for a way; any other of them does when it is turned away now.
    pub(super) fn enter_sample(&mut self, way: &Way) -> Option<usize> {
        let first = self.enter(way.sample);
        first.or_else(|| way.clusters.iter().find_map(|cluster| self.enter(cluster)))
    }

    /// What a replica takes on nodes of a kind, if that does not depend on what is free.
    pub(super) fn only_way(&mut self, plan: &Plan<'_, 'k>) -> Option<Only> {
        let eligible = self.prepared.eligible.get(plan.sample)?;
        let at = NodeContext {
            request: self.prepared.request,
            variant: eligible.variants.get(plan.variant)?,
            cluster: eligible.name,
            node: plan.node,
        };
        let mut ways = gpu::ways(&at);
        let way = match (&at.request.gpu, ways.next(), ways.next()) {
            (None, ..) => None,
            (Some(_), Some(way @ GpuWay::Counted { .. }), None) => Some(way),
            _ => return None,
        };
        let demand = self.demands.index(plan.sample, plan.variant, &at, way);
        let gpu = match way {
            Some(GpuWay::Counted { resource, units }) => Some((resource.clone(), units)),
            Some(GpuWay::Devices) | None => None,
        };
        let wanted = Wanted::of(self.demands.get(demand)?);
        Some(Only { demand, gpu, wanted })
    }

    /// A cell, if any of its nodes may have room.
    fn reach(
        &mut self,
        plan: &Plan<'_, 'k>,
        only: Option<&Only>,
        state: ScarceId,
        cell: &'k Cell,
    ) -> Option<Reach<'k>> {
        let scarce = self.state.index.states.get(state)?;
        let (demand, gpu_left) = match only {
            Some(only) if !scarce.may_hold(&only.wanted) => return None,
            Some(only) => {
                let left = |(resource, units): &(ResourceName, i64)| {
                    scarce.gpus().get(resource).saturating_sub(*units)
                };
                (only.demand, only.gpu.as_ref().map_or(0, left))
            }
            None => self.demand_of(plan, state)?,
        };
        let vector = self.demands.get(demand)?;
        if only.is_none() && !scarce.may_hold(&Wanted::of(vector)) {
            return None;
        }
        // Nothing asked is never too much, however far below zero a node is.
        let (least_cpu, least_memory) = (floor(vector.get(&CPU)), floor(vector.get(&MEMORY)));
        let most_cpu = cell.max_cpu()?;
        if most_cpu < least_cpu || !cell.has_memory(least_memory) {
            return None;
        }
        let all_zones = self.state.classes.zones();
        let sieve = Sieve {
            index: &self.state.index,
            clusters: Arc::clone(plan.clusters),
            classes: plan.classes.cloned(),
            zones: plan.zones.map(|zones| (all_zones, Arc::clone(zones))),
            memory: least_memory,
        };
        Some(Reach {
            cell,
            sieve,
            state,
            first: plan.first,
            variant: plan.variant,
            node: plan.node,
            sample: plan.sample,
            demand,
            gpu_left,
            counts_gpus: only.is_some_and(|only| only.gpu.is_some()),
            least_cpu,
            most_cpu,
        })
    }

    /// Walks a cell.
    fn walk(&mut self, reach: Reach<'k>) {
        let Some(vector) = self.demands.get(reach.demand) else {
            return;
        };
        let steps = if reach.node.derived().has_gpu() {
            self.steps(&reach, vector)
        } else {
            Arc::clone(&self.one_step)
        };
        let cpu = vector.get(&CPU);
        let of = reach.of();
        self.walks.push(OpenWalk {
            walk: Some(Walk::new(reach.sieve, (of, reach.cell), steps, reach.least_cpu)),
            first: reach.first,
            variant: reach.variant,
            demand: reach.demand,
            gpu_left: reach.gpu_left,
            cpu,
            needs: Needs::default(),
        });
        self.push_walk(self.walks.len() - 1);
    }

    /// Puts a walk where the best node that it can give next would be.
    pub(super) fn push_walk(&mut self, at: usize) {
        let Some(open) = self.walks.get(at) else { return };
        let bound = open.walk.as_ref().and_then(Walk::bound);
        let Some((packing, least_cpu)) = bound else { return };
        let cpu_left = least_cpu.saturating_sub(open.cpu);
        let bound = score::bound(open.first, packing, open.gpu_left, cpu_left);
        self.push(bound, None, NodeRank::default(), Turn::Walk(at));
    }

    /// What packing says of nodes of a kind and state, by their free cpu.
    fn steps(&self, reach: &Reach<'k>, demand: &ResourceVector) -> Arc<[CostStep]> {
        let Reach {
            state,
            node: kind,
            most_cpu: most,
            ..
        } = *reach;
        let others = demand.iter().filter(|(name, _)| **name != *CPU);
        let key = StepsKey {
            shape: self.prepared.request.shape,
            kind: kind.class().kind.id,
            state,
            cpu_milli: demand.get(&CPU),
            others: others.fold(0, |sum: i64, (_, amount)| sum.wrapping_add(amount)),
        };
        let tables = &self.state.packing.steps;
        if let Some(known) = tables.known(&key, most) {
            return known;
        }
        let states = &self.state.index.states;
        let eligible = self.prepared.eligible.get(reach.sample);
        let variant = eligible.and_then(|eligible| eligible.variants.get(reach.variant));
        let (Some(eligible), Some(variant), Some(scarce)) = (eligible, variant, states.get(state)) else {
            // There is none of them; without, nothing is told apart.
            return Arc::clone(&self.one_step);
        };
        let shown;
        let node = match states.devices(state) {
            None => kind,
            devices => {
                shown = kind.clone().with_devices(devices);
                &shown
            }
        };
        let at = NodeContext {
            request: self.prepared.request,
            variant,
            cluster: eligible.name,
            node,
        };
        let way = gpu::way(&at, scarce.gpus(), node.device_room());
        let mut free = scarce.gpus().clone();
        let cost = |cpu: i64| {
            free.set(CPU.clone(), cpu);
            self.state.packing.cost(&RoomContext {
                at,
                demand,
                free: &free,
                devices: node.device_room(),
                gpu: way,
                quota: &[],
                reserved_for: None,
                avoided: None,
            })
        };
        tables.get(key, most, cost)
    }

    /// What a replica takes on nodes of a kind and state, and what that leaves of GPUs; `None` where devices are lacking.
    pub(super) fn demand_of(&mut self, plan: &Plan<'_, 'k>, state: ScarceId) -> Option<(usize, i64)> {
        let states = &self.state.index.states;
        let eligible = self.prepared.eligible.get(plan.sample)?;
        let shown;
        let node = match states.devices(state) {
            None => plan.node,
            devices => {
                shown = plan.node.clone().with_devices(devices);
                &shown
            }
        };
        let at = NodeContext {
            request: self.prepared.request,
            variant: eligible.variants.get(plan.variant)?,
            cluster: eligible.name,
            node,
        };
        let Some(wanted) = at.request.gpu.as_ref() else {
            return Some((self.demands.index(plan.sample, plan.variant, &at, None), 0));
        };
        let free = states.get(state)?.gpus();
        let way = gpu::way(&at, free, node.device_room());
        let demand = self.demands.index(plan.sample, plan.variant, &at, way);
        let left = match way {
            None => 0,
            Some(GpuWay::Counted { resource, units }) => free.get(resource).saturating_sub(units),
            Some(GpuWay::Devices) => devices::pick(wanted, node, node.device_room()).ok()?.left,
        };
        Some((demand, left))
    }
}

/// The least that has to be free for a demand.
fn floor(demand: i64) -> i64 {
    if demand > 0 { demand } else { i64::MIN }
}
