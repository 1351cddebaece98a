//! The nodes of one cluster: by name, and by a short number that stays theirs while they are there.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::Bound;

use foldhash::fast::RandomState;

use hourglass_model::ids::NodeName;

use super::node::NodeState;
use crate::hash::NumberMap;
use crate::near;

/// Number of a node within its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeSlot(pub(crate) u32);

/// Orders the nodes of a cluster as their names do, and is cheaper to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct NodeRank(pub(crate) u64);

impl NodeRank {
    /// Binary digits of a rank: together with the number of a cluster it fits into one number.
    pub(crate) const BITS: u32 = 40;
    const MAX: u64 = (1 << Self::BITS) - 1;
}

/// Room that is left after the last rank when a node is appended, so that appending goes on for long.
const STEP: u64 = 1 << 20;

/// Nodes by name and by slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes {
    by_name: BTreeMap<NodeName, NodeSlot>,
    /// By a short hash of the name, which finds nearly every node without going down `by_name`: of names with one hash only
    /// one is here.
    by_hash: NumberMap<u32, NodeSlot>,
    hasher: RandomState,
    slots: Vec<Option<NodeState>>,
    vacant: Vec<NodeSlot>,
}

impl Nodes {
    pub(crate) fn slot(&self, name: &NodeName) -> Option<NodeSlot> {
        let guess = self.by_hash.get(&self.hash(name)).copied();
        let right = guess.filter(|slot| self.at(*slot).is_some_and(|node| node.name() == name));
        right.or_else(|| self.by_name.get(name).copied())
    }

    /// The slots of several nodes, in their order; the nodes are near afterwards.
    pub(super) fn slots_of<'n>(
        &self,
        names: impl Iterator<Item = &'n NodeName> + Clone,
    ) -> Vec<Option<NodeSlot>> {
        let guess = |name| self.by_hash.get(&self.hash(name)).copied();
        let guesses: Vec<Option<NodeSlot>> = names.clone().map(guess).collect();
        let nodes = || guesses.iter().flatten().filter_map(move |slot| self.at(*slot));
        near::fetch(nodes().map(NodeState::glance));
        near::fetch(nodes().map(NodeState::glance_beyond));
        let guessed = names.zip(&guesses);
        guessed.map(|(name, guess)| self.still(*guess, name)).collect()
    }

    fn hash(&self, name: &NodeName) -> u32 {
        let hash = u32::try_from(self.hasher.hash_one(name) >> 32).unwrap_or_default();
        // In tests many names share one.
        if cfg!(test) { hash % 4 } else { hash }
    }

    pub(crate) fn get(&self, name: &NodeName) -> Option<&NodeState> {
        self.at(self.slot(name)?)
    }

    pub(crate) fn at(&self, slot: NodeSlot) -> Option<&NodeState> {
        self.slots.get(usize::try_from(slot.0).ok()?)?.as_ref()
    }

    pub(super) fn at_mut(&mut self, slot: NodeSlot) -> Option<&mut NodeState> {
        self.slots.get_mut(usize::try_from(slot.0).ok()?)?.as_mut()
    }

    /// All nodes, to be changed, with their slots.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (NodeSlot, &mut NodeState)> {
        let numbered = (0..).map(NodeSlot).zip(&mut self.slots);
        numbered.filter_map(|(slot, node)| Some((slot, node.as_mut()?)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The nodes by name.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &NodeState> {
        Ordered {
            slots: self.by_name.values(),
            nodes: self,
        }
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = NodeSlot> + '_ {
        self.by_name.values().copied()
    }

    /// The slot of a node that was found before, if it still is there.
    pub(super) fn still(&self, slot: Option<NodeSlot>, name: &NodeName) -> Option<NodeSlot> {
        let known = slot.filter(|slot| self.at(*slot).is_some_and(|node| node.name() == name));
        known.or_else(|| self.slot(name))
    }

    /// Puts in all nodes of a cluster that had none; they are sorted by name and no name comes twice.
    pub(super) fn fill(&mut self, nodes: Vec<NodeState>) {
        self.vacant.clear();
        let step = step_for(nodes.len());
        let mut rank = NodeRank::default();
        self.slots = nodes
            .into_iter()
            .map(|mut node| {
                rank = NodeRank(rank.0.saturating_add(step));
                node.set_rank(rank);
                Some(node)
            })
            .collect();
        let slots = (0..).map(NodeSlot);
        let names = self.slots.iter().flatten().map(|node| node.name().clone());
        self.by_name = names.zip(slots).collect();
        let hashed = self.by_name.iter().map(|(name, slot)| (self.hash(name), *slot));
        self.by_hash = hashed.collect();
    }

    /// Puts a node in; the one of that name that was there is returned and its slot, rank and seat are taken over.
    /// `slot` is that one's, where it is known. Returns whether the ranks of all nodes have changed, because there was none
    /// left between two.
    pub(super) fn insert(&mut self, mut node: Box<NodeState>, slot: Option<NodeSlot>) -> Inserted {
        if let Some(slot) = self.still(slot, node.name())
            && let Some(place) = self.at_mut(slot)
        {
            node.take_over(place);
            std::mem::swap(place, &mut node);
            return Inserted {
                slot,
                old: Some(node),
                ranks_changed: false,
            };
        }
        let (rank, ranks_changed) = match self.rank_for(node.name()) {
            Some(rank) => (rank, false),
            None => {
                self.spread_ranks();
                (self.rank_for(node.name()).unwrap_or_default(), true)
            }
        };
        node.set_rank(rank);
        let name = node.name().clone();
        let slot = match self.vacant.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                NodeSlot(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
            }
        };
        if let Some(place) = usize::try_from(slot.0).ok().and_then(|at| self.slots.get_mut(at)) {
            *place = Some(*node);
        }
        let hash = self.hash(&name);
        self.by_hash.insert(hash, slot);
        self.by_name.insert(name, slot);
        Inserted {
            slot,
            old: None,
            ranks_changed,
        }
    }

    pub(super) fn remove(&mut self, name: &NodeName) -> Option<NodeState> {
        let slot = self.by_name.remove(name)?;
        let hash = self.hash(name);
        if self.by_hash.get(&hash) == Some(&slot) {
            self.by_hash.remove(&hash);
        }
        self.vacant.push(slot);
        let at = usize::try_from(slot.0).ok()?;
        self.slots.get_mut(at)?.take()
    }

    /// A rank between those of the neighbours by name.
    fn rank_for(&self, name: &NodeName) -> Option<NodeRank> {
        let before = self
            .by_name
            .range::<NodeName, _>((Bound::Unbounded, Bound::Excluded(name)));
        let after = self
            .by_name
            .range::<NodeName, _>((Bound::Excluded(name), Bound::Unbounded));
        let rank = |slot: &NodeSlot| self.at(*slot).map_or(0, |node| node.rank().0);
        let low = before.map(|(_, slot)| rank(slot)).next_back().unwrap_or(0);
        match after.map(|(_, slot)| rank(slot)).next() {
            None => {
                let rank = low.saturating_add(STEP);
                (rank <= NodeRank::MAX).then_some(NodeRank(rank))
            }
            Some(high) => {
                let gap = high.saturating_sub(low);
                (gap >= 2).then(|| NodeRank(low + gap / 2))
            }
        }
    }

    fn spread_ranks(&mut self) {
        let step = step_for(self.by_name.len());
        let mut rank = 0u64;
        let slots: Vec<NodeSlot> = self.slots().collect();
        for slot in slots {
            rank = rank.saturating_add(step);
            if let Some(node) = self.at_mut(slot) {
                node.set_rank(NodeRank(rank));
            }
        }
    }
}

/// How far ranks of so many nodes are apart when they are given anew: over the lower half, so that there is room after them.
fn step_for(nodes: usize) -> u64 {
    let nodes = u64::try_from(nodes).unwrap_or(u64::MAX);
    ((NodeRank::MAX / 2) / nodes.saturating_add(1)).max(1)
}

/// What putting a node in has done.
pub(super) struct Inserted {
    pub(super) slot: NodeSlot,
    pub(super) old: Option<Box<NodeState>>,
    pub(super) ranks_changed: bool,
}

struct Ordered<'a> {
    slots: std::collections::btree_map::Values<'a, NodeName, NodeSlot>,
    nodes: &'a Nodes,
}

impl<'a> Iterator for Ordered<'a> {
    type Item = &'a NodeState;

    fn next(&mut self) -> Option<&'a NodeState> {
        self.nodes.at(*self.slots.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl ExactSizeIterator for Ordered<'_> {}
