//! What a fleet can never fulfil, whatever is freed on its nodes: told at once, because waiting alone does not help.

use crate::decide::Draft;
use crate::domains::{REGION_LABEL, ZONE_LABEL, topology_word};
use crate::scan::{Demands, Prepared};
use hourglass_model::placement::Topology;

/// Everything of that kind, for people.
pub(super) fn all<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Vec<String> {
    if prepared.eligible.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    spread(prepared, draft, &mut all);
    all.extend(gang(prepared, draft));
    all
}

/// Spread over domains that no node stands in, or over more than there are.
fn spread<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, all: &mut Vec<String>) {
    for spread in draft.domains.spreads().filter(|spread| spread.rule.is_required()) {
        let (rule, index) = (spread.rule, spread.index);
        let word = topology_word(rule.topology);
        let label = match rule.topology {
            Topology::Region => REGION_LABEL,
            Topology::Zone => ZONE_LABEL,
            Topology::Cluster | Topology::Node => "",
        };
        if spread.domains() == 0 && !label.is_empty() && nodes_pass(prepared, draft) {
            all.push(format!(
                "spread[{index}] is over {word}s, and no node that could take it has a {word} (label {label})"
            ));
        }
        let wanted = rule
            .min_domains
            .map_or(0, |least| usize::try_from(least).unwrap_or(usize::MAX));
        if spread.domains() > 0 && spread.domains() < wanted {
            all.push(format!(
                "spread[{index}].minDomains is {wanted}, and nodes that could take it stand in {} {word}{} only",
                spread.domains(),
                if spread.domains() == 1 { "" } else { "s" }
            ));
        }
    }
}

fn nodes_pass<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> bool {
    let mut clusters = prepared.eligible.iter().enumerate();
    clusters.any(|(at, eligible)| {
        let mut nodes = eligible.state.nodes();
        nodes.any(|node| prepared.facts_pass(&draft.spot(prepared, at, node), None))
    })
}

/// A gang that would not fit if every node were empty.
fn gang<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Option<String> {
    let wanted = i64::try_from(prepared.input.slots.len()).unwrap_or(i64::MAX);
    if !prepared.request.gang || wanted < 2 {
        return None;
    }
    let mut demands = Demands::default();
    let mut total = 0_i64;
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let spot = draft.spot(prepared, cluster, node);
            let mut most = 0;
            for variant in 0..eligible.variants.len() {
                if prepared.fact_verdict(&spot, variant, None).is_err() {
                    continue;
                }
                let Some(room) = prepared.room_of(&spot, variant, &mut demands) else {
                    continue;
                };
                let all = node.allocatable();
                let asked = room.demand.iter().filter(|(_, wanted)| *wanted > 0);
                let takes = asked
                    .map(|(resource, wanted)| all.get(resource).max(0) / wanted)
                    .min();
                // Different variants use different slots of the same node, so together they may hold their sum.
                most += takes.unwrap_or(i64::MAX).min(wanted);
            }
            total = total.saturating_add(most);
            if total >= wanted {
                return None;
            }
        }
    }
    Some(format!(
        "the gang has {wanted} replicas, and the nodes that could take them hold {total} even when empty"
    ))
}
