//! Keeps each class of nodes once, and finds the class of a node that arrives.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::sync::Arc;

use hourglass_model::labels::Labels;
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::resources::ResourceVector;

use super::class::{ClassId, KindFacts, KindId, NodeClass, NodeKind};

/// The label that names a node, on every node.
const HOSTNAME: &str = "kubernetes.io/hostname";

/// A key with fewer values than this is never one that each node has for itself.
const MANY_VALUES: usize = 256;

/// Labels that facts are read from, or that domains are made of: nodes always share them by class.
const SHARED: [&str; 7] = [
    "nvidia.com/",
    "amd.com/",
    "feature.node.kubernetes.io/",
    "intel.feature.node.kubernetes.io/",
    "amd.feature.node.kubernetes.io/",
    "topology.kubernetes.io/",
    "gpu.intel.com/",
];

/// Allocatable vectors that are remembered for each class: nodes of one class mostly have the same few.
const ALLOCATABLES: usize = 4;

type Fast = BuildHasherDefault<DefaultHasher>;

#[derive(Debug, Clone)]
struct Registered {
    class: Arc<NodeClass>,
    /// What the class was found by, beside labels, taints and conditions.
    countable: ResourceVector,
    allocatables: Vec<Arc<ResourceVector>>,
}

/// All classes in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classes {
    by_hash: HashMap<u64, Vec<ClassId>, Fast>,
    classes: BTreeMap<ClassId, Registered>,
    kinds: Vec<Arc<NodeKind>>,
    texts: HashSet<Arc<str>>,
    /// Distinct values of each key, as far as classes have shown them.
    values: HashMap<Arc<str>, HashSet<Arc<str>>>,
    own_keys: HashSet<Arc<str>>,
    next_class: u32,
    next_kind: u32,
    sweep_at: usize,
}

impl Classes {
    /// The class of a node, and its allocatable, both shared with nodes like it.
    pub(super) fn intern(&mut self, facts: &NodeFacts) -> (Arc<NodeClass>, Arc<ResourceVector>) {
        let hash = self.hash(facts);
        let found = self.by_hash.get(&hash).into_iter().flatten().copied().find(|id| {
            self.classes.get(id).is_some_and(|known| {
                same_countable(&known.countable, &facts.allocatable) && self.describes(&known.class, facts)
            })
        });
        let id = found.unwrap_or_else(|| self.register(hash, facts));
        // Registered above or found there; without it the node would have a class of its own.
        let Some(known) = self.classes.get_mut(&id) else {
            let class = self.new_class(facts);
            return (class, Arc::new(facts.allocatable.clone()));
        };
        let class = Arc::clone(&known.class);
        let same = known.allocatables.iter().find(|one| ***one == facts.allocatable);
        let allocatable = same.map(Arc::clone).unwrap_or_else(|| {
            let new = Arc::new(facts.allocatable.clone());
            if known.allocatables.len() >= ALLOCATABLES {
                known.allocatables.remove(0);
            }
            known.allocatables.push(Arc::clone(&new));
            new
        });
        (class, allocatable)
    }

    /// Whether nodes have this label each for themselves, and classes leave it out.
    pub(crate) fn is_own(&self, key: &str) -> bool {
        key == HOSTNAME || self.own_keys.contains(key)
    }

    /// Whether a node with these facts belongs to a class, allocatable apart.
    pub(super) fn describes(&self, class: &NodeClass, facts: &NodeFacts) -> bool {
        let kind = &class.kind.facts;
        if kind.ready != facts.ready
            || kind.unschedulable != facts.unschedulable
            || kind.taints != facts.taints
        {
            return false;
        }
        // Kinds of devices are derived facts that labels and resources do not give away.
        let shows_devices = !(facts.devices.is_empty() && kind.derived.device_kinds.is_empty());
        if shows_devices && kind.derived != DerivedFacts::of(facts) {
            return false;
        }
        let mut shared = class.labels.iter();
        let mut own = class.own_keys.iter();
        for (key, value) in &facts.labels {
            let same = if self.is_own(key) {
                own.next().is_some_and(|other| **other == **key)
            } else {
                shared.next().is_some_and(|(k, v)| **k == **key && **v == **value)
            };
            if !same {
                return false;
            }
        }
        shared.next().is_none() && own.next().is_none()
    }

    /// All classes, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<NodeClass>> {
        self.classes.values().map(|known| &known.class)
    }

    /// Classes from this id on, by id.
    pub(crate) fn since(&self, first: ClassId) -> impl Iterator<Item = &Arc<NodeClass>> {
        self.classes.range(first..).map(|(_, known)| &known.class)
    }

    /// The id that the next new class will have.
    pub(crate) fn next_id(&self) -> ClassId {
        ClassId(self.next_class)
    }

    /// One kind.
    pub(crate) fn kind(&self, id: KindId) -> Option<&Arc<NodeKind>> {
        self.kinds.iter().find(|kind| kind.id == id)
    }

    /// One class.
    pub(crate) fn get(&self, id: ClassId) -> Option<&Arc<NodeClass>> {
        self.classes.get(&id).map(|known| &known.class)
    }

    /// Number of keys that classes leave out.
    pub(crate) fn own_keys(&self) -> usize {
        self.own_keys.len()
    }

    /// Number of classes.
    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    fn hash(&self, facts: &NodeFacts) -> u64 {
        let hasher = Fast::default();
        let own = |key: &str| self.is_own(key);
        let mut state = hasher.build_hasher();
        hash_labels(&facts.labels, own, &mut state);
        facts.taints.hash(&mut state);
        (facts.unschedulable, facts.ready).hash(&mut state);
        for (name, amount) in facts.allocatable.iter().filter(|(name, _)| name.is_extended()) {
            name.hash(&mut state);
            amount.hash(&mut state);
        }
        std::hash::Hasher::finish(&state)
    }

    fn register(&mut self, hash: u64, facts: &NodeFacts) -> ClassId {
        self.sweep();
        let class = self.new_class(facts);
        let id = class.id;
        self.by_hash.entry(hash).or_default().push(id);
        let countable = countable(&facts.allocatable)
            .map(|(n, a)| (n.clone(), a))
            .collect();
        let known = Registered {
            class,
            countable,
            allocatables: Vec::new(),
        };
        self.classes.insert(id, known);
        id
    }

    fn new_class(&mut self, facts: &NodeFacts) -> Arc<NodeClass> {
        let kind = self.intern_kind(facts);
        let mut labels = Vec::new();
        let mut own_keys = Vec::new();
        for (key, value) in &facts.labels {
            let key = self.text(key);
            if self.is_own(&key) {
                own_keys.push(key);
            } else {
                let value = self.text(value);
                self.count_value(&key, &value);
                labels.push((key, value));
            }
        }
        let id = ClassId(self.next_class);
        self.next_class = self.next_class.saturating_add(1);
        Arc::new(NodeClass {
            id,
            kind,
            labels: labels.into_boxed_slice(),
            own_keys: own_keys.into_boxed_slice(),
        })
    }

    fn intern_kind(&mut self, facts: &NodeFacts) -> Arc<NodeKind> {
        let wanted = KindFacts {
            taints: facts.taints.clone(),
            unschedulable: facts.unschedulable,
            ready: facts.ready,
            derived: DerivedFacts::of(facts),
        };
        if let Some(kind) = self.kinds.iter().find(|kind| kind.facts == wanted) {
            return Arc::clone(kind);
        }
        let id = KindId(self.next_kind);
        self.next_kind = self.next_kind.saturating_add(1);
        let kind = Arc::new(NodeKind { id, facts: wanted });
        self.kinds.push(Arc::clone(&kind));
        kind
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&new));
        new
    }

    /// Learns that a key has a value. A key of which about every fourth node has a value of its own leaves the classes,
    /// for nodes that come from now on: otherwise every node would be a class.
    fn count_value(&mut self, key: &Arc<str>, value: &Arc<str>) {
        let values = self.values.entry(Arc::clone(key)).or_default();
        if !values.insert(Arc::clone(value)) {
            return;
        }
        let many = values.len();
        if many < MANY_VALUES
            || !many.is_power_of_two()
            || SHARED.iter().any(|prefix| key.starts_with(prefix))
        {
            return;
        }
        let with_key = self
            .classes
            .values()
            .filter(|known| known.class.label(key).is_some());
        let nodes: usize = with_key.map(|known| Arc::strong_count(&known.class) - 1).sum();
        if many.saturating_mul(4) > nodes {
            self.own_keys.insert(Arc::clone(key));
        }
    }

    /// Forgets classes that no node has any more, once there may be many.
    fn sweep(&mut self) {
        if self.classes.len() < self.sweep_at.max(64) {
            return;
        }
        self.classes
            .retain(|_, known| Arc::strong_count(&known.class) > 1);
        let Self { classes, by_hash, .. } = self;
        by_hash.retain(|_, ids| {
            ids.retain(|id| classes.contains_key(id));
            !ids.is_empty()
        });
        self.kinds.retain(|kind| Arc::strong_count(kind) > 1);
        self.values.clear();
        for known in self.classes.values() {
            for (key, value) in &known.class.labels {
                self.values
                    .entry(Arc::clone(key))
                    .or_default()
                    .insert(Arc::clone(value));
            }
        }
        self.texts = self
            .values
            .iter()
            .flat_map(|(key, values)| std::iter::once(key).chain(values))
            .chain(
                self.classes
                    .values()
                    .flat_map(|known| known.class.own_keys.iter()),
            )
            .map(Arc::clone)
            .collect();
        self.sweep_at = self.classes.len().saturating_mul(2);
    }
}

/// What is counted in devices: facts are derived from it.
fn countable(
    vector: &ResourceVector,
) -> impl Iterator<Item = (&hourglass_model::resources::ResourceName, i64)> {
    vector.iter().filter(|(name, _)| name.is_extended())
}

fn same_countable(known: &ResourceVector, vector: &ResourceVector) -> bool {
    known.iter().eq(countable(vector))
}

fn hash_labels(labels: &Labels, own: impl Fn(&str) -> bool, state: &mut DefaultHasher) {
    for (key, value) in labels {
        key.hash(state);
        if !own(key) {
            value.hash(state);
        }
    }
}
