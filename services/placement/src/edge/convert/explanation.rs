//! Why there, or why not anywhere.

use hourglass_engine::{ClusterExplanation, Explanation, NamedScore, NodeScore, RuleRejection};
use hourglass_proto::fleet::v1 as proto;

use super::numbers::{int32, int64};
use super::placement_out::victim_out;
use super::timestamp::timestamp;
use crate::scheduler::explained::{Explained, PastDecision};

/// The message of an explanation. How long it took is for the caller to add: the engine has no clock.
pub fn explanation_out(explanation: &Explanation) -> proto::Explanation {
    proto::Explanation {
        snapshot_id: int64(explanation.snapshot.0),
        duration: None,
        clusters: explanation.clusters.iter().map(cluster_out).collect(),
        would_fit_if: explanation.would_fit_if.clone().unwrap_or_default(),
        summary: explanation.summary.clone(),
        replicas_wanted: int32(explanation.wanted),
        replicas_that_fit: int32(explanation.fit),
        retry_events: explanation.retry_events.clone(),
        // Not the engine's to say: see `explained_out`.
        victims: Vec::new(),
        decisions: Vec::new(),
    }
}

/// The same with who would make room, and the decisions that were made.
pub fn explained_out(explained: &Explained) -> proto::Explanation {
    proto::Explanation {
        victims: explained.victims.iter().map(victim_out).collect(),
        decisions: explained.decisions.iter().map(decision_out).collect(),
        ..explanation_out(&explained.explanation)
    }
}

fn decision_out(decision: &PastDecision) -> proto::PastDecision {
    let scores = decision.scores.iter().map(|(name, value)| proto::NamedScore {
        name: name.clone(),
        value: *value,
    });
    proto::PastDecision {
        slot: int32(decision.slot.0),
        epoch: int64(decision.epoch.0),
        cluster: decision.cluster.to_string(),
        node: decision.node.to_string(),
        snapshot_id: int64(decision.snapshot.0),
        decide_time: Some(timestamp(decision.decide_time)),
        scores: scores.collect(),
    }
}

fn cluster_out(cluster: &ClusterExplanation) -> proto::ClusterExplanation {
    proto::ClusterExplanation {
        cluster: cluster.cluster.to_string(),
        eligible: cluster.eligible,
        excluded_by: cluster.excluded_by.clone().unwrap_or_default(),
        message: cluster.message.clone(),
        nodes_seen: int32(cluster.nodes_seen),
        nodes_feasible: int32(cluster.nodes_feasible),
        rejections: cluster.rejections.iter().map(rejection_out).collect(),
        best_node: cluster.best.as_ref().map(node_score_out),
    }
}

fn rejection_out(rejection: &RuleRejection) -> proto::RuleRejection {
    let samples = rejection.samples.iter().map(|sample| proto::RejectionSample {
        node: sample.node.to_string(),
        shortfall: sample.shortfall.clone(),
    });
    proto::RuleRejection {
        rule: rejection.rule.clone(),
        nodes: int32(rejection.nodes),
        samples: samples.collect(),
    }
}

fn node_score_out(best: &NodeScore) -> proto::NodeScore {
    proto::NodeScore {
        node: best.node.to_string(),
        scores: best.scores.iter().map(score_out).collect(),
    }
}

fn score_out(score: &NamedScore) -> proto::NamedScore {
    proto::NamedScore {
        name: score.name.clone(),
        value: score.value,
    }
}
