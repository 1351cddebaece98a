//! The best node for strategy `SPREAD`: of nodes that are equal until there the least loaded one, then the first in the
//! order of clusters and nodes.
//!
//! How loaded a node would be is told in whole sixteenths. A node that would be no more loaded than some level has at least
//! so much cpu and memory free, and cells find such nodes without looking at others; so the lowest level that any node can
//! keep is found by halving what is left of them, and of that level clusters are tried in their order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use hourglass_model::resources::{CPU, MEMORY};

use super::lane::{Lane, Seen, Sieve};
use super::open::Reach;
use super::{Closed, Found, Search, Seated};
use crate::decide::Place;
use crate::hash::NumberMap;
use crate::index::ClusterIx;
use crate::index::cell::{Entry, EntryKey};
use crate::index::cluster_set::ClusterSet;
use crate::score;
use crate::state::nodes::NodeRank;

/// What is taken of a node that is full.
const FULL: i64 = 16;

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Counts slots of the placement that have a place already; their nodes are judged alone.
    pub(super) fn count_own(&mut self) {
        let state = self.state;
        let placement = self.prepared.input.placement.into_iter();
        let own = placement.flat_map(|placement| state.ledger.of_placement(placement));
        for record in own.filter(|record| record.is_live()) {
            let claim = &record.claim;
            let Some(cluster) = state.cluster(&claim.cluster) else {
                continue;
            };
            let ix = cluster.ix();
            let Some(place) = self.enter(ix) else { continue };
            self.draft.count_own_slot(place, &claim.node);
            let slot = cluster.slot(&claim.node);
            self.alone.extend(slot.map(|slot| Seated { cluster: ix, slot }));
        }
    }

    /// The best node for one replica.
    pub(super) fn best_spread(&mut self) -> Option<Place<'a>> {
        let mut best: Option<Found<'a>> = None;
        let alone: Vec<Seated> = self.alone.iter().copied().collect();
        for at in alone {
            let found = self
                .enter(at.cluster)
                .and_then(|cluster| self.look_alone(at, cluster));
            best = self.better(best, found);
        }
        let closed = std::mem::take(&mut self.closed);
        for part in closed.iter().rev() {
            if best.is_some_and(|best| score::first_part(&best.scores) < part.first) {
                break;
            }
            let found = self.least_loaded(part);
            best = self.better(best, found);
        }
        self.closed = closed;
        let found = best?;
        let what = (found.cluster, found.node, found.fit);
        Place::of(&self.prepared, &self.draft, what, found.scores, &mut self.demands)
    }

    fn better(&self, one: Option<Found<'a>>, other: Option<Found<'a>>) -> Option<Found<'a>> {
        let cluster = |found: &Found<'a>| self.prepared.eligible.get(found.cluster).map(|one| one.name);
        let rank = |found: &Found<'a>| (found.scores, cluster(found), found.node.rank());
        [one, other].into_iter().flatten().min_by_key(rank)
    }

    /// The best node of a part that is not judged alone.
    fn least_loaded(&mut self, part: &Closed<'k>) -> Option<Found<'a>> {
        for clusters in self.by_own_slots(&part.part.clusters) {
            let reaches = self.reaches(part, &clusters);
            if reaches.is_empty() {
                continue;
            }
            if let Some(level) = self.lowest_level(&reaches) {
                return self.first_of(part, &clusters, level);
            }
            // Where nothing is asked of what is overcommitted a node may be more than full.
            let all = self.best_of(&reaches);
            if all.is_some() {
                return all;
            }
        }
        None
    }

    /// Clusters by how many slots of the placement they have, the fewest first.
    fn by_own_slots(&self, clusters: &Arc<ClusterSet>) -> Vec<Arc<ClusterSet>> {
        let own = self.draft.own_slots().filter_map(|(place, own)| {
            let eligible = self.prepared.eligible.get(place)?;
            Some((eligible.state.ix(), own))
        });
        let own: NumberMap<ClusterIx, i64> = own.collect();
        if own.is_empty() {
            return vec![Arc::clone(clusters)];
        }
        let mut by_own: BTreeMap<i64, ClusterSet> = BTreeMap::new();
        for cluster in clusters.iter() {
            let own = own.get(&cluster).copied().unwrap_or_default();
            by_own.entry(own).or_default().insert(cluster);
        }
        by_own.into_values().map(Arc::new).collect()
    }

    /// The least load that any node could keep with a replica; none where none would be at most full.
    fn lowest_level(&mut self, reaches: &[Reach<'k>]) -> Option<i64> {
        if !self.is_any(reaches, FULL) {
            return None;
        }
        // What keeps one level keeps those above it.
        let (mut none_below, mut lowest) = (0, FULL);
        while none_below < lowest {
            let level = i64::midpoint(none_below, lowest);
            if self.is_any(reaches, level) {
                lowest = level;
            } else {
                none_below = level + 1;
            }
        }
        Some(lowest)
    }

    /// Whether any node could take a replica and be no more loaded than this.
    fn is_any(&mut self, reaches: &[Reach<'k>], level: i64) -> bool {
        reaches.iter().any(|reach| {
            let Some((cpu, memory)) = self.least_free(reach, level) else {
                return false;
            };
            let mut lane = lane(reach, cpu, memory);
            let found = lane.next(|entry| match self.at_level(reach, entry, level) {
                Some(_) => Seen::Fit(()),
                None => Seen::Unfit,
            });
            found.is_some()
        })
    }

    /// Of the nodes that would be no more loaded than this the first in the order of clusters and nodes.
    fn first_of(&mut self, part: &Closed<'k>, clusters: &ClusterSet, level: i64) -> Option<Found<'a>> {
        let index = &self.state.index;
        let order = index.order_after(None).map(|(_, _, cluster)| cluster);
        for cluster in order.filter(|cluster| clusters.contains(*cluster)) {
            let mut one = ClusterSet::default();
            one.insert(cluster);
            let reaches = self.reaches(part, &Arc::new(one));
            let mut nodes: BinaryHeap<Reverse<(NodeRank, usize)>> = BinaryHeap::new();
            let mut entries: Vec<(usize, Entry)> = Vec::new();
            for (at, reach) in reaches.iter().enumerate() {
                let Some((cpu, memory)) = self.least_free(reach, level) else {
                    continue;
                };
                let mut place = reach.cell.seek(&EntryKey::first_of_cpu(cpu));
                while let Some((entry, after)) = reach.cell.next(place, memory, &EntryKey::END) {
                    place = after;
                    if entry.key.cluster() == cluster {
                        nodes.push(Reverse((entry.key.rank(), entries.len())));
                        entries.push((at, entry));
                    }
                }
            }
            while let Some(Reverse((_, node))) = nodes.pop() {
                let Some((at, entry)) = entries.get(node) else {
                    continue;
                };
                let found = reaches
                    .get(*at)
                    .and_then(|reach| self.at_level(reach, entry, level));
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// The best of all nodes that have room, whatever their load.
    fn best_of(&mut self, reaches: &[Reach<'k>]) -> Option<Found<'a>> {
        let mut best: Option<Found<'a>> = None;
        for reach in reaches {
            let mut lane = lane(reach, reach.least_cpu, reach.sieve.memory);
            while let Some(found) = lane.next(|entry| {
                let found = self.at_level(reach, entry, i64::MAX);
                found.map_or(Seen::Unfit, Seen::Fit)
            }) {
                best = self.better(best, Some(found));
            }
        }
        best
    }

    /// Free cpu and memory without which a node of a cell would be more loaded than this with a replica; none where all are.
    fn least_free(&self, reach: &Reach<'k>, level: i64) -> Option<(i64, i64)> {
        let demand = self.demands.get(reach.demand)?;
        let least = &reach.node.class().kind.least;
        // The more GPUs a node has of which so many are left, the more loaded it is.
        let gpus = least.gpus().max(reach.gpu_left);
        if reach.counts_gpus && score::sixteenths(gpus.saturating_sub(reach.gpu_left), gpus) > level {
            return None;
        }
        let cpu = least_for(level, demand.get(&CPU), least.cpu()).max(reach.least_cpu);
        let memory = least_for(level, demand.get(&MEMORY), least.memory()).max(reach.sieve.memory);
        (reach.most_cpu >= cpu && reach.cell.has_memory(memory)).then_some((cpu, memory))
    }

    /// A node of a cell, if it can take a replica and would be no more loaded than this.
    fn at_level(&mut self, reach: &Reach<'k>, entry: &Entry, level: i64) -> Option<Found<'a>> {
        let at = Seated {
            cluster: entry.key.cluster(),
            slot: entry.slot,
        };
        if !reach.sieve.lets_through(entry) || self.alone.contains(&at) {
            return None;
        }
        let cluster = self.enter(at.cluster)?;
        let node = self.prepared.eligible.get(cluster)?.state.node_at(at.slot)?;
        if score::counted_load(node, self.demands.get(reach.demand)?) > level {
            return None;
        }
        let found = self.look_at(at, cluster)?;
        let same = found.fit.variant == reach.variant;
        (same && score::load(&found.scores) <= level).then_some(found)
    }
}

/// A walk over the nodes of a cell that have so much free.
fn lane<'k>(reach: &Reach<'k>, cpu: i64, memory: i64) -> Lane<'k> {
    let sieve = Sieve {
        memory,
        ..reach.sieve.clone()
    };
    let part = EntryKey::first_of_cpu(cpu)..EntryKey::END;
    Lane::new(sieve, (reach.of(), reach.cell), part)
}

/// What a node must have free to be no more loaded than this with a replica: more than the demand and (15 - level)/16 of
/// what it has, which is no less than `least`.
fn least_for(level: i64, demand: i64, least: i64) -> i64 {
    if level >= FULL - 1 || least <= 0 {
        return i64::MIN;
    }
    let kept = i128::from(least) * i128::from(FULL - 1 - level) / i128::from(FULL);
    let kept = i64::try_from(kept).unwrap_or(i64::MAX);
    demand.max(0).saturating_add(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_node_within_a_level_has_less_free_than_is_asked() {
        for all in 1..70_i64 {
            for demand in 0..20 {
                for free in demand..=all {
                    let level = score::sixteenths(all - free + demand, all);
                    for least in 1..=all {
                        assert!(
                            free >= least_for(level, demand, least),
                            "{free} of {all} for {demand}, where {least} is the least"
                        );
                    }
                }
            }
        }
    }
}
