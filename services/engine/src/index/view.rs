//! The cells of an index from one side: by kind, or by cluster and kind.

use std::hash::Hash;

use super::cell::{self, Cell, Entry, EntryKey};
use super::scarce::ScarceId;
use crate::hash::NumberMap;

/// Number of a cell in its view, as long as any node is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CellIx(u32);

/// Cells by what their nodes have in common, then by state.
#[derive(Debug, Clone)]
pub(super) struct View<K> {
    /// In the order of states. Nodes of one kind are in few of them.
    numbers: NumberMap<K, Vec<(ScarceId, CellIx)>>,
    cells: Vec<Cell>,
    /// Numbers of no cell.
    vacant: Vec<CellIx>,
}

impl<K> Default for View<K> {
    fn default() -> Self {
        Self {
            numbers: NumberMap::default(),
            cells: Vec::new(),
            vacant: Vec::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> View<K> {
    pub(super) fn keys(&self) -> impl Iterator<Item = K> {
        self.numbers.keys().copied()
    }

    pub(super) fn of(&self, key: K) -> impl Iterator<Item = (ScarceId, &Cell)> {
        let numbers = self.numbers.get(&key).into_iter().flatten();
        numbers.filter_map(|(state, ix)| Some((*state, self.cells.get(at(*ix))?)))
    }

    pub(super) fn get(&self, key: K, state: ScarceId) -> Option<&Cell> {
        let numbers = self.numbers.get(&key)?;
        let place = numbers.binary_search_by_key(&state, |(other, _)| *other).ok()?;
        let (_, ix) = numbers.get(place)?;
        self.cells.get(at(*ix))
    }

    /// The cell of a key and state, which is there afterwards; something has to be put in.
    pub(super) fn cell(&mut self, key: K, state: ScarceId) -> CellIx {
        let numbers = self.numbers.entry(key).or_default();
        match numbers.binary_search_by_key(&state, |(other, _)| *other) {
            Ok(known) => numbers.get(known).map_or(CellIx(u32::MAX), |(_, ix)| *ix),
            Err(place) => {
                let ix = self.vacant.pop().unwrap_or_else(|| {
                    self.cells.push(Cell::default());
                    CellIx(u32::try_from(self.cells.len() - 1).unwrap_or(u32::MAX))
                });
                if numbers.len() == numbers.capacity() {
                    numbers.reserve_exact(1 + numbers.len() / 2);
                }
                numbers.insert(place, (state, ix));
                ix
            }
        }
    }

    /// Brings near where these keys are, or would be, in their cells.
    pub(super) fn fetch(&self, moves: impl Iterator<Item = (CellIx, [EntryKey; 2])>) {
        let cells = moves.filter_map(|(ix, keys)| Some((self.cells.get(at(ix))?, keys)));
        let keys = cells.flat_map(|(cell, keys)| keys.map(|key| (cell, key)));
        cell::fetch(&keys.collect::<Vec<_>>());
    }

    pub(super) fn insert(&mut self, cell: CellIx, entry: Entry) {
        if let Some(cell) = self.cells.get_mut(at(cell)) {
            cell.insert(entry);
        }
    }

    /// Puts in many entries, sorted by key.
    pub(super) fn insert_sorted(&mut self, cell: CellIx, entries: &[Entry]) {
        if let Some(cell) = self.cells.get_mut(at(cell)) {
            cell.insert_sorted(entries);
        }
    }

    /// An entry moves within its cell.
    pub(super) fn shift(&mut self, cell: CellIx, from: &EntryKey, to: Entry) {
        if let Some(cell) = self.cells.get_mut(at(cell)) {
            cell.shift(from, to);
        }
    }

    /// Takes an entry out of its cell, which is that of this key and state.
    pub(super) fn remove(&mut self, cell: CellIx, entry: &EntryKey, (key, state): (K, ScarceId)) {
        let emptied = self.cells.get_mut(at(cell)).is_some_and(|cell| {
            cell.remove(entry);
            cell.is_empty()
        });
        let Some(numbers) = self.numbers.get_mut(&key).filter(|_| emptied) else {
            return;
        };
        if let Ok(place) = numbers.binary_search_by_key(&state, |(other, _)| *other) {
            numbers.remove(place);
            self.vacant.push(cell);
        }
        if numbers.is_empty() {
            self.numbers.remove(&key);
        }
    }
}

fn at(ix: CellIx) -> usize {
    usize::try_from(ix.0).unwrap_or(usize::MAX)
}
