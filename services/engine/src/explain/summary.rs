//! The one line for people.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::request::CanonicalRequest;

use super::tally::{Nearest, Said};
use super::{ClusterExplanation, left_out};
use crate::decide::{NoFitReason, Place};
use crate::filter::domain::DOMAIN_RULES;
use crate::filter::node::ROOM_RULES;
use crate::scan::Prepared;

/// Where everything goes.
pub(super) fn placed(places: &[Place<'_>]) -> String {
    let spots: BTreeSet<String> = places
        .iter()
        .map(|place| format!("{} on {}", place.node.name(), place.cluster))
        .collect();
    let shown: Vec<&str> = spots.iter().map(String::as_str).take(3).collect();
    let more = spots.len().saturating_sub(shown.len());
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    match places.len() {
        0 => "nothing to place".to_owned(),
        1 => format!("fits: {}", shown.join(", ")),
        count => format!("{count} replicas fit: {}{rest}", shown.join(", ")),
    }
}

/// What stops the next replica; `said` is what clusters say to it.
pub(super) fn no_fit(
    prepared: &Prepared<'_>,
    reason: NoFitReason,
    detail: Option<&str>,
    fit: usize,
    said: &Said,
) -> String {
    let clusters = said.clusters.as_slice();
    let wanted = prepared.input.slots.len();
    let counts = match (wanted, together(prepared.request)) {
        (1, _) => String::new(),
        (_, true) => format!("{fit} of {wanted} replicas would fit, and all are wanted together: "),
        (_, false) => format!("{fit} of {wanted} replicas fit: "),
    };
    let text = match reason {
        NoFitReason::NoSuchProduct => {
            let detail = detail.unwrap_or("no connected cluster has it").to_owned();
            joined([detail, left_out::able(prepared)])
        }
        NoFitReason::NoEligibleCluster if clusters.is_empty() => "no cluster has joined the fleet".to_owned(),
        NoFitReason::WaitingForInventory | NoFitReason::NoEligibleCluster
            if !prepared.eligible.is_empty() =>
        {
            let lead = match reason {
                NoFitReason::WaitingForInventory => "inventory is on its way",
                _ => "no cluster that has such nodes may take it",
            };
            let elsewhere = format!("elsewhere {}", no_node(fit, said));
            format!(
                "{lead}: {}",
                joined([
                    left_out::able(prepared),
                    elsewhere,
                    left_out::not_counted(prepared)
                ])
            )
        }
        NoFitReason::WaitingForInventory => format!("inventory is on its way: {}", excluded(clusters)),
        NoFitReason::NoEligibleCluster => format!("no cluster may take it: {}", excluded(clusters)),
        NoFitReason::MissingPrerequisite => {
            format!(
                "what it needs is missing wherever it could go: {}",
                excluded_by(clusters, "MissingPrerequisite")
            )
        }
        NoFitReason::NamespaceQuota => format!("a quota does not admit it: {}", over_quota(clusters)),
        NoFitReason::Avoided => format!("what has room is avoided: {}", avoided(clusters)),
        NoFitReason::RulesExcludeAllNodes
        | NoFitReason::PlacementRules
        | NoFitReason::Reserved
        | NoFitReason::NoCapacity
        | NoFitReason::GangDoesNotFit => joined([
            no_node(fit, said),
            left_out::able(prepared),
            left_out::not_counted(prepared),
        ]),
    };
    format!("{counts}{text}")
}

/// Those parts that say anything.
fn joined<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// Whether replicas have places only all at once.
fn together(request: &CanonicalRequest) -> bool {
    request.gang || request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique)
}

/// Why no node takes the next replica.
fn no_node(fit: usize, said: &Said) -> String {
    let (rules, clusters) = (rejected(said), &said.clusters);
    let next = if fit > 0 { " for the next one" } else { "" };
    let rejections = || clusters.iter().flat_map(|cluster| &cluster.rejections);
    let room = rejections().any(|rejection| Stage::of(&rejection.rule) == Stage::Room);
    let others = rejections().any(|rejection| Stage::of(&rejection.rule) == Stage::Others);
    let facts = rejections().any(|rejection| Stage::of(&rejection.rule) == Stage::Facts);
    match (room, others, facts) {
        (false, false, false) => "eligible clusters have no nodes".to_owned(),
        (false, ..) => format!("rules turn away every node{next}: {rules}"),
        (true, false, false) => format!("no node has room{next}: {rules}"),
        (true, ..) => format!("no node that may take it has room{next}: {rules}"),
    }
}

/// What part of the order of rules a rule belongs to: nodes that come further are nearer to taking the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Everything holds but room.
    Room,
    /// Facts hold.
    Others,
    Facts,
}

impl Stage {
    fn of(rule: &str) -> Self {
        if ROOM_RULES.iter().any(|other| other.name() == rule) {
            Self::Room
        } else if DOMAIN_RULES.iter().any(|other| other.name() == rule) {
            Self::Others
        } else {
            Self::Facts
        }
    }
}

/// Quotas of clusters as a whole, else those that nodes with room run into.
fn over_quota(clusters: &[ClusterExplanation]) -> String {
    let on_nodes = clusters.iter().filter_map(|cluster| {
        let mut rejections = cluster.rejections.iter();
        let rejection = rejections.find(|rejection| rejection.rule == "NamespaceQuota")?;
        let sample = rejection.samples.first()?;
        Some(format!("{}: {}", cluster.cluster, sample.shortfall))
    });
    let lines: Vec<String> = on_nodes.take(3).collect();
    if lines.is_empty() {
        excluded_by(clusters, "NamespaceQuota")
    } else {
        lines.join("; ")
    }
}

/// Clusters that a rule keeps out.
fn excluded_by(clusters: &[ClusterExplanation], rule: &str) -> String {
    named(
        clusters
            .iter()
            .filter(|cluster| cluster.excluded_by.as_deref() == Some(rule)),
    )
}

/// Clusters that are kept out, by whatever rule.
fn excluded(clusters: &[ClusterExplanation]) -> String {
    named(clusters.iter().filter(|cluster| !cluster.eligible))
}

/// These clusters, by what is said of them.
fn named<'a>(clusters: impl Iterator<Item = &'a ClusterExplanation>) -> String {
    let mut by_message: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for cluster in clusters {
        by_message
            .entry(&cluster.message)
            .or_default()
            .push(cluster.cluster.as_str());
    }
    let line = |(message, names): (&&str, &Vec<&str>)| match names.as_slice() {
        [one] => format!("{one}: {message}"),
        many => format!("{} clusters: {message}", many.len()),
    };
    by_message.iter().map(line).take(3).collect::<Vec<_>>().join("; ")
}

/// The first of what is avoided, and how much more there is.
fn avoided(clusters: &[ClusterExplanation]) -> String {
    let whole = clusters
        .iter()
        .filter(|cluster| cluster.excluded_by.as_deref() == Some("ClusterAvoided"))
        .map(|cluster| (1, cluster.cluster.to_string(), cluster.message.as_str()));
    let nodes = clusters.iter().flat_map(|cluster| {
        let rejections = cluster.rejections.iter();
        rejections
            .filter(|rejection| rejection.rule == "NodeAvoided")
            .filter_map(|rejection| {
                let sample = rejection.samples.first()?;
                let place = format!("{}/{}", cluster.cluster, sample.node);
                Some((rejection.nodes, place, sample.shortfall.as_str()))
            })
    });
    let all: Vec<_> = whole.chain(nodes).collect();
    let count: usize = all.iter().map(|(count, ..)| count).sum();
    let first = all
        .first()
        .map(|(_, place, note)| format!("{place}: {note}"))
        .unwrap_or_default();
    match count {
        0 | 1 => first,
        count => format!("{first}; and {} more", count - 1),
    }
}

/// How many rules are named.
const NAMED: usize = 3;

/// Nodes by the rule that turned them away, with what the nearest of them lacks.
fn rejected(said: &Said) -> String {
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for rejection in said.clusters.iter().flat_map(|cluster| &cluster.rejections) {
        *by_rule.entry(&rejection.rule).or_default() += rejection.nodes;
    }
    let mut rules: Vec<_> = by_rule.into_iter().collect();
    // Those first whose nodes come nearest: among thousands of nodes of other kinds the few that matter would not be seen.
    rules.sort_by(|(a, more), (b, fewer)| {
        let stage = Stage::of(a).cmp(&Stage::of(b));
        stage.then(fewer.cmp(more)).then(a.cmp(b))
    });
    let line = |(rule, nodes): &(&str, usize)| match said.nearest.get(rule) {
        Some(nearest) => format!("{} by {rule} ({})", counted(*nodes), example(nearest)),
        None => format!("{} by {rule}", counted(*nodes)),
    };
    let mut lines: Vec<String> = rules.iter().take(NAMED).map(line).collect();
    let others = rules.get(NAMED..).unwrap_or_default();
    match others {
        [] => {}
        [(rule, nodes)] => lines.push(format!("{} by {rule}", counted(*nodes))),
        others => {
            let nodes = others.iter().map(|(_, nodes)| nodes).sum();
            lines.push(format!("{} by other rules", counted(nodes)));
        }
    }
    lines.join("; ")
}

fn counted(nodes: usize) -> String {
    let word = if nodes == 1 { "node" } else { "nodes" };
    format!("{nodes} {word}")
}

/// What the nearest node lacks, with its name where others lack something else.
fn example(nearest: &Nearest) -> String {
    let Nearest { place, shortfall, .. } = nearest;
    if nearest.of_all {
        shortfall.clone()
    } else {
        format!("for example {place}: {shortfall}")
    }
}
