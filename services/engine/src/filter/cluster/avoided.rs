//! A cluster that refused the request a moment ago is avoided for a while.

use super::{ClusterContext, ClusterRule};

/// A cluster that refused the request a moment ago is avoided for a while.
pub(super) struct ClusterAvoided;

impl ClusterRule for ClusterAvoided {
    fn name(&self) -> &'static str {
        "ClusterAvoided"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        !context.avoid.contains(&(context.name.clone(), None))
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        let _ = context;
        "it refused this placement and is avoided for a while".to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("the wait after the refusal by cluster {} is over", context.name)
    }
}
