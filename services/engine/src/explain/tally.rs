//! Counting verdicts by cluster and rule.

use std::collections::BTreeMap;

use super::{ClusterExplanation, NodeScore, RejectionSample, RuleRejection};
use crate::decide::{Draft, Tally, score};
use crate::scan::{Demands, Eligible, Excluded, Prepared, Rejection};
use crate::score::{Scores, named};
use crate::state::NodeState;

/// Samples of each rule.
const SAMPLES: usize = 3;

/// Every cluster of the fleet, by name, and what their nodes said together.
pub(super) fn clusters<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> (Vec<ClusterExplanation>, Tally) {
    let mut tally = Tally::default();
    let mut demands = Demands::default();
    let mut all: Vec<ClusterExplanation> = prepared.excluded.iter().map(excluded).collect();
    for (index, eligible) in prepared.eligible.iter().enumerate() {
        all.push(nodes_of(
            prepared,
            draft,
            (index, eligible),
            &mut demands,
            &mut tally,
        ));
    }
    all.sort_by(|a, b| a.cluster.cmp(&b.cluster));
    (all, tally)
}

fn excluded(excluded: &Excluded<'_>) -> ClusterExplanation {
    ClusterExplanation {
        cluster: excluded.context.name.clone(),
        eligible: false,
        excluded_by: Some(excluded.rule.name().to_owned()),
        message: excluded.rule.reason(&excluded.context),
        nodes_seen: 0,
        nodes_feasible: 0,
        rejections: Vec::new(),
        best: None,
    }
}

fn nodes_of<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    (index, eligible): (usize, &Eligible<'a>),
    demands: &mut Demands,
    tally: &mut Tally,
) -> ClusterExplanation {
    let mut feasible = 0;
    let mut best: Option<(Scores, &NodeState)> = None;
    let mut rejected: BTreeMap<usize, (Rejection, usize, Vec<RejectionSample>)> = BTreeMap::new();
    for node in eligible.state.nodes() {
        let spot = draft.spot(prepared, index, node);
        tally.nodes += 1;
        match prepared.evaluate(&spot, Some(&draft.domains), demands, None) {
            Ok(fit) => {
                feasible += 1;
                let values = score(prepared, draft, index, node, fit, demands);
                if let Some(values) = values.filter(|values| best.is_none_or(|(lowest, _)| *values < lowest))
                {
                    best = Some((values, node));
                }
            }
            Err(rejection) => {
                tally.by_others += usize::from(rejection.is_domain());
                tally.without_room += usize::from(rejection.is_room());
                tally.over_quota += usize::from(rejection.name() == "NamespaceQuota");
                tally.reserved += usize::from(rejection.name() == "Reserved");
                tally.avoided += usize::from(rejection.name() == "NodeAvoided");
                let entry = rejected
                    .entry(rejection.rule)
                    .or_insert_with(|| (rejection, 0, Vec::new()));
                entry.1 += 1;
                if entry.2.len() < SAMPLES {
                    let shortfall = prepared.shortfall(&spot, &draft.domains, rejection, demands);
                    entry.2.push(RejectionSample {
                        node: node.name().clone(),
                        shortfall,
                    });
                }
            }
        }
    }
    let rejections = rejected
        .into_values()
        .map(|(rejection, nodes, samples)| RuleRejection {
            rule: rejection.name().to_owned(),
            nodes,
            samples,
        });
    ClusterExplanation {
        cluster: eligible.name.clone(),
        eligible: true,
        excluded_by: None,
        message: String::new(),
        nodes_seen: eligible.state.nodes().len(),
        nodes_feasible: feasible,
        rejections: rejections.collect(),
        best: best.map(|(values, node)| NodeScore {
            node: node.name().clone(),
            scores: named(prepared.request.strategy, &values),
        }),
    }
}
