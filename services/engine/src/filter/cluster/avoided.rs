//! A cluster that refused the request, where that was pinned to no node, is avoided until one of its nodes changes.

use super::{ClusterContext, ClusterRule};

/// A cluster that refused the request, where that was pinned to no node, is avoided until one of its nodes changes.
pub(super) struct ClusterAvoided;

impl ClusterRule for ClusterAvoided {
    fn name(&self) -> &'static str {
        "ClusterAvoided"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        note(context).is_none()
    }

    fn lasts(&self) -> bool {
        false
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        note(context).unwrap_or_default().to_owned()
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let name = context.name;
        format!("a node of cluster {name} changes, or the cluster is cordoned and uncordoned")
    }
}

fn note<'a>(context: &ClusterContext<'a>) -> Option<&'a str> {
    if context.avoid.is_empty() {
        return None;
    }
    let key = (context.name.clone(), None);
    context.avoid.get(&key).map(String::as_str)
}
