//! A local copy of one kind of objects, kept by watch events.
//!
//! A watch that cannot go on (410 Gone) lists everything again. What the list no longer holds was deleted
//! meanwhile: the difference is taken here, once, so that a relist neither loses nor doubles anything.

use std::collections::{BTreeMap, BTreeSet};

/// Objects by key, and which of them the running relist has seen.
#[derive(Debug)]
pub struct Mirror<K, V> {
    objects: BTreeMap<K, V>,
    relisted: Option<BTreeSet<K>>,
    synced: bool,
}

impl<K, V> Default for Mirror<K, V> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            relisted: None,
            synced: false,
        }
    }
}

impl<K: Ord + Clone, V> Mirror<K, V> {
    /// A relist begins. An unfinished one before it counts for nothing.
    pub fn begin_relist(&mut self) {
        self.relisted = Some(BTreeSet::new());
    }

    /// The object is there now. Returns what was there before.
    pub fn upsert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(relisted) = &mut self.relisted {
            relisted.insert(key.clone());
        }
        self.objects.insert(key, value)
    }

    /// The object is gone. Returns what was there before.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        if let Some(relisted) = &mut self.relisted {
            relisted.remove(key);
        }
        self.objects.remove(key)
    }

    /// The relist is complete. Returns the objects that it did not hold; they are gone.
    pub fn finish_relist(&mut self) -> Vec<(K, V)> {
        self.synced = true;
        let Some(relisted) = self.relisted.take() else {
            return Vec::new();
        };
        self.objects
            .extract_if(.., |key, _| !relisted.contains(key))
            .collect()
    }

    /// Whether one list was completed, so that absence means something.
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// The object of this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.objects.get(key)
    }

    /// The object of this key, to be changed in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.objects.get_mut(key)
    }

    /// All objects, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.objects.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror(objects: &[(&'static str, i32)]) -> Mirror<&'static str, i32> {
        let mut mirror = Mirror::default();
        mirror.begin_relist();
        for (key, value) in objects {
            mirror.upsert(*key, *value);
        }
        assert!(mirror.finish_relist().is_empty());
        mirror
    }

    #[test]
    fn it_is_synced_after_its_first_complete_list() {
        let mut mirror = Mirror::<&str, i32>::default();
        mirror.begin_relist();
        mirror.upsert("a", 1);
        assert!(!mirror.is_synced());
        mirror.finish_relist();
        assert!(mirror.is_synced());
    }

    #[test]
    fn a_relist_removes_what_it_does_not_hold_and_keeps_the_rest() {
        let mut mirror = mirror(&[("a", 1), ("b", 2), ("c", 3)]);
        mirror.begin_relist();
        mirror.upsert("b", 20);
        mirror.upsert("d", 4);
        assert_eq!(mirror.finish_relist(), [("a", 1), ("c", 3)]);
        assert_eq!(mirror.iter().collect::<Vec<_>>(), [(&"b", &20), (&"d", &4)]);
    }

    #[test]
    fn a_relist_that_breaks_off_removes_nothing() {
        let mut mirror = mirror(&[("a", 1), ("b", 2)]);
        mirror.begin_relist();
        mirror.upsert("b", 2);
        mirror.begin_relist();
        mirror.upsert("a", 1);
        mirror.upsert("b", 2);
        assert!(mirror.finish_relist().is_empty());
        assert_eq!(mirror.iter().count(), 2);
    }

    #[test]
    fn an_object_deleted_during_a_relist_stays_deleted() {
        let mut mirror = mirror(&[("a", 1)]);
        mirror.begin_relist();
        mirror.upsert("a", 1);
        assert_eq!(mirror.remove(&"a"), Some(1));
        assert!(mirror.finish_relist().is_empty());
        assert_eq!(mirror.iter().count(), 0);
    }
}
