//! Whether it is the cluster, and none of its nodes, that a replica does not come up for.

use std::time::Duration;

use jiff::Timestamp;

use super::{Observed, Phase};

/// What a cluster refuses for so long, by its own word, is not made there: as long as agents wait with what the schedulers of
/// their clusters refuse. What is refused for a moment only (a namespace that is being made, a webhook that starts anew) is let be.
pub const REFUSED_FOR: Duration = Duration::from_secs(10);

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

/// What is said of a pod that waits for a node and of which the cluster's scheduler has not said that it finds none: nothing more
/// than that it starts, or has for too long (the condition `Progressing` of the Deployment); that the scheduler failed, or that
/// somebody else's gate keeps the pod from it (the
/// [reasons](https://pkg.go.dev/k8s.io/api/core/v1#pkg-constants) of the pod's condition `PodScheduled`); or that the operator
/// has not seen the nodes yet. Whatever else is said, as of an image, is of what runs.
const NO_NODE: [&str; 6] = [
    "",
    "STARTING",
    "PROGRESS_DEADLINE_EXCEEDED",
    "SCHEDULER_ERROR",
    "SCHEDULING_GATED",
    "WAITING_FOR_NODES",
];

impl Observed {
    /// By the last word of its cluster no pod of it exists: the cluster has not taken the object, or makes no pod of it. No node
    /// had a part in that. What has a node, has a pod, whatever is said of it.
    #[must_use]
    pub fn has_no_pod(&self) -> bool {
        self.is_refused() || (self.phase == Phase::Dispatching && self.is_nowhere())
    }

    /// Its cluster has said so itself: it refuses the object, or the pod.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let refused = self.phase == Phase::Refused || NO_POD.contains(&self.reason.as_str());
        refused && self.is_nowhere()
    }

    /// The object is in the cluster, nothing stands against it, and no pod of it was bound to a node: no node had a part in that
    /// either.
    #[must_use]
    pub fn waits_for_node(&self) -> bool {
        self.phase.is_applied() && NO_NODE.contains(&self.reason.as_str()) && self.is_nowhere()
    }

    fn is_nowhere(&self) -> bool {
        self.node.is_empty() && !self.has_served()
    }

    /// Keeps since when it is refused, now that something else may have been said.
    pub fn note_refusal(&mut self, now: Timestamp) {
        let since = self.refused_since.unwrap_or(now);
        self.refused_since = self.is_refused().then_some(since);
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
            assert_eq!(observed.is_refused(), phase == Phase::Refused, "{phase:?}");
            assert!(!observed.waits_for_node(), "{phase:?}");
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

    #[test]
    fn what_nobody_has_bound_or_turned_away_waits_for_a_node() {
        assert!(starting("STARTING").waits_for_node());
        let broken = Observed {
            phase: Phase::Broken,
            ..starting("PROGRESS_DEADLINE_EXCEEDED")
        };
        assert!(broken.waits_for_node());
        for reason in ["UNSCHEDULABLE", "IMAGE_PULL_BACK_OFF", "FAILED_CREATE"] {
            assert!(!starting(reason).waits_for_node(), "{reason}");
        }
        let bound = Observed {
            node: "n1".to_owned(),
            ..starting("STARTING")
        };
        assert!(!bound.waits_for_node());
    }

    #[test]
    fn a_refusal_counts_from_its_first_word_and_ends_with_another_one() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut observed = starting("FAILED_CREATE");
        observed.note_refusal(at(1));
        "FORBIDDEN".clone_into(&mut observed.reason);
        observed.note_refusal(at(5));
        assert_eq!(observed.refused_since, Some(at(1)));
        "STARTING".clone_into(&mut observed.reason);
        observed.note_refusal(at(6));
        assert_eq!(observed.refused_since, None);
    }
}
