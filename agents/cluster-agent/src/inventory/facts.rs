//! What the inventory keeps of Kubernetes objects: only what a decision needs, so that everything else in them can
//! change without a word.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::ClaimId;
use hourglass_model::resources::ResourceVector;

use super::devices::DeviceView;

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeFacts {
    /// Kubernetes' uid; another one is another node, also under the same name.
    pub uid: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
    /// All its taints.
    pub taints: Vec<TaintFacts>,
    /// Cordoned.
    pub unschedulable: bool,
    /// Its condition Ready is True.
    pub ready: bool,
    /// What pods may use of it.
    pub allocatable: ResourceVector,
}

/// A taint, as in core/v1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaintFacts {
    /// Its key.
    pub key: String,
    /// Its value, may be empty.
    pub value: String,
    /// NoSchedule, PreferNoSchedule or NoExecute.
    pub effect: String,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodFacts {
    /// The node that it is bound to.
    pub node: Option<Arc<str>>,
    /// What the scheduler counts for it, overhead included, with `pods: 1`.
    pub requests: ResourceVector,
    /// The claim that its labels name.
    pub claim: Option<ClaimId>,
    /// Phase Succeeded or Failed: it uses nothing any more.
    pub ended: bool,
    /// Reason of its condition DisruptionTarget, in UPPER_SNAKE: somebody is about to end it.
    pub disruption: Option<Arc<str>>,
    /// Its place in the history of the API server.
    pub revision: u64,
}

impl PodFacts {
    /// The node whose capacity it uses: one that it is bound to, as long as it has not ended. Terminating ones
    /// still use it.
    pub fn charged_to(&self) -> Option<&Arc<str>> {
        self.node.as_ref().filter(|_| !self.ended)
    }

    /// Whether a decision would see no difference.
    pub fn same_use(&self, other: &Self) -> bool {
        self.charged_to() == other.charged_to()
            && self.requests == other.requests
            && self.claim == other.claim
    }
}

/// A RuntimeClass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassFacts {
    /// What each of its pods needs beyond its containers.
    pub overhead: ResourceVector,
    /// Labels that its nodes have.
    pub node_selector: BTreeMap<String, String>,
    /// Tolerations that its pods get.
    pub tolerations: Vec<TolerationFacts>,
}

/// A toleration, as in core/v1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TolerationFacts {
    /// Key of the taint; empty for every key.
    pub key: String,
    /// Exists, Equal, Lt or Gt; empty means Equal.
    pub operator: String,
    /// Value of the taint.
    pub value: String,
    /// Effect of the taint; empty for every effect.
    pub effect: String,
    /// How long a NoExecute taint is tolerated; `None` for ever.
    pub seconds: Option<i64>,
}

/// A node with what is used of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeView {
    /// Its name.
    pub name: Arc<str>,
    /// The node itself.
    pub facts: NodeFacts,
    /// Requests of all bound pods that have not ended; `pods` is their number.
    pub used: ResourceVector,
    /// The part of that which belongs to claims.
    pub claims: BTreeMap<ClaimId, ResourceVector>,
    /// Its GPUs, where they are shown one by one.
    pub devices: Vec<DeviceView>,
    /// What of them belongs to claims: id and thousandths.
    pub claimed_devices: BTreeMap<ClaimId, Vec<(String, u32)>>,
}
