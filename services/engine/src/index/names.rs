//! Nodes by what names them: their own name, and the values of labels that they share with no other node.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::{ClusterIx, Seated};
use crate::state::NodeState;
use crate::state::nodes::NodeSlot;

/// Nodes by a hash of each name, so that a node costs few bytes; a hit still has to be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    nodes: BTreeSet<(u64, ClusterIx, NodeSlot)>,
    hasher: RandomState,
}

fn names(node: &NodeState) -> impl Iterator<Item = &str> {
    let name = node.name().as_str();
    let others = node
        .own_labels()
        .map(|(_, value)| value)
        .filter(move |value| *value != name);
    std::iter::once(name).chain(others)
}

impl Names {
    pub(super) fn insert(&mut self, at: Seated, node: &NodeState) {
        let Self { nodes, hasher } = self;
        let hashes = names(node).map(|name| hasher.hash_one(name));
        nodes.extend(hashes.map(|hash| (hash, at.cluster, at.slot)));
    }

    /// Puts in many nodes, in an order that costs less than one by one.
    pub(super) fn insert_all<'n>(&mut self, all: impl Iterator<Item = (Seated, &'n NodeState)>) {
        let mut new: Vec<(u64, ClusterIx, NodeSlot)> = Vec::new();
        for (at, node) in all {
            new.extend(names(node).map(|name| (self.hasher.hash_one(name), at.cluster, at.slot)));
        }
        new.sort_unstable();
        self.nodes.extend(new);
    }

    pub(super) fn remove(&mut self, at: Seated, node: &NodeState) {
        for name in names(node) {
            let hash = self.hasher.hash_one(name);
            self.nodes.remove(&(hash, at.cluster, at.slot));
        }
    }

    /// Whether both have the same names.
    pub(super) fn same(one: &NodeState, other: &NodeState) -> bool {
        names(one).eq(names(other))
    }

    /// Nodes that may have this name.
    pub(crate) fn find(&self, value: &str) -> impl Iterator<Item = Seated> + '_ {
        let hash = self.hasher.hash_one(value);
        let from = (hash, ClusterIx(0), NodeSlot(0));
        let to = (hash, ClusterIx(u32::MAX), NodeSlot(u32::MAX));
        self.nodes.range(from..=to).map(|(_, cluster, slot)| Seated {
            cluster: *cluster,
            slot: *slot,
        })
    }
}
