//! What a round of commands changed and has to be durable before anybody is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hourglass_store::{Batch, CommitSequence, Key, KeyError, MAX_BATCH_BYTES, MAX_BATCH_OPERATIONS};

use crate::records::RecordError;

/// Bytes a batch may hold: some room below the store's own limit for keys and framing.
pub(crate) const BATCH_BYTES: usize = MAX_BATCH_BYTES - 64 * 1024;

/// Writes in one unit from which a round takes no more commands: what the commands so far write at its end (the halves and
/// tombstones of a placement, its earlier specs, and the requests that it remembers) still fits into one batch with them.
pub(crate) const UNIT_WRITES: usize = 60;

/// The same in bytes: with this, an earlier spec, an answer that is remembered and the largest placement are one batch.
pub(crate) const UNIT_BYTES: usize = 16 * 1024;

/// One key to write (or to delete).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Key.
    pub key: Key,
    /// New value; none deletes.
    pub value: Option<Vec<u8>>,
}

impl Write {
    fn bytes(&self) -> usize {
        self.value.as_ref().map_or(0, Vec::len) + 128
    }
}

/// Why changes could not be made into batches. Neither can happen with validated input; if it does, the loop stops
/// rather than go on with a state that is not durable.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A record could not be encoded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Collects writes in units: what stands in one unit is committed together or not at all. Units that share a key, and those
/// that are [joined](Self::join), are one.
///
/// A key has one value to be written, whichever units name it: the one that came last in time. The names of units say
/// nothing about order.
#[derive(Debug, Default)]
pub struct Changes {
    writes: BTreeMap<String, Write>,
    /// Group of each unit, by name; groups that were merged are found through `merged`.
    units: HashMap<String, usize>,
    /// Group of each key.
    owners: HashMap<String, usize>,
    groups: Vec<Group>,
    /// Into which group another has been merged.
    merged: Vec<Option<usize>>,
}

/// Keys that are committed together.
#[derive(Debug, Default)]
struct Group {
    keys: BTreeSet<String>,
    bytes: usize,
}

impl Changes {
    /// Adds a write to the unit `unit`; a later write of the same key replaces the earlier one, also that of another unit.
    pub fn write(&mut self, unit: &str, key: Key, value: Option<Vec<u8>>) {
        let name = key.as_str().to_owned();
        let mut group = self.group(unit);
        if let Some(owner) = self.owners.get(&name).copied() {
            group = self.merge(owner, group);
        } else {
            self.owners.insert(name.clone(), group);
        }
        let write = Write { key, value };
        let bytes = write.bytes();
        let before = self.writes.insert(name.clone(), write);
        if let Some(group) = self.groups.get_mut(group) {
            group.keys.insert(name);
            let replaced = before.as_ref().map_or(0, Write::bytes);
            group.bytes = group.bytes.saturating_sub(replaced).saturating_add(bytes);
        }
    }

    /// What the unit `unit` writes is durable no later than what units write that are not [known](Self::knows) yet, unless these
    /// come to be one with an earlier unit.
    pub fn begin(&mut self, unit: &str) {
        self.group(unit);
    }

    /// The unit has begun, or has written something.
    #[must_use]
    pub fn knows(&self, unit: &str) -> bool {
        self.units.contains_key(unit)
    }

    /// What these two units write from now on, and have written, is committed together or not at all.
    pub fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.group(one), self.group(other));
        self.merge(one, other);
    }

    /// Writes and bytes of the unit `unit` so far, with those of the units that are one with it.
    #[must_use]
    pub fn unit_size(&self, unit: &str) -> (usize, usize) {
        let group = self.units.get(unit).map(|group| self.root(*group));
        let group = group.and_then(|group| self.groups.get(group));
        group.map_or((0, 0), |group| (group.keys.len(), group.bytes))
    }

    /// One more command could make a unit larger than a batch.
    #[must_use]
    pub fn has_large_unit(&self) -> bool {
        self.groups
            .iter()
            .any(|group| group.keys.len() >= UNIT_WRITES || group.bytes >= UNIT_BYTES)
    }

    /// The value that `key` would have after this, when this touches it.
    #[must_use]
    pub fn pending(&self, key: &str) -> Option<&Write> {
        self.writes.get(key)
    }

    /// Number of writes.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.writes.len()
    }

    /// Packs the units into batches numbered from `next`; no unit is split.
    #[must_use]
    pub fn into_batches(self, next: CommitSequence) -> Vec<Batch> {
        self.into_batches_of(MAX_BATCH_OPERATIONS, next)
    }

    /// As [`Self::into_batches`], with more than `operations` writes in a batch only where one unit has more.
    pub(super) fn into_batches_of(mut self, operations: usize, next: CommitSequence) -> Vec<Batch> {
        let mut batches = Vec::new();
        let mut batch = Batch::new(next);
        for group in std::mem::take(&mut self.groups) {
            let writes: Vec<Write> = group
                .keys
                .iter()
                .filter_map(|key| self.writes.remove(key))
                .collect();
            let full = batch.operations().len() + writes.len() > operations;
            if !batch.operations().is_empty() && (full || batch.bytes() + group.bytes > BATCH_BYTES) {
                let number = batch.sequence().next();
                batches.push(std::mem::replace(&mut batch, Batch::new(number)));
            }
            for Write { key, value } in writes {
                match value {
                    Some(value) => batch.put(key, value),
                    None => batch.delete(key),
                };
            }
        }
        if !batch.operations().is_empty() {
            batches.push(batch);
        }
        batches
    }

    /// The group of a unit, a new one when it has none.
    fn group(&mut self, unit: &str) -> usize {
        if let Some(group) = self.units.get(unit) {
            return self.root(*group);
        }
        let group = self.groups.len();
        self.groups.push(Group::default());
        self.merged.push(None);
        self.units.insert(unit.to_owned(), group);
        group
    }

    fn root(&self, mut group: usize) -> usize {
        while let Some(into) = self.merged.get(group).copied().flatten() {
            group = into;
        }
        group
    }

    /// Makes two groups one: the earlier one, in which the other's keys are from now on.
    fn merge(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.root(one), self.root(other));
        let (into, from) = (one.min(other), one.max(other));
        if into == from {
            return into;
        }
        let moved = self.groups.get_mut(from).map(std::mem::take).unwrap_or_default();
        if let Some(into) = self.groups.get_mut(into) {
            into.keys.extend(moved.keys);
            into.bytes = into.bytes.saturating_add(moved.bytes);
        }
        if let Some(merged) = self.merged.get_mut(from) {
            *merged = Some(into);
        }
        into
    }
}

#[cfg(test)]
mod tests {
    use hourglass_store::Action;

    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    #[test]
    fn a_unit_is_never_split_over_batches() {
        let mut changes = Changes::default();
        for unit in 0..100 {
            for part in 0..3 {
                changes.write(
                    &format!("u{unit:03}"),
                    key(&format!("k/{unit:03}/{part}")),
                    Some(vec![1]),
                );
            }
        }
        let batches = changes.into_batches(CommitSequence::new(5));
        assert!(batches.len() > 1);
        for (at, batch) in batches.iter().enumerate() {
            assert_eq!(batch.sequence(), CommitSequence::new(5 + at as u64));
            assert!(batch.validate().is_ok());
            assert_eq!(batch.operations().len() % 3, 0);
        }
        assert_eq!(
            batches
                .iter()
                .map(|batch| batch.operations().len())
                .sum::<usize>(),
            300
        );
    }

    #[test]
    fn the_last_write_of_a_key_wins() {
        let mut changes = Changes::default();
        changes.write("a", key("k"), Some(vec![1]));
        changes.write("a", key("k"), None);
        assert_eq!(changes.pending("k").unwrap().value, None);
        assert_eq!(
            changes.into_batches(CommitSequence::new(1))[0].operations().len(),
            1
        );
    }

    #[test]
    fn of_units_that_share_a_key_the_later_write_wins_whatever_their_names() {
        for (first, second) in [("a", "b"), ("b", "a")] {
            let mut changes = Changes::default();
            changes.write(first, key("k"), Some(vec![1]));
            changes.write(second, key("k"), Some(vec![2]));
            assert_eq!(changes.pending("k").unwrap().value, Some(vec![2]));
            let batches = changes.into_batches(CommitSequence::new(1));
            assert_eq!(batches.len(), 1);
            assert_eq!(batches[0].operations().len(), 1);
            assert!(
                matches!(&batches[0].operations()[0].action, Action::Put(value) if value[..] == [2]),
                "{first}, then {second}"
            );
        }
    }

    #[test]
    fn units_that_share_a_key_stay_one_write_of_it() {
        let mut changes = Changes::default();
        changes.write("a", key("x"), Some(vec![1]));
        changes.write("b", key("x"), Some(vec![2]));
        changes.write("b", key("y"), Some(vec![2]));
        let batches = changes.into_batches(CommitSequence::new(1));
        assert_eq!(batches.len(), 1);
        assert!(batches[0].validate().is_ok());
    }

    #[test]
    fn a_unit_that_joins_two_others_makes_all_three_one() {
        let mut changes = Changes::default();
        changes.write("a", key("x"), Some(vec![1]));
        changes.write("b", key("y"), Some(vec![1]));
        changes.write("c", key("x"), Some(vec![2]));
        changes.write("c", key("y"), Some(vec![2]));
        let batches = changes.into_batches(CommitSequence::new(1));
        assert_eq!(batches.len(), 1);
        assert!(batches[0].validate().is_ok());
        assert_eq!(batches[0].operations().len(), 2);
    }

    #[test]
    fn large_values_go_into_batches_of_their_own() {
        let mut changes = Changes::default();
        for unit in 0..3 {
            changes.write(
                &format!("u{unit}"),
                key(&format!("k{unit}")),
                Some(vec![0; 700 * 1024]),
            );
        }
        let batches = changes.into_batches(CommitSequence::new(1));
        assert_eq!(batches.len(), 3);
        assert!(batches.iter().all(|batch| batch.validate().is_ok()));
    }

    #[test]
    fn joined_units_are_one_whether_they_have_written_or_will() {
        for late in [false, true] {
            let mut changes = Changes::default();
            let write = |changes: &mut Changes| {
                for unit in ["a", "b", "c"] {
                    for part in 0..50 {
                        changes.write(unit, key(&format!("{unit}/{part}")), Some(vec![1]));
                    }
                }
            };
            if late {
                write(&mut changes);
            }
            changes.join("a", "c");
            if !late {
                write(&mut changes);
            }
            assert_eq!(changes.unit_size("a"), changes.unit_size("c"));
            assert_eq!(changes.unit_size("a").0, 100);
            assert_eq!(changes.unit_size("b").0, 50);
            let batches = changes.into_batches(CommitSequence::new(1));
            let sizes: Vec<usize> = batches.iter().map(|batch| batch.operations().len()).collect();
            assert_eq!(sizes, [100, 50], "late: {late}");
        }
    }

    #[test]
    fn what_begins_first_is_durable_first_whatever_the_names_and_the_order_of_the_writes() {
        let mut changes = Changes::default();
        assert!(!changes.knows("z"));
        changes.begin("z");
        assert!(changes.knows("z") && !changes.knows("a"));
        for unit in ["a", "m", "z"] {
            changes.write(unit, key(&format!("k/{unit}")), Some(vec![1]));
        }
        let batches = changes.into_batches_of(1, CommitSequence::new(1));
        let order: Vec<&str> = batches
            .iter()
            .flat_map(Batch::operations)
            .map(|operation| operation.key.as_str())
            .collect();
        assert_eq!(order, ["k/z", "k/a", "k/m"]);
    }

    #[test]
    fn a_unit_is_told_to_be_large_before_it_is_too_large_for_a_batch() {
        let mut changes = Changes::default();
        let mut calls = 0;
        // What a call about a cluster writes: its record, the request, and when that is forgotten.
        while !changes.has_large_unit() {
            changes.write("clusters/a", key("clusters/a"), Some(vec![1]));
            changes.write(
                "clusters/a",
                key(&format!("requests/-fleet-/{calls}")),
                Some(vec![1]),
            );
            changes.write(
                "clusters/a",
                key(&format!("request-expiry/{calls}")),
                Some(vec![1]),
            );
            calls += 1;
        }
        assert!(calls > 1);
        let batches = changes.into_batches(CommitSequence::new(1));
        assert_eq!(batches.len(), 1);
        assert!(batches[0].validate().is_ok());
        let mut changes = Changes::default();
        for (unit, part) in [("a", 0), ("b", 1)] {
            assert!(!changes.has_large_unit());
            changes.write(unit, key(&format!("k/{part}")), Some(vec![0; UNIT_BYTES / 2]));
        }
        assert!(!changes.has_large_unit(), "they are two");
        changes.join("a", "b");
        assert!(changes.has_large_unit());
    }
}
