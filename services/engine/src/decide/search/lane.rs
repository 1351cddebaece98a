//! Walking one cell of the index from the best node to the worst: by free cpu, then clusters by claims and name, then
//! nodes by name.
//!
//! A cell holds nodes of all clusters, and mostly one that counts comes soon. Where none does (a region is full, and nothing else
//! is), passing over the others would be going over the fleet: after a while the cells of the clusters that count are walked side by
//! side.

use std::ops::Range;
use std::sync::Arc;

use hourglass_model::ids::ClusterName;

use crate::hash::NumberSet;
use crate::index::cell::{Cell, Entry, EntryKey, Place};
use crate::index::cluster_set::ClusterSet;
use crate::index::scarce::ScarceId;
use crate::index::{ClusterIx, Index};
use crate::state::class::{ClassId, KindId};
use crate::state::zones::{ZoneIx, Zones};

/// Of so many nodes that are passed over, one by one, one is followed by a leap over the rest of its cluster.
const LEAP: usize = 8;
/// Nodes that are passed over for each cluster that counts before these are walked by themselves, which costs about as much.
const PASSED_FOR_EACH: usize = 16;

/// What a lane leaves out without looking at the node.
#[derive(Clone)]
pub(super) struct Sieve<'s> {
    pub(super) index: &'s Index,
    pub(super) clusters: Arc<ClusterSet>,
    /// Classes that count; `None` for all.
    pub(super) classes: Option<Arc<NumberSet<ClassId>>>,
    /// Zones that count; `None` for all.
    pub(super) zones: Option<(&'s Zones, Arc<NumberSet<ZoneIx>>)>,
    pub(super) memory: i64,
}

impl Sieve<'_> {
    pub(super) fn lets_through(&self, entry: &Entry) -> bool {
        self.clusters.contains(entry.key.cluster())
            && self
                .classes
                .as_ref()
                .is_none_or(|classes| classes.contains(&ClassId(entry.class)))
            && self.zones.as_ref().is_none_or(|(all, zones)| {
                let zone = all.of(ClassId(entry.class));
                zone.is_some_and(|zone| zones.contains(&zone))
            })
    }
}

/// What a look at a node says.
pub(super) enum Seen<T> {
    Fit(T),
    Unfit,
    /// None of the cluster's nodes will do.
    ClusterUnfit,
}

/// A walk over one cell.
pub(super) struct Lane<'s> {
    sieve: Sieve<'s>,
    cell: &'s Cell,
    /// What the nodes of the cell have in common.
    of: (KindId, ScarceId),
    /// Nodes of other clusters that were passed over.
    passed: usize,
    /// So many may be.
    most_passed: usize,
    /// Once these are too many: the cells of the clusters that count.
    apart: Option<Vec<Front<'s>>>,
    /// Where the next amount of free cpu is looked for.
    from: EntryKey,
    /// Where the walk ends.
    until: EntryKey,
    level: Option<Level<'s>>,
    /// The nodes of one cluster at one level.
    run: Option<(Place, EntryKey)>,
}

/// The cell of one cluster, and the next node of it that passes the sieve.
struct Front<'s> {
    cluster: ClusterIx,
    cell: &'s Cell,
    next: EntryKey,
}

/// Nodes with the same free cpu.
struct Level<'s> {
    cpu: i64,
    clusters: Clusters<'s>,
}

enum Clusters<'s> {
    /// All that have such nodes, best last.
    Known(Vec<(usize, &'s ClusterName, ClusterIx)>),
    /// All that there are; the last one that was looked at.
    All(Option<(usize, &'s ClusterName, ClusterIx)>),
}

impl<'s> Lane<'s> {
    /// A walk over a part of a cell that begins and ends between amounts of free cpu.
    pub(super) fn new(
        sieve: Sieve<'s>,
        (of, cell): ((KindId, ScarceId), &'s Cell),
        part: Range<EntryKey>,
    ) -> Self {
        let most_passed = sieve.clusters.len().saturating_mul(PASSED_FOR_EACH);
        Self {
            sieve,
            cell,
            of,
            passed: 0,
            most_passed,
            apart: None,
            from: part.start,
            until: part.end,
            level: None,
            run: None,
        }
    }

    /// The next node that passes the sieve and is accepted.
    pub(super) fn next<T>(&mut self, mut look: impl FnMut(&Entry) -> Seen<T>) -> Option<T> {
        loop {
            while let Some((place, limit)) = &mut self.run {
                let Some((entry, after)) = self.cell.next(*place, self.sieve.memory, limit) else {
                    self.run = None;
                    break;
                };
                *place = after;
                if !self.sieve.lets_through(&entry) {
                    continue;
                }
                match look(&entry) {
                    Seen::Fit(found) => return Some(found),
                    Seen::Unfit => {}
                    Seen::ClusterUnfit => self.run = None,
                }
            }
            match &mut self.level {
                Some(level) => match level.clusters.next(&self.sieve) {
                    Some(cluster) => {
                        let from = EntryKey::first_of_cluster(level.cpu, cluster);
                        let limit = EntryKey::first_of_cluster(level.cpu, next(cluster));
                        self.run = Some((self.cell.seek(&from), limit));
                    }
                    None => {
                        self.from = EntryKey::first_of_cpu(level.cpu.saturating_add(1));
                        self.level = None;
                    }
                },
                None => self.level = Some(self.next_level()?),
            }
        }
    }

    /// The next amount of free cpu that any node has which passes the sieve.
    fn next_level(&mut self) -> Option<Level<'s>> {
        if self.apart.is_some() {
            return self.next_level_apart();
        }
        let mut place = self.cell.seek(&self.from);
        let first = loop {
            let (entry, after) = self.cell.next(place, self.sieve.memory, &self.until)?;
            if self.sieve.lets_through(&entry) {
                break entry;
            }
            let cluster = entry.key.cluster();
            place = after;
            if self.sieve.clusters.contains(cluster) {
                continue;
            }
            // Nodes that nothing runs on are alike, and stand together by cluster.
            self.passed += 1;
            if self.passed.is_multiple_of(LEAP) {
                if self.passed > self.most_passed {
                    self.from = entry.key;
                    return self.next_level_apart();
                }
                place = self
                    .cell
                    .seek(&EntryKey::first_of_cluster(entry.key.cpu, next(cluster)));
            }
        };
        let cpu = first.key.cpu;
        let clusters = self.clusters_from(&first);
        Some(Level { cpu, clusters })
    }

    /// The same from the cells of the clusters that count.
    fn next_level_apart(&mut self) -> Option<Level<'s>> {
        let mut fronts = match self.apart.take() {
            Some(fronts) => fronts,
            None => self.fronts(),
        };
        fronts.retain_mut(|front| {
            front.next >= self.from || front.advance(&self.sieve, &self.from, &self.until)
        });
        let cpu = fronts.iter().map(|front| front.next.cpu).min();
        let level = cpu.map(|cpu| {
            let there = fronts.iter().filter(|front| front.next.cpu == cpu);
            let clusters = self.in_order(there.map(|front| front.cluster).collect());
            Level { cpu, clusters }
        });
        self.apart = Some(fronts);
        level
    }

    /// The cells of the clusters that count, where these may have such nodes.
    fn fronts(&self) -> Vec<Front<'s>> {
        let (kind, state) = self.of;
        let index = self.sieve.index;
        let clusters = self.sieve.clusters.iter();
        let fronts = clusters.filter_map(|cluster| {
            let cell = index.cell_in(cluster, kind, state)?;
            let may_hold = cell.has_memory(self.sieve.memory) && cell.max_cpu()? >= self.from.cpu;
            let next = EntryKey::first_of_cpu(i64::MIN);
            may_hold.then_some(Front { cluster, cell, next })
        });
        fronts.collect()
    }

    fn clusters_from(&self, first: &Entry) -> Clusters<'s> {
        let cpu = first.key.cpu;
        let memory = self.sieve.memory;
        let limit = EntryKey::first_of_cpu(cpu.saturating_add(1));
        let from = |cluster| self.cell.seek(&EntryKey::first_of_cluster(cpu, cluster));
        let mut known = vec![first.key.cluster()];
        let mut place = from(next(first.key.cluster()));
        // Where few clusters have such nodes they are soon listed; where many have, one of the first in their order does.
        let order = self.sieve.index.order_after(None);
        let mut order = order.filter(|(_, _, cluster)| self.sieve.clusters.contains(*cluster));
        let mut before = None;
        while let Some((entry, later)) = self.cell.next(place, memory, &limit) {
            if let Some(one) = order.next() {
                let end = EntryKey::first_of_cluster(cpu, next(one.2));
                if self.cell.next(from(one.2), memory, &end).is_some() {
                    return Clusters::All(before);
                }
                before = Some(one);
            }
            let cluster = entry.key.cluster();
            let through = self.sieve.lets_through(&entry);
            if through {
                known.push(cluster);
            }
            let done = through || !self.sieve.clusters.contains(cluster);
            place = if done { from(next(cluster)) } else { later };
        }
        self.in_order(known)
    }

    fn in_order(&self, clusters: Vec<ClusterIx>) -> Clusters<'s> {
        let named = |cluster: ClusterIx| {
            let (claims, name) = self.sieve.index.order_of(cluster)?;
            Some((claims, name, cluster))
        };
        let mut known: Vec<_> = clusters.into_iter().filter_map(named).collect();
        known.sort_unstable_by(|one, other| other.cmp(one));
        Clusters::Known(known)
    }
}

impl Front<'_> {
    /// Goes on to the first node from a place on that passes the sieve; returns whether there is one.
    fn advance(&mut self, sieve: &Sieve<'_>, from: &EntryKey, until: &EntryKey) -> bool {
        let mut place = self.cell.seek(from);
        while let Some((entry, after)) = self.cell.next(place, sieve.memory, until) {
            if sieve.lets_through(&entry) {
                self.next = entry.key;
                return true;
            }
            place = after;
        }
        false
    }
}

fn next(cluster: ClusterIx) -> ClusterIx {
    ClusterIx(cluster.0.saturating_add(1))
}

impl<'s> Clusters<'s> {
    fn next(&mut self, sieve: &Sieve<'s>) -> Option<ClusterIx> {
        match self {
            Self::Known(clusters) => clusters.pop().map(|(_, _, cluster)| cluster),
            Self::All(last) => {
                let mut rest = sieve.index.order_after(*last);
                let found = rest.find(|(_, _, cluster)| sieve.clusters.contains(*cluster))?;
                *last = Some(found);
                Some(found.2)
            }
        }
    }
}
