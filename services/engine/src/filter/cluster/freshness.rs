//! A cluster takes decisions only after a complete inventory in its present session.

use super::{ClusterContext, ClusterRule};

/// A cluster takes decisions only after a complete inventory in its present session.
pub(super) struct InventoryFreshness;

impl ClusterRule for InventoryFreshness {
    fn name(&self) -> &'static str {
        "InventoryFreshness"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context.cluster.is_fresh()
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let _ = context;
        "its inventory of this session is not complete yet".to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("the inventory of cluster {} is complete", context.name)
    }

    fn waits_for_inventory(&self, _context: &ClusterContext<'_>) -> bool {
        true
    }
}
