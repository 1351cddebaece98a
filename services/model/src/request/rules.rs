//! Node and cluster rules, from all parts of a request together.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::check::Report;
use super::types::{ClusterFilter, NodeFilter};
use crate::dns;
use crate::ids::IdError;
use crate::labels::{LabelSelector, NodeSelector, PreferredTerm, Toleration, check_labels};
use crate::performer::{self, PerformerScheduling};
use crate::placement::{ClusterRules, NodeRules, PinScope};

/// Most entries of any list of names.
const MAX_NAMES: usize = 256;
/// Most wishes about nodes.
const MAX_WISHES: usize = 64;
/// Most alternatives that node affinity may unfold to when everything is joined.
pub(super) const MAX_TERMS: usize = 256;

/// Where the parts stand, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paths<'a> {
    /// Of the performer's `scheduling`.
    pub(crate) scheduling: &'a str,
    /// Of the performer's `hardwareRequirements.customLabels`.
    pub(crate) custom_labels: &'a str,
    /// Of `nodeRules`.
    pub(crate) node_rules: &'a str,
}

/// Reads the node rules.
pub(crate) fn nodes(
    scheduling: Option<&PerformerScheduling>,
    custom_labels: Option<&BTreeMap<String, String>>,
    rules: Option<&NodeRules>,
    paths: Paths<'_>,
    report: &mut Report,
) -> NodeFilter {
    let mut filter = NodeFilter::default();
    let selectors = [
        (
            scheduling.map(|scheduling| &scheduling.node_selector),
            format!("{}.nodeSelector", paths.scheduling),
        ),
        (custom_labels, paths.custom_labels.to_owned()),
        (
            rules.map(|rules| &rules.node_selector),
            format!("{}.nodeSelector", paths.node_rules),
        ),
    ];
    merge_selectors(&selectors, &mut filter.selector, report);

    let node_affinity = scheduling
        .and_then(|s| s.affinity.as_ref())
        .and_then(|a| a.node_affinity.as_ref());
    let required = node_affinity.and_then(|a| a.required_during_scheduling_ignored_during_execution.as_ref());
    let affinity_path = format!("{}.affinity.nodeAffinity", paths.scheduling);
    if let Some(wire) = required {
        let path = format!("{affinity_path}.requiredDuringSchedulingIgnoredDuringExecution");
        filter
            .affinity
            .push(NodeSelector::read(wire, &path, &mut report.violations));
    }
    let rules_path = format!("{}.requiredNodeAffinity", paths.node_rules);
    if let Some(wire) = rules.and_then(|rules| rules.required_node_affinity.as_ref()) {
        filter
            .affinity
            .push(NodeSelector::read(wire, &rules_path, &mut report.violations));
    }
    if filter
        .affinity
        .iter()
        .map(|selector| selector.terms.len().max(1))
        .product::<usize>()
        > MAX_TERMS
    {
        report.add(
            &rules_path,
            format!("unfolds to too many terms together with {affinity_path}: at most {MAX_TERMS}"),
        );
    }
    let preferred = node_affinity.map(|a| &a.preferred_during_scheduling_ignored_during_execution);
    for (index, wire) in preferred.into_iter().flatten().enumerate() {
        let path = format!("{affinity_path}.preferredDuringSchedulingIgnoredDuringExecution[{index}]");
        filter
            .preferred
            .push(PreferredTerm::read(wire, &path, &mut report.violations));
    }

    let wishes = rules.map_or(&[][..], |rules| &rules.preferred_node_affinity);
    let path = format!("{}.preferredNodeAffinity", paths.node_rules);
    report.entries(&path, wishes.len(), MAX_WISHES);
    for (index, wire) in wishes.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if wire.preference == performer::NodeSelectorTerm::default() {
            report.add(
                format!("{path}.preference"),
                "is empty: it prefers no node; give matchExpressions or matchFields",
            );
        }
        filter
            .preferred
            .push(PreferredTerm::read(wire, &path, &mut report.violations));
    }

    if let Some(scheduling) = scheduling {
        tolerations(
            &scheduling.tolerations,
            &format!("{}.tolerations", paths.scheduling),
            &mut filter.tolerations,
            report,
        );
    }
    if let Some(rules) = rules {
        tolerations(
            &rules.tolerations,
            &format!("{}.tolerations", paths.node_rules),
            &mut filter.tolerations,
            report,
        );
        filter.hostnames = names(
            &rules.hostnames,
            &format!("{}.hostnames", paths.node_rules),
            report,
        );
    }
    filter
}

fn merge_selectors(
    selectors: &[(Option<&BTreeMap<String, String>>, String)],
    merged: &mut BTreeMap<String, String>,
    report: &mut Report,
) {
    let mut origin: BTreeMap<&str, String> = BTreeMap::new();
    for (selector, path) in selectors {
        let Some(selector) = selector else { continue };
        check_labels(selector, path, &mut report.violations);
        for (key, value) in *selector {
            let here = format!("{path}[{key}]");
            match (merged.get(key), origin.get(key.as_str())) {
                (Some(other), Some(there)) if other != value => {
                    report.contradiction((&here, value), (there, other));
                }
                (Some(_), _) => {}
                (None, _) => {
                    merged.insert(key.clone(), value.clone());
                    origin.insert(key, here);
                }
            }
        }
    }
}

fn tolerations(wire: &[performer::Toleration], path: &str, into: &mut Vec<Toleration>, report: &mut Report) {
    if wire.len() > MAX_NAMES {
        report.add(
            path,
            format!("has {} entries: at most {MAX_NAMES} are taken", wire.len()),
        );
    }
    for (index, wire) in wire.iter().enumerate() {
        let read = Toleration::read(wire, &format!("{path}[{index}]"), &mut report.violations);
        into.extend(read.filter(|toleration| !into.contains(toleration)));
    }
}

/// Reads a list of names; each name counts once.
pub(super) fn names<T>(list: &[String], path: &str, report: &mut Report) -> BTreeSet<T>
where
    T: Ord + FromStr<Err = IdError>,
{
    if list.len() > MAX_NAMES {
        report.add(
            path,
            format!("has {} entries: at most {MAX_NAMES} are taken", list.len()),
        );
    }
    let mut all = BTreeSet::new();
    for (index, name) in list.iter().enumerate() {
        all.extend(report.id(format!("{path}[{index}]"), name.parse::<T>()));
    }
    all
}

/// Reads the cluster rules.
pub(super) fn clusters(rules: Option<&ClusterRules>, path: &str, report: &mut Report) -> ClusterFilter {
    let Some(rules) = rules else {
        return ClusterFilter::default();
    };
    let at = |field: &str| format!("{path}.{field}");
    let selector = rules.selector.as_ref();
    let selector = selector.map(|wire| LabelSelector::read(wire, &at("selector"), &mut report.violations));
    let include = names(&rules.include, &at("include"), report);
    let exclude = names(&rules.exclude, &at("exclude"), report);
    for (index, name) in rules.exclude.iter().enumerate() {
        if let Some(other) = rules.include.iter().position(|included| included == name) {
            let there = at(&format!("include[{other}]"));
            report.add(
                at(&format!("exclude[{index}]")),
                format!("{name:?} contradicts {there}, which names the same cluster: give it in one of them"),
            );
        }
    }
    let mut filter = ClusterFilter {
        selector: selector.unwrap_or_default(),
        include,
        exclude,
        ..Default::default()
    };
    tolerations(
        &rules.tolerations,
        &at("tolerations"),
        &mut filter.tolerations,
        report,
    );
    filter.regions = label_values(&rules.regions, "a region", &at("regions"), report);
    filter.zones = label_values(&rules.zones, "a zone", &at("zones"), report);
    filter.providers = label_values(&rules.providers, "a provider", &at("providers"), report);
    filter
}

fn label_values(list: &[String], what: &str, path: &str, report: &mut Report) -> BTreeSet<String> {
    report.entries(path, list.len(), MAX_NAMES);
    for (index, value) in list.iter().enumerate() {
        if value.is_empty() || !dns::is_label_value(value) {
            report.add(
                format!("{path}[{index}]"),
                format!(
                    "{value:?} is not {what}: it must be a label value, {}",
                    dns::LABEL_VALUE_RULE
                ),
            );
        }
    }
    list.iter().cloned().collect()
}

/// How far a decision binds, and the field that says so.
pub(super) struct Pinned {
    pub(super) scope: PinScope,
    /// With its value, for messages.
    pub(super) said_by: String,
}

/// How far a decision binds: what the client asks for, as far as the pod's own rules leave the engine to judge it.
pub(super) fn pin(
    asked: Option<PinScope>,
    scheduling: Option<&PerformerScheduling>,
    path: &str,
    report: &mut Report,
) -> Pinned {
    let affinity = scheduling.and_then(|scheduling| scheduling.affinity.as_ref());
    let pods = affinity.map(|affinity| {
        [
            ("podAffinity", &affinity.pod_affinity),
            ("podAntiAffinity", &affinity.pod_anti_affinity),
        ]
    });
    let beyond = pods.into_iter().flatten().find(|(_, rules)| {
        rules.as_ref().is_some_and(|rules| {
            !rules
                .required_during_scheduling_ignored_during_execution
                .is_empty()
        })
    });
    let Some((name, _)) = beyond else {
        let scope = asked.unwrap_or_default();
        let word = match scope {
            PinScope::Node => "NODE",
            PinScope::Cluster => "CLUSTER",
        };
        return Pinned {
            scope,
            said_by: format!("{path}, which is {word}"),
        };
    };
    if asked == Some(PinScope::Node) {
        report.add(
            path,
            format!(
                "NODE contradicts spec.performer.scheduling.affinity.{name}, which requires what only the cluster's own \
                 scheduler can judge: use CLUSTER or leave it out"
            ),
        );
    }
    Pinned {
        scope: PinScope::Cluster,
        said_by: format!(
            "spec.performer.scheduling.affinity.{name}, which requires what only the cluster's own scheduler can judge"
        ),
    }
}
