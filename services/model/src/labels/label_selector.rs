//! metav1.LabelSelector.

use serde::{Deserialize, Serialize};

use super::requirement::{Dialect, Operator, Requirement};
use super::{Labels, check_labels};
use crate::{Violation, placement};

/// All requirements must hold; none matches everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelSelector {
    /// The requirements.
    pub requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// Whether these labels satisfy it.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements
            .iter()
            .all(|requirement| requirement.matches(labels))
    }

    /// Whether two selectors say the same, whatever the order of their parts.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let within = |one: &Self, other: &Self| {
            one.requirements
                .iter()
                .all(|requirement| other.requirements.iter().any(|same| same.same_as(requirement)))
        };
        within(self, other) && within(other, self)
    }

    /// Reads the wire form; what is wrong goes to `violations`.
    pub fn read(wire: &placement::LabelSelector, path: &str, violations: &mut Vec<Violation>) -> Self {
        check_labels(&wire.match_labels, &format!("{path}.matchLabels"), violations);
        let equal = wire.match_labels.iter().map(|(key, value)| Requirement {
            key: key.clone(),
            operator: Operator::In,
            values: vec![value.clone()],
        });
        let mut requirements: Vec<Requirement> = equal.collect();
        for (index, expression) in wire.match_expressions.iter().enumerate() {
            let path = format!("{path}.matchExpressions[{index}]");
            requirements.extend(Requirement::read(expression, Dialect::Labels, &path, violations));
        }
        Self { requirements }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performer::NodeSelectorRequirement;

    #[test]
    fn selectors_are_the_same_in_any_order() {
        let read = |json: serde_json::Value| {
            let wire: placement::LabelSelector = serde_json::from_value(json).expect("wire form");
            LabelSelector::read(&wire, "s", &mut Vec::new())
        };
        let one = read(serde_json::json!({"matchLabels": {"a": "1"},
            "matchExpressions": [{"key": "b", "operator": "In", "values": ["x", "y"]}]}));
        let other = read(serde_json::json!({"matchExpressions": [
            {"key": "b", "operator": "In", "values": ["y", "x", "y"]}, {"key": "a", "operator": "In", "values": ["1"]}]}));
        assert!(one.same_as(&other) && other.same_as(&one));
        let narrower = read(serde_json::json!({"matchLabels": {"a": "1"}}));
        assert!(!one.same_as(&narrower) && !narrower.same_as(&one));
        assert!(LabelSelector::default().same_as(&LabelSelector::default()));
    }

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let wire = placement::LabelSelector {
            match_labels: [("tier".to_owned(), "gpu".to_owned())].into(),
            match_expressions: vec![NodeSelectorRequirement {
                key: "env".to_owned(),
                operator: "NotIn".to_owned(),
                values: vec!["dev".to_owned()],
            }],
        };
        let mut violations = Vec::new();
        let selector = LabelSelector::read(&wire, "s", &mut violations);
        assert!(violations.is_empty());
        let labels = |pairs: &[(&str, &str)]| -> Labels {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        assert!(selector.matches(&labels(&[("tier", "gpu")])));
        assert!(selector.matches(&labels(&[("tier", "gpu"), ("env", "prod")])));
        assert!(!selector.matches(&labels(&[("tier", "gpu"), ("env", "dev")])));
        assert!(!selector.matches(&labels(&[("env", "prod")])));
        assert!(LabelSelector::default().matches(&Labels::new()));
    }
}
