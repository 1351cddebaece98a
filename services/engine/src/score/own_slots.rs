//! Slots of the placement that are there already, those of this decision included: replicas keep apart.

use super::{Score, ScoreContext};

/// In the cluster.
pub(super) struct OwnSlotsInCluster;

impl Score for OwnSlotsInCluster {
    fn name(&self) -> &'static str {
        "own_slots_in_cluster"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        context.fleet.own_slots_in_cluster
    }
}

/// On the node.
pub(super) struct OwnSlotsOnNode;

impl Score for OwnSlotsOnNode {
    fn name(&self) -> &'static str {
        "own_slots_on_node"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        context.fleet.own_slots_on_node
    }
}
