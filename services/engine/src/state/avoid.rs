//! Nodes that a shape must not be sent to again until they change: the cluster's own scheduler refused it there.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::ShapeId;

use super::FleetState;

/// Shapes to keep away, by cluster and node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Avoided(BTreeMap<ClusterName, BTreeMap<NodeName, BTreeSet<ShapeId>>>);

impl Avoided {
    pub(crate) fn contains(&self, shape: ShapeId, cluster: &ClusterName, node: &NodeName) -> bool {
        self.0
            .get(cluster)
            .and_then(|nodes| nodes.get(node))
            .is_some_and(|shapes| shapes.contains(&shape))
    }

    pub(super) fn insert(&mut self, shape: ShapeId, cluster: ClusterName, node: NodeName) {
        self.0
            .entry(cluster)
            .or_default()
            .entry(node)
            .or_default()
            .insert(shape);
    }

    pub(super) fn forget_node(&mut self, cluster: &ClusterName, node: &NodeName) {
        if let Some(nodes) = self.0.get_mut(cluster) {
            nodes.remove(node);
            if nodes.is_empty() {
                self.0.remove(cluster);
            }
        }
    }

    pub(super) fn forget_cluster(&mut self, cluster: &ClusterName) {
        self.0.remove(cluster);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ClusterName, &NodeName, ShapeId)> {
        self.0.iter().flat_map(|(cluster, nodes)| {
            nodes
                .iter()
                .flat_map(move |(node, shapes)| shapes.iter().map(move |shape| (cluster, node, *shape)))
        })
    }
}

impl FleetState {
    /// Keeps a shape away from a node after its cluster refused it there, until anything about the node changes.
    pub fn avoid(&mut self, shape: ShapeId, cluster: &ClusterName, node: &NodeName) {
        self.avoided.insert(shape, cluster.clone(), node.clone());
        self.changed();
    }

    /// Whether a shape is kept away from a node.
    #[must_use]
    pub fn is_avoided(&self, shape: ShapeId, cluster: &ClusterName, node: &NodeName) -> bool {
        self.avoided.contains(shape, cluster, node)
    }
}
