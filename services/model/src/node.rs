//! What a cluster's agent says about nodes and RuntimeClasses, and what follows from it.

use serde::{Deserialize, Serialize};

use crate::gpu::GpuFacts;
use crate::ids::{ClaimId, NodeName};
use crate::labels::{Labels, Taint, Toleration};
use crate::resources::ResourceVector;
use crate::tee::TeeKind;

/// All that a decision needs to know of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeFacts {
    /// Name.
    pub name: NodeName,
    /// UID of the Node object.
    pub uid: String,
    /// Labels.
    #[serde(default)]
    pub labels: Labels,
    /// Taints.
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`.
    #[serde(default)]
    pub unschedulable: bool,
    /// Condition `Ready` is true.
    pub ready: bool,
    /// What pods may take; `pods` is their number.
    pub allocatable: ResourceVector,
    /// Requests of all bound pods that have not ended, terminating ones included; `pods` is their number.
    #[serde(default)]
    pub used: ResourceVector,
    /// The part of `used` that belongs to performers of the fleet.
    #[serde(default)]
    pub claims: Vec<ObservedClaim>,
}

/// What the bound pods of one slot epoch take on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedClaim {
    /// The slot epoch.
    pub claim: ClaimId,
    /// Sum over its bound pods on this node, `pods` included.
    pub bound: ResourceVector,
}

/// node.k8s.io/v1 RuntimeClass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeClassFacts {
    /// Name.
    pub name: String,
    /// `overhead.podFixed`.
    #[serde(default)]
    pub overhead: ResourceVector,
    /// `scheduling.nodeSelector`.
    #[serde(default)]
    pub node_selector: Labels,
    /// `scheduling.tolerations`.
    #[serde(default)]
    pub tolerations: Vec<Toleration>,
}

/// What follows from a node's facts; computed once when they arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DerivedFacts {
    /// Its GPUs, if it has any.
    pub gpu: Option<GpuFacts>,
    /// Its TEE kinds, the counted ones first.
    pub tee_kinds: Vec<TeeKind>,
}

impl DerivedFacts {
    /// Reads them from the node.
    #[must_use]
    pub fn of(node: &NodeFacts) -> Self {
        Self {
            gpu: GpuFacts::of(&node.labels, &node.allocatable),
            tee_kinds: TeeKind::all_on(&node.labels),
        }
    }
}
