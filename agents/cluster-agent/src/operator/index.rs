//! Objects of one kind, grouped by what they belong to, and kept current by watch events.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use kube::runtime::watcher::Event;
use kube::{Resource, ResourceExt};

/// Key of the group that an object belongs to; objects of no group are not kept.
type GroupOf<K, G> = fn(&K) -> Option<G>;

/// Objects by group. Cheap to clone: clones share the objects.
#[derive(Debug)]
pub(crate) struct Index<K, G> {
    group_of: GroupOf<K, G>,
    inner: Arc<RwLock<Inner<K, G>>>,
}

#[derive(Debug)]
struct Inner<K, G> {
    current: Groups<K, G>,
    /// What a relist has brought so far.
    relisting: Groups<K, G>,
}

#[derive(Debug)]
struct Groups<K, G> {
    groups: HashMap<G, BTreeMap<String, Arc<K>>>,
    group_of: HashMap<String, G>,
}

impl<K, G> Clone for Index<K, G> {
    fn clone(&self) -> Self {
        Self {
            group_of: self.group_of,
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K, G> Index<K, G>
where
    K: Resource + Debug,
    G: Eq + Hash + Clone,
{
    pub(crate) fn new(group_of: GroupOf<K, G>) -> Self {
        let inner = Inner {
            current: Groups::default(),
            relisting: Groups::default(),
        };
        Self {
            group_of,
            inner: Arc::new(RwLock::new(inner)),
        }
    }

    /// The objects of a group, by namespace and name.
    pub(crate) fn of(&self, group: &G) -> Vec<Arc<K>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner
            .current
            .groups
            .get(group)
            .map(|objects| objects.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Takes an event in and returns the groups that it concerns. After a relist those are all that had or have
    /// objects: what vanished while the watch was broken shows only there.
    pub(crate) fn handle(&self, event: Event<K>) -> HashSet<G> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Apply(object) => {
                let group = (self.group_of)(&object);
                let left = inner.current.remove(&key(&object));
                if let Some(group) = group.clone() {
                    inner.current.insert(group, object);
                }
                left.into_iter().chain(group).collect()
            }
            Event::Delete(object) => inner.current.remove(&key(&object)).into_iter().collect(),
            Event::Init => {
                inner.relisting = Groups::default();
                HashSet::new()
            }
            Event::InitApply(object) => {
                if let Some(group) = (self.group_of)(&object) {
                    inner.relisting.insert(group, object);
                }
                HashSet::new()
            }
            Event::InitDone => {
                let new = std::mem::take(&mut inner.relisting);
                let old = std::mem::replace(&mut inner.current, new);
                old.groups
                    .into_keys()
                    .chain(inner.current.groups.keys().cloned())
                    .collect()
            }
        }
    }
}

impl<K, G> Default for Groups<K, G> {
    fn default() -> Self {
        Self {
            groups: HashMap::new(),
            group_of: HashMap::new(),
        }
    }
}

impl<K: Resource, G: Eq + Hash + Clone> Groups<K, G> {
    fn insert(&mut self, group: G, object: K) {
        let key = key(&object);
        self.group_of.insert(key.clone(), group.clone());
        self.groups
            .entry(group)
            .or_default()
            .insert(key, Arc::new(object));
    }

    /// The group that the object was in.
    fn remove(&mut self, key: &str) -> Option<G> {
        let group = self.group_of.remove(key)?;
        if let Some(objects) = self.groups.get_mut(&group) {
            objects.remove(key);
            if objects.is_empty() {
                self.groups.remove(&group);
            }
        }
        Some(group)
    }
}

fn key(object: &impl ResourceExt) -> String {
    format!("{}/{}", object.namespace().unwrap_or_default(), object.name_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::ConfigMap;

    fn object(name: &str, group: &str) -> ConfigMap {
        let mut object = ConfigMap::default();
        object.metadata.name = Some(name.to_owned());
        object.metadata.labels = Some(BTreeMap::from([("group".to_owned(), group.to_owned())]));
        object
    }

    fn index() -> Index<ConfigMap, String> {
        Index::new(|object| {
            object
                .labels()
                .get("group")
                .filter(|group| !group.is_empty())
                .cloned()
        })
    }

    fn names(index: &Index<ConfigMap, String>, group: &str) -> Vec<String> {
        index
            .of(&group.to_owned())
            .iter()
            .map(|object| object.name_any())
            .collect()
    }

    fn touched(groups: &[&str]) -> HashSet<String> {
        groups.iter().map(|group| (*group).to_owned()).collect()
    }

    #[test]
    fn objects_are_found_by_group_and_events_name_the_groups_they_concern() {
        let index = index();
        assert_eq!(index.handle(Event::Apply(object("1", "a"))), touched(&["a"]));
        assert_eq!(index.handle(Event::Apply(object("2", "a"))), touched(&["a"]));
        assert_eq!(index.handle(Event::Apply(object("3", ""))), touched(&[]));
        assert_eq!(names(&index, "a"), ["1", "2"]);
        assert_eq!(index.handle(Event::Delete(object("1", "a"))), touched(&["a"]));
        assert_eq!(names(&index, "a"), ["2"]);
        assert_eq!(names(&index, "b"), Vec::<String>::new());
    }

    #[test]
    fn an_object_that_changes_its_group_concerns_both() {
        let index = index();
        index.handle(Event::Apply(object("1", "a")));
        assert_eq!(index.handle(Event::Apply(object("1", "b"))), touched(&["a", "b"]));
        assert_eq!((names(&index, "a").len(), names(&index, "b").len()), (0, 1));
    }

    #[test]
    fn a_relist_is_taken_over_as_a_whole_and_what_it_lacks_is_concerned_too() {
        let index = index();
        index.handle(Event::Apply(object("1", "a")));
        index.handle(Event::Init);
        index.handle(Event::InitApply(object("2", "b")));
        assert_eq!(names(&index, "a"), ["1"], "an unfinished relist changes nothing");
        assert_eq!(index.handle(Event::InitDone), touched(&["a", "b"]));
        assert_eq!((names(&index, "a").len(), names(&index, "b").len()), (0, 1));
    }
}
