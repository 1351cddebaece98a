//! A node that is not Ready takes nothing new.

use super::{NodeContext, NodeRule};

/// A node that is not Ready takes nothing new.
pub(super) struct NodeReady;

impl NodeRule for NodeReady {
    fn name(&self) -> &'static str {
        "NodeReady"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        context.node.ready()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "is not Ready".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        Some(format!("{} becomes Ready", context.place()))
    }
}
