//! Nodes from which somebody may go: by kind and cluster, in blocks that know what could be free on any of their nodes.

use hourglass_model::resources::{CPU, MEMORY, ResourceName};

use super::summary::{Amounts, Summary};
use crate::hash::{NumberMap, NumberSet};
use crate::index::{ClusterIx, Seated};
use crate::state::NodeState;
use crate::state::class::{ClassId, KindId};
use crate::state::nodes::{NodeRank, NodeSlot};

/// Most nodes of a block.
const BLOCK: usize = if cfg!(test) { 4 } else { 16 };

/// What the middle columns of a [`Summary`] are on nodes of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Columns([Option<ResourceName>; 2]);

impl Columns {
    /// Those that count GPUs first.
    fn of(node: &NodeState) -> Self {
        let layout = node.layout();
        let name = |at: &usize| layout.at(*at).map(|(name, _)| name.clone());
        let extended = || layout.extended().iter();
        let gpus = extended().filter(|(_, gpu)| *gpu);
        let others = extended().filter(|(_, gpu)| !gpu);
        let mut names = gpus.chain(others).filter_map(|(at, _)| name(at));
        Self([names.next(), names.next()])
    }

    pub(crate) fn amounts(&self, amount: impl Fn(&ResourceName) -> i64) -> Amounts {
        let Self([first, second]) = self;
        let other = |name: &Option<ResourceName>| name.as_ref().map_or(0, &amount);
        [amount(&CPU), other(first), other(second), amount(&MEMORY)]
    }

    /// What the second column counts.
    pub(crate) fn scarce(&self) -> Option<&ResourceName> {
        self.0.first().and_then(Option::as_ref)
    }
}

/// A node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) summary: Summary,
    pub(crate) slot: NodeSlot,
    pub(crate) class: ClassId,
}

/// Those next to each other cost about the same.
type Order = (i32, i64, i64, NodeRank);

impl Entry {
    fn order(&self) -> Order {
        let [[cpu, scarce], ..] = self.summary.least;
        (self.summary.lowest, scarce, cpu, self.summary.first)
    }
}

/// Nodes next to each other.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Sorted.
    pub(crate) entries: Vec<Entry>,
    pub(crate) all: Summary,
}

impl Block {
    fn of(entries: Vec<Entry>) -> Option<Self> {
        let all = joined(entries.iter().map(|entry| &entry.summary))?;
        Some(Self { entries, all })
    }
}

fn joined<'s>(mut summaries: impl Iterator<Item = &'s Summary>) -> Option<Summary> {
    let mut all = *summaries.next()?;
    summaries.for_each(|one| all.join(one));
    Some(all)
}

/// Nodes of one kind in one cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    /// Sorted.
    pub(crate) blocks: Vec<Block>,
    /// Of all blocks, once the tree has settled.
    pub(crate) all: Option<Summary>,
}

impl Part {
    /// The block in which an entry is, or should be.
    fn place(&self, order: &Order) -> usize {
        let before = |block: &Block| block.entries.last().is_none_or(|last| last.order() < *order);
        self.blocks.partition_point(before)
    }

    fn insert(&mut self, entry: Entry) {
        let order = entry.order();
        let at = self.place(&order).min(self.blocks.len().saturating_sub(1));
        let mut entries = match self.blocks.get_mut(at) {
            Some(block) => std::mem::take(&mut block.entries),
            None => Vec::new(),
        };
        let place = entries.partition_point(|other| other.order() < order);
        entries.insert(place, entry);
        let rest = (entries.len() > BLOCK).then(|| entries.split_off(BLOCK / 2));
        let new = [Some(entries), rest].into_iter().flatten().filter_map(Block::of);
        self.blocks.splice(at..self.blocks.len().min(at + 1), new);
    }

    fn remove(&mut self, order: &Order) {
        let at = self.place(order);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let mut entries = std::mem::take(&mut block.entries);
        entries.retain(|entry| entry.order() != *order);
        self.blocks.splice(at..=at, Block::of(entries));
    }
}

/// All nodes from which anybody of some priority or a lower one may go.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    most: i32,
    parts: NumberMap<(KindId, ClusterIx), Part>,
    seats: NumberMap<Seated, (KindId, Order)>,
    columns: NumberMap<KindId, Columns>,
    unsettled: NumberSet<(KindId, ClusterIx)>,
}

impl Tree {
    /// Without any node.
    pub(super) fn new(most: i32) -> Self {
        Self {
            most,
            parts: NumberMap::default(),
            seats: NumberMap::default(),
            columns: NumberMap::default(),
            unsettled: NumberSet::default(),
        }
    }

    /// The same without any node.
    pub(super) fn sapling(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            ..Self::new(self.most)
        }
    }

    /// The highest priority of those who may go.
    pub(super) fn most(&self) -> i32 {
        self.most
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.seats.len()
    }

    /// The columns of a kind; the first node of it decides.
    pub(super) fn columns(&mut self, kind: KindId, node: &NodeState) -> &Columns {
        self.columns.entry(kind).or_insert_with(|| Columns::of(node))
    }

    /// The same, when there ever was a node of the kind.
    pub(crate) fn columns_of(&self, kind: KindId) -> Option<&Columns> {
        self.columns.get(&kind)
    }

    /// Nodes of a kind in a cluster.
    pub(crate) fn part(&self, kind: KindId, cluster: ClusterIx) -> Option<&Part> {
        self.parts.get(&(kind, cluster))
    }

    /// A node is this now, or nobody may go from it any more.
    pub(super) fn put(&mut self, at: Seated, found: Option<(KindId, Entry)>) {
        if let Some((kind, order)) = self.seats.remove(&at) {
            if let Some(part) = self.parts.get_mut(&(kind, at.cluster)) {
                part.remove(&order);
            }
            self.unsettled.insert((kind, at.cluster));
        }
        if let Some((kind, entry)) = found {
            self.seats.insert(at, (kind, entry.order()));
            self.parts.entry((kind, at.cluster)).or_default().insert(entry);
            self.unsettled.insert((kind, at.cluster));
        }
    }

    /// Nodes of a cluster are gone.
    pub(super) fn forget(&mut self, cluster: ClusterIx) {
        self.parts.retain(|(_, other), _| *other != cluster);
        self.seats.retain(|at, _| at.cluster != cluster);
    }

    /// Brings the summaries up to date.
    pub(super) fn settle(&mut self) {
        for key in self.unsettled.drain() {
            let Some(part) = self.parts.get_mut(&key) else {
                continue;
            };
            part.all = joined(part.blocks.iter().map(|block| &block.all));
            if part.all.is_none() {
                self.parts.remove(&key);
            }
        }
    }

    pub(super) fn seats(&self) -> impl Iterator<Item = Seated> {
        self.seats.keys().copied()
    }

    /// What is kept of a node.
    pub(super) fn entry(&self, at: Seated) -> Option<&Entry> {
        let (kind, order) = self.seats.get(&at)?;
        let part = self.parts.get(&(*kind, at.cluster))?;
        let block = part.blocks.get(part.place(order))?;
        block.entries.iter().find(|entry| entry.slot == at.slot)
    }

    /// Whether every node is where it is looked for, and all summaries are those of what is there.
    pub(super) fn is_sound(&self) -> bool {
        let sorted = |part: &Part| {
            let entries = part.blocks.iter().flat_map(|block| &block.entries);
            entries.map(Entry::order).is_sorted()
        };
        let summed = |part: &Part| {
            let mut blocks = part.blocks.iter();
            part.all == joined(part.blocks.iter().map(|block| &block.all))
                && blocks.all(|block| Some(block.all) == joined(block.entries.iter().map(|one| &one.summary)))
        };
        let entries = |part: &Part| part.blocks.iter().map(|block| block.entries.len()).sum::<usize>();
        self.parts.values().all(|part| sorted(part) && summed(part))
            && self.parts.values().map(entries).sum::<usize>() == self.seats.len()
            && self.seats().all(|at| self.entry(at).is_some())
    }
}
