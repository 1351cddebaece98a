//! The cells of an index from one side: by kind, by class, or by cluster and kind.

use std::hash::Hash;

use super::cell::{Cell, Entry, EntryKey};
use super::scarce::ScarceId;
use crate::hash::NumberMap;

/// Cells by what their nodes have in common, then by state.
#[derive(Debug, Clone)]
pub(super) struct View<K> {
    /// In the order of states. Nodes of one kind are in few of them.
    cells: NumberMap<K, Vec<(ScarceId, Cell)>>,
}

impl<K> Default for View<K> {
    fn default() -> Self {
        Self {
            cells: NumberMap::default(),
        }
    }
}

impl<K: Copy + Eq + Hash> View<K> {
    pub(super) fn keys(&self) -> impl Iterator<Item = K> {
        self.cells.keys().copied()
    }

    pub(super) fn of(&self, key: K) -> impl Iterator<Item = (ScarceId, &Cell)> {
        let cells = self.cells.get(&key).into_iter().flatten();
        cells.map(|(state, cell)| (*state, cell))
    }

    fn find(&mut self, key: K, state: ScarceId) -> Option<&mut Cell> {
        let cells = self.cells.get_mut(&key)?;
        let at = cells.binary_search_by_key(&state, |(other, _)| *other).ok()?;
        cells.get_mut(at).map(|(_, cell)| cell)
    }

    /// Changes a cell, which is there afterwards.
    fn change(&mut self, key: K, state: ScarceId, change: impl FnOnce(&mut Cell)) {
        let cells = self.cells.entry(key).or_default();
        match cells.binary_search_by_key(&state, |(other, _)| *other) {
            Ok(at) => {
                if let Some((_, cell)) = cells.get_mut(at) {
                    change(cell);
                }
            }
            Err(at) => {
                let mut cell = Cell::default();
                change(&mut cell);
                if cells.len() == cells.capacity() {
                    cells.reserve_exact(1 + cells.len() / 2);
                }
                cells.insert(at, (state, cell));
            }
        }
    }

    pub(super) fn insert(&mut self, key: K, state: ScarceId, entry: Entry) {
        self.change(key, state, |cell| cell.insert(entry));
    }

    /// Puts in many entries, sorted by key.
    pub(super) fn insert_sorted(&mut self, key: K, state: ScarceId, entries: &[Entry]) {
        self.change(key, state, |cell| cell.insert_sorted(entries));
    }

    /// An entry moves within its cell.
    pub(super) fn shift(&mut self, key: K, state: ScarceId, from: &EntryKey, to: Entry) {
        match self.find(key, state) {
            Some(cell) => cell.shift(from, to),
            None => self.insert(key, state, to),
        }
    }

    pub(super) fn remove(&mut self, key: K, state: ScarceId, entry: &EntryKey) {
        let Some(cells) = self.cells.get_mut(&key) else {
            return;
        };
        let Ok(at) = cells.binary_search_by_key(&state, |(other, _)| *other) else {
            return;
        };
        let emptied = cells.get_mut(at).is_some_and(|(_, cell)| {
            cell.remove(entry);
            cell.is_empty()
        });
        if emptied {
            cells.remove(at);
            if cells.is_empty() {
                self.cells.remove(&key);
            }
        }
    }
}
