//! One requirement of a selector.
//! Source: `Requirement.Matches` in k8s.io/apimachinery/pkg/labels/selector.go.

use serde::{Deserialize, Serialize};

use super::LabelSource;
use crate::performer::NodeSelectorRequirement;
use crate::{Violation, dns};

/// How a requirement compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// The label has one of the values.
    In,
    /// The label has none of the values; also true where the label is absent.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
    /// The label is an integer above the value.
    Gt,
    /// The label is an integer below the value.
    Lt,
}

impl Operator {
    /// Reads Kubernetes' name of an operator.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "In" => Self::In,
            "NotIn" => Self::NotIn,
            "Exists" => Self::Exists,
            "DoesNotExist" => Self::DoesNotExist,
            "Gt" => Self::Gt,
            "Lt" => Self::Lt,
            _ => return None,
        })
    }
}

/// A key, an operator and values that go with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Requirement {
    /// Label or field.
    pub key: String,
    /// Comparison.
    pub operator: Operator,
    /// What to compare with: some for `In` and `NotIn`, one integer for `Gt` and `Lt`, else none.
    pub values: Vec<String>,
}

/// Which operators a selector knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// metav1.LabelSelector.
    Labels,
    /// core/v1 NodeSelector over labels.
    NodeLabels,
    /// core/v1 NodeSelector over fields.
    NodeFields,
}

impl Requirement {
    /// Whether two requirements say the same, whatever the order of their values.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let within = |one: &Self, other: &Self| one.values.iter().all(|value| other.values.contains(value));
        self.key == other.key && self.operator == other.operator && within(self, other) && within(other, self)
    }

    /// Whether a thing with this value (or without the key, when `None`) satisfies it.
    #[must_use]
    pub fn matches_value(&self, value: Option<&str>) -> bool {
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.iter().any(|v| v == value)),
            Operator::NotIn => value.is_none_or(|value| self.values.iter().all(|v| v != value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt | Operator::Lt => {
                let left = value.and_then(|value| value.parse::<i64>().ok());
                let right = self.values.first().and_then(|value| value.parse::<i64>().ok());
                match (left, right) {
                    (Some(left), Some(right)) if self.operator == Operator::Gt => left > right,
                    (Some(left), Some(right)) => left < right,
                    _ => false,
                }
            }
        }
    }

    /// Whether these labels satisfy it.
    #[must_use]
    pub fn matches<L: LabelSource + ?Sized>(&self, labels: &L) -> bool {
        self.matches_value(labels.label(&self.key))
    }

    /// Reads the wire form; what is wrong goes to `violations`.
    pub(super) fn read(
        wire: &NodeSelectorRequirement,
        dialect: Dialect,
        path: &str,
        violations: &mut Vec<Violation>,
    ) -> Option<Self> {
        let before = violations.len();
        if dialect == Dialect::NodeFields {
            if wire.key != "metadata.name" {
                violations.push(Violation::new(
                    format!("{path}.key"),
                    format!(
                        "{:?} is not a field of a node that can be matched: only metadata.name is",
                        wire.key
                    ),
                ));
            }
        } else if !dns::is_qualified_name(&wire.key) {
            violations.push(Violation::new(
                format!("{path}.key"),
                format!(
                    "{:?} is not a label key: it must be {}",
                    wire.key,
                    dns::QUALIFIED_NAME_RULE
                ),
            ));
        }
        let allowed = match dialect {
            Dialect::Labels => "In, NotIn, Exists or DoesNotExist",
            Dialect::NodeLabels => "In, NotIn, Exists, DoesNotExist, Gt or Lt",
            Dialect::NodeFields => "In or NotIn",
        };
        let operator = Operator::parse(&wire.operator).filter(|operator| match dialect {
            Dialect::Labels => !matches!(operator, Operator::Gt | Operator::Lt),
            Dialect::NodeLabels => true,
            Dialect::NodeFields => matches!(operator, Operator::In | Operator::NotIn),
        });
        let Some(operator) = operator else {
            violations.push(Violation::new(
                format!("{path}.operator"),
                format!("{:?} is not an operator here: use {allowed}", wire.operator),
            ));
            return None;
        };
        if let Some(message) = values_problem(operator, dialect, &wire.values) {
            violations.push(Violation::new(format!("{path}.values"), message));
        }
        (violations.len() == before).then(|| Self {
            key: wire.key.clone(),
            operator,
            values: wire.values.clone(),
        })
    }
}

fn values_problem(operator: Operator, dialect: Dialect, values: &[String]) -> Option<String> {
    match operator {
        _ if dialect == Dialect::NodeFields && values.len() != 1 => {
            Some("metadata.name takes exactly one value; write one term for each name".to_owned())
        }
        Operator::In | Operator::NotIn if values.is_empty() => {
            Some(format!("must not be empty with operator {operator:?}"))
        }
        Operator::In | Operator::NotIn if dialect != Dialect::NodeFields => values
            .iter()
            .find(|value| !dns::is_label_value(value))
            .map(|value| {
                format!(
                    "{value:?} is not a label value: it must be {}",
                    dns::LABEL_VALUE_RULE
                )
            }),
        Operator::In | Operator::NotIn => None,
        Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
            Some(format!("must be empty with operator {operator:?}"))
        }
        Operator::Exists | Operator::DoesNotExist => None,
        // A value of a node label at the same time, so that there is no sign: the API server refuses the pod otherwise.
        Operator::Gt | Operator::Lt => (values.len() != 1
            || values
                .iter()
                .any(|v| v.parse::<i64>().is_err() || !dns::is_label_value(v)))
        .then(|| format!("must be one integer without a sign with operator {operator:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(operator: Operator, values: &[&str]) -> Requirement {
        Requirement {
            key: "k".to_owned(),
            operator,
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    #[test]
    fn operators_mean_what_kubernetes_means() {
        let cases = [
            (Operator::In, vec!["a", "b"], Some("a"), true),
            (Operator::In, vec!["a"], Some("c"), false),
            (Operator::In, vec!["a"], None, false),
            (Operator::NotIn, vec!["a"], Some("a"), false),
            (Operator::NotIn, vec!["a"], Some("b"), true),
            (Operator::NotIn, vec!["a"], None, true),
            (Operator::Exists, vec![], Some(""), true),
            (Operator::Exists, vec![], None, false),
            (Operator::DoesNotExist, vec![], None, true),
            (Operator::DoesNotExist, vec![], Some("x"), false),
            (Operator::Gt, vec!["5"], Some("6"), true),
            (Operator::Gt, vec!["5"], Some("5"), false),
            (Operator::Gt, vec!["5"], Some("six"), false),
            (Operator::Gt, vec!["5"], None, false),
            (Operator::Lt, vec!["5"], Some("-6"), true),
            (Operator::Lt, vec!["5"], Some("5"), false),
            (Operator::Lt, vec!["5"], Some("1.5"), false),
        ];
        for (operator, values, label, expected) in cases {
            assert_eq!(
                requirement(operator, &values).matches_value(label),
                expected,
                "{operator:?} {values:?} {label:?}"
            );
        }
    }

    #[test]
    fn malformed_requirements_are_refused_with_their_path() {
        let wire = |key: &str, operator: &str, values: &[&str]| NodeSelectorRequirement {
            key: key.to_owned(),
            operator: operator.to_owned(),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        };
        let cases = [
            (Dialect::Labels, wire("a b", "Exists", &[]), "p.key"),
            (Dialect::Labels, wire("a", "Gt", &["1"]), "p.operator"),
            (Dialect::NodeLabels, wire("a", "in", &["1"]), "p.operator"),
            (Dialect::NodeLabels, wire("a", "In", &[]), "p.values"),
            (Dialect::NodeLabels, wire("a", "In", &["no good"]), "p.values"),
            (Dialect::NodeLabels, wire("a", "Exists", &["x"]), "p.values"),
            (Dialect::NodeLabels, wire("a", "Gt", &["x"]), "p.values"),
            (Dialect::NodeLabels, wire("a", "Gt", &["-1"]), "p.values"),
            (Dialect::NodeLabels, wire("a", "Lt", &["1", "2"]), "p.values"),
            (Dialect::NodeFields, wire("spec.x", "In", &["n"]), "p.key"),
            (
                Dialect::NodeFields,
                wire("metadata.name", "Exists", &[]),
                "p.operator",
            ),
            (
                Dialect::NodeFields,
                wire("metadata.name", "In", &["a", "b"]),
                "p.values",
            ),
        ];
        for (dialect, wire, path) in cases {
            let mut violations = Vec::new();
            assert!(Requirement::read(&wire, dialect, "p", &mut violations).is_none());
            assert_eq!(
                violations.first().map(|v| v.path.as_str()),
                Some(path),
                "{wire:?}"
            );
        }
    }
}
