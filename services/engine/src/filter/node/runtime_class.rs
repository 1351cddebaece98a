//! The RuntimeClass must be in the cluster, and the node must be one that it may use.

use hourglass_model::labels::carries;

use super::{NOTHING, NodeContext, NodeRule};

/// The RuntimeClass must be in the cluster, and the node must be one that it may use.
pub(super) struct RuntimeClass;

impl NodeRule for RuntimeClass {
    fn name(&self) -> &'static str {
        "RuntimeClass"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        context.variant.class_name.is_none()
            || context
                .variant
                .class
                .is_some_and(|class| carries(context.node, &class.node_selector))
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let name = context.variant.class_name.unwrap_or_default();
        match context.variant.class {
            None => format!("the cluster has no RuntimeClass {name}"),
            Some(_) => format!("is not one that RuntimeClass {name} selects"),
        }
    }

    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        match context.variant.class {
            Some(_) => 0,
            None => NOTHING,
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let name = context.variant.class_name?;
        context
            .variant
            .class
            .is_none()
            .then(|| format!("cluster {} has RuntimeClass {name}", context.cluster))
    }
}
