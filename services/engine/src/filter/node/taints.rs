//! Taints of the node must be tolerated by the request or its RuntimeClass; PreferNoSchedule never turns away.

use hourglass_model::labels::Taint;

use super::{NodeContext, NodeRule};

/// Every taint that keeps the request away.
pub(crate) fn untolerated<'a>(context: &NodeContext<'a>) -> impl Iterator<Item = &'a Taint> + use<'a> {
    let tolerations = &context.variant.tolerations;
    let taints = context.node.taints().iter();
    taints.filter(|taint| taint.repels() && !tolerations.iter().any(|one| one.tolerates(taint)))
}

/// Taints of the node must be tolerated by the request or its RuntimeClass; PreferNoSchedule never turns away.
pub(super) struct NodeTaints;

impl NodeRule for NodeTaints {
    fn name(&self) -> &'static str {
        "NodeTaints"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        untolerated(context).next().is_none()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        untolerated(context)
            .next()
            .map(|taint| format!("has taint {taint}, which is not tolerated"))
            .unwrap_or_default()
    }

    /// By how many taints.
    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        i64::try_from(untolerated(context).count()).unwrap_or(i64::MAX)
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let taints: Vec<String> = untolerated(context).map(ToString::to_string).collect();
        Some(format!(
            "nodeRules.tolerations tolerates {}, as on {}",
            taints.join(" and "),
            context.place()
        ))
    }
}
