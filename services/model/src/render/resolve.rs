//! The concrete Performer of one replica on one node.

use serde::{Deserialize, Serialize};

use super::affinity::{label_term, node_term, require};
use super::devices::device_claim;
use super::offer::{GpuGrant, NodeOffer};
use crate::ids::NodeName;
use crate::performer::PerformerSpec;
use crate::request::CanonicalRequest;
use crate::resources::ResourceVector;
use crate::tee::TeeKind;

/// How far a decision binds a replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Pin {
    /// To this node.
    Node(NodeName),
    /// To the cluster; its own scheduler picks the node.
    Cluster,
}

impl Pin {
    /// The node, if there is one.
    #[must_use]
    pub fn node(&self) -> Option<&NodeName> {
        match self {
            Self::Node(node) => Some(node),
            Self::Cluster => None,
        }
    }
}

/// The `spec` that the agent applies: resources, RuntimeClass, rules and pin are concrete, nothing is left to decide.
#[must_use]
pub fn resolve(request: &CanonicalRequest, offer: &NodeOffer, pin: &Pin) -> PerformerSpec {
    let mut spec = request.performer.clone();
    add_resources(&mut spec, &offer.granted());
    if let Some(GpuGrant::Devices(grant)) = &offer.gpu {
        spec.resource_claims = vec![device_claim(grant, pin)];
    }
    if let Some(class) = &offer.runtime_class {
        spec.scheduling_mut().runtime_class = Some(class.name.clone());
    }
    match pin {
        Pin::Node(node) => require(&mut spec, vec![node_term(node.as_str())]),
        Pin::Cluster => require_what_the_engine_saw(&mut spec, request, offer),
    }
    spec
}

/// Adds resources to both requests and limits, as extended resources must be.
pub(super) fn add_resources(spec: &mut PerformerSpec, more: &ResourceVector) {
    for (name, amount) in more.iter() {
        let resources = spec.resources.get_or_insert_default();
        resources.requests.insert(name.to_string(), amount.to_string());
        resources.limits.insert(name.to_string(), amount.to_string());
    }
}

/// Without a pin to a node the rules that were evaluated here must bind the cluster's scheduler as well.
fn require_what_the_engine_saw(spec: &mut PerformerSpec, request: &CanonicalRequest, offer: &NodeOffer) {
    if !request.nodes.hostnames.is_empty() {
        let nodes = request.nodes.hostnames.iter();
        require(spec, nodes.map(|node| node_term(node.as_str())).collect());
    }
    if let Some(GpuGrant::Counted(gpu)) = &offer.gpu
        && let Some((key, value)) = &gpu.product_label
    {
        require(spec, vec![label_term(key, vec![value.clone()])]);
    }
    if request.gpu.as_ref().is_some_and(|gpu| gpu.confidential) {
        require(
            spec,
            vec![label_term("nvidia.com/cc.ready.state", vec!["true".to_owned()])],
        );
    }
    // The slots of a counted kind are asked for by name, which no other node has.
    if let Some(tee) = offer
        .tee
        .as_ref()
        .filter(|tee| matches!(tee.kind, TeeKind::Other(_)))
    {
        require(
            spec,
            tee.kind
                .labels()
                .iter()
                .map(|label| label_term(label, vec!["true".to_owned()]))
                .collect(),
        );
    }
}
