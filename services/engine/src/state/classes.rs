//! Keeps each class of nodes once, and finds the class of a node that arrives.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use foldhash::fast::RandomState;
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::resources::{ResourceName, ResourceVector};

use super::class::{ClassId, KindFacts, KindId, LeastCapacity, NodeClass, NodeKind, NodeSize};
use super::layout::{Layout, Layouts};
use super::node::NodeState;
use super::zones::Zones;
use crate::domains::ZONE_LABEL;
use crate::hash::{NumberMap, TextMap, TextSet};

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

#[derive(Debug, Clone)]
struct Registered {
    class: Arc<NodeClass>,
    /// What the class was found by, beside labels, taints and conditions.
    countable: ResourceVector,
}

/// All classes in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classes {
    by_hash: NumberMap<u64, Vec<ClassId>>,
    hasher: RandomState,
    layouts: Layouts,
    classes: BTreeMap<ClassId, Registered>,
    kinds: Vec<Arc<NodeKind>>,
    texts: TextSet<Arc<str>>,
    /// Distinct values of each key, as far as classes have shown them.
    values: TextMap<Arc<str>, TextSet<Arc<str>>>,
    own_keys: TextSet<Arc<str>>,
    zones: Zones,
    next_class: u32,
    next_kind: u32,
    sweep_at: usize,
}

impl Classes {
    /// The class of a node, and its allocatable, both shared with nodes like it. `old` is the node as it was before, if it
    /// was there: mostly nothing of this has changed.
    pub(super) fn intern(
        &mut self,
        facts: &NodeFacts,
        old: Option<&NodeState>,
    ) -> (Arc<NodeClass>, Arc<Layout>) {
        let same = old.filter(|old| *old.allocatable() == facts.allocatable);
        let layout = match same {
            Some(old) => Arc::clone(old.layout()),
            None => self.layouts.intern(&facts.allocatable),
        };
        if let Some(old) = old
            && (same.is_some() || countable(old.layout()).eq(countable(&layout)))
            && old.class().kind.facts.size == layout.size()
            && self.describes(old.class(), facts)
        {
            if same.is_none() {
                old.class().kind.meet(&layout);
            }
            return (Arc::clone(old.class()), layout);
        }
        let hash = self.hash(facts, &layout);
        let found = self.by_hash.get(&hash).into_iter().flatten().find_map(|id| {
            let known = self.classes.get(id)?;
            let same = known.class.kind.facts.size == layout.size()
                && known.countable.iter().eq(countable(&layout))
                && self.describes(&known.class, facts);
            same.then(|| Arc::clone(&known.class))
        });
        let class = found.unwrap_or_else(|| self.register(hash, facts, &layout));
        class.kind.meet(&layout);
        (class, layout)
    }

    /// Whether nodes have this label each for themselves, and classes leave it out.
    pub(crate) fn is_own(&self, key: &str) -> bool {
        key == HOSTNAME || self.own_keys.contains(key)
    }

    /// Whether a node with these facts belongs to a class, as far as allocatable does not say.
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
        // A key may have left the classes since this one was made.
        let own_keys_are_known = class.own_keys_then == self.own_keys.len();
        let has_left = |(key, _): &(Arc<str>, Arc<str>)| self.is_own(key);
        (own_keys_are_known || !class.labels.iter().any(has_left))
            && class.sample.same_but_at(&facts.labels, &class.own_places)
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

    /// In which zones they are.
    pub(crate) fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Number of classes.
    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    fn hash(&self, facts: &NodeFacts, layout: &Layout) -> u64 {
        let mut state = self.hasher.build_hasher();
        facts.labels.hash_without(|key| self.is_own(key), &mut state);
        facts.taints.hash(&mut state);
        (facts.unschedulable, facts.ready, layout.size()).hash(&mut state);
        for (name, amount) in countable(layout) {
            name.hash(&mut state);
            amount.hash(&mut state);
        }
        state.finish()
    }

    fn register(&mut self, hash: u64, facts: &NodeFacts, layout: &Layout) -> Arc<NodeClass> {
        self.sweep();
        let class = self.new_class(facts, layout.size());
        self.by_hash.entry(hash).or_default().push(class.id);
        let countable = countable(layout).map(|(name, amount)| (name.clone(), amount));
        let known = Registered {
            class: Arc::clone(&class),
            countable: countable.collect(),
        };
        self.classes.insert(class.id, known);
        class
    }

    fn new_class(&mut self, facts: &NodeFacts, size: NodeSize) -> Arc<NodeClass> {
        let kind = self.intern_kind(facts, size);
        let mut labels = Vec::with_capacity(facts.labels.len());
        let (mut own_keys, mut own_places) = (Vec::new(), Vec::new());
        let own_keys_then = self.own_keys.len();
        for (place, (key, value)) in facts.labels.iter().enumerate() {
            let key = self.text(key);
            if self.is_own(&key) {
                own_keys.push(key);
                own_places.push(place);
            } else {
                let value = self.text(value);
                self.count_value(&key, &value);
                labels.push((key, value));
            }
        }
        let id = ClassId(self.next_class);
        self.next_class = self.next_class.saturating_add(1);
        self.zones.enter(kind.id, facts.labels.get(ZONE_LABEL));
        Arc::new(NodeClass {
            id,
            kind,
            labels: labels.into_boxed_slice(),
            own_keys: own_keys.into_boxed_slice(),
            sample: facts.labels.clone(),
            own_places: own_places.into_boxed_slice(),
            own_keys_then,
        })
    }

    fn intern_kind(&mut self, facts: &NodeFacts, size: NodeSize) -> Arc<NodeKind> {
        let wanted = KindFacts {
            taints: facts.taints.clone(),
            unschedulable: facts.unschedulable,
            ready: facts.ready,
            derived: DerivedFacts::of(facts),
            size,
        };
        if let Some(kind) = self.kinds.iter().find(|kind| kind.facts == wanted) {
            return Arc::clone(kind);
        }
        let id = KindId(self.next_kind);
        self.next_kind = self.next_kind.saturating_add(1);
        let kind = Arc::new(NodeKind {
            id,
            facts: wanted,
            least: LeastCapacity::default(),
        });
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
        self.zones.keep(self.classes.values().map(|known| &*known.class));
        self.sweep_at = self.classes.len().saturating_mul(2);
    }
}

/// What is counted in devices: facts are derived from it.
fn countable(layout: &Layout) -> impl Iterator<Item = (&ResourceName, i64)> {
    let places = layout.extended().iter();
    places.filter_map(|(at, _)| layout.at(*at))
}
