//! Which clusters may take a request, and which nodes can. One rule a file; a cluster or node is counted under the first
//! rule, in the order given here, that turns it away.

pub mod cluster;
pub(crate) mod domain;
pub mod node;

use hourglass_model::labels::{NodeSelector, Toleration};
use hourglass_model::node::RuntimeClassFacts;
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::render::{NodeOffer, RuntimeClassGrant, TeeGrant, claim_limits};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::ResourceVector;
use hourglass_model::tee::TeeKind;

/// One way to meet a request in a cluster: with this TEE kind, and so with this RuntimeClass.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant<'a> {
    /// The kind, when the request asks for a TEE.
    pub kind: Option<TeeKind>,
    /// The RuntimeClass by name, given or implied.
    pub class_name: Option<&'a str>,
    /// That RuntimeClass, when the cluster has it.
    pub class: Option<&'a RuntimeClassFacts>,
    /// Tolerations of the request and of the RuntimeClass.
    pub tolerations: Vec<Toleration>,
    /// What the namespace gives the container that it does not state.
    pub defaults: ContainerDefaults,
    /// Limits of the pod, as quotas count them.
    pub limits: ResourceVector,
}

impl<'a> Variant<'a> {
    /// The ways in which a cluster could meet the request, best first: TEE kinds in the order in which the request
    /// names them; in a namespace that fills in these defaults.
    #[must_use]
    pub fn all(
        request: &'a CanonicalRequest,
        facts: &'a crate::ClusterFacts,
        present: &[TeeKind],
        defaults: &ContainerDefaults,
    ) -> Vec<Self> {
        let kinds: Vec<Option<TeeKind>> = match &request.tee {
            None => vec![None],
            Some(tee) if tee.kinds.is_empty() && present.is_empty() => {
                TeeKind::COUNTED.into_iter().map(Some).collect()
            }
            Some(tee) if tee.kinds.is_empty() => present.iter().cloned().map(Some).collect(),
            Some(tee) => tee.kinds.iter().cloned().map(Some).collect(),
        };
        let with_gpu = request.gpu.is_some();
        let variant = |kind: Option<TeeKind>| {
            let implied = kind.as_ref().and_then(|kind| kind.runtime_class(with_gpu));
            let class_name = request.runtime_class.as_deref().or(implied);
            let class = class_name.and_then(|name| facts.runtime_class(name));
            let mut tolerations = request.nodes.tolerations.clone();
            tolerations.extend(
                class
                    .into_iter()
                    .flat_map(|class| class.tolerations.iter().cloned()),
            );
            let none = ResourceVector::new();
            let overhead = class.map_or(&none, |class| &class.overhead);
            Self {
                kind,
                class_name,
                class,
                tolerations,
                limits: claim_limits(request, overhead, defaults),
                defaults: defaults.clone(),
            }
        };
        kinds.into_iter().map(variant).collect()
    }

    /// What it grants whatever the node: TEE slots and the RuntimeClass, no GPUs.
    #[must_use]
    pub fn offer(&self, request: &CanonicalRequest) -> NodeOffer {
        let tee = request.tee.as_ref().zip(self.kind.clone());
        let tee = tee.map(|(tee, kind)| {
            let counted = kind.slot_resource().is_some();
            let slots = if counted { tee.slots } else { 0 };
            TeeGrant { kind, slots }
        });
        let class = |class: &RuntimeClassFacts| RuntimeClassGrant {
            name: class.name.clone(),
            overhead: class.overhead.clone(),
        };
        NodeOffer {
            tee,
            runtime_class: self.class.map(class),
            ..NodeOffer::default()
        }
    }
}

/// Whether every selector has a term that matches.
pub(crate) fn all_match(selectors: &[NodeSelector], node: &crate::NodeState) -> bool {
    selectors
        .iter()
        .all(|selector| selector.matches(node, node.name().as_str()))
}

#[cfg(test)]
mod tests;
