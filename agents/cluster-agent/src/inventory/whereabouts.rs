//! Where the pods of a claim are, and why they should be elsewhere: what a report tells beside the Performer's status.

use std::sync::Arc;

use hourglass_model::ids::ClaimId;

use super::facts::NodeFacts;
use super::index::Index;

/// Taints of nodes that somebody is taking away: of the cluster autoscaler
/// (<https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/utils/taints/taints.go>), of Karpenter
/// (<https://karpenter.sh/docs/concepts/disruption/>) and of Kubernetes
/// (<https://kubernetes.io/docs/reference/labels-annotations-taints/>).
const DRAINING: [&str; 5] = [
    "ToBeDeletedByClusterAutoscaler",
    "karpenter.sh/disrupted",
    "karpenter.sh/disruption",
    "node.kubernetes.io/out-of-service",
    "node.cloudprovider.kubernetes.io/shutdown",
];

/// Where a claim is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// The node that its pods are bound to, or empty.
    pub node: String,
    /// Why it should be elsewhere, in UPPER_SNAKE, or empty.
    pub disruption: String,
}

/// Why pods should leave a node, if they should.
pub(super) fn leaving(node: &NodeFacts) -> Option<&'static str> {
    let draining = |key: &str| DRAINING.contains(&key);
    if node.taints.iter().any(|taint| draining(&taint.key)) {
        Some("NODE_DRAINING")
    } else {
        node.unschedulable.then_some("NODE_CORDONED")
    }
}

impl Index {
    /// Where the claim is. What its own pod says of a disruption comes first; the state of its node matters only to one
    /// that was pinned to that node: all others are moved by the cluster's scheduler.
    pub fn whereabouts(&self, claim: &ClaimId, pinned_to: Option<&str>) -> Whereabouts {
        let node = self.nodes_of(claim).into_iter().next();
        let of_pod = self.pods_of(claim).find_map(|pod| pod.disruption.clone());
        let of_node = || {
            let pin = pinned_to?;
            let known = self.node_facts(&Arc::from(pin));
            known.map_or(Some("NODE_GONE"), leaving)
        };
        let disruption = match of_pod {
            Some(reason) => reason.to_string(),
            None => of_node().unwrap_or_default().to_owned(),
        };
        Whereabouts {
            node: node.map(|node| node.to_string()).unwrap_or_default(),
            disruption,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::from_wire;
    use crate::inventory::facts::{PodFacts, TaintFacts};
    use hourglass_model::resources::ResourceVector;

    fn node(unschedulable: bool, taint: &str) -> NodeFacts {
        NodeFacts {
            unschedulable,
            taints: vec![TaintFacts {
                key: taint.to_owned(),
                ..TaintFacts::default()
            }],
            ..NodeFacts::default()
        }
    }

    fn pod(claim: &ClaimId, disruption: Option<&str>) -> PodFacts {
        PodFacts {
            node: Some("n".into()),
            requests: ResourceVector::new(),
            claim: Some(claim.clone()),
            ended: false,
            disruption: disruption.map(Into::into),
            revision: 1,
        }
    }

    #[test]
    fn a_node_is_left_when_it_is_cordoned_or_somebody_takes_it_away() {
        assert_eq!(leaving(&node(false, "any")), None);
        assert_eq!(leaving(&node(true, "any")), Some("NODE_CORDONED"));
        assert_eq!(
            leaving(&node(true, "karpenter.sh/disrupted")),
            Some("NODE_DRAINING")
        );
    }

    #[test]
    fn the_node_matters_to_what_is_pinned_to_it_and_the_pods_own_words_come_first() {
        let claim = from_wire("u", 0, 1).unwrap();
        let mut index = Index::new(1);
        let name: Arc<str> = "n".into();
        index.put_node(&name, node(false, "any"));
        index.put_pod(&"p".into(), pod(&claim, None));
        let disruption = |index: &Index, pin| index.whereabouts(&claim, pin).disruption;
        assert_eq!(disruption(&index, Some("n")), "");
        assert_eq!(index.whereabouts(&claim, None).node, "n");
        assert!(index.take_moved().nodes.is_empty());

        index.put_node(&name, node(true, "any"));
        assert!(index.take_moved().nodes.contains("n"));
        assert_eq!(disruption(&index, Some("n")), "NODE_CORDONED");
        assert_eq!(disruption(&index, None), "");
        index.put_pod(&"p".into(), pod(&claim, Some("EVICTION_BY_EVICTION_API")));
        assert!(index.take_moved().claims.contains(&claim));
        assert_eq!(disruption(&index, None), "EVICTION_BY_EVICTION_API");
        index.remove_pod(&"p".into());
        assert_eq!(
            disruption(&index, Some("n")),
            "NODE_CORDONED",
            "also of one that has no pod"
        );

        index.take_moved();
        index.remove_node(&name);
        assert!(index.take_moved().nodes.contains("n"));
        assert_eq!(disruption(&index, Some("n")), "NODE_GONE");
    }
}
