//! The index over all nodes of the fleet, by which a decision finds the best node without looking at the others.
//!
//! Nodes of one kind (all that rules and scores look at, labels and free room apart) and one state of their devices form
//! a [`Cell`], ordered by free cpu. Whatever comes before free cpu in the order of scores is the same for all of a cell,
//! so that the best node of a cell is the first one from the demand on that passes what is left to check.
//!
//! Every node is in two views: by kind; and by cluster and kind, for requests that few clusters may take, be it by a rule
//! about clusters or because few have nodes with a label. The index is kept up with every change of a node and never says
//! that a node has room: it says where to look first. Each further view would cost every change as much again.

pub(crate) mod cell;
pub(crate) mod cluster_set;
pub(crate) mod names;
pub(crate) mod regions;
pub(crate) mod scarce;
mod view;

use std::collections::BTreeSet;
use std::ops::Bound;

use hourglass_model::ids::ClusterName;

use crate::hash::NumberMap;
use crate::state::NodeState;
use crate::state::class::{ClassId, KindId};
use crate::state::nodes::NodeSlot;
use cell::{Cell, Entry, EntryKey};
use names::Names;
use regions::Regions;
use scarce::{ScarceId, States};
use view::{CellIx, View};

/// Number of a cluster, below 2^24; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct ClusterIx(pub(crate) u32);

/// Which node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Seated {
    pub(crate) cluster: ClusterIx,
    pub(crate) slot: NodeSlot,
}

/// In which cells a node belongs, and where in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    kind: KindId,
    state: ScarceId,
    entry: Entry,
}

impl Standing {
    fn class(&self) -> ClassId {
        ClassId(self.entry.class)
    }

    /// What it has in common with others of its cluster.
    fn in_cluster(&self) -> (ClusterIx, KindId) {
        (self.entry.key.cluster(), self.kind)
    }

    fn has_cells_of(&self, other: &Self) -> bool {
        (self.kind, self.state) == (other.kind, other.state)
    }
}

/// Cells that a node is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cells {
    by_kind: CellIx,
    by_cluster: CellIx,
}

/// Where a node is in the index, kept with the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    standing: Standing,
    cells: Cells,
}

impl Seat {
    /// Something of it, for [`crate::near`].
    pub(crate) fn glance(&self) -> u64 {
        u64::from(self.standing.kind.0 ^ self.standing.entry.slot.0)
    }
}

/// The index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_kind: View<KindId>,
    by_cluster: View<(ClusterIx, KindId)>,
    pub(crate) states: States,
    pub(crate) names: Names,
    pub(crate) regions: Regions,
    /// Name and number of claims, by number of the cluster.
    clusters: Vec<Option<(ClusterName, usize)>>,
    /// Clusters by the number of claims there, then by name: the order in which equal nodes are taken.
    order: BTreeSet<(usize, ClusterName, ClusterIx)>,
    /// Nodes of a class in a cluster, where there are any.
    members: NumberMap<(ClassId, ClusterIx), u32>,
    /// Pairs of class and cluster in the order in which they came up; some may have gone again.
    pairs: Vec<(ClassId, ClusterIx)>,
    members_version: u64,
    /// Counts changes after which other clusters may be eligible, or clusters may offer other things.
    version: u64,
}

impl Index {
    /// A cluster has come.
    pub(crate) fn add_cluster(&mut self, name: &ClusterName, claims: usize) -> ClusterIx {
        let ix = ClusterIx(u32::try_from(self.clusters.len()).unwrap_or(u32::MAX));
        self.clusters.push(Some((name.clone(), claims)));
        self.order.insert((claims, name.clone(), ix));
        ix
    }

    /// A cluster has gone; its nodes were taken out before.
    pub(crate) fn remove_cluster(&mut self, ix: ClusterIx) {
        if let Some((name, claims)) = self.clusters.get_mut(at(ix)).and_then(Option::take) {
            self.order.remove(&(claims, name, ix));
        }
        self.regions.remove(ix);
    }

    /// A cluster has come, or has another region.
    pub(crate) fn set_region(&mut self, ix: ClusterIx, region: Option<&str>) {
        self.regions.put(ix, region);
    }

    /// Another number of claims is charged to a cluster.
    pub(crate) fn count_claims(&mut self, ix: ClusterIx, now: usize) {
        let Some(Some((name, claims))) = self.clusters.get_mut(at(ix)) else {
            return;
        };
        let mut key = (*claims, name.clone(), ix);
        *claims = now;
        self.order.remove(&key);
        key.0 = now;
        self.order.insert(key);
    }

    /// Number of clusters.
    pub(crate) fn cluster_count(&self) -> usize {
        self.order.len()
    }

    /// Name of a cluster.
    pub(crate) fn cluster_name(&self, ix: ClusterIx) -> Option<&ClusterName> {
        self.order_of(ix).map(|(_, name)| name)
    }

    /// Claims and name of a cluster, by which equal nodes are ordered.
    pub(crate) fn order_of(&self, ix: ClusterIx) -> Option<(usize, &ClusterName)> {
        let known = self.clusters.get(at(ix))?.as_ref();
        known.map(|(name, claims)| (*claims, name))
    }

    /// Clusters by claims, then name, from the one after `last` on.
    pub(crate) fn order_after<'s>(
        &'s self,
        last: Option<(usize, &ClusterName, ClusterIx)>,
    ) -> impl Iterator<Item = (usize, &'s ClusterName, ClusterIx)> + use<'s> {
        let from = match last {
            Some((claims, name, ix)) => Bound::Excluded((claims, name.clone(), ix)),
            None => Bound::Unbounded,
        };
        let rest = self.order.range((from, Bound::Unbounded));
        rest.map(|(claims, name, ix)| (*claims, name, *ix))
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Something about a cluster as a whole has changed.
    pub(crate) fn clusters_changed(&mut self) {
        self.version += 1;
    }

    /// A node has come, or has taken the place of `old`.
    pub(crate) fn name(&mut self, at: Seated, old: Option<&NodeState>, node: &NodeState) {
        match old {
            Some(old) if Names::same(old, node) => {}
            Some(old) => {
                self.names.remove(at, old);
                self.names.insert(at, node);
            }
            None => self.names.insert(at, node),
        }
    }

    /// All nodes of a cluster that had none.
    pub(crate) fn name_all<'n>(&mut self, all: impl Iterator<Item = (Seated, &'n NodeState)>) {
        self.names.insert_all(all);
    }

    /// A node has gone.
    pub(crate) fn remove(&mut self, at: Seated, node: &NodeState) {
        self.names.remove(at, node);
        if let Some(seat) = node.seat() {
            self.unseat(seat);
            self.part(seat.standing.class(), at.cluster);
        }
    }

    /// Brings near what [`Self::refresh`] of these nodes will look at.
    pub(crate) fn fetch<'n>(&self, nodes: impl Iterator<Item = &'n NodeState>) {
        let moves = nodes.filter_map(|node| {
            let Seat { standing, cells } = node.seat()?;
            let old = standing.entry.key;
            let new = EntryKey::new(node.free_cpu(), old.cluster(), old.rank());
            Some((*cells, [old, new]))
        });
        let moves: Vec<(Cells, [EntryKey; 2])> = moves.collect();
        let by_kind = moves.iter().map(|(cells, keys)| (cells.by_kind, *keys));
        self.by_kind.fetch(by_kind);
        let by_cluster = moves.iter().map(|(cells, keys)| (cells.by_cluster, *keys));
        self.by_cluster.fetch(by_cluster);
    }

    fn standing_of(&mut self, at: Seated, node: &NodeState) -> Standing {
        let before = node.seat().map(|seat| seat.standing.state);
        Standing {
            kind: node.class().kind.id,
            state: self.states.intern(node, before),
            entry: Entry {
                key: EntryKey::new(node.free_cpu(), at.cluster, node.rank()),
                memory: node.free_memory(),
                slot: at.slot,
                class: node.class().id.0,
            },
        }
    }

    /// The cells of a node that is about to be put in.
    fn cells_of(&mut self, standing: &Standing) -> Cells {
        let state = standing.state;
        Cells {
            by_kind: self.by_kind.cell(standing.kind, state),
            by_cluster: self.by_cluster.cell(standing.in_cluster(), state),
        }
    }

    /// The same for all nodes of a cluster; what is new is put in by the run, which costs less.
    pub(crate) fn refresh_all<'n>(
        &mut self,
        cluster: ClusterIx,
        nodes: impl Iterator<Item = (NodeSlot, &'n mut NodeState)>,
    ) {
        let mut coming: Vec<(Seated, &'n mut NodeState)> = Vec::new();
        for (slot, node) in nodes {
            let at = Seated { cluster, slot };
            if node.seat().is_some() {
                self.refresh(at, node);
            } else {
                coming.push((at, node));
            }
        }
        let mut new: Vec<(Cells, Entry)> = Vec::with_capacity(coming.len());
        for (at, node) in coming {
            let standing = self.standing_of(at, node);
            let cells = self.cells_of(&standing);
            self.join(standing.class(), cluster);
            node.set_seat(Seat { standing, cells });
            new.push((cells, standing.entry));
        }
        let mut entries: Vec<Entry> = Vec::new();
        // In one cluster both cells hold the same.
        new.sort_unstable_by_key(|(cells, entry)| (cells.by_kind, entry.key));
        for run in new.chunk_by(|(one, _), (other, _)| one.by_kind == other.by_kind) {
            let Some((cells, _)) = run.first() else { continue };
            entries.clear();
            entries.extend(run.iter().map(|(_, entry)| *entry));
            self.by_kind.insert_sorted(cells.by_kind, &entries);
            self.by_cluster.insert_sorted(cells.by_cluster, &entries);
        }
    }

    /// Something about a node may have changed: what is free, its class, its rank.
    pub(crate) fn refresh(&mut self, at: Seated, node: &mut NodeState) {
        let standing = self.standing_of(at, node);
        let before = node.seat().copied();
        if before.is_some_and(|before| before.standing == standing) {
            return;
        }
        let class = |seat: &Seat| seat.standing.class();
        if before.as_ref().map(class) != Some(standing.class()) {
            self.join(standing.class(), at.cluster);
            if let Some(before) = &before {
                self.part(class(before), at.cluster);
            }
        }
        let entry = standing.entry;
        let cells = match before {
            Some(Seat { standing: old, cells }) if old.has_cells_of(&standing) => {
                let key = &old.entry.key;
                self.by_kind.shift(cells.by_kind, key, entry);
                self.by_cluster.shift(cells.by_cluster, key, entry);
                cells
            }
            before => {
                if let Some(before) = &before {
                    self.unseat(before);
                }
                let cells = self.cells_of(&standing);
                self.by_kind.insert(cells.by_kind, entry);
                self.by_cluster.insert(cells.by_cluster, entry);
                cells
            }
        };
        node.set_seat(Seat { standing, cells });
    }

    fn unseat(&mut self, seat: &Seat) {
        let Seat { standing, cells } = seat;
        let (key, state) = (&standing.entry.key, standing.state);
        self.by_kind.remove(cells.by_kind, key, (standing.kind, state));
        self.by_cluster
            .remove(cells.by_cluster, key, (standing.in_cluster(), state));
    }

    fn join(&mut self, class: ClassId, cluster: ClusterIx) {
        self.members_version += 1;
        let count = self.members.entry((class, cluster)).or_default();
        *count += 1;
        if *count > 1 {
            return;
        }
        self.pairs.push((class, cluster));
        if self.pairs.len() > 4096 + 2 * self.members.len() {
            self.pairs = self.members.keys().copied().collect();
            self.clusters_changed();
        }
    }

    fn part(&mut self, class: ClassId, cluster: ClusterIx) {
        self.members_version += 1;
        if let Some(count) = self.members.get_mut(&(class, cluster)) {
            *count -= 1;
            if *count == 0 {
                self.members.remove(&(class, cluster));
            }
        }
    }

    /// Pairs of class and cluster with nodes, and how many.
    pub(crate) fn members(&self) -> impl Iterator<Item = (ClassId, ClusterIx, usize)> {
        let members = self.members.iter();
        members.map(|((class, cluster), count)| {
            (*class, *cluster, usize::try_from(*count).unwrap_or(usize::MAX))
        })
    }

    /// Rises whenever [`Self::members`] change.
    pub(crate) fn members_version(&self) -> u64 {
        self.members_version
    }

    /// Pairs of class and cluster that have come up, in that order: all that there are, and some that are gone. Begins anew
    /// with another [`Self::version`].
    pub(crate) fn pairs(&self) -> &[(ClassId, ClusterIx)] {
        &self.pairs
    }

    /// Kinds of the nodes that there are.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = KindId> {
        self.by_kind.keys()
    }

    /// Cells of a kind, over all clusters.
    pub(crate) fn of_kind(&self, kind: KindId) -> impl Iterator<Item = (ScarceId, &Cell)> {
        self.by_kind.of(kind)
    }

    /// Cells of a kind in one cluster.
    pub(crate) fn of_kind_in(
        &self,
        cluster: ClusterIx,
        kind: KindId,
    ) -> impl Iterator<Item = (ScarceId, &Cell)> {
        self.by_cluster.of((cluster, kind))
    }

    /// The cell of a kind and state in one cluster.
    pub(crate) fn cell_in(&self, cluster: ClusterIx, kind: KindId, state: ScarceId) -> Option<&Cell> {
        self.by_cluster.get((cluster, kind), state)
    }
}

fn at(ix: ClusterIx) -> usize {
    usize::try_from(ix.0).unwrap_or(usize::MAX)
}
