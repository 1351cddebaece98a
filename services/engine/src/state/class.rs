//! What many nodes have in common, kept once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hourglass_model::labels::{NodeLabels, Taint};
use hourglass_model::node::DerivedFacts;
use hourglass_model::resources::{CPU, MEMORY, ResourceVector};

use super::layout::Layout;

/// Identifies a [`NodeClass`]; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassId(pub(crate) u32);

/// Identifies a [`NodeKind`]; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KindId(pub(crate) u32);

/// How much cpu and memory a node has, by powers of two. No rule looks at it: nodes of about one size are kept together
/// because what is free of their cpu and of their memory goes together, so that few are looked at in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct NodeSize {
    cpu: u8,
    memory: u8,
}

impl NodeSize {
    /// The size of nodes with this allocatable.
    pub(crate) fn of(allocatable: &ResourceVector) -> Self {
        // What a node keeps for itself takes it below a round number; exactly that number is the same size.
        let digits = |amount: i64| {
            let below = amount.saturating_sub(1).max(0);
            u8::try_from(i64::BITS - below.leading_zeros()).unwrap_or(u8::MAX)
        };
        Self {
            cpu: digits(allocatable.get(&CPU)),
            memory: digits(allocatable.get(&MEMORY)),
        }
    }
}

/// What rules and scores look at in a node, labels and free room apart, and how large it is: fleets have few of these.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KindFacts {
    pub(crate) taints: Vec<Taint>,
    pub(crate) unschedulable: bool,
    pub(crate) ready: bool,
    pub(crate) derived: DerivedFacts,
    pub(crate) size: NodeSize,
}

/// The least that any node of a kind has had of what makes its load. Kinds are shared by copies of a state, and a bound
/// that is lower than need be does no harm.
#[derive(Debug)]
pub(crate) struct LeastCapacity {
    cpu: AtomicI64,
    memory: AtomicI64,
    gpus: AtomicI64,
}

impl Default for LeastCapacity {
    fn default() -> Self {
        let none = || AtomicI64::new(i64::MAX);
        Self {
            cpu: none(),
            memory: none(),
            gpus: none(),
        }
    }
}

impl LeastCapacity {
    /// A node with these facts has this allocatable.
    fn meet(&self, derived: &DerivedFacts, allocatable: &Layout) {
        let lower = |least: &AtomicI64, amount: i64| {
            if amount < least.load(Ordering::Relaxed) {
                least.fetch_min(amount, Ordering::Relaxed);
            }
        };
        let amount = |place: Option<usize>| place.and_then(|at| allocatable.at(at)).map_or(0, |(_, all)| all);
        lower(&self.cpu, amount(allocatable.cpu()));
        lower(&self.memory, amount(allocatable.memory()));
        for resource in derived.gpu_resources() {
            lower(&self.gpus, allocatable.get(resource));
        }
    }

    pub(crate) fn cpu(&self) -> i64 {
        self.cpu.load(Ordering::Relaxed)
    }

    pub(crate) fn memory(&self) -> i64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// Of each resource that counts GPUs.
    pub(crate) fn gpus(&self) -> i64 {
        self.gpus.load(Ordering::Relaxed)
    }
}

/// [`KindFacts`] under an identity.
#[derive(Debug)]
pub(crate) struct NodeKind {
    pub(crate) id: KindId,
    pub(crate) facts: KindFacts,
    pub(crate) least: LeastCapacity,
}

impl NodeKind {
    /// A node of the kind has this allocatable.
    pub(crate) fn meet(&self, allocatable: &Layout) {
        self.least.meet(&self.facts.derived, allocatable);
    }
}

/// A kind with labels, those apart that (nearly) every node has for itself.
#[derive(Debug)]
pub(crate) struct NodeClass {
    pub(crate) id: ClassId,
    pub(crate) kind: Arc<NodeKind>,
    /// By key.
    pub(crate) labels: Box<[(Arc<str>, Arc<str>)]>,
    /// Keys of the labels that each node of the class has for itself, by key.
    pub(crate) own_keys: Box<[Arc<str>]>,
    /// All labels of the first node of the class: others are held against them in one piece.
    pub(super) sample: NodeLabels,
    /// Places of the own keys in the sample.
    pub(super) own_places: Box<[usize]>,
    /// How many keys of own labels were known when the class was made.
    pub(super) own_keys_then: usize,
}

impl NodeClass {
    /// Something of it, for [`crate::near`].
    pub(super) fn glance(&self) -> u64 {
        u64::from(self.id.0) ^ u64::from(self.kind.id.0)
    }

    /// A label that all nodes of the class share.
    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        self.shared_label(key).map(|value| &**value)
    }

    /// The same, to be kept.
    pub(crate) fn shared_label(&self, key: &str) -> Option<&Arc<str>> {
        let at = self
            .labels
            .binary_search_by(|(other, _)| (**other).cmp(key))
            .ok()?;
        self.labels.get(at).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::vector;

    #[test]
    fn nodes_are_of_one_size_whatever_they_keep_for_themselves() {
        let size = |cpu, memory| NodeSize::of(&vector(&[("cpu", cpu), ("memory", memory)]));
        assert_eq!(size(15_600, (32 << 30) - 4_096), size(15_900, 32 << 30));
        assert_ne!(size(15_600, 32 << 30), size(31_600, 32 << 30));
        assert_ne!(size(15_600, 32 << 30), size(15_600, (32 << 30) + 1));
        assert_eq!(NodeSize::of(&vector(&[])), size(0, i64::MIN));
    }
}
