//! What exists of a Performer, put together from the caches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_performer_api::names;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt;
use kube::runtime::reflector::{ObjectRef, Store};

use super::apply::Child;
use super::caches::{Caches, PerformerRef};
use super::children::{Identity, controller_uid};
use super::deployment;
use super::pods::{PodView, Trouble, newest};
use super::rollout::{DeploymentState, Version};
use super::service;
use super::spec_hash::SpecHash;

/// The children of one Performer.
pub(crate) struct Observed {
    pub(crate) deployments: BTreeMap<SpecHash, Arc<Deployment>>,
    pub(crate) pods: BTreeMap<SpecHash, Vec<PodView>>,
    pub(crate) service: Option<Arc<Service>>,
    pub(crate) policy: Option<Arc<NetworkPolicy>>,
}

impl Observed {
    /// As the caches have it now. Deployments of an earlier Performer of the same name are not ours.
    pub(crate) fn of(caches: &Caches, owner: &Identity) -> Self {
        let performer = PerformerRef::new(&owner.name).within(&owner.namespace);
        let deployments = caches.deployments.of(&performer).into_iter();
        let ours =
            deployments.filter(|deployment| controller_uid(&deployment.metadata) == Some(owner.uid.as_str()));
        let mut pods: BTreeMap<SpecHash, Vec<PodView>> = BTreeMap::new();
        for pod in caches.pods.of(&performer) {
            if let Some(hash) = version_of_pod(&pod, &owner.name) {
                pods.entry(hash).or_default().push(PodView::of(&pod));
            }
        }
        Self {
            deployments: ours
                .filter_map(|one| Some((deployment::version_of(&one)?, one)))
                .collect(),
            pods,
            service: named(&caches.services, owner),
            policy: named(&caches.policies, owner),
        }
    }

    /// The version that the Service points at.
    pub(crate) fn target(&self) -> Option<SpecHash> {
        self.service.as_deref().and_then(service::target_of)
    }

    /// Every version, as decisions see it.
    pub(crate) fn versions(&self) -> Vec<Version> {
        let hashes: BTreeSet<&SpecHash> = self.deployments.keys().chain(self.pods.keys()).collect();
        hashes.into_iter().map(|hash| self.version(hash)).collect()
    }

    fn version(&self, hash: &SpecHash) -> Version {
        let deployment = self.deployments.get(hash).map(|deployment| &**deployment);
        let pods = self.pods.get(hash).map_or(&[][..], Vec::as_slice);
        let spec = deployment.and_then(|deployment| deployment.spec.as_ref());
        Version {
            hash: hash.clone(),
            deployment: match deployment {
                None => DeploymentState::Absent,
                Some(deployment) if deployment.metadata.deletion_timestamp.is_some() => {
                    DeploymentState::Deleting
                }
                Some(_) => DeploymentState::Present,
            },
            replicas: spec.and_then(|spec| spec.replicas).unwrap_or(1),
            ready_pods: pods.iter().filter(|pod| pod.ready).count(),
            pods: pods.len(),
            came_up: deployment.is_some_and(deployment::came_up),
            failing: self.trouble(hash).is_some_and(|trouble| trouble.lasting),
            draining_since: deployment.and_then(deployment::draining_since),
            created: deployment
                .and_then(|deployment| Some(deployment.metadata.creation_timestamp.as_ref()?.0)),
        }
    }

    /// Why a version is not ready: what its newest pod says, else what its Deployment says.
    pub(crate) fn trouble(&self, hash: &SpecHash) -> Option<Trouble> {
        let deployment = self.deployments.get(hash);
        let pods = self.pods.get(hash).into_iter().flatten();
        let newest = newest(pods.filter(|pod| !pod.ready));
        let gated = newest.is_some_and(|pod| pod.gated);
        let of_pod = newest.and_then(|pod| pod.trouble.clone()).map(|trouble| Trouble {
            // Behind a gate no deadline can be kept.
            lasting: trouble.lasting
                || (!gated && deployment.is_some_and(|one| deployment::past_deadline(one))),
            ..trouble
        });
        of_pod.or_else(|| deployment.and_then(|deployment| deployment::trouble(deployment)))
    }

    /// Whether the pods of a version have begun to exist in a way that a new template would disturb.
    pub(crate) fn is_settled(&self, hash: &SpecHash) -> bool {
        let scheduled = |pod: &PodView| {
            pod.scheduled
                .as_ref()
                .is_some_and(|condition| condition.status == "True")
        };
        self.deployments
            .get(hash)
            .is_some_and(|deployment| deployment::came_up(deployment))
            || self.pods.get(hash).into_iter().flatten().any(scheduled)
    }
}

fn named<K: Child + 'static>(store: &Store<K>, owner: &Identity) -> Option<Arc<K>> {
    store.get(&ObjectRef::new(&names::service_name(&owner.name)).within(&owner.namespace))
}

/// The version that a pod belongs to, if a Deployment of ours made it (through its ReplicaSet).
pub(crate) fn version_of_pod(pod: &Pod, performer: &str) -> Option<SpecHash> {
    let hash = SpecHash::from_label(pod.labels().get(names::SPEC_HASH_LABEL)?);
    let prefix = format!("{}-", names::deployment_name(performer, hash.as_str()));
    let made_by_us = |owner: &k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference| {
        owner.kind == "ReplicaSet" && owner.name.starts_with(&prefix)
    };
    pod.owner_references().iter().any(made_by_us).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(labels: &Value, owner: &str) -> Pod {
        serde_json::from_value(json!({"metadata": {
            "name": "x", "labels": labels,
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": "u"}],
        }}))
        .unwrap()
    }

    #[test]
    fn pods_of_our_deployments_have_a_version_and_others_have_none() {
        let labels = json!({"hourglass.eigenlayer.io/spec-hash": "0011aabb"});
        let ours = pod(&labels, "performer-p-0011aabb-5d9c7");
        assert_eq!(version_of_pod(&ours, "p"), Some(SpecHash::from_label("0011aabb")));
        assert_eq!(version_of_pod(&pod(&labels, "somebody-5d9c7"), "p"), None);
        assert_eq!(
            version_of_pod(&pod(&json!({}), "performer-p-0011aabb-5d9c7"), "p"),
            None
        );
    }
}
