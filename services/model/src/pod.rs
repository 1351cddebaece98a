//! What a pod asks of a node, as Kubernetes counts it.
//!
//! Source: `PodRequests` in k8s.io/component-helpers/resource/helpers.go; sidecars as in
//! <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers>, pod-level
//! resources as in KEP-2837. Limits: `PodLimits` there. Defaults: the admission plugin LimitRanger
//! (<https://kubernetes.io/docs/concepts/policy/limit-range/>).

use serde::{Deserialize, Serialize};

use crate::resources::{CPU, MEMORY, PODS, ResourceName, ResourceVector};

/// Requests and limits of one container, already counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerResources {
    /// `resources.requests`.
    pub requests: ResourceVector,
    /// `resources.limits`; a resource with a limit and no request asks for its limit.
    pub limits: ResourceVector,
    /// What the kubelet has granted so far, from `status.containerStatuses[].resources.requests` and
    /// `allocatedResources`: while a pod is being resized the larger amount counts.
    pub granted: ResourceVector,
}

/// What LimitRanges of a namespace give to each container there that does not state it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerDefaults {
    /// `defaultRequest`, and the default limit of what has no default request.
    pub requests: ResourceVector,
    /// `default`: limits.
    pub limits: ResourceVector,
}

impl ContainerDefaults {
    /// Default requests and default limits as a LimitRange names them.
    #[must_use]
    pub fn new(mut requests: ResourceVector, limits: ResourceVector) -> Self {
        fill(&mut requests, &limits);
        Self { requests, limits }
    }

    /// What LimitRanges give together. Where two give the same resource, which of them counts is left open by Kubernetes:
    /// the larger amount is taken.
    #[must_use]
    pub fn or_more(&self, other: &Self) -> Self {
        Self {
            requests: self.requests.max(&other.requests),
            limits: self.limits.max(&other.limits),
        }
    }

    /// Whether nothing is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

/// An init container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InitContainer {
    /// Its resources.
    pub resources: ContainerResources,
    /// `restartPolicy: Always`: a sidecar that keeps running.
    pub sidecar: bool,
}

/// The parts of a pod that decide what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodResources {
    /// `spec.containers`.
    pub containers: Vec<ContainerResources>,
    /// `spec.initContainers`, in their order.
    pub init_containers: Vec<InitContainer>,
    /// `spec.resources` of the pod itself.
    pub pod_level: Option<ContainerResources>,
    /// `spec.overhead`.
    pub overhead: ResourceVector,
}

impl ContainerResources {
    fn effective(&self) -> ResourceVector {
        let mut all = self.requests.clone();
        fill(&mut all, &self.limits);
        all.max(&self.granted)
    }

    /// The container as it is once the API server has admitted it in a namespace with these defaults: a limit that is
    /// stated becomes the request where none is, and only then defaults come in.
    #[must_use]
    pub fn admitted(mut self, defaults: &ContainerDefaults) -> Self {
        fill(&mut self.requests, &self.limits);
        fill(&mut self.requests, &defaults.requests);
        fill(&mut self.limits, &defaults.limits);
        self
    }
}

/// Adds what is not named yet.
fn fill(vector: &mut ResourceVector, defaults: &ResourceVector) {
    for (name, amount) in defaults.iter() {
        if !vector.contains(name) {
            vector.set(name.clone(), amount);
        }
    }
}

/// What the pod asks for, with `pods: 1`.
#[must_use]
pub fn requests(pod: &PodResources) -> ResourceVector {
    let mut running = ResourceVector::new();
    for container in &pod.containers {
        running.add_saturating(&container.effective());
    }
    let mut sidecars = ResourceVector::new();
    let mut peak = ResourceVector::new();
    for init in &pod.init_containers {
        let own = init.resources.effective();
        if init.sidecar {
            running.add_saturating(&own);
            sidecars.add_saturating(&own);
            peak = peak.max(&sidecars);
        } else {
            peak = peak.max(&own.saturating_add(&sidecars));
        }
    }
    let mut total = running.max(&peak);
    if let Some(pod_level) = &pod.pod_level {
        for (name, amount) in pod_level.effective().iter() {
            if *name == *CPU || *name == *MEMORY || name.is_hugepages() {
                total.set(name.clone(), amount);
            }
        }
    }
    total.add_saturating(&pod.overhead);
    total.set(PODS.clone(), 1);
    total
}

/// The limits of a pod whose containers state them, as quotas on `limits.*` count them: overhead comes on top where there is
/// a limit. Init containers are looked at as for [`requests`].
#[must_use]
pub fn limits(pod: &PodResources) -> ResourceVector {
    let mut running = ResourceVector::new();
    for container in &pod.containers {
        running.add_saturating(&container.limits);
    }
    let mut sidecars = ResourceVector::new();
    let mut peak = ResourceVector::new();
    for init in &pod.init_containers {
        if init.sidecar {
            running.add_saturating(&init.resources.limits);
            sidecars.add_saturating(&init.resources.limits);
            peak = peak.max(&sidecars);
        } else {
            peak = peak.max(&init.resources.limits.saturating_add(&sidecars));
        }
    }
    let containers = running.max(&peak);
    let with_overhead = |(name, amount): (&ResourceName, i64)| {
        let overhead = if amount == 0 { 0 } else { pod.overhead.get(name) };
        (name.clone(), amount.saturating_add(overhead))
    };
    containers.iter().map(with_overhead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(entries: &[(&str, i64)]) -> ResourceVector {
        entries
            .iter()
            .map(|(name, amount)| (ResourceName::new(name).expect("valid"), *amount))
            .collect()
    }

    fn container(entries: &[(&str, i64)]) -> ContainerResources {
        ContainerResources {
            requests: vector(entries),
            ..ContainerResources::default()
        }
    }

    fn init(cpu: i64, sidecar: bool) -> InitContainer {
        InitContainer {
            resources: container(&[("cpu", cpu)]),
            sidecar,
        }
    }

    #[test]
    fn containers_add_up_and_init_containers_peak() {
        let pod = PodResources {
            containers: vec![
                container(&[("cpu", 100), ("memory", 10)]),
                container(&[("cpu", 200)]),
            ],
            init_containers: vec![init(500, false)],
            ..PodResources::default()
        };
        assert_eq!(
            requests(&pod),
            vector(&[("cpu", 500), ("memory", 10), ("pods", 1)])
        );
    }

    #[test]
    fn sidecars_run_beside_what_starts_after_them() {
        // init(5) alone; sidecar(2); init(4) beside the sidecar = 6; containers 3 + sidecar 2 = 5.
        let mut pod = PodResources {
            containers: vec![container(&[("cpu", 3)])],
            init_containers: vec![init(5, false), init(2, true), init(4, false)],
            ..PodResources::default()
        };
        assert_eq!(requests(&pod).get(&CPU), 6);
        // A sidecar that starts later does not count for earlier init containers.
        pod.init_containers = vec![init(4, false), init(2, true)];
        assert_eq!(requests(&pod).get(&CPU), 5);
    }

    #[test]
    fn limits_stand_in_for_requests_and_overhead_comes_on_top() {
        let pod = PodResources {
            containers: vec![ContainerResources {
                requests: vector(&[("cpu", 1)]),
                limits: vector(&[("cpu", 9), ("nvidia.com/gpu", 2)]),
                granted: ResourceVector::new(),
            }],
            overhead: vector(&[("memory", 7), ("tdx.intel.com/keys", 1)]),
            ..PodResources::default()
        };
        let expected = vector(&[
            ("cpu", 1),
            ("memory", 7),
            ("nvidia.com/gpu", 2),
            ("pods", 1),
            ("tdx.intel.com/keys", 1),
        ]);
        assert_eq!(requests(&pod), expected);
    }

    #[test]
    fn defaults_fill_in_what_is_stated_neither_as_request_nor_as_limit() {
        let stated = ContainerResources {
            requests: vector(&[("cpu", 0)]),
            limits: vector(&[("memory", 9)]),
            granted: ResourceVector::new(),
        };
        let defaults = ContainerDefaults {
            requests: vector(&[("cpu", 1), ("ephemeral-storage", 2), ("memory", 3)]),
            limits: vector(&[("cpu", 4), ("ephemeral-storage", 5), ("memory", 6)]),
        };
        let admitted = stated.admitted(&defaults);
        assert_eq!(
            admitted.requests,
            vector(&[("cpu", 0), ("ephemeral-storage", 2), ("memory", 9)])
        );
        assert_eq!(
            admitted.limits,
            vector(&[("cpu", 4), ("ephemeral-storage", 5), ("memory", 9)])
        );
    }

    #[test]
    fn limits_of_containers_add_up_and_overhead_comes_on_top_of_what_is_limited() {
        let limited = |entries: &[(&str, i64)]| ContainerResources {
            limits: vector(entries),
            ..ContainerResources::default()
        };
        let pod = PodResources {
            containers: vec![limited(&[("cpu", 1), ("memory", 0)]), limited(&[("cpu", 2)])],
            init_containers: vec![InitContainer {
                resources: limited(&[("cpu", 2), ("ephemeral-storage", 7)]),
                sidecar: false,
            }],
            overhead: vector(&[("cpu", 10), ("memory", 10), ("hugepages-2Mi", 10)]),
            ..PodResources::default()
        };
        assert_eq!(
            limits(&pod),
            vector(&[("cpu", 13), ("ephemeral-storage", 7), ("memory", 0)])
        );
    }

    #[test]
    fn pod_level_resources_replace_the_sum() {
        let pod = PodResources {
            containers: vec![container(&[("cpu", 3), ("nvidia.com/gpu", 1)])],
            pod_level: Some(container(&[("cpu", 10), ("nvidia.com/gpu", 5)])),
            overhead: vector(&[("cpu", 1)]),
            ..PodResources::default()
        };
        assert_eq!(
            requests(&pod),
            vector(&[("cpu", 11), ("nvidia.com/gpu", 1), ("pods", 1)])
        );
    }

    #[test]
    fn a_resize_in_flight_counts_the_larger_amount() {
        let mut one = container(&[("cpu", 2)]);
        one.granted = vector(&[("cpu", 4)]);
        let pod = PodResources {
            containers: vec![one],
            ..PodResources::default()
        };
        assert_eq!(requests(&pod).get(&CPU), 4);
    }
}
