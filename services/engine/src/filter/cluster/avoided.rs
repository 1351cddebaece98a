//! A cluster in which the request, or one like it, came to nothing is avoided for as long as the caller says.

use super::{ClusterContext, ClusterRule};
use crate::decide::AvoidNote;

/// A cluster in which the request, or one like it, came to nothing is avoided for as long as the caller says.
pub(super) struct ClusterAvoided;

impl ClusterRule for ClusterAvoided {
    fn name(&self) -> &'static str {
        "ClusterAvoided"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        note(context).is_none()
    }

    fn lasts(&self) -> bool {
        false
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        note(context).map_or_else(String::new, |note| note.why.clone())
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let ends_if = note(context).and_then(|note| note.ends_if.clone());
        ends_if.unwrap_or_else(|| format!("cluster {} is not avoided any more", context.name))
    }
}

fn note<'a>(context: &ClusterContext<'a>) -> Option<&'a AvoidNote> {
    if context.avoid.is_empty() {
        return None;
    }
    let key = (context.name.clone(), None);
    context.avoid.get(&key)
}
