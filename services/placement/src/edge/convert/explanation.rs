//! Why there, or why not anywhere.

use hourglass_engine::{ClusterExplanation, Explanation, NamedScore, NodeScore, RuleRejection};
use hourglass_proto::fleet::v1 as proto;

use super::numbers::{int32, int64};

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
