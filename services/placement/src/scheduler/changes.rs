//! What a round of commands changed and has to be durable before anybody is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hourglass_store::{Batch, CommitSequence, Key, KeyError, MAX_BATCH_BYTES, MAX_BATCH_OPERATIONS};

use crate::records::RecordError;

/// Bytes a batch may hold: some room below the store's own limit for keys and framing.
pub(crate) const BATCH_BYTES: usize = MAX_BATCH_BYTES - 64 * 1024;

/// One key to write (or to delete).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Key.
    pub key: Key,
    /// New value; none deletes.
    pub value: Option<Vec<u8>>,
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

/// Collects writes in units: what stands in one unit is committed together or not at all.
///
/// A key has one value to be written, whichever units name it: the one that came last in time. The names of units say
/// nothing about order.
#[derive(Debug, Default)]
pub struct Changes {
    writes: BTreeMap<String, Write>,
    units: BTreeMap<String, BTreeSet<String>>,
}

impl Changes {
    /// Adds a write to the unit `unit`; a later write of the same key replaces the earlier one, also that of another unit.
    pub fn write(&mut self, unit: &str, key: Key, value: Option<Vec<u8>>) {
        let name = key.as_str().to_owned();
        self.units
            .entry(unit.to_owned())
            .or_default()
            .insert(name.clone());
        self.writes.insert(name, Write { key, value });
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
        for unit in merge_overlapping(self.units) {
            let writes: Vec<Write> = unit.iter().filter_map(|key| self.writes.remove(key)).collect();
            let bytes: usize = writes
                .iter()
                .map(|write| write.value.as_ref().map_or(0, Vec::len) + 128)
                .sum();
            let full = batch.operations().len() + writes.len() > operations;
            if !batch.operations().is_empty() && (full || batch.bytes() + bytes > BATCH_BYTES) {
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
}

/// A batch may name a key once: units that share a key become one.
fn merge_overlapping(units: BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let mut merged: Vec<BTreeSet<String>> = Vec::with_capacity(units.len());
    let mut owner: HashMap<String, usize> = HashMap::new();
    for unit in units.into_values() {
        let homes: BTreeSet<usize> = unit.iter().filter_map(|key| owner.get(key).copied()).collect();
        let home = homes.first().copied().unwrap_or(merged.len());
        if home == merged.len() {
            merged.push(BTreeSet::new());
        }
        for other in homes.into_iter().skip(1) {
            let moved = std::mem::take(&mut merged[other]);
            owner.extend(moved.iter().map(|key| (key.clone(), home)));
            merged[home].extend(moved);
        }
        owner.extend(unit.iter().map(|key| (key.clone(), home)));
        merged[home].extend(unit);
    }
    merged
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
}
