//! Taints of the node must be tolerated by the request or its RuntimeClass; PreferNoSchedule never turns away.

use hourglass_model::labels::{Taint, first_untolerated};

use super::{NodeContext, NodeRule};

fn untolerated<'a>(context: &NodeContext<'a>) -> Option<&'a Taint> {
    first_untolerated(context.node.taints(), &context.variant.tolerations)
}

/// Taints of the node must be tolerated by the request or its RuntimeClass; PreferNoSchedule never turns away.
pub(super) struct NodeTaints;

impl NodeRule for NodeTaints {
    fn name(&self) -> &'static str {
        "NodeTaints"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        untolerated(context).is_none()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        untolerated(context)
            .map(|taint| format!("has taint {taint}, which is not tolerated"))
            .unwrap_or_default()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let taint = untolerated(context)?;
        Some(format!(
            "nodeRules.tolerations tolerates {taint}, as on {}",
            context.place()
        ))
    }
}
