//! Whether it is the cluster, and none of its nodes, that a replica does not come up for.

use super::{Observed, Phase};

/// Reasons for which no pod of a performer exists, though its object does: the cluster refuses the pod itself (its quota, its
/// admission, a missing ServiceAccount; the condition `ReplicaFailure` of a
/// [Deployment](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment)), or the objects that
/// the pod comes from (the
/// [API server's](https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/#status-v1-meta) own reasons, and
/// `UNKNOWN` for a webhook that gives none).
const NO_POD: [&str; 14] = [
    "FAILED_CREATE",
    "FORBIDDEN",
    "INVALID",
    "BAD_REQUEST",
    "NOT_FOUND",
    "INTERNAL_ERROR",
    "SERVICE_UNAVAILABLE",
    "SERVER_TIMEOUT",
    "TIMEOUT",
    "TOO_MANY_REQUESTS",
    "STORAGE_READINESS_UNAVAILABLE",
    "API_SERVER_ERROR",
    "UNKNOWN",
    "NAME_TAKEN",
];

impl Observed {
    /// By the last word of its cluster no pod of it exists: the cluster has not taken the object, or makes no pod of it. No node
    /// had a part in that. What has a node, has a pod, whatever is said of it.
    #[must_use]
    pub fn has_no_pod(&self) -> bool {
        let untaken = matches!(self.phase, Phase::Dispatching | Phase::Refused);
        self.node.is_empty() && !self.has_served() && (untaken || NO_POD.contains(&self.reason.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starting(reason: &str) -> Observed {
        Observed {
            phase: Phase::Starting,
            reason: reason.to_owned(),
            ..Observed::default()
        }
    }

    #[test]
    fn what_the_cluster_does_not_make_has_no_pod() {
        assert!(starting("FAILED_CREATE").has_no_pod());
        assert!(starting("FORBIDDEN").has_no_pod());
        // An API server that fails to make the Deployment for as long as this.
        for reason in ["INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "API_SERVER_ERROR"] {
            assert!(starting(reason).has_no_pod(), "{reason}");
        }
        for phase in [Phase::Dispatching, Phase::Refused] {
            let observed = Observed {
                phase,
                ..starting("")
            };
            assert!(observed.has_no_pod(), "{phase:?}");
        }
    }

    #[test]
    fn what_has_a_node_or_waits_for_one_or_has_served_has_a_pod() {
        for reason in ["", "STARTING", "UNSCHEDULABLE", "IMAGE_PULL_BACK_OFF"] {
            assert!(!starting(reason).has_no_pod(), "{reason}");
        }
        let bound = Observed {
            node: "n1".to_owned(),
            ..starting("FAILED_CREATE")
        };
        assert!(!bound.has_no_pod());
        let served = Observed {
            started: true,
            ..starting("FAILED_CREATE")
        };
        assert!(!served.has_no_pod());
    }
}
