//! Joining node affinity: alternatives of two selectors that must both hold.

use crate::performer::{NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PerformerSpec};

/// A requirement with one operator and values.
pub(super) fn requirement(key: &str, operator: &str, values: Vec<String>) -> NodeSelectorRequirement {
    NodeSelectorRequirement {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values,
    }
}

/// A term over labels.
pub(super) fn label_term(key: &str, values: Vec<String>) -> NodeSelectorTerm {
    NodeSelectorTerm {
        match_expressions: vec![requirement(key, "In", values)],
        match_fields: Vec::new(),
    }
}

/// A term that names one node.
pub(super) fn node_term(node: &str) -> NodeSelectorTerm {
    NodeSelectorTerm {
        match_expressions: Vec::new(),
        match_fields: vec![requirement("metadata.name", "In", vec![node.to_owned()])],
    }
}

fn says_nothing(term: &NodeSelectorTerm) -> bool {
    term.match_expressions.is_empty() && term.match_fields.is_empty()
}

/// The alternatives that hold where one of `left` and one of `right` hold. A term that says nothing matches no node
/// in Kubernetes; joined with another it must not begin to match, so it is left out, and if nothing else is left the
/// result is one such term.
pub(crate) fn merge_terms(left: &[NodeSelectorTerm], right: &[NodeSelectorTerm]) -> Vec<NodeSelectorTerm> {
    let mut merged = Vec::new();
    for one in left.iter().filter(|term| !says_nothing(term)) {
        for other in right.iter().filter(|term| !says_nothing(term)) {
            let mut both = one.clone();
            let new = |have: &[NodeSelectorRequirement], more: &[NodeSelectorRequirement]| {
                more.iter()
                    .filter(|requirement| !have.contains(requirement))
                    .cloned()
                    .collect::<Vec<_>>()
            };
            let (expressions, fields) = (
                new(&both.match_expressions, &other.match_expressions),
                new(&both.match_fields, &other.match_fields),
            );
            both.match_expressions.extend(expressions);
            both.match_fields.extend(fields);
            merged.push(both);
        }
    }
    if merged.is_empty() {
        merged.push(NodeSelectorTerm::default());
    }
    merged
}

/// Makes one of `terms` hold beside what the performer already requires.
pub(super) fn require(spec: &mut PerformerSpec, terms: Vec<NodeSelectorTerm>) {
    let affinity = spec
        .scheduling_mut()
        .affinity
        .get_or_insert_default()
        .node_affinity
        .get_or_insert_default();
    let own = affinity
        .required_during_scheduling_ignored_during_execution
        .take();
    let terms = match own {
        Some(own) => merge_terms(&own.node_selector_terms, &terms),
        None => terms,
    };
    affinity.required_during_scheduling_ignored_during_execution = Some(NodeSelector {
        node_selector_terms: terms,
    });
}
