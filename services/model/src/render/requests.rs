//! What a replica takes from a node: as claimed, and as its pod asks.

use super::offer::{GpuGrant, NodeOffer, TeeGrant};
use crate::performer::PerformerSpec;
use crate::pod::{self, ContainerResources, PodResources};
use crate::quantity::{Quantity, QuantityError};
use crate::request::CanonicalRequest;
use crate::resources::{PODS, ResourceName, ResourceVector};

/// A resource of a performer that cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("resource {resource:?}: {message}")]
pub struct PodRequestError {
    /// The name as it is written.
    pub resource: String,
    /// Why.
    pub message: String,
}

impl NodeOffer {
    /// Overhead of the RuntimeClass, which the cluster adds to the pod.
    #[must_use]
    pub fn overhead(&self) -> ResourceVector {
        self.runtime_class
            .as_ref()
            .map(|class| class.overhead.clone())
            .unwrap_or_default()
    }

    /// What the container asks for by name of GPUs and TEE slots; devices are claimed apart. Slots that the RuntimeClass' overhead takes already
    /// are not asked for twice.
    #[must_use]
    pub fn granted(&self) -> ResourceVector {
        let mut all = ResourceVector::new();
        if let Some(GpuGrant::Counted(gpu)) = &self.gpu {
            all.set(gpu.resource.clone(), gpu.units);
        }
        if let Some((resource, slots)) = self.tee.as_ref().and_then(|tee| self.container_slots(tee)) {
            all.set(resource, slots);
        }
        all
    }

    fn container_slots(&self, tee: &TeeGrant) -> Option<(ResourceName, i64)> {
        let resource = tee.kind.slot_resource()?;
        let in_overhead = self
            .runtime_class
            .as_ref()
            .map_or(0, |class| class.overhead.get(&resource));
        let slots = tee.slots.saturating_sub(in_overhead);
        (slots > 0).then_some((resource, slots))
    }
}

/// What one replica takes from the node that makes this offer, with `pods: 1`: what the engine charges.
#[must_use]
pub fn claim_vector(request: &CanonicalRequest, offer: &NodeOffer) -> ResourceVector {
    let mut total = request.base.saturating_add(&offer.granted());
    total.add_saturating(&offer.overhead());
    total.set(PODS.clone(), 1);
    total
}

/// What the pod of a resolved performer asks for, with `pods: 1`: what the operator makes and the scheduler counts.
///
/// # Errors
/// When a resource name or quantity is malformed, which a resolved performer never is.
pub fn pod_requests(
    spec: &PerformerSpec,
    overhead: &ResourceVector,
) -> Result<ResourceVector, PodRequestError> {
    let mut container = ContainerResources::default();
    if let Some(resources) = &spec.resources {
        container.requests = counted(&resources.requests)?;
        container.limits = counted(&resources.limits)?;
    }
    Ok(pod::requests(&PodResources {
        containers: vec![container],
        overhead: overhead.clone(),
        ..PodResources::default()
    }))
}

fn counted(map: &std::collections::BTreeMap<String, String>) -> Result<ResourceVector, PodRequestError> {
    let entry = |(name, text): (&String, &String)| {
        let error = |message: String| PodRequestError {
            resource: name.clone(),
            message,
        };
        let resource = ResourceName::new(name).map_err(|e| error(e.to_string()))?;
        let quantity: Quantity = text.parse().map_err(|e: QuantityError| error(e.to_string()))?;
        let amount = resource.count(&quantity).map_err(|e| error(e.to_string()))?;
        Ok((resource, amount))
    };
    map.iter().map(entry).collect()
}
