//! The labels that nodeSelector asks for must be on the node; those of the RuntimeClass are a rule of their own.

use super::{NodeContext, NodeRule};

fn missing<'a>(context: &NodeContext<'a>) -> Option<(&'a String, &'a String)> {
    context
        .request
        .nodes
        .selector
        .iter()
        .find(|(key, value)| context.node.label(key) != Some(value.as_str()))
}

/// The labels that nodeSelector asks for must be on the node; those of the RuntimeClass are a rule of their own.
pub(super) struct NodeSelector;

impl NodeRule for NodeSelector {
    fn name(&self) -> &'static str {
        "NodeSelector"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        missing(context).is_none()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        missing(context).map_or_else(String::new, |(key, value)| match context.node.label(key) {
            Some(have) => format!("has {key}={have}, wanted {value}"),
            None => format!("has no label {key}, wanted {key}={value}"),
        })
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
