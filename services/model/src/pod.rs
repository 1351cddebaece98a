//! What a pod asks of a node, as Kubernetes counts it.
//!
//! Source: `PodRequests` in k8s.io/component-helpers/resource/helpers.go; sidecars as in
//! <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers>, pod-level
//! resources as in KEP-2837.

use crate::resources::{CPU, MEMORY, PODS, ResourceVector};

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
        for (name, amount) in self.limits.iter() {
            if !all.contains(name) {
                all.set(name.clone(), amount);
            }
        }
        all.max(&self.granted)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::ResourceName;

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
