//! Why something does not fit, and what an explanation must say of every cluster.

use std::collections::BTreeMap;

use hourglass_engine::{Explanation, NoFitReason};
use hourglass_model::node::DerivedFacts;

use crate::slow::{At, Stage, World};

/// Rules over what is free, and rules about others; all other rules are about facts.
const ROOM: [&str; 6] = [
    "GpuCount",
    "TeeSlots",
    "NodeResources",
    "NamespaceQuota",
    "Reserved",
    "NodeAvoided",
];
const OTHERS: [&str; 4] = ["SameClique", "Affinity", "AntiAffinity", "Spread"];

/// Why the next replica does not fit, in one word.
pub fn why(world: &World<'_>) -> NoFitReason {
    let some = !world.placed.is_empty();
    let nodes = world.candidates();
    if !some {
        if is_nowhere(world) {
            return NoFitReason::NoSuchProduct;
        }
        let clusters = &world.fleet.clusters;
        if !clusters.iter().any(|cluster| world.may_take(cluster)) {
            return if clusters.iter().any(|cluster| world.might_take(cluster)) {
                NoFitReason::Avoided
            } else {
                NoFitReason::NoEligibleCluster
            };
        }
    }
    let stages: Vec<Stage> = nodes.iter().filter_map(|at| world.verdict(*at).err()).collect();
    if stages.contains(&Stage::Avoided) {
        NoFitReason::Avoided
    } else if world.request.gang && some {
        NoFitReason::GangDoesNotFit
    } else if !nodes.is_empty() && !stages.contains(&Stage::Room) {
        NoFitReason::RulesExcludeAllNodes
    } else {
        NoFitReason::NoCapacity
    }
}

/// Whether no node of the fleet has such a GPU or TEE.
fn is_nowhere(world: &World<'_>) -> bool {
    let nodes = world.fleet.clusters.iter().flat_map(|cluster| &cluster.nodes);
    let all: Vec<DerivedFacts> = nodes.map(DerivedFacts::of).collect();
    if world.fleet.clusters.is_empty() {
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

/// Where an explanation says something else of the first replica than what the reference finds node by node.
pub fn differs(start: &World<'_>, explanation: &Explanation) -> Option<String> {
    if explanation.clusters.len() != start.fleet.clusters.len() {
        return Some("it leaves out a cluster".to_owned());
    }
    explanation.clusters.iter().enumerate().find_map(|(index, told)| {
        let cluster = &start.fleet.clusters[index];
        let eligible = start.may_take(cluster);
        let nodes: Vec<At> = (0..cluster.nodes.len())
            .filter(|_| eligible)
            .map(|node| (index, node))
            .collect();
        let mut expected: BTreeMap<Stage, usize> = BTreeMap::new();
        for stage in nodes.iter().filter_map(|at| start.verdict(*at).err()) {
            // An earlier refusal is the last of the rules over room.
            *expected.entry(stage.min(Stage::Room)).or_default() += 1;
        }
        let mut rejected: BTreeMap<Stage, usize> = BTreeMap::new();
        for rejection in &told.rejections {
            let rule = rejection.rule.as_str();
            let stage = if ROOM.contains(&rule) {
                Stage::Room
            } else if OTHERS.contains(&rule) {
                Stage::Others
            } else {
                Stage::Facts
            };
            *rejected.entry(stage).or_default() += rejection.nodes;
        }
        let best = start.best_of(&nodes);
        let best = best.map(|fit| (start.node(fit.placed.at).name.clone(), fit.scores));
        let told_best = told.best.as_ref().map(|best| {
            let scores = best.scores.iter().map(|score| score.value).collect();
            (best.node.clone(), scores)
        });
        let feasible = nodes.len() - expected.values().sum::<usize>();
        let same = told.cluster == cluster.name
            && told.eligible == eligible
            && told.nodes_seen == nodes.len()
            && told.nodes_feasible == feasible
            && rejected == expected
            && told_best == best;
        (!same)
            .then(|| format!("{told:?}, the reference has {expected:?}, {feasible} feasible, best {best:?}"))
    })
}
