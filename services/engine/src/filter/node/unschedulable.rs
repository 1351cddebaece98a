//! A cordoned node takes only what tolerates it, as in Kubernetes' NodeUnschedulable.

use std::sync::LazyLock;

use hourglass_model::labels::{Taint, TaintEffect};

use super::{NodeContext, NodeRule};

/// The taint that stands for `spec.unschedulable`.
static TAINT: LazyLock<Taint> = LazyLock::new(|| Taint {
    key: "node.kubernetes.io/unschedulable".to_owned(),
    value: String::new(),
    effect: TaintEffect::NoSchedule,
});

/// A cordoned node takes only what tolerates it, as in Kubernetes' NodeUnschedulable.
pub(super) struct NodeUnschedulable;

impl NodeRule for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        !context.node.unschedulable() || context.variant.tolerations.iter().any(|t| t.tolerates(&TAINT))
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "is cordoned (spec.unschedulable)".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        Some(format!("{} is uncordoned", context.place()))
    }
}
