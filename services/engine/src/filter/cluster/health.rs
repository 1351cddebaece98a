//! Only a READY cluster takes something new.

use super::{ClusterContext, ClusterRule};
use crate::state::Health;

/// Only a READY cluster takes something new.
pub(super) struct ClusterHealth;

impl ClusterRule for ClusterHealth {
    fn name(&self) -> &'static str {
        "ClusterHealth"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context.cluster.health() == Health::Ready
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        match context.cluster.health() {
            Health::Recovering => {
                "it has not said yet what it runs, since the server's store was lost or restored".to_owned()
            }
            health => format!("it is {health}"),
        }
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("cluster {} becomes READY", context.name)
    }

    fn waits_for_inventory(&self, context: &ClusterContext<'_>) -> bool {
        matches!(context.cluster.health(), Health::Joining | Health::Recovering)
    }
}
