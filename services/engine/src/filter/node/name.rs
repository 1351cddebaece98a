//! `nodeRules.hostnames` names the nodes that may be used.

use super::{NodeContext, NodeRule};

/// `nodeRules.hostnames` names the nodes that may be used.
pub(super) struct NodeName;

impl NodeRule for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        let names = &context.request.nodes.hostnames;
        names.is_empty() || names.contains(context.node.name())
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "is not named in nodeRules.hostnames".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
