//! Devices that a Performer asks for by Dynamic Resource Allocation: a ResourceClaimTemplate per claim and version, of
//! which each pod gets a claim of its own.
//!
//! A template goes with its version's Deployment, which owns it. So it is made a moment after the Deployment; the pods
//! wait for it until then.

use hourglass_performer_api::{DeviceClaim, Performer, PerformerSpec, UpdateStrategy, names};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{PodResourceClaim, PodSpec, ResourceClaim};
use k8s_openapi::api::resource::v1::{
    CELDeviceSelector, CapacityRequirements, DeviceClaim as DevicesOfClaim, DeviceRequest, DeviceSelector,
    ExactDeviceRequest, ResourceClaimSpec, ResourceClaimTemplate, ResourceClaimTemplateSpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::{Resource, ResourceExt};

use super::children::{self, Identity};
use super::error::ReconcileError;
use super::spec_hash::SpecHash;

/// Makes the pods of a version ask for its devices.
pub(crate) fn add_to_pods(pods: &mut PodSpec, spec: &PerformerSpec, performer: &str, hash: &SpecHash) {
    if spec.resource_claims.is_empty() {
        return;
    }
    let of_pod = spec.resource_claims.iter().map(|claim| PodResourceClaim {
        name: claim.name.clone(),
        resource_claim_name: None,
        resource_claim_template_name: Some(template_name(performer, &claim.name, hash)),
    });
    pods.resource_claims.get_or_insert_default().extend(of_pod);
    for container in &mut pods.containers {
        let of_container = spec.resource_claims.iter().map(|claim| ResourceClaim {
            name: claim.name.clone(),
            request: None,
        });
        let resources = container.resources.get_or_insert_default();
        resources.claims.get_or_insert_default().extend(of_container);
    }
}

/// The templates of a version, owned by its Deployment.
pub(crate) fn templates(
    performer: &Performer,
    owner: &Identity,
    hash: &SpecHash,
    deployment: &Deployment,
) -> Result<Vec<ResourceClaimTemplate>, ReconcileError> {
    let missing = || ReconcileError::Incomplete("Deployment", "uid");
    let uid = deployment.uid().ok_or_else(missing)?;
    let by_deployment = OwnerReference {
        api_version: Deployment::api_version(&()).into_owned(),
        kind: Deployment::kind(&()).into_owned(),
        name: deployment.name_any(),
        uid,
        controller: Some(true),
        block_owner_deletion: None,
    };
    let template = |claim: &DeviceClaim| {
        let name = template_name(&owner.name, &claim.name, hash);
        let mut metadata = children::metadata(performer, owner, name);
        metadata.owner_references = Some(vec![by_deployment.clone()]);
        metadata
            .labels
            .get_or_insert_default()
            .insert(names::SPEC_HASH_LABEL.to_owned(), hash.to_string());
        ResourceClaimTemplate {
            metadata,
            spec: ResourceClaimTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(children::identifying_labels(performer)),
                    ..ObjectMeta::default()
                }),
                spec: ResourceClaimSpec {
                    devices: Some(DevicesOfClaim {
                        requests: Some(vec![request(claim)]),
                        ..DevicesOfClaim::default()
                    }),
                },
            },
        }
    };
    Ok(performer.spec.resource_claims.iter().map(template).collect())
}

/// How versions replace each other. A replica that the fleet placed has exactly its devices: a successor beside it would
/// wait for ever for those that it cannot share.
pub(crate) fn strategy(spec: &PerformerSpec, asked: UpdateStrategy, by_fleet: bool) -> UpdateStrategy {
    let whole = spec.resource_claims.iter().any(|claim| claim.capacity.is_empty());
    if by_fleet && whole {
        UpdateStrategy::Recreate
    } else {
        asked
    }
}

fn request(claim: &DeviceClaim) -> DeviceRequest {
    let selectors = claim.selectors.iter().map(|expression| DeviceSelector {
        cel: Some(CELDeviceSelector {
            expression: expression.clone(),
        }),
    });
    let selectors: Vec<DeviceSelector> = selectors.collect();
    let amounts = claim
        .capacity
        .iter()
        .map(|(name, amount)| (name.clone(), Quantity(amount.clone())));
    let capacity = CapacityRequirements {
        requests: Some(amounts.collect()),
    };
    DeviceRequest {
        name: claim.name.clone(),
        exactly: Some(ExactDeviceRequest {
            device_class_name: claim.device_class_name.clone(),
            allocation_mode: Some("ExactCount".to_owned()),
            count: Some(claim.count),
            selectors: (!selectors.is_empty()).then_some(selectors),
            capacity: (!claim.capacity.is_empty()).then_some(capacity),
            ..ExactDeviceRequest::default()
        }),
        first_available: None,
    }
}

/// A Performer's name has at most 53 characters and a claim's at most 63: it always fits.
fn template_name(performer: &str, claim: &str, hash: &SpecHash) -> String {
    format!("{}-{claim}", names::deployment_name(performer, hash.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(capacity: bool) -> PerformerSpec {
        let mut claim = json!({
            "name": "gpu", "deviceClassName": "gpu.nvidia.com", "count": 2, "selectors": ["device.driver == \"d\""],
        });
        if capacity {
            claim["capacity"] = json!({"memory": "10Gi"});
        }
        serde_json::from_value(json!({"avsAddress": "0x1", "image": "i", "resourceClaims": [claim]})).unwrap()
    }

    fn hash() -> SpecHash {
        SpecHash::from_label("0011aabb")
    }

    #[test]
    fn pods_name_their_templates_and_the_container_its_claims() {
        let mut pods: PodSpec =
            serde_json::from_value(json!({"containers": [{"name": "performer"}]})).unwrap();
        add_to_pods(&mut pods, &spec(false), "p", &hash());
        let pods = serde_json::to_value(pods).unwrap();
        assert_eq!(
            pods["resourceClaims"],
            json!([{"name": "gpu", "resourceClaimTemplateName": "performer-p-0011aabb-gpu"}])
        );
        assert_eq!(
            pods["containers"][0]["resources"]["claims"],
            json!([{"name": "gpu"}])
        );
        let mut none: PodSpec =
            serde_json::from_value(json!({"containers": [{"name": "performer"}]})).unwrap();
        let before = none.clone();
        add_to_pods(&mut none, &PerformerSpec::default(), "p", &hash());
        assert_eq!(none, before);
    }

    #[test]
    fn a_template_asks_for_exactly_what_the_claim_says_and_goes_with_its_deployment() {
        let performer = Performer::new("p", spec(true));
        let owner = Identity {
            name: "p".to_owned(),
            namespace: "ns".to_owned(),
            uid: "u".to_owned(),
        };
        let mut deployment = Deployment::default();
        deployment.metadata.name = Some("performer-p-0011aabb".to_owned());
        assert!(templates(&performer, &owner, &hash(), &deployment).is_err());
        deployment.metadata.uid = Some("d".to_owned());
        let made = templates(&performer, &owner, &hash(), &deployment).unwrap();
        let made = serde_json::to_value(&made[0]).unwrap();
        assert_eq!(made["metadata"]["name"], "performer-p-0011aabb-gpu");
        assert_eq!(made["metadata"]["ownerReferences"][0]["uid"], "d");
        assert_eq!(
            made["spec"]["spec"]["devices"]["requests"],
            json!([{"name": "gpu", "exactly": {
                "deviceClassName": "gpu.nvidia.com", "allocationMode": "ExactCount", "count": 2,
                "selectors": [{"cel": {"expression": "device.driver == \"d\""}}],
                "capacity": {"requests": {"memory": "10Gi"}},
            }}])
        );
    }

    #[test]
    fn a_replica_of_the_fleet_with_whole_devices_is_replaced_in_place() {
        let surge = UpdateStrategy::Surge;
        assert_eq!(strategy(&spec(false), surge, true), UpdateStrategy::Recreate);
        assert_eq!(strategy(&spec(true), surge, true), surge);
        assert_eq!(strategy(&spec(false), surge, false), surge);
        assert_eq!(strategy(&PerformerSpec::default(), surge, true), surge);
    }
}
