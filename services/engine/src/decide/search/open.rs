//! Opening parts: which cells of the index may hold a node of it with room, and what is the same for all nodes of one.

use std::sync::Arc;

use hourglass_model::resources::{CPU, MEMORY, ResourceVector};

use super::clusters::ClusterSet;
use super::known::Way;
use super::lane::Sieve;
use super::look::Needs;
use super::outlook::Part;
use super::walk::Walk;
use super::{Closed, NodeRank, Search, Turn};
use crate::filter::node::{GpuWay, NodeContext, RoomContext, devices, gpu};
use crate::hash::NumberSet;
use crate::index::cell::Cell;
use crate::index::scarce::ScarceId;
use crate::packing::{CostStep, StepsKey};
use crate::score::{self, FirstScores};
use crate::state::NodeState;
use crate::state::class::ClassId;
use crate::state::zones::ZoneIx;

/// Clusters up to which their own cells are walked, one cluster after the other.
const FEW_CLUSTERS: usize = 4;
/// How many other clusters there have to be for each of them.
const SELECTIVE: usize = 16;
/// Classes of a part up to which their own cells are walked.
const FEW_CLASSES: usize = 16;

/// What the walks over the cells of one kind have in common.
pub(super) struct Plan<'p> {
    pub(super) first: FirstScores,
    pub(super) variant: usize,
    /// Stands for the nodes of the kind.
    pub(super) node: &'p NodeState,
    /// Place of the cluster that stands for the way's.
    pub(super) sample: usize,
    pub(super) clusters: &'p Arc<ClusterSet>,
    pub(super) classes: Option<&'p Arc<NumberSet<ClassId>>>,
    pub(super) zones: Option<&'p Arc<NumberSet<ZoneIx>>>,
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
        let index = &self.state.index;
        let Part {
            clusters,
            classes,
            zones,
            ..
        } = &closed.part;
        let all_zones = self.state.classes.zones();
        let few = clusters.len() <= FEW_CLUSTERS && clusters.len() * SELECTIVE <= index.cluster_count();
        let Some(sample) = self.enter_sample(closed.way) else {
            return;
        };
        for (id, kind) in &closed.group.kinds {
            let none =
                |zones: &Arc<NumberSet<ZoneIx>>| !all_zones.of_kind(*id).any(|zone| zones.contains(&zone));
            if zones.as_ref().is_some_and(none) {
                continue;
            }
            let plan = Plan {
                first: closed.first,
                variant: closed.key.variant,
                node: &kind.node,
                sample,
                clusters,
                classes: classes.as_ref(),
                zones: zones.as_ref(),
            };
            if few {
                for cluster in clusters.iter() {
                    for (state, cell) in index.of_kind_in(cluster, *id) {
                        self.open_cell(&plan, state, cell);
                    }
                }
                continue;
            }
            let whole = closed.way.is_whole(*id, kind.classes);
            match classes
                .as_ref()
                .filter(|classes| !whole && classes.len() <= FEW_CLASSES)
            {
                Some(classes) => {
                    let classes = classes.iter().filter_map(|class| self.state.classes.get(*class));
                    for class in classes.filter(|class| class.kind.id == *id) {
                        for (state, cell) in index.of_class(class.id) {
                            self.open_cell(&plan, state, cell);
                        }
                    }
                }
                None => {
                    for (state, cell) in index.of_kind(*id) {
                        self.open_cell(&plan, state, cell);
                    }
                }
            }
        }
    }

    /// Enters the cluster that stands for a way; any other of them does when it is turned away now.
    pub(super) fn enter_sample(&mut self, way: &Way) -> Option<usize> {
        let first = self.enter(way.sample);
        first.or_else(|| way.clusters.iter().find_map(|cluster| self.enter(cluster)))
    }

    /// Walks a cell, if any of its nodes may have room.
    fn open_cell(&mut self, plan: &Plan<'_>, state: ScarceId, cell: &'a Cell) {
        let Some((demand, gpu_left)) = self.demand_of(plan, state) else {
            return;
        };
        let Some(vector) = self.demands.get(demand) else {
            return;
        };
        let Some(scarce) = self.state.index.states.get(state) else {
            return;
        };
        let (cpu, memory) = (vector.get(&CPU), vector.get(&MEMORY));
        // Nothing asked is never too much, however far below zero a node is.
        let (least_cpu, least_memory) = (floor(cpu), floor(memory));
        let Some(most_cpu) = cell.max_cpu() else { return };
        if !scarce.may_hold(vector) || most_cpu < least_cpu || !cell.has_memory(least_memory) {
            return;
        }
        let steps = if plan.node.derived().has_gpu() {
            self.steps(plan, state, vector, most_cpu)
        } else {
            Arc::clone(&self.one_step)
        };
        let sieve = Sieve {
            index: &self.state.index,
            clusters: Arc::clone(plan.clusters),
            classes: plan.classes.cloned(),
            zones: plan
                .zones
                .map(|zones| (self.state.classes.zones(), Arc::clone(zones))),
            memory: least_memory,
        };
        self.walks.push(OpenWalk {
            walk: Some(Walk::new(sieve, cell, steps, least_cpu)),
            first: plan.first,
            variant: plan.variant,
            demand,
            gpu_left,
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
    fn steps(&self, plan: &Plan<'_>, state: ScarceId, demand: &ResourceVector, most: i64) -> Arc<[CostStep]> {
        let states = &self.state.index.states;
        let eligible = self.prepared.eligible.get(plan.sample);
        let variant = eligible.and_then(|eligible| eligible.variants.get(plan.variant));
        let (Some(eligible), Some(variant), Some(scarce)) = (eligible, variant, states.get(state)) else {
            // There is none of them; without, nothing is told apart.
            return Arc::clone(&self.one_step);
        };
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
        let others = demand.iter().filter(|(name, _)| **name != *CPU);
        let key = StepsKey {
            shape: self.prepared.request.shape,
            kind: plan.node.class().kind.id,
            state,
            cpu_milli: demand.get(&CPU),
            others: others.fold(0, |sum: i64, (_, amount)| sum.wrapping_add(amount)),
        };
        self.state.packing.steps.get(key, most, cost)
    }

    /// What a replica takes on nodes of a kind and state, and what that leaves of GPUs; `None` where devices are lacking.
    pub(super) fn demand_of(&mut self, plan: &Plan<'_>, state: ScarceId) -> Option<(usize, i64)> {
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
