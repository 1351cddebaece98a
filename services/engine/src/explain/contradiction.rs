//! What a fleet can never fulfil, whatever is freed on its nodes: told at once, because waiting alone does not help.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::placement::Topology;

use super::when_empty;
use crate::decide::Draft;
use crate::domains::{Clique, REGION_LABEL, Site, ZONE_LABEL, topology_word};
use crate::scan::{Demands, Prepared};

/// Everything of that kind, for people; while a cluster is left out only for now, as one that is avoided, cordoned or silent, only
/// what is not said of the nodes that are looked at: its nodes are the fleet's as well.
pub(super) fn all<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Vec<String> {
    let mut all: Vec<String> = offered_nowhere(prepared).collect();
    let mut excluded = prepared.excluded.iter();
    if prepared.eligible.is_empty() || excluded.any(|excluded| excluded.rule.can_end()) {
        return all;
    }
    spread(prepared, draft, &mut all);
    near(prepared, draft, &mut all);
    apart(prepared, draft, &mut all);
    all.extend(together(prepared, draft));
    all
}

/// Resources that no node of the fleet offers, be its cluster eligible or not. Without any inventory nothing can be said.
fn offered_nowhere<'a>(prepared: &Prepared<'a>) -> impl Iterator<Item = String> + use<'a> {
    let state = prepared.state;
    let known = state.clusters().any(|(_, cluster)| cluster.has_inventory());
    let asked = prepared.request.base.iter().filter(move |_| known);
    asked
        .filter(|(resource, wanted)| {
            let mut nodes = state.clusters().flat_map(|(_, cluster)| cluster.nodes());
            *wanted > 0 && nodes.all(|node| node.allocatable().get(resource) <= 0)
        })
        .map(|(resource, _)| format!("no connected node offers {resource}"))
}

/// Spread over domains that no node stands in, or over more than there are.
fn spread<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, all: &mut Vec<String>) {
    for spread in draft.domains.spreads().filter(|spread| spread.rule.is_required()) {
        let (rule, index) = (spread.rule, spread.index);
        let word = topology_word(rule.topology);
        if spread.domains() == 0 {
            all.extend(nowhere(
                prepared,
                draft,
                rule.topology,
                &format!("spread[{index}]"),
            ));
        }
        let wanted = rule
            .min_domains
            .map_or(0, |least| usize::try_from(least).unwrap_or(usize::MAX));
        if spread.domains() > 0 && spread.domains() < wanted {
            let s = if spread.domains() == 1 { "" } else { "s" };
            let bound = if rule.counts_own(&prepared.request.labels) {
                format!(", so each takes {} at most (maxSkew)", rule.max_skew)
            } else {
                String::new()
            };
            all.push(format!(
                "spread[{index}].minDomains is {wanted}, and the nodes that it selects stand in {} {word}{s} only{bound}",
                spread.domains()
            ));
        }
    }
}

/// Near others in domains that no node stands in.
fn near<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, all: &mut Vec<String>) {
    for term in &draft.domains.affinity {
        let rule = format!("affinity[{}]", term.index);
        all.extend(nowhere(prepared, draft, term.topology, &rule));
    }
}

/// A rule over domains that no node stands in which the request may take by its facts.
fn nowhere<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, topology: Topology, rule: &str) -> Option<String> {
    let label = match topology {
        Topology::Region => REGION_LABEL,
        Topology::Zone => ZONE_LABEL,
        Topology::Cluster | Topology::Node => return None,
    };
    let (mut passing, mut somewhere) = (false, false);
    each_passing(prepared, draft, |site| {
        passing = true;
        somewhere |= site.domain(topology).is_some();
    });
    let word = topology_word(topology);
    (passing && !somewhere).then(|| {
        format!("{rule} is over {word}s, and no node that could take it has a {word} (label {label})")
    })
}

/// Replicas that keep away from each other need a domain each.
fn apart<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, all: &mut Vec<String>) {
    let wanted = prepared.input.slots.len();
    for term in draft.domains.anti_affinity.iter().filter(|term| term.own) {
        let mut domains = BTreeSet::new();
        let mut anywhere = false;
        each_passing(prepared, draft, |site| match site.domain(term.topology) {
            Some(domain) => {
                domains.insert((domain.first.to_owned(), domain.second.to_owned()));
            }
            // Nodes outside of all domains take any number.
            None => anywhere = true,
        });
        if !anywhere && !domains.is_empty() && domains.len() < wanted {
            let (index, word, number) = (term.index, topology_word(term.topology), domains.len());
            let s = if number == 1 { "" } else { "s" };
            let there = match term.topology {
                Topology::Node => format!("only {number} node{s} could take them"),
                _ => format!("nodes that could take them stand in {number} {word}{s} only"),
            };
            all.push(format!(
                "antiAffinity[{index}] keeps each of {wanted} replicas in a {word} of its own, and {there}"
            ));
        }
    }
}

/// Replicas that are wanted together and would not fit if every node were empty.
fn together<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Option<String> {
    let wanted = i64::try_from(prepared.input.slots.len()).unwrap_or(i64::MAX);
    let one_clique = draft.domains.cliques.is_some();
    if !(prepared.request.gang || one_clique) || wanted < 2 {
        return None;
    }
    let mut demands = Demands::default();
    // By clique where all must be in one.
    let mut totals: BTreeMap<Option<String>, i64> = BTreeMap::new();
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let spot = draft.spot(prepared, cluster, node);
            let clique = Clique::of(&Site::of(eligible.name, eligible.state, node));
            let mut most: i64 = 0;
            for variant in 0..eligible.variants.len() {
                if prepared.fact_verdict(&spot, variant, None).is_err() {
                    continue;
                }
                let Some(room) = prepared.room_of(&spot, variant, &mut demands) else {
                    continue;
                };
                let takes = when_empty::holds(&room).unwrap_or(i64::MAX).min(wanted);
                // Different variants use different slots of the same node, so together they may hold their sum.
                most = most.saturating_add(takes);
            }
            let key = clique.filter(|_| one_clique).map(|clique| clique.to_string());
            let total = totals.entry(key).or_default();
            *total = total.saturating_add(most);
            if *total >= wanted {
                return None;
            }
        }
    }
    if one_clique && totals.keys().all(Option::is_none) {
        let label = "nvidia.com/gpu.clique";
        return Some(format!(
            "all {wanted} replicas are wanted in one NVLink clique, and no node of clusters that may take it says its clique (label {label})"
        ));
    }
    let total = totals.into_values().max().unwrap_or_default();
    Some(if one_clique {
        format!(
            "all {wanted} replicas are wanted in one NVLink clique, and none holds more than {total} even when empty"
        )
    } else {
        format!(
            "the gang has {wanted} replicas, and the nodes that could take them hold {total} even when empty"
        )
    })
}

/// Shows where every node stands that the request may take by its facts.
fn each_passing<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, mut see: impl FnMut(Site<'a>)) {
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            if prepared.facts_pass(&draft.spot(prepared, cluster, node), None) {
                see(Site::of(eligible.name, eligible.state, node));
            }
        }
    }
}
