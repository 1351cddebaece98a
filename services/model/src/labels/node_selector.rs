//! core/v1 NodeSelector: required and preferred node affinity.
//! Source: k8s.io/component-helpers/scheduling/corev1/nodeaffinity.

use serde::{Deserialize, Serialize};

use super::LabelSource;
use super::requirement::{Dialect, Requirement};
use crate::{Violation, performer};

/// All its requirements must hold; a term without any matches no node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NodeSelectorTerm {
    /// Over labels.
    pub expressions: Vec<Requirement>,
    /// Over `metadata.name`.
    pub fields: Vec<Requirement>,
}

impl NodeSelectorTerm {
    /// Whether a node of this name with these labels satisfies it.
    #[must_use]
    pub fn matches<L: LabelSource + ?Sized>(&self, labels: &L, node: &str) -> bool {
        !(self.expressions.is_empty() && self.fields.is_empty())
            && self.fields.iter().all(|field| field.matches_value(Some(node)))
            && self
                .expressions
                .iter()
                .all(|expression| expression.matches(labels))
    }

    /// Reads the wire form; what is wrong goes to `violations`.
    fn read(wire: &performer::NodeSelectorTerm, path: &str, violations: &mut Vec<Violation>) -> Self {
        let mut read = |list: &[performer::NodeSelectorRequirement], dialect, name: &str| {
            let mut all = Vec::with_capacity(list.len());
            for (index, requirement) in list.iter().enumerate() {
                let path = format!("{path}.{name}[{index}]");
                all.extend(Requirement::read(requirement, dialect, &path, violations));
            }
            all
        };
        Self {
            expressions: read(&wire.match_expressions, Dialect::NodeLabels, "matchExpressions"),
            fields: read(&wire.match_fields, Dialect::NodeFields, "matchFields"),
        }
    }
}

/// One of the terms must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeSelector {
    /// The alternatives.
    pub terms: Vec<NodeSelectorTerm>,
}

impl NodeSelector {
    /// Whether a node of this name with these labels satisfies it.
    #[must_use]
    pub fn matches<L: LabelSource + ?Sized>(&self, labels: &L, node: &str) -> bool {
        self.terms.iter().any(|term| term.matches(labels, node))
    }

    /// Reads the wire form; what is wrong goes to `violations`.
    pub fn read(wire: &performer::NodeSelector, path: &str, violations: &mut Vec<Violation>) -> Self {
        if wire.node_selector_terms.is_empty() {
            violations.push(Violation::new(
                format!("{path}.nodeSelectorTerms"),
                "must have at least one term; leave the whole selector out to allow every node",
            ));
        }
        let terms = wire.node_selector_terms.iter().enumerate();
        let terms = terms.map(|(index, term)| {
            NodeSelectorTerm::read(term, &format!("{path}.nodeSelectorTerms[{index}]"), violations)
        });
        Self {
            terms: terms.collect(),
        }
    }
}

/// A wish with a weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferredTerm {
    /// 1 to 100.
    pub weight: i32,
    /// The wish; one that says nothing is never fulfilled and changes no order.
    pub term: NodeSelectorTerm,
}

impl PreferredTerm {
    /// Whether a node of this name with these labels fulfils it.
    #[must_use]
    pub fn matches<L: LabelSource + ?Sized>(&self, labels: &L, node: &str) -> bool {
        self.term.matches(labels, node)
    }

    /// Reads the wire form; what is wrong goes to `violations`.
    pub fn read(
        wire: &performer::PreferredSchedulingTerm,
        path: &str,
        violations: &mut Vec<Violation>,
    ) -> Self {
        if !(1..=100).contains(&wire.weight) {
            violations.push(Violation::new(format!("{path}.weight"), "must be 1 to 100"));
        }
        let term = NodeSelectorTerm::read(&wire.preference, &format!("{path}.preference"), violations);
        Self {
            weight: wire.weight,
            term,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Labels;

    fn read(json: serde_json::Value) -> (NodeSelector, Vec<Violation>) {
        let wire: performer::NodeSelector = serde_json::from_value(json).expect("wire form");
        let mut violations = Vec::new();
        (NodeSelector::read(&wire, "s", &mut violations), violations)
    }

    #[test]
    fn terms_are_alternatives_and_requirements_are_not() {
        let (selector, violations) = read(serde_json::json!({"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]},
                                  {"key": "gen", "operator": "Gt", "values": ["4"]}]},
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n7"]}]}
        ]}));
        assert!(violations.is_empty());
        let labels: Labels = [
            ("zone".to_owned(), "a".to_owned()),
            ("gen".to_owned(), "5".to_owned()),
        ]
        .into();
        assert!(selector.matches(&labels, "n1"));
        assert!(selector.matches(&Labels::new(), "n7"));
        assert!(!selector.matches(&Labels::new(), "n1"));
    }

    #[test]
    fn an_empty_term_matches_no_node_and_no_terms_are_refused() {
        let (selector, violations) = read(serde_json::json!({"nodeSelectorTerms": [{}]}));
        assert!(violations.is_empty() && !selector.matches(&Labels::new(), "n"));
        let (_, violations) = read(serde_json::json!({"nodeSelectorTerms": []}));
        assert_eq!(violations.len(), 1);
    }
}
