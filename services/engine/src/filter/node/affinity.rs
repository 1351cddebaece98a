//! Required node affinity must match.

use super::{NodeContext, NodeRule};
use crate::filter::all_match;

/// Required node affinity must match.
pub(super) struct NodeAffinity;

impl NodeRule for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        all_match(&context.request.nodes.affinity, context.node)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "matches no term of the required node affinity".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
