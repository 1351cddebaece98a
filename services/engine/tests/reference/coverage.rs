//! What the histories have reached: every kind of decision, every rule, every reason.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hourglass_engine::{Decision, Explanation, NoFitReason};

use crate::slow::rules;

static SEEN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// A kind of decision.
pub const WAITS_ELSEWHERE: &str = "with a replica that waits for one of another node";

const KINDS: [&str; 20] = [
    "decisions",
    "complete",
    "not complete",
    "moving others",
    "waiting for those that leave anyway",
    "moving others beside those that leave anyway",
    "with devices",
    "of a placement that grows",
    "with nothing that fits",
    WAITS_ELSEWHERE,
    "with a replica that does not wait for one that another waits for, under rules",
    "would take what is left",
    "would not take what is left",
    "would take what is left, and is to be spread",
    "would not take what is left, and is to be spread",
    "requests learnt from",
    "kept nodes",
    "kept nothing",
    "without what a quota wants stated",
    "over a quota of limits",
];

const REASONS: [NoFitReason; 11] = [
    NoFitReason::NoEligibleCluster,
    NoFitReason::WaitingForInventory,
    NoFitReason::NoSuchProduct,
    NoFitReason::RulesExcludeAllNodes,
    NoFitReason::NoCapacity,
    NoFitReason::Avoided,
    NoFitReason::GangDoesNotFit,
    NoFitReason::MissingPrerequisite,
    NoFitReason::NamespaceQuota,
    NoFitReason::PlacementRules,
    NoFitReason::Reserved,
];

fn seen() -> MutexGuard<'static, BTreeMap<String, usize>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// It has happened once more.
pub fn note(what: &str) {
    *seen().entry(what.to_owned()).or_default() += 1;
}

/// A replica waits for a victim of another node.
fn waits_elsewhere(decision: &Decision) -> bool {
    decision.placed.iter().any(|slot| {
        let mut victims = decision.victims.iter();
        victims.any(|victim| {
            let here = victim.cluster == slot.cluster && victim.node == slot.node;
            !here && slot.waits_for.contains(&victim.claim)
        })
    })
}

/// With rules over other placements a replica does not wait for all that others of the same decision wait for.
fn waits_for_less(decision: &Decision, rules: bool) -> bool {
    let going = decision.going().len();
    rules && decision.placed.iter().any(|slot| slot.waits_for.len() < going)
}

/// Something was decided, for a placement that grows or a new one, with rules over others or without, and is explained like this.
pub fn decided(decision: &Decision, explanation: &Explanation, (grows, rules): (bool, bool)) {
    let devices = decision
        .placed
        .iter()
        .any(|slot| !slot.offer.devices().is_empty());
    let victims = || decision.victims.iter().map(|victim| &victim.claim);
    let mut waits_for = decision.placed.iter().flat_map(|slot| &slot.waits_for);
    let leavers = waits_for.any(|claim| victims().all(|victim| victim != claim));
    let kinds = [
        true,
        decision.is_complete(),
        !decision.is_complete(),
        !decision.victims.is_empty(),
        leavers,
        leavers && !decision.victims.is_empty(),
        devices,
        grows,
        decision.placed.is_empty(),
        waits_elsewhere(decision),
        waits_for_less(decision, rules),
    ];
    for (kind, _) in KINDS.iter().zip(kinds).filter(|(_, holds)| *holds) {
        note(kind);
    }
    if let Some(no_fit) = &decision.no_fit {
        note(no_fit.reason.as_str());
    }
    for cluster in &explanation.clusters {
        if let Some(rule) = &cluster.excluded_by {
            note(&of_cluster(rule));
        }
        if cluster.message.contains("does not state") {
            note("without what a quota wants stated");
        }
        let samples = cluster.rejections.iter().flat_map(|rejection| &rejection.samples);
        let mut texts = samples.map(|sample| &sample.shortfall).chain([&cluster.message]);
        if texts.any(|text| text.contains(" limits.") && text.contains(" free")) {
            note("over a quota of limits");
        }
        for rejection in &cluster.rejections {
            note(&rejection.rule);
        }
    }
}

/// Clusters and nodes have rules of the same name.
fn of_cluster(rule: &str) -> String {
    format!("cluster by {rule}")
}

/// How often everything has happened that is to happen.
pub fn all() -> Vec<(String, usize)> {
    let kinds = KINDS.iter().map(|kind| (*kind).to_owned());
    let reasons = REASONS.iter().map(|reason| reason.as_str().to_owned());
    let clusters = rules::CLUSTERS.iter().map(|rule| of_cluster(rule));
    let nodes = rules::NODES.iter().map(|rule| (*rule).to_owned());
    let wanted = kinds.chain(reasons).chain(clusters).chain(nodes);
    let seen = seen();
    wanted
        .map(|what| {
            let count = seen.get(&what).copied().unwrap_or_default();
            (what, count)
        })
        .collect()
}
