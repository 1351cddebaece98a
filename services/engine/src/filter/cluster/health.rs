//! Only a READY cluster takes something new.

use super::{ClusterContext, ClusterRule};
use crate::state::Health;

/// Only a READY cluster takes something new.
pub(super) struct ClusterHealth;

impl ClusterRule for ClusterHealth {
    fn name(&self) -> &'static str {
        "ClusterHealth"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context.cluster.health() == Health::Ready
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        format!("it is {}", context.cluster.health())
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("cluster {} becomes READY", context.name)
    }

    fn waits_for_inventory(&self, context: &ClusterContext<'_>) -> bool {
        context.cluster.health() == Health::Joining
    }
}
