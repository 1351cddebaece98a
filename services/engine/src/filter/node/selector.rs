//! The labels that nodeSelector asks for must be on the node; those of the RuntimeClass are a rule of their own.

use super::{NodeContext, NodeRule};

fn missing<'a>(context: &NodeContext<'a>) -> impl Iterator<Item = (&'a String, &'a String)> {
    let (wanted, node) = (&context.request.nodes.selector, context.node);
    wanted
        .iter()
        .filter(|(key, value)| node.label(key) != Some(value.as_str()))
}

/// The labels that nodeSelector asks for must be on the node; those of the RuntimeClass are a rule of their own.
pub(super) struct NodeSelector;

impl NodeRule for NodeSelector {
    fn name(&self) -> &'static str {
        "NodeSelector"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        missing(context).next().is_none()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        missing(context)
            .next()
            .map_or_else(String::new, |(key, value)| match context.node.label(key) {
                Some(have) => format!("has {key}={have}, wanted {value}"),
                None => format!("has no label {key}, wanted {key}={value}"),
            })
    }

    /// By how many labels; one that has another value is nearer than one that is not there.
    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        let each = |(key, _): (&String, _)| 2 - i64::from(context.node.label(key).is_some());
        missing(context).map(each).sum()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
