//! What a healthy Performer has: endpoint, Service, Deployment, scale, network policy.

use hourglass_performer_api::{Performer, names};
use hourglass_testbed::{Profile, wait_until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;

use crate::operator_bed::{Bed, LIMIT, cluster, condition, hash_of, is_ready, labelled, spec};
use crate::watching::{until_endpoint, until_event};

#[tokio::test]
async fn a_performer_becomes_ready_with_an_endpoint_a_service_and_one_deployment() {
    let (bed, operator) = Bed::with_operator("ready").await;
    let created = bed.create("p", spec()).await;
    let performer = bed.until_ready("p").await;
    let status = performer.status.clone().unwrap();
    assert_eq!(
        status.grpc_endpoint.as_deref(),
        Some("performer-p.ready.svc.cluster.local:9090")
    );
    assert_eq!(status.service_name.as_deref(), Some("performer-p"));
    assert_eq!(status.replicas, 1);
    assert!(status.ready_time.is_some() && status.last_upgrade.is_none());
    assert_eq!(condition(&performer, "Ready").unwrap().status, "True");
    assert_eq!(condition(&performer, "PodScheduled").unwrap().status, "True");
    assert!(performer.finalizers().contains(&names::FINALIZER.to_owned()));

    let deployment = bed.until_one_deployment("p").await;
    let hash = hash_of(&deployment);
    assert_eq!(deployment.name_any(), format!("performer-p-{hash}"));
    assert_eq!(hash.len(), 8);
    let owner = &deployment.owner_references()[0];
    assert_eq!((owner.kind.as_str(), owner.controller), ("Performer", Some(true)));
    assert_eq!(Some(&owner.uid), created.metadata.uid.as_ref());
    let managers = deployment.managed_fields().iter();
    assert!(
        managers
            .filter_map(|entry| entry.manager.as_deref())
            .any(|manager| manager == "hourglass-operator")
    );

    let service: Service = bed.api().get("performer-p").await.unwrap();
    let spec = service.spec.unwrap();
    assert_eq!(spec.type_.as_deref(), Some("ClusterIP"));
    assert_eq!(
        serde_json::to_value(&spec.selector).unwrap(),
        json!({"hourglass.eigenlayer.io/performer": "p", "hourglass.eigenlayer.io/spec-hash": hash})
    );
    let port = &spec.ports.unwrap()[0];
    assert_eq!((port.name.as_deref(), port.port), (Some("grpc"), 9090));

    let pods = bed.pods("p").await;
    assert_eq!(status.pod_name, Some(pods[0].name_any()));
    assert_eq!(pods[0].labels()["app"], "hourglass-performer");
    assert_eq!(
        pods[0].labels()["hourglass.eigenlayer.io/avs"],
        "0xabc0000000000000000000000000000000000001"
    );
    until_endpoint(&bed, "performer-p", &pods[0]).await;
    until_event(&bed, "p", "Ready").await;
    operator.stop().await;
}

#[tokio::test]
async fn a_standalone_performer_scales_through_its_scale_subresource() {
    let (bed, _operator) = Bed::with_operator("scaling").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let three = Patch::Merge(json!({"spec": {"replicas": 3}}));
    bed.api::<Performer>()
        .patch_scale("p", &PatchParams::default(), &three)
        .await
        .unwrap();
    bed.until("p", "three pods are ready", |performer| {
        condition(performer, "Ready").is_some_and(|ready| ready.message == "3 of 3 pods are ready")
    })
    .await;
    let scale = bed.api::<Performer>().get_scale("p").await.unwrap();
    let status = scale.status.unwrap();
    assert_eq!(status.replicas, 3);
    let selector = ListParams::default().labels(&status.selector.unwrap());
    let pods = bed.api::<Pod>().list(&selector).await.unwrap();
    assert_eq!(pods.iter().filter(|pod| is_ready(pod)).count(), 3);
    assert_eq!(bed.deployments("p").await.len(), 1);

    let none = Patch::Merge(json!({"spec": {"replicas": 0}}));
    bed.api::<Performer>()
        .patch_scale("p", &PatchParams::default(), &none)
        .await
        .unwrap();
    bed.until_condition("p", "Ready", "False", "ScaledToZero").await;
}

#[tokio::test]
async fn a_network_policy_comes_and_goes_with_the_spec() {
    let (bed, _operator) = Bed::with_operator("policy").await;
    let mut guarded = spec();
    guarded["networkPolicy"] =
        json!({"from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {}}]});
    bed.create("p", guarded).await;
    bed.until_ready("p").await;
    let policy: NetworkPolicy = bed.api().get("performer-p").await.unwrap();
    let spec = serde_json::to_value(policy.spec).unwrap();
    assert_eq!(
        spec["ingress"][0]["ports"],
        json!([{"port": "grpc", "protocol": "TCP"}])
    );
    assert_eq!(
        spec["podSelector"],
        json!({"matchLabels": {"hourglass.eigenlayer.io/performer": "p"}})
    );

    // A selector that is no longer given is gone, not only no longer written.
    bed.change("p", json!({"networkPolicy": {"from": [{"podSelector": {}}]}}))
        .await;
    wait_until("the policy has followed", LIMIT, async || {
        let policy: NetworkPolicy = bed
            .api()
            .get("performer-p")
            .await
            .map_err(|error| error.to_string())?;
        let from = serde_json::to_value(policy.spec).unwrap()["ingress"][0]["from"].clone();
        if from == json!([{"podSelector": {}}]) {
            Ok(())
        } else {
            Err(from.to_string())
        }
    })
    .await
    .unwrap();
    bed.change("p", json!({"networkPolicy": null})).await;
    bed.until_gone::<NetworkPolicy>("performer-p").await;
    assert_eq!(bed.deployments("p").await.len(), 1);
}

#[tokio::test]
async fn hardware_in_words_waits_for_a_node_that_has_it_and_runs_there() {
    let (bed, _operator) = Bed::with_operator("hardware").await;
    let mut gpu = spec();
    gpu["hardwareRequirements"] = json!({"gpuType": "nvidia-a100", "gpuCount": 2});
    bed.create("p", gpu).await;
    bed.until_condition("p", "Ready", "False", "Unschedulable").await;
    let added = cluster()
        .await
        .add_nodes(&Profile::builtin("a100-pool").unwrap(), 1)
        .await
        .unwrap();
    bed.until_ready("p").await;
    let pods = bed.pods("p").await;
    let running = pods
        .iter()
        .find(|pod| is_ready(pod))
        .unwrap()
        .spec
        .clone()
        .unwrap();
    assert_eq!(running.node_name.as_ref(), added.first());
    let limits = serde_json::to_value(&running.containers[0].resources).unwrap();
    assert_eq!(limits["limits"]["nvidia.com/gpu"], "2");
}

#[tokio::test]
async fn many_performers_become_ready_side_by_side() {
    let (bed, _operator) = Bed::with_operator("many").await;
    let names: Vec<String> = (0..20).map(|index| format!("p-{index}")).collect();
    for name in &names {
        bed.create(name, spec()).await;
    }
    for name in &names {
        bed.until_ready(name).await;
    }
    for name in &names {
        bed.delete(name).await;
    }
    for name in &names {
        bed.until_gone::<Performer>(name).await;
    }
    let app = ListParams::default().labels("app=hourglass-performer");
    assert_eq!(bed.api::<Pod>().list(&app).await.unwrap().items.len(), 0);
    assert_eq!(
        bed.api::<Deployment>()
            .list(&labelled("p-0"))
            .await
            .unwrap()
            .items
            .len(),
        0
    );
}
