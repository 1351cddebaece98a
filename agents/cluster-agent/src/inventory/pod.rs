//! From a Kubernetes Pod to what the inventory keeps of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::pod::{ContainerResources, InitContainer, PodResources, requests};
use hourglass_model::resources::ResourceVector;
use k8s_openapi::api::core::v1::{Container, ContainerStatus, Pod, ResourceRequirements};

use super::facts::PodFacts;
use super::node::amounts;
use crate::claim;
use crate::reason::upper_snake;

/// The pod's facts.
pub(super) fn facts(pod: &Pod) -> PodFacts {
    let spec = pod.spec.as_ref();
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    PodFacts {
        node: spec
            .and_then(|spec| spec.node_name.as_deref())
            .filter(|name| !name.is_empty())
            .map(Into::into),
        requests: requests(&resources(pod)),
        claim: pod.metadata.labels.as_ref().and_then(claim::from_labels),
        ended: matches!(phase, Some("Succeeded" | "Failed")),
        disruption: disruption(pod),
        revision: revision(pod.metadata.resource_version.as_deref()),
    }
}

/// <https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions>
fn disruption(pod: &Pod) -> Option<Arc<str>> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let target = conditions
        .iter()
        .find(|condition| condition.type_ == "DisruptionTarget" && condition.status == "True")?;
    let reason = target.reason.as_deref().filter(|reason| !reason.is_empty());
    Some(upper_snake(reason.unwrap_or("DisruptionTarget")).into())
}

/// A resource version as a number: those of one resource are ordered
/// (<https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>). One that is no number counts
/// as newest, so that nothing is taken for history by mistake.
pub(crate) fn revision(version: Option<&str>) -> u64 {
    version
        .and_then(|version| version.parse().ok())
        .unwrap_or(u64::MAX)
}

fn resources(pod: &Pod) -> PodResources {
    let Some(spec) = &pod.spec else {
        return PodResources::default();
    };
    let status = pod.status.as_ref();
    let granted = granted(status.and_then(|status| status.container_statuses.as_ref()));
    let init_granted = granted_init(pod);
    PodResources {
        containers: spec
            .containers
            .iter()
            .map(|container| container_resources(container, &granted))
            .collect(),
        init_containers: spec
            .init_containers
            .iter()
            .flatten()
            .map(|container| InitContainer {
                resources: container_resources(container, &init_granted),
                sidecar: container.restart_policy.as_deref() == Some("Always"),
            })
            .collect(),
        pod_level: spec.resources.as_ref().map(declared),
        overhead: spec.overhead.as_ref().map(amounts).unwrap_or_default(),
    }
}

fn granted_init(pod: &Pod) -> BTreeMap<&str, ResourceVector> {
    granted(
        pod.status
            .as_ref()
            .and_then(|status| status.init_container_statuses.as_ref()),
    )
}

/// What the kubelet has granted, by container: while a pod is resized it may be more than what the pod asks for.
fn granted(statuses: Option<&Vec<ContainerStatus>>) -> BTreeMap<&str, ResourceVector> {
    let vector = |status: &ContainerStatus| {
        let in_use = status
            .resources
            .as_ref()
            .and_then(|resources| resources.requests.as_ref());
        let allocated = status.allocated_resources.as_ref();
        let amounts_of = |list: Option<&_>| list.map(amounts).unwrap_or_default();
        amounts_of(in_use).max(&amounts_of(allocated))
    };
    statuses
        .into_iter()
        .flatten()
        .map(|status| (status.name.as_str(), vector(status)))
        .collect()
}

fn container_resources(
    container: &Container,
    granted: &BTreeMap<&str, ResourceVector>,
) -> ContainerResources {
    let declared = container.resources.as_ref().map(declared).unwrap_or_default();
    ContainerResources {
        granted: granted.get(container.name.as_str()).cloned().unwrap_or_default(),
        ..declared
    }
}

fn declared(resources: &ResourceRequirements) -> ContainerResources {
    ContainerResources {
        requests: resources.requests.as_ref().map(amounts).unwrap_or_default(),
        limits: resources.limits.as_ref().map(amounts).unwrap_or_default(),
        granted: ResourceVector::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_model::resources::{CPU, MEMORY, PODS};
    use hourglass_performer_api::names;
    use serde_json::{Value, json};

    fn pod(value: Value) -> PodFacts {
        facts(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn a_pod_asks_as_the_scheduler_counts() {
        let facts = pod(json!({
            "metadata": {"name": "p", "uid": "u", "resourceVersion": "42"},
            "spec": {
                "nodeName": "n1",
                "overhead": {"memory": "100"},
                "initContainers": [
                    {"name": "side", "restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}},
                    {"name": "init", "resources": {"requests": {"cpu": "2"}}},
                ],
                "containers": [
                    {"name": "a", "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1000"}}},
                    {"name": "b"},
                ],
            },
        }));
        assert_eq!(
            facts.requests.get(&CPU),
            2100,
            "the init container beside the sidecar is the peak"
        );
        assert_eq!(
            facts.requests.get(&MEMORY),
            1100,
            "a limit without a request is a request; plus overhead"
        );
        assert_eq!(facts.requests.get(&PODS), 1);
        assert_eq!(facts.charged_to().map(|node| &**node), Some("n1"));
        assert_eq!(facts.revision, 42);
    }

    #[test]
    fn a_pod_being_resized_counts_with_the_larger_amount() {
        let facts = pod(json!({
            "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}]},
            "status": {"containerStatuses": [{
                "name": "a", "image": "", "imageID": "", "ready": true, "restartCount": 0,
                "allocatedResources": {"cpu": "3"}, "resources": {"requests": {"cpu": "2"}},
            }]},
        }));
        assert_eq!(facts.requests.get(&CPU), 3000);
    }

    #[test]
    fn unbound_and_ended_pods_use_nothing_and_terminating_ones_do() {
        let use_of = |extra: Value| {
            let mut value = json!({"metadata": {"name": "p"}, "spec": {"nodeName": "n1", "containers": []}});
            for (key, part) in extra.as_object().unwrap() {
                value[key] = part.clone();
            }
            pod(value).charged_to().is_some()
        };
        assert!(use_of(
            json!({"metadata": {"name": "p", "deletionTimestamp": "2026-01-01T00:00:00Z"}})
        ));
        assert!(use_of(json!({"status": {"phase": "Running"}})));
        assert!(!use_of(json!({"status": {"phase": "Succeeded"}})));
        assert!(!use_of(json!({"status": {"phase": "Failed"}})));
        assert!(!use_of(json!({"spec": {"containers": []}})));
    }

    #[test]
    fn a_pod_that_somebody_is_about_to_end_says_why() {
        let with = |status: &str, reason: Value| {
            pod(json!({"metadata": {"name": "p"}, "status": {"conditions": [
                {"type": "DisruptionTarget", "status": status, "reason": reason},
            ]}}))
            .disruption
        };
        assert_eq!(
            with("True", json!("EvictionByEvictionAPI")).as_deref(),
            Some("EVICTION_BY_EVICTION_API")
        );
        assert_eq!(with("True", json!(null)).as_deref(), Some("DISRUPTION_TARGET"));
        assert_eq!(with("False", json!("PreemptionByScheduler")), None);
    }

    #[test]
    fn the_labels_name_the_claim() {
        let labels = json!({
            names::PLACEMENT_UID_LABEL: "u1", names::SLOT_LABEL: "2", names::EPOCH_LABEL: "3",
        });
        let facts = pod(json!({"metadata": {"labels": labels}}));
        assert_eq!(facts.claim, claim::from_wire("u1", 2, 3).ok());
    }
}
