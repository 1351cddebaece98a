//! Clusters in the order in which they are liked.

use std::collections::BTreeSet;

use super::check::Report;
use super::rules;
use crate::ids::ClusterName;
use crate::labels::{LabelSelector, Labels};
use crate::placement;

/// Most steps of an order of preference.
pub const MAX_PREFERENCES: usize = 32;

/// One step: the clusters it names and those that its selector takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterPreference {
    /// Over labels of the cluster; `None` takes in none beside the named ones.
    pub selector: Option<LabelSelector>,
    /// By name.
    pub clusters: BTreeSet<ClusterName>,
}

impl ClusterPreference {
    /// Whether the cluster is one of this step.
    #[must_use]
    pub fn takes_in(&self, name: &ClusterName, labels: &Labels) -> bool {
        self.clusters.contains(name)
            || self
                .selector
                .as_ref()
                .is_some_and(|selector| selector.matches(labels))
    }
}

/// The first step that takes the cluster in, from 0; their number when none does.
#[must_use]
pub fn tier(preferences: &[ClusterPreference], name: &ClusterName, labels: &Labels) -> usize {
    preferences
        .iter()
        .position(|preference| preference.takes_in(name, labels))
        .unwrap_or(preferences.len())
}

/// Reads the order of preference.
pub(super) fn read(
    wire: &[placement::ClusterPreference],
    path: &str,
    report: &mut Report,
) -> Vec<ClusterPreference> {
    report.entries(path, wire.len(), MAX_PREFERENCES);
    let mut all: Vec<ClusterPreference> = Vec::with_capacity(wire.len());
    for (index, wire) in wire.iter().enumerate() {
        let here = format!("{path}[{index}]");
        if wire.selector.is_none() && wire.clusters.is_empty() {
            report.add(&here, "is empty: give selector or clusters, or leave it out");
        }
        let clusters: BTreeSet<ClusterName> =
            rules::names(&wire.clusters, &format!("{here}.clusters"), report);
        for (at, name) in wire.clusters.iter().enumerate() {
            let earlier = all
                .iter()
                .position(|other| other.clusters.iter().any(|other| other.as_str() == name));
            if let Some(earlier) = earlier {
                report.add(
                    format!("{here}.clusters[{at}]"),
                    format!("{name:?} stands already in {path}[{earlier}].clusters: give it once"),
                );
            }
        }
        let selector = wire
            .selector
            .as_ref()
            .map(|wire| LabelSelector::read(wire, &format!("{here}.selector"), &mut report.violations));
        all.push(ClusterPreference { selector, clusters });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_belongs_to_the_first_step_that_takes_it_in() {
        let wire = serde_json::json!([
            {"clusters": ["home"]},
            {"selector": {"matchLabels": {"region": "eu"}}, "clusters": ["home", "near"]},
        ]);
        let wire: Vec<placement::ClusterPreference> = serde_json::from_value(wire).expect("wire form");
        let mut report = Report::default();
        let steps = read(&wire, "p", &mut report);
        assert_eq!(
            report.violations.len(),
            1,
            "home stands twice: {:?}",
            report.violations
        );
        let tier = |name: &str, region: &str| {
            let labels: Labels = [("region".to_owned(), region.to_owned())].into();
            tier(&steps, &ClusterName::new(name).expect("valid"), &labels)
        };
        assert_eq!(
            [
                tier("home", "eu"),
                tier("near", "us"),
                tier("far", "eu"),
                tier("far", "us")
            ],
            [0, 1, 1, 2]
        );
    }
}
