//! What a replica takes from a node: as claimed, and as its pod asks.

use super::offer::{GpuGrant, NodeOffer, TeeGrant};
use crate::performer::PerformerSpec;
use crate::pod::{self, ContainerDefaults, ContainerResources, PodResources};
use crate::quantity::{Quantity, QuantityError};
use crate::request::CanonicalRequest;
use crate::resources::{CPU, EPHEMERAL_STORAGE, MEMORY, PODS, ResourceName, ResourceVector};

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

/// What one replica takes from the node that makes this offer, in a namespace that fills in these defaults, with `pods: 1`:
/// what the engine charges.
#[must_use]
pub fn claim_vector(
    request: &CanonicalRequest,
    offer: &NodeOffer,
    defaults: &ContainerDefaults,
) -> ResourceVector {
    let granted = offer.granted();
    let mut total = request.base.saturating_add(&granted);
    let unstated = defaults.requests.iter();
    for (resource, amount) in unstated.filter(|(name, _)| !granted.contains(name) && !states(request, name)) {
        total.set(resource.clone(), amount);
    }
    total.add_saturating(&offer.overhead());
    total.set(PODS.clone(), 1);
    total
}

/// Whether the container of a replica has a request for this, be it of 0: its own, or the one that its limit implies.
fn states(request: &CanonicalRequest, resource: &ResourceName) -> bool {
    let resources = request.performer.resources.as_ref();
    resources.is_some_and(|stated| {
        let name = resource.as_str();
        stated.requests.contains_key(name) || stated.limits.contains_key(name)
    })
}

/// Whether the container of a replica has a request for cpu, memory or ephemeral storage once it is admitted.
#[must_use]
pub fn has_request(
    request: &CanonicalRequest,
    defaults: &ContainerDefaults,
    resource: &ResourceName,
) -> bool {
    states(request, resource) || defaults.requests.contains(resource)
}

/// The limits of cpu, memory and ephemeral storage of one replica's pod in a namespace that fills in these defaults, as
/// quotas on `limits.*` count them; what has no limit is absent. Of other resources quotas bound no limits.
#[must_use]
pub fn claim_limits(
    request: &CanonicalRequest,
    overhead: &ResourceVector,
    defaults: &ContainerDefaults,
) -> ResourceVector {
    let stated = request.performer.resources.as_ref();
    let mut container = ContainerResources::default();
    for resource in [&*CPU, &*EPHEMERAL_STORAGE, &*MEMORY] {
        let text = stated.and_then(|stated| stated.limits.get(resource.as_str()));
        let own = text.and_then(|text| resource.count(&text.parse().ok()?).ok());
        let default = || {
            defaults
                .limits
                .contains(resource)
                .then(|| defaults.limits.get(resource))
        };
        if let Some(amount) = own.or_else(default) {
            container.limits.set(resource.clone(), amount);
        }
    }
    pod::limits(&PodResources {
        containers: vec![container],
        overhead: overhead.clone(),
        ..PodResources::default()
    })
}

/// What the pod of a resolved performer asks for, in a namespace that fills in these defaults, with `pods: 1`: what the
/// operator makes and the scheduler counts.
///
/// # Errors
/// When a resource name or quantity is malformed, which a resolved performer never is.
pub fn pod_requests(
    spec: &PerformerSpec,
    overhead: &ResourceVector,
    defaults: &ContainerDefaults,
) -> Result<ResourceVector, PodRequestError> {
    Ok(pod::requests(&pod_of(spec, overhead, defaults)?))
}

/// The limits of that pod, as quotas on `limits.*` count them.
///
/// # Errors
/// When a resource name or quantity is malformed, which a resolved performer never is.
pub fn pod_limits(
    spec: &PerformerSpec,
    overhead: &ResourceVector,
    defaults: &ContainerDefaults,
) -> Result<ResourceVector, PodRequestError> {
    Ok(pod::limits(&pod_of(spec, overhead, defaults)?))
}

fn pod_of(
    spec: &PerformerSpec,
    overhead: &ResourceVector,
    defaults: &ContainerDefaults,
) -> Result<PodResources, PodRequestError> {
    let mut container = ContainerResources::default();
    if let Some(resources) = &spec.resources {
        container.requests = counted(&resources.requests)?;
        container.limits = counted(&resources.limits)?;
    }
    Ok(PodResources {
        containers: vec![container.admitted(defaults)],
        overhead: overhead.clone(),
        ..PodResources::default()
    })
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
