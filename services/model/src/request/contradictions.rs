//! Rules that can never hold together, whatever the fleet has. Those that depend on the fleet are no contradiction:
//! such a placement waits, and its explanation says for what.

use super::check::Report;
use super::domains::{PlacementTerm, SpreadConstraint};
use super::lifecycle::{MinAvailable, UpdatePolicy};
use super::preferences::ClusterPreference;
use super::rules::Pinned;
use super::types::ClusterFilter;
use crate::labels::Labels;
use crate::placement::{PinScope, Topology, UpdateStrategy};

/// What is looked at, as it was read.
pub(super) struct Rules<'a> {
    pub(super) labels: &'a Labels,
    pub(super) replicas: u32,
    pub(super) spread: &'a [SpreadConstraint],
    pub(super) affinity: &'a [PlacementTerm],
    pub(super) anti_affinity: &'a [PlacementTerm],
    pub(super) clusters: &'a ClusterFilter,
    pub(super) preferences: &'a [ClusterPreference],
    pub(super) disruption: Option<MinAvailable>,
    pub(super) update: UpdatePolicy,
    pub(super) pin: &'a Pinned,
    /// The GPUs of all replicas are in one NVLink clique, and so in one cluster.
    pub(super) same_clique: bool,
}

/// Notes every contradiction; each names both fields.
pub(super) fn check(rules: &Rules<'_>, report: &mut Report) {
    together_and_apart(rules, report);
    more_replicas_than_places(rules, report);
    more_domains_than_places(rules, report);
    preferred_and_excluded(rules, report);
    available_and_disrupted(rules, report);
    bound_to_nodes_and_not_pinned(rules, report);
}

/// Near and away from the same placements. The first replica of a placement that selects itself may pass both.
fn together_and_apart(rules: &Rules<'_>, report: &mut Report) {
    for (index, near) in rules.affinity.iter().enumerate() {
        let first_passes = rules.replicas == 1 && near.selector.matches(rules.labels);
        if !near.is_required() || first_passes {
            continue;
        }
        let away = rules.anti_affinity.iter().position(|away| {
            away.is_required()
                && lies_within(near.topology, away.topology)
                && near.selector.same_as(&away.selector)
        });
        if let Some(away) = away {
            report.add(
                format!("spec.affinity[{index}]"),
                format!(
                    "contradicts spec.antiAffinity[{away}]: no {} can hold placements of this selector and be free of them; \
                     drop one of them or give it a weight",
                    near.topology.as_str()
                ),
            );
        }
    }
}

/// Whether each place of `inner` lies within one place of `outer`, whatever labels clusters and nodes carry. Zones and
/// regions are labels that may be missing or cut across clusters, so only these are certain.
fn lies_within(inner: Topology, outer: Topology) -> bool {
    inner == outer || (inner, outer) == (Topology::Node, Topology::Cluster)
}

/// So many places of a topology there are at most, by the request itself, and the field that says so.
fn places(rules: &Rules<'_>, topology: Topology) -> Option<(usize, &'static str)> {
    if rules.same_clique && matches!(topology, Topology::Cluster | Topology::Region) {
        return Some((1, "spec.compute.gpu.sameClique"));
    }
    let (number, field) = match topology {
        Topology::Cluster => (rules.clusters.include.len(), "spec.clusterRules.include"),
        Topology::Region => (rules.clusters.regions.len(), "spec.clusterRules.regions"),
        // Node names repeat over clusters; zones of nodes are not those of clusters.
        Topology::Zone | Topology::Node => return None,
    };
    (number > 0).then_some((number, field))
}

/// Replicas that keep away from each other need a place each.
fn more_replicas_than_places(rules: &Rules<'_>, report: &mut Report) {
    for (index, away) in rules.anti_affinity.iter().enumerate() {
        if !away.is_required() || !away.selector.matches(rules.labels) {
            continue;
        }
        if let Some((number, field)) = places(rules, away.topology)
            && usize::try_from(rules.replicas).is_ok_and(|replicas| replicas > number)
        {
            report.add(
                format!("spec.antiAffinity[{index}]"),
                format!(
                    "keeps each of {} replicas (spec.replicas) in a {} of its own, but {field} allows {number}",
                    rules.replicas,
                    away.topology.as_str()
                ),
            );
        }
    }
}

/// With fewer places than `minDomains` each of them takes at most `maxSkew`.
fn more_domains_than_places(rules: &Rules<'_>, report: &mut Report) {
    for (index, constraint) in rules.spread.iter().enumerate() {
        let (Some(least), true) = (
            constraint.min_domains,
            constraint.is_required() && constraint.counts_own(rules.labels),
        ) else {
            continue;
        };
        let Some((number, field)) = places(rules, constraint.topology) else {
            continue;
        };
        let room = u64::from(constraint.max_skew).saturating_mul(u64::try_from(number).unwrap_or(u64::MAX));
        if usize::try_from(least).is_ok_and(|least| least > number) && u64::from(rules.replicas) > room {
            report.add(
                format!("spec.spread[{index}].minDomains"),
                format!(
                    "{least} contradicts {field}, which allows {number}: with fewer than {least} each takes at most \
                     {} (maxSkew), so {} replicas (spec.replicas) never fit",
                    constraint.max_skew, rules.replicas
                ),
            );
        }
    }
}

fn preferred_and_excluded(rules: &Rules<'_>, report: &mut Report) {
    for (index, preference) in rules.preferences.iter().enumerate() {
        for name in preference.clusters.intersection(&rules.clusters.exclude) {
            report.add(
                format!("spec.clusterPreferences[{index}].clusters"),
                format!("\"{name}\" contradicts spec.clusterRules.exclude, which names the same cluster"),
            );
        }
    }
}

fn available_and_disrupted(rules: &Rules<'_>, report: &mut Report) {
    let path = "spec.disruption.minAvailable";
    match rules.disruption {
        Some(MinAvailable::Count(count)) if count > rules.replicas => report.add(
            path,
            format!(
                "{count} contradicts spec.replicas, which is {}: no more can be available",
                rules.replicas
            ),
        ),
        Some(least)
            if rules.update.strategy == UpdateStrategy::Recreate
                && least.of(rules.replicas) == rules.replicas =>
        {
            report.add(
                path,
                format!(
                    "contradicts spec.update.strategy, which is RECREATE: with {} (spec.replicas) available none can ever be \
                     replaced",
                    all_of(rules.replicas)
                ),
            );
        }
        _ => {}
    }
}

/// So many replicas, all that there are.
fn all_of(replicas: u32) -> String {
    match replicas {
        1 => "the only replica".to_owned(),
        _ => format!("all {replicas} replicas"),
    }
}

/// What binds to nodes or zones holds only while the engine picks the node: the cluster's own scheduler, which picks it of a
/// replica that is pinned to the cluster, knows no rules between placements. Clusters and regions are chosen here all the
/// same, and wishes still count where the cluster is chosen.
fn bound_to_nodes_and_not_pinned(rules: &Rules<'_>, report: &mut Report) {
    if rules.pin.scope != PinScope::Cluster {
        return;
    }
    let within = |topology: Topology| matches!(topology, Topology::Node | Topology::Zone);
    let spread = rules.spread.iter().enumerate();
    let spread = spread
        .filter(|(_, rule)| rule.is_required() && within(rule.topology))
        .map(|(index, rule)| (format!("spec.spread[{index}]"), rule.topology.as_str()));
    let terms = |terms: &'_ [PlacementTerm], field: &str| -> Vec<(String, &'static str)> {
        let terms = terms.iter().enumerate();
        terms
            .filter(|(_, term)| term.is_required() && within(term.topology))
            .map(|(index, term)| (format!("spec.{field}[{index}]"), term.topology.as_str()))
            .collect()
    };
    let near = terms(rules.affinity, "affinity");
    let away = terms(rules.anti_affinity, "antiAffinity");
    for (path, topology) in spread.chain(near).chain(away) {
        report.add(
            path,
            format!(
                "is over {topology} and contradicts {}: the cluster's scheduler would pick the node and does not know this \
                 rule; use CLUSTER or REGION, make it a wish, or let the node be chosen here",
                rules.pin.said_by
            ),
        );
    }
    if rules.same_clique {
        report.add(
            "spec.compute.gpu.sameClique",
            format!(
                "contradicts {}: the cluster's scheduler would pick the node and does not know NVLink cliques",
                rules.pin.said_by
            ),
        );
    }
}
