//! A cordoned cluster takes nothing new.

use super::{ClusterContext, ClusterRule};

/// A cordoned cluster takes nothing new.
pub(super) struct ClusterCordoned;

impl ClusterRule for ClusterCordoned {
    fn name(&self) -> &'static str {
        "ClusterCordoned"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        !context.cluster.settings().cordoned
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let _ = context;
        "it is cordoned".to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("cluster {} is uncordoned", context.name)
    }
}
