//! What many nodes have in common, kept once.

use std::sync::Arc;

use hourglass_model::labels::Taint;
use hourglass_model::node::DerivedFacts;

/// Identifies a [`NodeClass`]; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassId(pub(crate) u32);

/// Identifies a [`NodeKind`]; never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KindId(pub(crate) u32);

/// What rules and scores look at in a node, labels and free room apart: fleets have few of these.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KindFacts {
    pub(crate) taints: Vec<Taint>,
    pub(crate) unschedulable: bool,
    pub(crate) ready: bool,
    pub(crate) derived: DerivedFacts,
}

/// [`KindFacts`] under an identity.
#[derive(Debug)]
pub(crate) struct NodeKind {
    pub(crate) id: KindId,
    pub(crate) facts: KindFacts,
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
}

impl NodeClass {
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
