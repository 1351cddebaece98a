//! Why something does not fit, and what an explanation must say of every cluster.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::state::ClusterDump;
use hourglass_engine::{Explanation, Health, NoFitReason, RuleRejection};
use hourglass_model::node::DerivedFacts;

use crate::slow::rules::{Rule, is_about_others, is_about_room, is_fact};
use crate::slow::{At, World};

/// Most nodes that are shown of those that a rule turns away.
const SAMPLES: usize = 3;

/// Why the next replica does not fit, in one word.
pub fn why(world: &World<'_>) -> NoFitReason {
    let some = !world.placed.is_empty();
    let clusters = world.fleet.clusters.iter().enumerate();
    let excluded: Vec<(&ClusterDump, Rule)> = clusters
        .filter_map(|(at, cluster)| Some((cluster, world.excluded_by(at)?)))
        .collect();
    if !some {
        if is_nowhere(world) {
            let mut waiting = excluded.iter().filter(|one| waits(one));
            return if waiting.any(|(cluster, _)| is_silent(cluster)) {
                NoFitReason::WaitingForInventory
            } else {
                NoFitReason::NoSuchProduct
            };
        }
        if excluded.len() == world.fleet.clusters.len() {
            return no_cluster(&excluded);
        }
    }
    let nodes = world.candidates();
    let rules: Vec<Rule> = nodes.iter().filter_map(|at| world.verdict(*at).err()).collect();
    if rules.contains(&"NodeAvoided") {
        NoFitReason::Avoided
    } else if rules.contains(&"NamespaceQuota") {
        NoFitReason::NamespaceQuota
    } else if rules.contains(&"Reserved") {
        NoFitReason::Reserved
    } else if world.request.gang && some {
        NoFitReason::GangDoesNotFit
    } else if !nodes.is_empty() && !rules.iter().any(|rule| is_about_room(rule)) {
        if rules.iter().any(|rule| is_about_others(rule)) {
            NoFitReason::PlacementRules
        } else {
            kept_out(world)
        }
    } else {
        NoFitReason::NoCapacity
    }
}

/// No eligible cluster has a node as asked: what keeps out those that have one, or are about to say whether they do.
fn kept_out(world: &World<'_>) -> NoFitReason {
    let clusters = world.fleet.clusters.iter().enumerate();
    let able: Vec<(&ClusterDump, Rule)> = clusters
        .filter_map(|(at, cluster)| {
            let rule = world.excluded_by(at)?;
            let mut nodes = (0..cluster.nodes.len()).map(|node| (at, node));
            let passes = |at| world.verdict(at).map_or_else(|rule| !is_fact(rule), |_| true);
            let may = match is_silent(cluster) {
                true => rule == "InventoryFreshness",
                false => world.namespace(cluster).is_some() && nodes.any(passes),
            };
            may.then_some((cluster, rule))
        })
        .collect();
    if able.iter().any(waits) {
        return NoFitReason::WaitingForInventory;
    }
    nearest_to_end(|rule| able.iter().any(|(_, other)| *other == rule))
        .unwrap_or(NoFitReason::RulesExcludeAllNodes)
}

/// Whether the cluster is connected, and has said nothing yet.
fn is_silent(cluster: &ClusterDump) -> bool {
    cluster.health == Health::Ready && cluster.applied.is_none()
}

/// What keeps clusters out and can end, the nearest to that first.
fn nearest_to_end(by: impl Fn(Rule) -> bool) -> Option<NoFitReason> {
    let mut rules = [
        ("ClusterAvoided", NoFitReason::Avoided),
        ("NamespaceQuota", NoFitReason::NamespaceQuota),
        ("MissingPrerequisite", NoFitReason::MissingPrerequisite),
        ("ClusterCordoned", NoFitReason::NoEligibleCluster),
        ("ClusterHealth", NoFitReason::NoEligibleCluster),
    ]
    .into_iter();
    rules.find(|(rule, _)| by(rule)).map(|(_, reason)| reason)
}

/// Whether the inventory that is on its way, or nothing else, lifts the rule.
fn waits((cluster, rule): &(&ClusterDump, Rule)) -> bool {
    let joining = matches!(cluster.health, Health::Joining | Health::Recovering);
    *rule == "InventoryFreshness" || (*rule == "ClusterHealth" && joining)
}

/// Every cluster is excluded: what is nearest to being lifted.
fn no_cluster(excluded: &[(&ClusterDump, Rule)]) -> NoFitReason {
    let by = |rule: Rule| excluded.iter().any(|(_, other)| *other == rule);
    if excluded.iter().any(waits) {
        NoFitReason::WaitingForInventory
    } else {
        nearest_to_end(by).unwrap_or(NoFitReason::NoEligibleCluster)
    }
}

/// Whether no node of the fleet has such a GPU or TEE. While nobody has said anything, nothing is known.
fn is_nowhere(world: &World<'_>) -> bool {
    let clusters = &world.fleet.clusters;
    let nodes = clusters.iter().flat_map(|cluster| &cluster.nodes);
    let all: Vec<DerivedFacts> = nodes.map(DerivedFacts::of).collect();
    if !clusters.iter().any(|cluster| cluster.applied.is_some()) {
        return false;
    }
    let gpu = world.request.gpu.as_ref().is_none_or(|wanted| {
        all.iter().any(|node| {
            let mut products = node.gpu_products();
            let product = products.any(|have| wanted.products.iter().any(|one| have.matches(one)));
            node.has_gpu() && (wanted.products.is_empty() || product)
        })
    });
    let tee = world.request.tee.as_ref().is_none_or(|wanted| {
        let mut kinds = all.iter().flat_map(|node| &node.tee_kinds);
        kinds.any(|kind| wanted.kinds.is_empty() || wanted.kinds.contains(kind))
    });
    !(gpu && tee)
}

/// Whether the samples are nodes that the rule turns away, none twice, as many as are to be shown, the nearest first; of
/// equal ones the first by name.
fn shows_the_nearest(start: &World<'_>, nodes: &[At], told: &RuleRejection) -> bool {
    let turned = nodes.iter().filter_map(|at| {
        let rule = start.verdict(*at).err()?;
        (rule == told.rule).then(|| (start.distance(*at, rule), &start.node(*at).name))
    });
    let mut turned: Vec<_> = turned.collect();
    turned.sort();
    let mut samples = told.samples.iter().map(|sample| &sample.node);
    if turned.iter().all(|(distance, _)| distance.is_some()) {
        let nearest = turned.iter().map(|(_, name)| *name).take(SAMPLES);
        return samples.eq(nearest);
    }
    let different: BTreeSet<_> = samples.clone().collect();
    samples.len() == turned.len().min(SAMPLES)
        && different.len() == samples.len()
        && samples.all(|name| turned.iter().any(|(_, other)| *other == name))
}

/// Where an explanation says something else of the first replica than what the reference finds node by node.
pub fn differs(start: &World<'_>, explanation: &Explanation) -> Option<String> {
    if explanation.clusters.len() != start.fleet.clusters.len() {
        return Some("it leaves out a cluster".to_owned());
    }
    explanation.clusters.iter().enumerate().find_map(|(index, told)| {
        let cluster = &start.fleet.clusters[index];
        let excluded = start.excluded_by(index);
        let nodes: Vec<At> = (0..cluster.nodes.len())
            .filter(|_| excluded.is_none())
            .map(|node| (index, node))
            .collect();
        let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in nodes.iter().filter_map(|at| start.verdict(*at).err()) {
            *expected.entry(rule).or_default() += 1;
        }
        let rejected: BTreeMap<&str, usize> = told
            .rejections
            .iter()
            .map(|rejection| (rejection.rule.as_str(), rejection.nodes))
            .collect();
        let shown = told
            .rejections
            .iter()
            .all(|rejection| shows_the_nearest(start, &nodes, rejection));
        let best = start.best_of(&nodes);
        let best = best.map(|fit| (start.node(fit.placed.at).name.clone(), fit.scores));
        let told_best = told.best.as_ref().map(|best| {
            let scores = best.scores.iter().map(|score| score.value).collect();
            (best.node.clone(), scores)
        });
        let feasible = nodes.len() - expected.values().sum::<usize>();
        let same = told.cluster == cluster.name
            && told.eligible == excluded.is_none()
            && told.excluded_by.as_deref() == excluded
            && told.nodes_seen == nodes.len()
            && told.nodes_feasible == feasible
            && rejected == expected
            && shown
            && told_best == best;
        (!same).then(|| {
            format!(
                "{told:?}, the reference has {excluded:?}, {expected:?}, {feasible} feasible, best {best:?}"
            )
        })
    })
}
