//! Selectors over labels, and taints, with exactly Kubernetes' meaning.
//!
//! The wire forms (in [`crate::performer`] and [`crate::placement`]) are read once into these, which cannot hold an
//! operator that does not exist; matching then never fails.

mod label_selector;
mod node_labels;
mod node_selector;
mod requirement;
mod taints;

use std::collections::BTreeMap;

pub use label_selector::LabelSelector;
pub use node_labels::NodeLabels;
pub use node_selector::{NodeSelector, NodeSelectorTerm, PreferredTerm};
pub use requirement::{Operator, Requirement};
pub use taints::{Taint, TaintEffect, Toleration, TolerationOperator, first_untolerated};

/// Labels of a node or cluster.
pub type Labels = BTreeMap<String, String>;

/// Whatever has labels, however it stores them.
pub trait LabelSource {
    /// The value of a label, `None` without it.
    fn label(&self, key: &str) -> Option<&str>;
}

impl LabelSource for Labels {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

/// Whether `labels` carry every pair of `wanted`, as a pod's `nodeSelector` asks.
#[must_use]
pub fn carries<L: LabelSource + ?Sized>(labels: &L, wanted: &Labels) -> bool {
    wanted.iter().all(|(key, value)| labels.label(key) == Some(value))
}

/// Checks keys and values of a map of labels.
pub(crate) fn check_labels(labels: &Labels, path: &str, violations: &mut Vec<crate::Violation>) {
    use crate::{Violation, dns};
    for (key, value) in labels {
        if !dns::is_qualified_name(key) {
            violations.push(Violation::new(
                format!("{path}[{key}]"),
                format!("is not a label key: it must be {}", dns::QUALIFIED_NAME_RULE),
            ));
        }
        if !dns::is_label_value(value) {
            violations.push(Violation::new(
                format!("{path}[{key}]"),
                format!(
                    "{value:?} is not a label value: it must be {}",
                    dns::LABEL_VALUE_RULE
                ),
            ));
        }
    }
}
