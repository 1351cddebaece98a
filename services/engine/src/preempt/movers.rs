//! Who may be moved from where, kept from one decision to the next, so that making room begins with the nodes on which it
//! can be cheapest instead of looking at all.
//!
//! For each priority that has been asked for lately there is a [`Tree`]: of every node from which anybody of lower priority
//! may go the few numbers of a [`Summary`](summary::Summary), and of blocks of nodes the same. What changes on a node is
//! only noted; it is looked at when the next decision has to move somebody. Nothing is noted while nobody asks. A tree takes
//! some 300 bytes for each such node.

mod leaving;
pub(super) mod summary;
#[cfg(test)]
mod tests;
pub(super) mod tree;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hourglass_model::ids::{ClusterName, NodeName};

use crate::claims::Claim;
use crate::hash::NumberSet;
use crate::index::{ClusterIx, Seated};
use crate::state::{ClusterState, FleetState};
use tree::Tree;

/// Priorities of which trees are kept.
const TREES: usize = 3;
/// So many changes are always noted; more than these and than there are nodes in a tree cost more than beginning anew.
const NOTED: usize = 1_024;

/// The trees. They only make decisions faster: a copy of the state begins without.
#[derive(Default)]
pub(crate) struct Movers(Mutex<Kept>);

impl Clone for Movers {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Movers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Movers").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Kept {
    /// The one that was asked for last comes last.
    trees: Vec<Arc<Tree>>,
    /// Nodes of which something may have changed since.
    nodes: NumberSet<Seated>,
    /// Clusters of which everything may have.
    clusters: NumberSet<ClusterIx>,
}

impl Movers {
    fn kept(&mut self) -> Option<&mut Kept> {
        let kept = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        (!kept.trees.is_empty()).then_some(kept)
    }

    /// What is free on a node, or who is there, may have changed.
    pub(crate) fn touch(&mut self, at: Seated) {
        let Some(kept) = self.kept() else { return };
        kept.nodes.insert(at);
        let largest = kept.trees.iter().map(|tree| tree.len()).max();
        if kept.nodes.len() > NOTED + largest.unwrap_or_default() {
            *kept = Kept::default();
        }
    }

    /// A cluster has come or gone, or has said everything anew.
    pub(crate) fn touch_cluster(&mut self, cluster: ClusterIx) {
        if let Some(kept) = self.kept() {
            kept.clusters.insert(cluster);
        }
    }

    /// Something about a claim may have changed: whether it may go, or what it leaves.
    pub(crate) fn touch_claim(&mut self, claim: &Claim, cluster: Option<&ClusterState>) {
        let Some(cluster) = cluster.filter(|_| self.kept().is_some()) else {
            return;
        };
        let seen = cluster.observed(&claim.id).map(|(node, _)| node);
        for slot in seen.chain([&claim.node]).filter_map(|node| cluster.slot(node)) {
            let cluster = cluster.ix();
            self.touch(Seated { cluster, slot });
        }
    }

    /// The nodes from which anybody of lower priority than this may go, as they are now; none when nobody may go at all.
    pub(crate) fn below(&self, state: &FleetState, priority: i32) -> Option<Arc<Tree>> {
        let highest = state.ledger.highest_movable(priority)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.catch_up(state);
        // Nobody who may go is between that priority and the one asked for: either means the same claims.
        let same = |tree: &Arc<Tree>| (highest..priority).contains(&tree.most());
        let tree = match kept.trees.iter().position(same) {
            Some(at) => kept.trees.remove(at),
            None => Arc::new(grown(state, Tree::new(priority.saturating_sub(1)))),
        };
        if kept.trees.len() >= TREES {
            kept.trees.remove(0);
        }
        kept.trees.push(Arc::clone(&tree));
        Some(tree)
    }

    /// Whether what is kept is what would be found anew, but for what was noted and not looked at yet.
    pub(crate) fn are_true(&self, state: &FleetState) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = |at: &Seated| kept.nodes.contains(at) || kept.clusters.contains(&at.cluster);
        kept.trees.iter().all(|tree| {
            let anew = grown(state, tree.sapling());
            let mut known = tree.seats().chain(anew.seats()).filter(|at| !noted(at));
            tree.is_sound() && known.all(|at| tree.entry(at) == anew.entry(at))
        })
    }
}

impl Kept {
    fn catch_up(&mut self, state: &FleetState) {
        let Self {
            trees,
            nodes,
            clusters,
        } = self;
        for tree in trees {
            let tree = Arc::make_mut(tree);
            for ix in clusters.iter() {
                tree.forget(*ix);
                let known = state.index.cluster_name(*ix);
                if let Some((name, cluster)) = known.and_then(|name| Some((name, state.cluster(name)?))) {
                    fill(tree, state, name, cluster);
                }
            }
            for at in nodes.iter().filter(|at| !clusters.contains(&at.cluster)) {
                let name = state.index.cluster_name(at.cluster);
                let cluster = name.and_then(|name| Some((name, state.cluster(name)?)));
                leaving::look(tree, state, *at, cluster);
            }
            tree.settle();
        }
        nodes.clear();
        clusters.clear();
    }
}

/// A tree with all nodes of a state, from one without any.
fn grown(state: &FleetState, mut tree: Tree) -> Tree {
    for (name, cluster) in state.clusters() {
        fill(&mut tree, state, name, cluster);
    }
    tree.settle();
    tree
}

fn fill(tree: &mut Tree, state: &FleetState, name: &ClusterName, cluster: &ClusterState) {
    let mut nodes: BTreeSet<&NodeName> = BTreeSet::new();
    for record in state.ledger.movable_in(name, tree.most()) {
        nodes.insert(&record.claim.node);
        nodes.extend(cluster.observed(&record.claim.id).map(|(node, _)| node));
    }
    let ix = cluster.ix();
    for slot in nodes.into_iter().filter_map(|node| cluster.slot(node)) {
        leaving::look(tree, state, Seated { cluster: ix, slot }, Some((name, cluster)));
    }
}
