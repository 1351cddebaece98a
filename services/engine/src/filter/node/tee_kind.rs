//! The node must have the TEE kind.

use super::{NOTHING, NodeContext, NodeRule};

/// The node must have the TEE kind.
pub(super) struct TeeKindOnNode;

impl NodeRule for TeeKindOnNode {
    fn name(&self) -> &'static str {
        "TeeKindOnNode"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        context
            .variant
            .kind
            .as_ref()
            .is_none_or(|kind| context.node.derived().tee_kinds.contains(kind))
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let kinds: Vec<String> = context
            .node
            .derived()
            .tee_kinds
            .iter()
            .map(ToString::to_string)
            .collect();
        if kinds.is_empty() {
            "has no TEE".to_owned()
        } else {
            format!("has {}", kinds.join(", "))
        }
    }

    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        if context.node.derived().tee_kinds.is_empty() {
            NOTHING
        } else {
            0
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
