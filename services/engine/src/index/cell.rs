//! Nodes of one kind and state, ordered by free cpu, then cluster, then name; in blocks, and shelves of blocks, that know
//! their largest free memory, so that a walk leaves out at once whatever has no room.

use crate::state::nodes::{NodeRank, NodeSlot};

use super::ClusterIx;
use crate::near;

/// Most entries of a block: few, because a change finds all of a block far away.
const BLOCK: usize = 16;
/// Entries of a block that is made of many at once.
const FILLED: usize = 12;
/// Entries that a block has room for at first.
const STEP: usize = 4;
/// Most entries of two neighbours that become one block.
const LITTLE: usize = 8;
/// Most blocks of a shelf; few in tests, so that a few entries fill several.
const SHELF: usize = if cfg!(test) { 4 } else { 128 };

/// Where an entry stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryKey {
    /// Free milli-cores.
    pub(crate) cpu: i64,
    /// The cluster, and below it the rank.
    place: u64,
}

impl EntryKey {
    /// After all nodes.
    pub(crate) const END: Self = Self {
        cpu: i64::MAX,
        place: 0,
    };

    /// Before every entry with this much free cpu.
    pub(crate) fn first_of_cpu(cpu: i64) -> Self {
        Self::first_of_cluster(cpu, ClusterIx(0))
    }

    /// Before every entry of this cluster with this much free cpu.
    pub(crate) fn first_of_cluster(cpu: i64, cluster: ClusterIx) -> Self {
        Self::new(cpu, cluster, NodeRank(0))
    }

    /// Where a node stands.
    pub(crate) fn new(cpu: i64, cluster: ClusterIx, rank: NodeRank) -> Self {
        let place = u64::from(cluster.0) << NodeRank::BITS | rank.0;
        Self { cpu, place }
    }

    pub(crate) fn cluster(&self) -> ClusterIx {
        ClusterIx(u32::try_from(self.place >> NodeRank::BITS).unwrap_or(u32::MAX))
    }

    pub(crate) fn rank(&self) -> NodeRank {
        NodeRank(self.place & ((1 << NodeRank::BITS) - 1))
    }

    /// The same as `<`, without branches, so that what is compared next is fetched meanwhile.
    fn is_before(&self, other: &Self) -> bool {
        let order = |key: &Self| i128::from(key.cpu) << 64 | i128::from(key.place);
        order(self) < order(other)
    }
}

/// How many entries stand before a key. Blocks are mostly cold, and a binary search would wait for one part of them after
/// the other; looking at all lets them be fetched at once.
fn entries_before(entries: &[Entry], key: &EntryKey) -> usize {
    entries.iter().filter(|entry| entry.key.is_before(key)).count()
}

/// Every so many-th item is looked at before its neighbours are.
const STRIDE: usize = 8;

/// How many items, sorted by the key of their first entry, begin at or before a key: in two rounds of which each is fetched
/// at once.
fn begun_at<T>(items: &[T], key: &EntryKey, first: impl Fn(&T) -> EntryKey) -> usize {
    let begun = |item: &&T| !key.is_before(&first(item));
    let strides = items.iter().step_by(STRIDE).filter(begun).count();
    let from = strides.saturating_sub(1) * STRIDE;
    let near = items.iter().skip(from).take(STRIDE);
    from + near.filter(begun).count()
}

/// One node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: EntryKey,
    /// Free bytes.
    pub(crate) memory: i64,
    pub(crate) slot: NodeSlot,
    pub(crate) class: u32,
}

#[derive(Debug, Clone)]
struct Block {
    /// Key of the first entry: blocks are searched without looking into them.
    first: EntryKey,
    entries: Vec<Entry>,
    max_memory: i64,
}

impl Block {
    /// A block of at least one entry.
    fn of(entries: Vec<Entry>) -> Self {
        let mut block = Self {
            first: EntryKey::first_of_cpu(i64::MIN),
            entries,
            max_memory: i64::MIN,
        };
        block.measure();
        block
    }

    fn measure(&mut self) {
        let most = self.entries.iter().map(|entry| entry.memory).max();
        self.max_memory = most.unwrap_or(i64::MIN);
        if let Some(first) = self.entries.first() {
            self.first = first.key;
        }
    }

    /// Puts an entry in its place; there is room for it.
    fn insert(&mut self, entry: Entry) {
        let place = entries_before(&self.entries, &entry.key);
        if self.entries.len() == self.entries.capacity() {
            // Little first, then all: entries come and go far more often than blocks.
            let room = if self.entries.len() < STEP { STEP } else { BLOCK };
            let more = room.saturating_sub(self.entries.len());
            self.entries.reserve_exact(more.max(1));
        }
        self.entries.insert(place, entry);
        self.max_memory = self.max_memory.max(entry.memory);
        self.first = self.first.min(entry.key);
    }

    /// Something from all over its entries, for [`near`].
    fn glance(&self) -> u64 {
        let some = self.entries.iter().step_by(2);
        some.fold(0, |all, entry| all ^ entry.memory.cast_unsigned())
    }

    /// Takes an entry out, if it is there.
    fn remove(&mut self, key: &EntryKey) -> Option<Entry> {
        let place = entries_before(&self.entries, key);
        self.entries.get(place).filter(|entry| entry.key == *key)?;
        let removed = self.entries.remove(place);
        if removed.memory >= self.max_memory || place == 0 {
            self.measure();
        }
        if self.entries.capacity() > 4 * self.entries.len() + STEP {
            self.entries.shrink_to(2 * self.entries.len());
        }
        Some(removed)
    }
}

/// Blocks that follow each other, so that much of a large cell is left out at once.
#[derive(Debug, Clone)]
struct Shelf {
    first: EntryKey,
    blocks: Vec<Block>,
    max_memory: i64,
}

impl Default for Shelf {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Shelf {
    /// A shelf with these blocks.
    fn of(blocks: Vec<Block>) -> Self {
        let mut shelf = Self {
            first: EntryKey::first_of_cpu(i64::MIN),
            blocks,
            max_memory: i64::MIN,
        };
        shelf.measure();
        shelf
    }

    fn measure(&mut self) {
        let most = self.blocks.iter().map(|block| block.max_memory).max();
        self.max_memory = most.unwrap_or(i64::MIN);
        if let Some(block) = self.blocks.first() {
            self.first = block.first;
        }
    }

    /// The block that holds a key, or would.
    fn block_of(&self, key: &EntryKey) -> usize {
        begun_at(&self.blocks, key, |block| block.first).saturating_sub(1)
    }

    /// Something of the blocks that are searched first, for [`near`].
    fn glance(&self) -> u64 {
        let some = self.blocks.iter().step_by(STRIDE);
        some.fold(0, |all, block| all ^ block.first.place)
    }

    fn insert(&mut self, entry: Entry) {
        self.max_memory = self.max_memory.max(entry.memory);
        self.first = self.first.min(entry.key);
        let at = self.block_of(&entry.key);
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(Block::of(vec![entry]));
            self.measure();
            return;
        };
        if block.entries.len() < BLOCK {
            block.insert(entry);
            return;
        }
        // What comes in order is put after a block that stays nearly full.
        let last = block.entries.last().is_some_and(|last| last.key < entry.key);
        let mut upper = Vec::with_capacity(BLOCK);
        upper.extend(block.entries.drain(if last { FILLED } else { BLOCK / 2 }..));
        block.measure();
        let mut upper = Block::of(upper);
        if upper.first <= entry.key {
            upper.insert(entry);
        } else {
            block.insert(entry);
        }
        self.blocks.insert(at + 1, upper);
    }

    /// Takes an entry out; returns whether it was there.
    fn remove(&mut self, key: &EntryKey) -> bool {
        let at = self.block_of(key);
        let Some(block) = self.blocks.get_mut(at) else {
            return false;
        };
        let Some(removed) = block.remove(key) else {
            return false;
        };
        if block.entries.is_empty() {
            self.blocks.remove(at);
        } else {
            self.join(at);
        }
        if removed.memory >= self.max_memory || removed.key == self.first {
            self.measure();
        }
        true
    }

    /// A block that holds little takes in the next one, if that does too.
    fn join(&mut self, at: usize) {
        let held = |at: usize| self.blocks.get(at).map(|block| block.entries.len());
        let both = held(at).zip(held(at + 1)).map(|(one, next)| one + next);
        if both.is_none_or(|both| both > LITTLE) {
            return;
        }
        let next = self.blocks.remove(at + 1);
        if let Some(block) = self.blocks.get_mut(at) {
            block.entries.reserve_exact(next.entries.len());
            block.entries.extend(next.entries);
            block.measure();
        }
    }
}

/// A place in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    shelf: usize,
    block: usize,
    at: usize,
}

/// Brings near where these keys are, or would be, in their cells.
pub(super) fn fetch<'c>(keys: &[(&'c Cell, EntryKey)]) {
    near::fetch(keys.iter().map(|(cell, _)| cell.glance()));
    let shelf = |(cell, key): &(&'c Cell, EntryKey)| Some((cell.shelf(cell.shelf_of(key))?, *key));
    let shelves: Vec<(&Shelf, EntryKey)> = keys.iter().filter_map(shelf).collect();
    near::fetch(shelves.iter().map(|(shelf, _)| shelf.glance()));
    let block = |(shelf, key): &(&'c Shelf, EntryKey)| shelf.blocks.get(shelf.block_of(key));
    let blocks: Vec<&Block> = shelves.iter().filter_map(block).collect();
    near::fetch(blocks.into_iter().map(Block::glance));
}

/// The nodes of one kind and state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// Most cells have no other; only in an empty cell it is without blocks.
    first: Shelf,
    others: Vec<Shelf>,
    len: usize,
}

impl Cell {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The most cpu that any node has free.
    pub(crate) fn max_cpu(&self) -> Option<i64> {
        let last = self.others.last().unwrap_or(&self.first);
        Some(last.blocks.last()?.entries.last()?.key.cpu)
    }

    /// Whether some node has this much memory free.
    pub(crate) fn has_memory(&self, memory: i64) -> bool {
        self.shelves().any(|shelf| shelf.max_memory >= memory)
    }

    /// The shelves that hold anything.
    fn shelves(&self) -> impl Iterator<Item = &Shelf> {
        let all = std::iter::once(&self.first).chain(&self.others);
        all.filter(|shelf| !shelf.blocks.is_empty())
    }

    fn shelf(&self, at: usize) -> Option<&Shelf> {
        match at.checked_sub(1) {
            None => Some(&self.first),
            Some(other) => self.others.get(other),
        }
    }

    fn shelf_mut(&mut self, at: usize) -> Option<&mut Shelf> {
        match at.checked_sub(1) {
            None => Some(&mut self.first),
            Some(other) => self.others.get_mut(other),
        }
    }

    /// The shelf that holds a key, or would.
    fn shelf_of(&self, key: &EntryKey) -> usize {
        begun_at(&self.others, key, |shelf| shelf.first)
    }

    /// Something of the cell itself, for [`near`].
    fn glance(&self) -> u64 {
        (self.len ^ self.others.len() ^ self.first.blocks.len()) as u64
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        self.len += 1;
        let at = self.shelf_of(&entry.key);
        let Some(shelf) = self.shelf_mut(at) else { return };
        shelf.insert(entry);
        if shelf.blocks.len() > SHELF {
            let upper = shelf.blocks.split_off(SHELF / 2);
            shelf.measure();
            self.others.insert(at, Shelf::of(upper));
        }
    }

    /// Puts in many entries, sorted by key.
    pub(super) fn insert_sorted(&mut self, entries: &[Entry]) {
        if self.is_empty() {
            self.len = entries.len();
            let many = entries.len() > FILLED;
            let blocks = |shelf: &[Entry]| {
                let blocks = shelf.chunks(FILLED).map(|entries| {
                    let mut block = Vec::with_capacity(if many { BLOCK } else { entries.len() });
                    block.extend_from_slice(entries);
                    Block::of(block)
                });
                Shelf::of(blocks.collect())
            };
            let mut shelves = entries.chunks(FILLED * SHELF / 2).map(blocks);
            self.first = shelves.next().unwrap_or_default();
            self.others = shelves.collect();
        } else {
            for entry in entries {
                self.insert(*entry);
            }
        }
    }

    /// Takes an entry out; returns whether it was there.
    pub(super) fn remove(&mut self, key: &EntryKey) -> bool {
        let at = self.shelf_of(key);
        let Some(shelf) = self.shelf_mut(at) else {
            return false;
        };
        let removed = shelf.remove(key);
        if shelf.blocks.is_empty() {
            match at.checked_sub(1) {
                Some(other) => drop(self.others.remove(other)),
                None if self.others.is_empty() => self.first = Shelf::default(),
                None => self.first = self.others.remove(0),
            }
        }
        self.len -= usize::from(removed);
        removed
    }

    /// An entry moves.
    pub(super) fn shift(&mut self, from: &EntryKey, to: Entry) {
        self.remove(from);
        self.insert(to);
    }

    /// Before the first entry at or after a key.
    pub(crate) fn seek(&self, key: &EntryKey) -> Place {
        let shelf = self.shelf_of(key);
        let mut place = Place {
            shelf,
            block: 0,
            at: 0,
        };
        if let Some(shelf) = self.shelf(shelf) {
            place.block = shelf.block_of(key);
            let block = shelf.blocks.get(place.block);
            place.at = block.map_or(0, |block| entries_before(&block.entries, key));
        }
        place
    }

    /// The first entry from a place on with this much memory free, and the place after it. `limit` ends the walk: no entry
    /// at or after it is returned.
    pub(crate) fn next(&self, mut from: Place, memory: i64, limit: &EntryKey) -> Option<(Entry, Place)> {
        while let Some(shelf) = self.shelf(from.shelf) {
            if shelf.max_memory >= memory {
                for (block_at, block) in shelf.blocks.iter().enumerate().skip(from.block) {
                    if block.max_memory >= memory {
                        for (at, entry) in block.entries.iter().enumerate().skip(from.at) {
                            if entry.key >= *limit {
                                return None;
                            }
                            if entry.memory >= memory {
                                let after = Place {
                                    block: block_at,
                                    at: at + 1,
                                    ..from
                                };
                                return Some((*entry, after));
                            }
                        }
                    } else if block.first >= *limit {
                        return None;
                    }
                    from.at = 0;
                }
            } else if shelf.first >= *limit {
                return None;
            }
            from = Place {
                shelf: from.shelf + 1,
                block: 0,
                at: 0,
            };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn entry(cpu: i64, cluster: u32, rank: u64, memory: i64) -> Entry {
        Entry {
            key: EntryKey::new(cpu, ClusterIx(cluster), NodeRank(rank)),
            memory,
            slot: NodeSlot(0),
            class: 0,
        }
    }

    proptest! {
        #[test]
        fn a_cell_walks_like_a_sorted_map(
            steps in proptest::collection::vec((any::<bool>(), 0..40i64, 0..3u32, 0..30u64, 0..5i64), 1..600),
            from in (0..40i64, 0..3u32), memory in 0..6i64, limit in 0..50i64,
        ) {
            let mut cell = Cell::default();
            let mut model: BTreeMap<EntryKey, Entry> = BTreeMap::new();
            for (insert, cpu, cluster, rank, memory) in steps {
                let one = entry(cpu, cluster, rank, memory);
                if insert && !model.contains_key(&one.key) {
                    cell.insert(one);
                    model.insert(one.key, one);
                } else if !insert {
                    prop_assert_eq!(cell.remove(&one.key), model.remove(&one.key).is_some());
                }
            }
            prop_assert_eq!(cell.len, model.len());
            let blocks = |shelf: &Shelf| -> bool {
                let mut blocks = shelf.blocks.iter();
                let most = shelf.blocks.iter().map(|block| block.max_memory).max();
                shelf.blocks.first().map(|one| one.first) == Some(shelf.first)
                    && most == Some(shelf.max_memory)
                    && blocks.all(|block| {
                        let most = block.entries.iter().map(|one| one.memory).max();
                        block.entries.first().map(|one| one.key) == Some(block.first)
                            && most == Some(block.max_memory)
                    })
            };
            prop_assert!(cell.shelves().all(blocks), "summaries are those of what is there");
            let mut all = Cell::default();
            all.insert_sorted(&model.values().copied().collect::<Vec<Entry>>());
            let entries = |cell: &Cell| -> Vec<Entry> {
                let blocks = cell.shelves().flat_map(|shelf| &shelf.blocks);
                blocks.flat_map(|block| block.entries.clone()).collect()
            };
            prop_assert_eq!(entries(&all), entries(&cell));
            prop_assert_eq!(cell.max_cpu(), model.keys().next_back().map(|key| key.cpu));
            prop_assert_eq!(cell.has_memory(memory), model.values().any(|one| one.memory >= memory));
            let from = EntryKey::first_of_cluster(from.0, ClusterIx(from.1));
            let limit = EntryKey::first_of_cpu(limit);
            let mut walked = Vec::new();
            let mut place = cell.seek(&from);
            while let Some((one, after)) = cell.next(place, memory, &limit) {
                walked.push(one);
                place = after;
            }
            let expected: Vec<Entry> = model
                .range(from..)
                .take_while(|(key, _)| **key < limit)
                .map(|(_, one)| *one)
                .filter(|one| one.memory >= memory)
                .collect();
            prop_assert_eq!(walked, expected);
        }
    }
}
