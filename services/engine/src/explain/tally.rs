//! Counting verdicts by cluster and rule.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{ClusterExplanation, NodeScore, RejectionSample, RuleRejection};
use crate::decide::{Draft, Tally, score};
use crate::scan::{Demands, Eligible, Excluded, Prepared, Rejection};
use crate::score::{Scores, named};
use crate::state::NodeState;

/// Samples of each rule.
const SAMPLES: usize = 3;

/// What all clusters say.
pub(super) struct Said {
    /// Every cluster of the fleet, by name.
    pub(super) clusters: Vec<ClusterExplanation>,
    /// What their nodes said together.
    pub(super) tally: Tally,
    /// What the nearest node of the fleet lacks, by the rule that turned it away.
    pub(super) nearest: BTreeMap<&'static str, Nearest>,
}

/// A node that a rule turns away and no other node of the fleet is nearer to passing; of equal ones the first by cluster and
/// name.
pub(super) struct Nearest {
    distance: i64,
    /// The node, for people.
    pub(super) place: String,
    /// What it lacks, for people.
    pub(super) shortfall: String,
    /// All that the rule turns away are as near, and those of them that are samples lack the same.
    pub(super) of_all: bool,
}

impl Nearest {
    /// Takes in what nodes of one more cluster lack that the rule turns away.
    fn add(&mut self, other: Self) {
        let of_all = self.of_all
            && other.of_all
            && (self.distance, &self.shortfall) == (other.distance, &other.shortfall);
        if other.distance < self.distance {
            *self = other;
        }
        self.of_all = of_all;
    }
}

pub(super) fn clusters<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Said {
    let mut said = Said {
        clusters: prepared.excluded.iter().map(excluded).collect(),
        tally: Tally::default(),
        nearest: BTreeMap::new(),
    };
    let mut demands = Demands::default();
    for (index, eligible) in prepared.eligible.iter().enumerate() {
        let cluster = nodes_of(prepared, draft, (index, eligible), &mut demands, &mut said);
        said.clusters.push(cluster);
    }
    said.clusters.sort_by(|a, b| a.cluster.cmp(&b.cluster));
    said
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

/// Nodes that one rule turned away.
#[derive(Default)]
struct Rejected<'a> {
    nodes: usize,
    /// Distance of the one that is farthest from passing.
    farthest: i64,
    /// Those nearest to passing, with their distance, nearest first; of equal ones the first by name.
    nearest: Vec<(i64, &'a NodeState, Rejection)>,
}

impl<'a> Rejected<'a> {
    fn keep(&mut self, distance: i64, node: &'a NodeState, rejection: Rejection) {
        let place = self
            .nearest
            .partition_point(|(other, at, _)| (*other, at.name()) < (distance, node.name()));
        if place < SAMPLES {
            self.nearest.truncate(SAMPLES - 1);
            self.nearest.insert(place, (distance, node, rejection));
        }
    }
}

fn nodes_of<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    (index, eligible): (usize, &Eligible<'a>),
    demands: &mut Demands,
    said: &mut Said,
) -> ClusterExplanation {
    let mut feasible = 0;
    let mut best: Option<(Scores, &NodeState)> = None;
    let mut rejected: BTreeMap<usize, Rejected<'_>> = BTreeMap::new();
    let tally = &mut said.tally;
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
                let distance = prepared.distance(&spot, rejection, demands);
                let all = rejected.entry(rejection.rule).or_default();
                all.nodes += 1;
                all.farthest = all.farthest.max(distance);
                all.keep(distance, node, rejection);
            }
        }
    }
    let mut rejections = Vec::with_capacity(rejected.len());
    for all in rejected.into_values() {
        let Some((first, _, rejection)) = all.nearest.first().copied() else {
            continue;
        };
        let sample = |(_, node, rejection): &(i64, &'a NodeState, Rejection)| RejectionSample {
            node: node.name().clone(),
            shortfall: prepared.shortfall(
                &draft.spot(prepared, index, node),
                &draft.domains,
                *rejection,
                demands,
            ),
        };
        let samples: Vec<RejectionSample> = all.nearest.iter().map(sample).collect();
        let rule = rejection.name();
        if let Some(sample) = samples.first() {
            let same = |other: &RejectionSample| other.shortfall == sample.shortfall;
            let nearest = Nearest {
                distance: first,
                place: format!("{} of {}", sample.node, eligible.name),
                shortfall: sample.shortfall.clone(),
                of_all: all.farthest == first && samples.iter().all(same),
            };
            match said.nearest.entry(rule) {
                Entry::Occupied(mut known) => known.get_mut().add(nearest),
                Entry::Vacant(vacant) => {
                    vacant.insert(nearest);
                }
            }
        }
        rejections.push(RuleRejection {
            rule: rule.to_owned(),
            nodes: all.nodes,
            samples,
        });
    }
    ClusterExplanation {
        cluster: eligible.name.clone(),
        eligible: true,
        excluded_by: None,
        message: String::new(),
        nodes_seen: eligible.state.nodes().len(),
        nodes_feasible: feasible,
        rejections,
        best: best.map(|(values, node)| NodeScore {
            node: node.name().clone(),
            scores: named(prepared.request.strategy, &values),
        }),
    }
}
