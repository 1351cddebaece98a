//! What a decision came to, in the words that scenarios use, and how it is held against what they expect.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::{Decision, Explanation, NoFitReason, SlotDecision};
use hourglass_model::gpu::WHOLE_MILLI;
use hourglass_model::ids::DeviceId;
use serde::{Deserialize, Serialize};

/// What a decision must come to. What is left out is not looked at, except that replicas without a place must be
/// expected by `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expectation {
    /// `cluster/node` of each slot that gets a place, in the order of slots.
    pub placed: Vec<String>,
    /// Replicas of others that make room, as `placement/slot`, in order; looked at always.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub victims: Vec<String>,
    /// Slots whose pods the cluster's own scheduler puts on a node; all others are bound to theirs. Looked at always.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub left_to_the_cluster: BTreeSet<u32>,
    /// Why the others get none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoFitReason>,
    /// The line for people, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The one change that would help, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_fit_if: Option<String>,
    /// Nodes turned away: cluster to rule to number of nodes, or to the rule that excludes the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<BTreeMap<String, Rejected>>,
    /// Named scores of the first slot's place, those named only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<BTreeMap<String, i64>>,
    /// Devices of each slot's place, in the order of slots: `gpu-0, gpu-1` for whole ones, `gpu-0 300/1000` for a share, and
    /// nothing where GPUs are counted or none are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<String>>,
    /// The request itself is refused: the paths of what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Option<Vec<String>>,
}

/// What a cluster says to a request that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rejected {
    /// The rule that excludes all of it.
    Cluster(String),
    /// Its nodes by rule.
    Nodes(BTreeMap<String, usize>),
}

/// What came of a placement, with everything that can be expected of it.
#[must_use]
pub fn of_decision(decision: &Decision, explanation: &Explanation) -> Expectation {
    let first = decision.placed.first();
    Expectation {
        placed: decision
            .placed
            .iter()
            .map(|slot| format!("{}/{}", slot.cluster, slot.node))
            .collect(),
        victims: decision
            .victims
            .iter()
            .map(|victim| format!("{}/{}", victim.claim.placement, victim.claim.slot))
            .collect(),
        left_to_the_cluster: decision
            .placed
            .iter()
            .filter(|slot| slot.pin.node().is_none())
            .map(|slot| slot.slot.0)
            .collect(),
        reason: decision.no_fit.as_ref().map(|no_fit| no_fit.reason),
        summary: Some(explanation.summary.clone()),
        would_fit_if: explanation.would_fit_if.clone(),
        rejected: Some(rejected(explanation)),
        scores: first.map(|slot| {
            slot.scores
                .iter()
                .map(|score| (score.name.clone(), score.value))
                .collect()
        }),
        devices: Some(decision.placed.iter().map(devices).collect()),
        invalid: None,
    }
}

fn devices(slot: &SlotDecision) -> String {
    let name = |id: &DeviceId| {
        let text = id.to_string();
        text.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let uses = slot.offer.devices();
    let each = uses.iter().map(|one| match one.milli {
        WHOLE_MILLI => name(&one.device),
        share => format!("{} {share}/{WHOLE_MILLI}", name(&one.device)),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn rejected(explanation: &Explanation) -> BTreeMap<String, Rejected> {
    explanation
        .clusters
        .iter()
        .filter_map(|cluster| {
            let name = cluster.cluster.to_string();
            if let Some(rule) = &cluster.excluded_by {
                return Some((name, Rejected::Cluster(rule.clone())));
            }
            let nodes: BTreeMap<String, usize> = cluster
                .rejections
                .iter()
                .map(|rejection| (rejection.rule.clone(), rejection.nodes))
                .collect();
            (!nodes.is_empty()).then_some((name, Rejected::Nodes(nodes)))
        })
        .collect()
}

/// A value as the files have it, or that there is none.
fn shown<T: std::fmt::Debug>(value: Option<&T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("{value:?}"))
}

impl Expectation {
    /// Where `got` is not what is expected, a line each.
    #[must_use]
    pub fn differences(&self, got: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut differ = |what: &str, wanted: String, came: String| {
            lines.push(format!("{what}: expected {wanted}, got {came}"));
        };
        if self.placed != got.placed {
            differ(
                "placed",
                format!("{:?}", self.placed),
                format!("{:?}", got.placed),
            );
        }
        if self.victims != got.victims {
            differ(
                "victims",
                format!("{:?}", self.victims),
                format!("{:?}", got.victims),
            );
        }
        if self.left_to_the_cluster != got.left_to_the_cluster {
            differ(
                "leftToTheCluster",
                format!("{:?}", self.left_to_the_cluster),
                format!("{:?}", got.left_to_the_cluster),
            );
        }
        let name =
            |reason: &Option<NoFitReason>| reason.map_or("none".to_owned(), |reason| reason.to_string());
        if self.reason != got.reason {
            differ("reason", name(&self.reason), name(&got.reason));
        }
        if self.summary.is_some() && self.summary != got.summary {
            differ(
                "summary",
                shown(self.summary.as_ref()),
                shown(got.summary.as_ref()),
            );
        }
        if self.would_fit_if.is_some() && self.would_fit_if != got.would_fit_if {
            differ(
                "wouldFitIf",
                shown(self.would_fit_if.as_ref()),
                shown(got.would_fit_if.as_ref()),
            );
        }
        if self.rejected.is_some() && self.rejected != got.rejected {
            differ(
                "rejected",
                shown(self.rejected.as_ref()),
                shown(got.rejected.as_ref()),
            );
        }
        for (key, value) in self.scores.iter().flatten() {
            let came = got.scores.as_ref().and_then(|scores| scores.get(key));
            if came != Some(value) {
                differ(&format!("score {key}"), value.to_string(), shown(came));
            }
        }
        if self.devices.is_some() && self.devices != got.devices {
            differ(
                "devices",
                shown(self.devices.as_ref()),
                shown(got.devices.as_ref()),
            );
        }
        if self.invalid != got.invalid {
            differ(
                "invalid",
                shown(self.invalid.as_ref()),
                shown(got.invalid.as_ref()),
            );
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_looked_at_and_what_is_given_is() {
        let got = Expectation {
            placed: vec!["a/n".to_owned()],
            summary: Some("s".to_owned()),
            scores: Some([("packing".to_owned(), 3)].into()),
            ..Expectation::default()
        };
        let mut wanted = Expectation {
            placed: got.placed.clone(),
            ..Expectation::default()
        };
        assert_eq!(wanted.differences(&got), Vec::<String>::new());
        wanted.summary = Some("other".to_owned());
        wanted.scores = Some([("packing".to_owned(), 4)].into());
        wanted.reason = Some(NoFitReason::NoCapacity);
        wanted.invalid = Some(vec!["spec.replicas".to_owned()]);
        wanted.placed.clear();
        wanted.devices = Some(vec!["gpu-0".to_owned()]);
        wanted.victims = vec!["other/0".to_owned()];
        wanted.left_to_the_cluster = [0].into();
        let differences = wanted.differences(&got);
        assert_eq!(differences.len(), 8);
        for line in [
            "summary: expected \"other\", got \"s\"",
            "devices: expected [\"gpu-0\"], got none",
            "score packing: expected 4, got 3",
        ] {
            assert!(
                differences.iter().any(|one| one == line),
                "{line}: {differences:?}"
            );
        }
    }
}
