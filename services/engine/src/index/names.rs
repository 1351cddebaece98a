//! Nodes by what names them: their own name, and the values of labels that they share with no other node.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{ClusterIx, Seated};
use crate::state::NodeState;
use crate::state::nodes::NodeSlot;

/// Nodes by a hash of each name, so that a node costs few bytes; a hit still has to be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeSet<(u64, ClusterIx, NodeSlot)>);

fn hash(value: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

fn hashes(node: &NodeState) -> impl Iterator<Item = u64> + '_ {
    let name = node.name().as_str();
    let others = node
        .own_labels()
        .map(|(_, value)| value)
        .filter(move |value| *value != name);
    std::iter::once(name).chain(others).map(hash)
}

impl Names {
    pub(super) fn insert(&mut self, at: Seated, node: &NodeState) {
        self.0
            .extend(hashes(node).map(|hash| (hash, at.cluster, at.slot)));
    }

    pub(super) fn remove(&mut self, at: Seated, node: &NodeState) {
        for hash in hashes(node) {
            self.0.remove(&(hash, at.cluster, at.slot));
        }
    }

    /// Whether both have the same names.
    pub(super) fn same(one: &NodeState, other: &NodeState) -> bool {
        hashes(one).eq(hashes(other))
    }

    /// Nodes that may have this name.
    pub(crate) fn find(&self, value: &str) -> impl Iterator<Item = Seated> + '_ {
        let hash = hash(value);
        let from = (hash, ClusterIx(0), NodeSlot(0));
        let to = (hash, ClusterIx(u32::MAX), NodeSlot(u32::MAX));
        self.0.range(from..=to).map(|(_, cluster, slot)| Seated {
            cluster: *cluster,
            slot: *slot,
        })
    }
}
