//! How many more of a placement would fit: the question, and the answer.

use std::cmp::Reverse;
use std::time::Duration;

use hourglass_engine::{CapacityAnswer, CapacityBound, ClusterCapacity};
use hourglass_model::Violation;
use hourglass_proto::fleet::v1 as proto;
use proto::compute_capacity_response::{Bound, Cluster, Node};
use tokio::time::Instant;

use super::explanation::explanation_out;
use super::numbers::{int32, int64};
use super::placement_in::{labels_in, required_spec};
use crate::edge::layers::Deadline;
use crate::edge::names;
use crate::edge::violations::Violations;
use crate::scheduler::port::CountCapacity;

/// Replicas that are counted when the caller does not say.
const USUAL_LIMIT: usize = 1_000;
/// Replicas that are counted at most.
const LARGEST_LIMIT: usize = 10_000;
/// Nodes that are named of a cluster at most.
const MOST_NODES: usize = 100;

/// How long is counted for who sets no deadline.
const USUAL_TIME: Duration = Duration::from_secs(10);
/// How long is counted at most.
const MOST_TIME: Duration = Duration::from_secs(60);

/// Until when is counted for who calls now: what is left of the deadline then is for the answer to come back.
pub fn count_until(deadline: Option<&Deadline>, now: Instant) -> Instant {
    let time = deadline.map_or(USUAL_TIME, |Deadline(deadline)| {
        deadline.saturating_duration_since(now) * 9 / 10
    });
    now + time.min(MOST_TIME)
}

/// What ComputeCapacity asks for.
///
/// # Errors
/// Every violation.
pub fn capacity_in(request: proto::ComputeCapacityRequest) -> Result<CountCapacity, Vec<Violation>> {
    let mut violations = Violations::new();
    let tenant = violations.check("parent", names::tenant(&request.parent));
    let limit = match usize::try_from(request.limit) {
        Ok(0) => USUAL_LIMIT,
        Ok(limit) if limit <= LARGEST_LIMIT => limit,
        _ => {
            let message = format!("must be 1 to {LARGEST_LIMIT}, or absent");
            violations.add("limit", message);
            USUAL_LIMIT
        }
    };
    let Some(placement) = request.placement else {
        violations.add("placement", "is required");
        return violations.finish(None);
    };
    labels_in("labels", &placement.labels, &mut violations);
    let spec = required_spec(placement.spec, &placement.labels, &mut violations);
    let input = tenant.zip(spec).map(|(tenant, spec)| CountCapacity {
        tenant,
        labels: placement.labels,
        spec: Box::new(spec),
        limit,
    });
    violations.finish(input)
}

/// The message of an answer.
pub fn capacity_out(answer: &CapacityAnswer) -> proto::ComputeCapacityResponse {
    let mut clusters: Vec<&ClusterCapacity> = answer.clusters.iter().collect();
    // Stable: those that take as many stay in the order of their names.
    clusters.sort_by_key(|cluster| Reverse(cluster.total));
    proto::ComputeCapacityResponse {
        total: int32(answer.total),
        limited: answer.limited_by.is_some(),
        limited_by: answer.limited_by.map_or(Bound::Unspecified, bound_out).into(),
        clusters: clusters.into_iter().map(cluster_out).collect(),
        explanation: answer.next.as_ref().map(explanation_out),
        snapshot_id: int64(answer.snapshot.0),
    }
}

fn bound_out(bound: CapacityBound) -> Bound {
    match bound {
        CapacityBound::Limit => Bound::Limit,
        CapacityBound::Time => Bound::Time,
    }
}

fn cluster_out(cluster: &ClusterCapacity) -> Cluster {
    let mut nodes: Vec<Node> = cluster
        .nodes
        .iter()
        .map(|node| Node {
            node: node.node.to_string(),
            replicas: int32(node.total),
        })
        .collect();
    nodes.sort_by_key(|node| Reverse(node.replicas));
    nodes.truncate(MOST_NODES);
    Cluster {
        cluster: cluster.cluster.to_string(),
        replicas: int32(cluster.total),
        nodes,
    }
}

#[cfg(test)]
mod tests {
    use hourglass_engine::capacity::NodeCapacity;
    use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};

    use super::*;

    fn question(limit: i32) -> proto::ComputeCapacityRequest {
        proto::ComputeCapacityRequest {
            parent: "tenants/default".to_owned(),
            placement: Some(proto::Placement {
                spec: Some(proto::PlacementSpec {
                    performer: Some(proto::PerformerSpec {
                        avs_address: "0x1234567890abcdef1234567890abcdef12345678".to_owned(),
                        image: "ghcr.io/example/performer:v1".to_owned(),
                        ..proto::PerformerSpec::default()
                    }),
                    ..proto::PlacementSpec::default()
                }),
                ..proto::Placement::default()
            }),
            limit,
        }
    }

    #[test]
    fn the_limit_has_a_default_and_bounds() {
        let limit = |limit| capacity_in(question(limit)).map(|question| question.limit);
        assert_eq!(limit(0).unwrap(), 1_000);
        assert_eq!(limit(10_000).unwrap(), 10_000);
        for bad in [-1, 10_001] {
            let violations = limit(bad).unwrap_err();
            assert_eq!(violations[0].path, "limit");
        }
    }

    #[test]
    fn every_violation_comes_at_once() {
        let mut bad = question(-1);
        bad.parent = "tenants/-".to_owned();
        bad.placement = Some(proto::Placement::default());
        let violations = capacity_in(bad).unwrap_err();
        let paths: Vec<&str> = violations.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["parent", "limit", "spec"]);
        let nothing = capacity_in(proto::ComputeCapacityRequest::default()).unwrap_err();
        let paths: Vec<&str> = nothing.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["parent", "placement"]);
    }

    #[test]
    fn most_replicas_come_first_and_nodes_are_bounded() {
        let node = |number: usize, total| NodeCapacity {
            node: NodeName::new(format!("n{number}")).unwrap(),
            total,
        };
        let cluster = |name: &str, nodes: Vec<NodeCapacity>| ClusterCapacity {
            cluster: ClusterName::new(name).unwrap(),
            total: nodes.iter().map(|node| node.total).sum(),
            nodes,
        };
        let message = capacity_out(&CapacityAnswer {
            snapshot: SnapshotId(1),
            total: 205,
            limited_by: Some(CapacityBound::Time),
            clusters: vec![
                cluster("a", vec![node(1, 1), node(2, 2)]),
                cluster("b", (0..202).map(|number| node(number, 1)).collect()),
            ],
            next: None,
        });
        assert_eq!(
            (
                message.total,
                message.limited,
                message.limited_by,
                message.explanation
            ),
            (205, true, i32::from(Bound::Time), None)
        );
        assert_eq!(message.snapshot_id, 1);
        let names: Vec<&str> = message.clusters.iter().map(|one| one.cluster.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(
            (message.clusters[0].replicas, message.clusters[0].nodes.len()),
            (202, MOST_NODES)
        );
        assert_eq!(message.clusters[1].nodes[0].node, "n2");
    }

    #[test]
    fn counting_ends_before_the_caller_stops_listening_and_in_a_minute() {
        let now = Instant::now();
        let time = |deadline: Option<Duration>| {
            let deadline = deadline.map(|left| Deadline(now + left));
            count_until(deadline.as_ref(), now) - now
        };
        assert_eq!(time(None), Duration::from_secs(10));
        assert_eq!(time(Some(Duration::from_secs(30))), Duration::from_secs(27));
        assert_eq!(time(Some(Duration::from_secs(3600))), Duration::from_secs(60));
        assert_eq!(time(Some(Duration::ZERO)), Duration::ZERO);
    }
}
