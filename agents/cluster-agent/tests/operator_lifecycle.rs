//! A Performer's life under the operator, which runs with the roles that the chart ships.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod operator_bed;

use hourglass_performer_api::{Performer, names};
use hourglass_testbed::{Profile, wait_until};
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, ResourceQuota, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use operator_bed::{
    Bed, LIMIT, cluster, condition, failing, hash_of, image_of, is_ready, labelled, phase, spec,
};
use serde_json::{Value, json};

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

/// Waits until the endpoints of a Service hold this pod, ready.
async fn until_endpoint(bed: &Bed, service: &str, pod: &Pod) {
    let of_service = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
    wait_until(
        &format!("{service} has the endpoint of {}", pod.name_any()),
        LIMIT,
        async || {
            let slices = bed
                .api::<EndpointSlice>()
                .list(&of_service)
                .await
                .map_err(|error| error.to_string())?;
            let endpoints = slices
                .items
                .into_iter()
                .filter_map(|slice| slice.endpoints)
                .flatten();
            let ready = endpoints.filter(|endpoint| {
                endpoint
                    .conditions
                    .as_ref()
                    .and_then(|conditions| conditions.ready)
                    == Some(true)
            });
            let names: Vec<String> = ready.filter_map(|endpoint| endpoint.target_ref?.name).collect();
            if names == [pod.name_any()] {
                Ok(())
            } else {
                Err(format!("{names:?}"))
            }
        },
    )
    .await
    .unwrap();
}

/// Waits until an Event with this reason was published about the Performer.
async fn until_event(bed: &Bed, performer: &str, reason: &str) -> Event {
    wait_until(&format!("an Event {reason}"), LIMIT, async || {
        let events = bed
            .api::<Event>()
            .list(&ListParams::default())
            .await
            .map_err(|error| error.to_string())?;
        let about = |event: &Event| {
            event.regarding.as_ref().is_some_and(|object| {
                object.kind.as_deref() == Some("Performer") && object.name.as_deref() == Some(performer)
            })
        };
        let reasons: Vec<_> = events
            .iter()
            .filter(|event| about(event))
            .map(|event| event.reason.clone())
            .collect();
        let found = events
            .items
            .into_iter()
            .find(|event| about(event) && event.reason.as_deref() == Some(reason));
        found.ok_or_else(|| format!("{reasons:?}"))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_new_image_is_ready_before_the_service_moves_and_nothing_stops_to_serve() {
    let (bed, _operator) = Bed::with_operator("surge").await;
    bed.create("p", spec()).await;
    let before = bed.until_ready("p").await.status.unwrap();
    let witness = bed.witness("p");
    bed.change("p", json!({"image": "registry.example/performer:2"}))
        .await;
    let after = bed.until_ready("p").await.status.unwrap();
    let deployment = bed.until_one_deployment("p").await;
    witness.saw_no_gap().await;
    assert_eq!(image_of(&deployment), "registry.example/performer:2");
    assert!(after.last_upgrade.is_some());
    assert_eq!(after.ready_time, before.ready_time);
    assert_ne!(after.pod_name, before.pod_name);
    until_event(&bed, "p", "Upgraded").await;
}

#[tokio::test]
async fn every_pod_relevant_change_rolls_and_others_restart_nothing() {
    let (bed, _operator) = Bed::with_operator("changes").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let first = hash_of(&bed.until_one_deployment("p").await);
    bed.change("p", json!({"config": {"environment": {"A": "1"}}}))
        .await;
    bed.until_ready("p").await;
    let second = bed.until_one_deployment("p").await;
    assert_ne!(hash_of(&second), first);
    let pod = bed.pods("p").await[0].name_any();

    bed.change(
        "p",
        json!({"version": "v2", "update": {"progressDeadlineSeconds": 77}}),
    )
    .await;
    let traced =
        Patch::Merge(json!({"metadata": {"annotations": {names::TRACEPARENT_ANNOTATION: "00-a-b-01"}}}));
    bed.api::<Performer>()
        .patch("p", &PatchParams::default(), &traced)
        .await
        .unwrap();
    wait_until("the deadline has reached the Deployment", LIMIT, async || {
        let deployment = bed.until_one_deployment("p").await;
        let deadline = deployment.spec.unwrap().progress_deadline_seconds;
        if deadline == Some(77) {
            Ok(())
        } else {
            Err(format!("{deadline:?}"))
        }
    })
    .await
    .unwrap();
    assert_eq!(bed.pods("p").await[0].name_any(), pod);
}

#[tokio::test]
async fn a_port_change_moves_service_and_endpoint_together_with_the_version() {
    let (bed, _operator) = Bed::with_operator("port").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    bed.change("p", json!({"config": {"grpcPort": 9191}})).await;
    let status = bed.until_ready("p").await.status.unwrap();
    assert_eq!(
        status.grpc_endpoint.as_deref(),
        Some("performer-p.port.svc.cluster.local:9191")
    );
    let service: Service = bed.api().get("performer-p").await.unwrap();
    let ports: Vec<i32> = service
        .spec
        .unwrap()
        .ports
        .unwrap()
        .iter()
        .map(|port| port.port)
        .collect();
    assert_eq!(ports, [9191]);
}

#[tokio::test]
async fn a_failing_version_leaves_the_old_one_serving_and_says_why() {
    let (bed, _operator) = Bed::with_operator("failing-upgrade").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let witness = bed.witness("p");
    bed.change("p", failing("image-pull-backoff")).await;
    let progressing = bed
        .until_condition("p", "Progressing", "False", "ImagePullBackOff")
        .await;
    assert!(
        progressing.message.ends_with("the earlier version keeps serving"),
        "{}",
        progressing.message
    );
    let during = bed.get("p").await;
    assert_eq!(phase(&during), "Upgrading");
    assert_eq!(condition(&during, "Ready").unwrap().observed_generation, Some(1));
    assert_eq!(
        during.status.unwrap().observed_generation,
        during.metadata.generation
    );
    assert_eq!(bed.deployments("p").await.len(), 2);
    until_event(&bed, "p", "ImagePullBackOff").await;

    bed.change("p", failing("crash-loop")).await;
    bed.until_condition("p", "Stalled", "True", "CrashLoopBackOff")
        .await;
    assert!(bed.status("p").await.ready);

    bed.change(
        "p",
        json!({"image": "registry.example/performer:3", "config": {"environment": null}}),
    )
    .await;
    bed.until_ready("p").await;
    let left = bed.until_one_deployment("p").await;
    witness.saw_no_gap().await;
    assert_eq!(image_of(&left), "registry.example/performer:3");
}

#[tokio::test]
async fn going_back_to_the_version_that_serves_restarts_nothing() {
    let (bed, _operator) = Bed::with_operator("rollback").await;
    bed.create("p", spec()).await;
    let before = bed.until_ready("p").await.status.unwrap();
    bed.change(
        "p",
        json!({"config": {"environment": {operator_bed::OUTCOME: "not-ready"}}}),
    )
    .await;
    bed.until_condition("p", "Progressing", "False", "NotReady").await;
    bed.change("p", json!({"config": {"environment": null}})).await;
    let after = bed.until_ready("p").await.status.unwrap();
    bed.until_one_deployment("p").await;
    assert_eq!(after.pod_name, before.pod_name);
    assert_eq!(after.last_upgrade, None);
}

#[tokio::test]
async fn what_is_wrong_with_a_first_version_is_said_in_the_pods_words() {
    let (bed, _operator) = Bed::with_operator("explained").await;
    let nowhere = json!({"nodeSelector": {"no": "such-node"}});
    let mut unschedulable = spec();
    unschedulable["scheduling"] = nowhere;
    bed.create("unschedulable", unschedulable).await;
    for outcome in ["image-pull-backoff", "config-error", "crash-loop"] {
        bed.create(outcome, failing(outcome)).await;
    }
    let ready = bed
        .until_condition("unschedulable", "Ready", "False", "Unschedulable")
        .await;
    assert!(ready.message.contains("nodes are available"), "{}", ready.message);
    let scheduled = bed
        .until_condition("unschedulable", "PodScheduled", "False", "Unschedulable")
        .await;
    assert_eq!(scheduled.message, ready.message);
    let pod_says = bed.pods("unschedulable").await[0]
        .status
        .clone()
        .unwrap()
        .conditions
        .unwrap();
    let pod_says = pod_says
        .iter()
        .find(|condition| condition.type_ == "PodScheduled")
        .unwrap();
    assert_eq!(
        Some(&scheduled.last_transition_time),
        pod_says.last_transition_time.as_ref()
    );

    bed.until_condition("image-pull-backoff", "Ready", "False", "ImagePullBackOff")
        .await;
    let config = bed
        .until_condition("config-error", "Ready", "False", "CreateContainerConfigError")
        .await;
    assert!(config.message.contains("not found"), "{}", config.message);
    bed.until_condition("crash-loop", "Ready", "False", "CrashLoopBackOff")
        .await;
    let crashing = bed.get("crash-loop").await;
    assert_eq!(phase(&crashing), "Failed");
    assert_eq!(phase(&bed.get("unschedulable").await), "Pending");

    // A version that never served gives way at once.
    bed.change("crash-loop", json!({"config": {"environment": null}}))
        .await;
    bed.until_ready("crash-loop").await;
    bed.until_one_deployment("crash-loop").await;
}

#[tokio::test]
async fn pods_that_the_cluster_refuses_are_explained() {
    let (bed, _operator) = Bed::with_operator("quota").await;
    let quota: ResourceQuota =
        serde_json::from_value(json!({"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}))
            .unwrap();
    bed.api().create(&PostParams::default(), &quota).await.unwrap();
    wait_until("the quota is in force", LIMIT, async || {
        let quota: ResourceQuota = bed.api().get("none").await.map_err(|error| error.to_string())?;
        quota
            .status
            .and_then(|status| status.hard)
            .map(drop)
            .ok_or_else(|| "no status".to_owned())
    })
    .await
    .unwrap();
    bed.create("p", spec()).await;
    let ready = bed.until_condition("p", "Ready", "False", "FailedCreate").await;
    assert!(ready.message.contains("exceeded quota"), "{}", ready.message);
}

#[tokio::test]
async fn a_version_that_misses_its_deadline_is_failed() {
    let (bed, _operator) = Bed::with_operator("deadline").await;
    let mut slow = failing("not-ready");
    slow["update"] = json!({"progressDeadlineSeconds": 1});
    bed.create("p", slow).await;
    let stalled = bed.until_condition("p", "Stalled", "True", "NotReady").await;
    assert!(stalled.message.contains("readiness probe"), "{}", stalled.message);
    assert_eq!(phase(&bed.get("p").await), "Failed");
}

#[tokio::test]
async fn deletion_drains_and_leaves_nothing_behind() {
    let (bed, _operator) = Bed::with_operator("deletion").await;
    let mut guarded = spec();
    guarded["networkPolicy"] = json!({"from": [{"podSelector": {}}]});
    bed.create("p", guarded).await;
    bed.until_ready("p").await;
    // Something else must be done before the object may go: so its last status can be read.
    let hold = Patch::Merge(json!({"metadata": {"finalizers": [names::FINALIZER, "example.com/hold"]}}));
    bed.api::<Performer>()
        .patch("p", &PatchParams::default(), &hold)
        .await
        .unwrap();
    bed.delete("p").await;
    let last = bed
        .until("p", "our finalizer is gone", |performer| {
            !performer.finalizers().contains(&names::FINALIZER.to_owned())
        })
        .await;
    assert_eq!(phase(&last), "Terminating");
    let status = last.status.clone().unwrap();
    assert!(!status.ready && status.grpc_endpoint.is_none());
    assert_eq!(condition(&last, "Ready").unwrap().reason, "Terminating");
    // The finalizer went last: now there is nothing left.
    assert_eq!(bed.deployments("p").await.len(), 0);
    assert_eq!(bed.pods("p").await.len(), 0);
    assert!(
        bed.api::<Service>()
            .get_opt("performer-p")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bed.api::<NetworkPolicy>()
            .get_opt("performer-p")
            .await
            .unwrap()
            .is_none()
    );
    let release = Patch::Merge(json!({"metadata": {"finalizers": []}}));
    bed.api::<Performer>()
        .patch("p", &PatchParams::default(), &release)
        .await
        .unwrap();
    bed.until_gone::<Performer>("p").await;
    until_event(&bed, "p", "Terminating").await;
}

#[tokio::test]
async fn the_finalizer_stays_until_the_last_pod_is_certainly_gone() {
    let (bed, _operator) = Bed::with_operator("deletion-waits").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let pod = bed.pods("p").await[0].name_any();
    let finalizers = async |finalizers: Value| {
        let patch = Patch::Merge(json!({"metadata": {"finalizers": finalizers}}));
        bed.api::<Pod>()
            .patch(&pod, &PatchParams::default(), &patch)
            .await
            .unwrap();
    };
    // A pod that does not end, as on a node that is cut off.
    finalizers(json!(["example.com/hold"])).await;
    bed.delete("p").await;
    wait_until("the pod is told to end", LIMIT, async || {
        let pod = bed
            .api::<Pod>()
            .get(&pod)
            .await
            .map_err(|error| error.to_string())?;
        pod.metadata
            .deletion_timestamp
            .map(drop)
            .ok_or_else(|| "not yet".to_owned())
    })
    .await
    .unwrap();
    let service: Service = bed.api().get("performer-p").await.unwrap();
    assert_eq!(
        service.spec.unwrap().selector.unwrap()[names::SPEC_HASH_LABEL],
        "none"
    );
    // A change makes the operator look again: still it keeps what must wait.
    let touch = Patch::Merge(json!({"metadata": {"annotations": {"example.com/touched": "yes"}}}));
    let touched = bed
        .api::<Performer>()
        .patch("p", &PatchParams::default(), &touch)
        .await
        .unwrap();
    assert!(touched.finalizers().contains(&names::FINALIZER.to_owned()));
    let waiting = bed.get("p").await;
    assert_eq!(phase(&waiting), "Terminating");
    finalizers(json!([])).await;
    bed.until_gone::<Performer>("p").await;
    assert!(
        bed.api::<Service>()
            .get_opt("performer-p")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_performer_that_never_came_up_can_be_deleted_too() {
    let (bed, _operator) = Bed::with_operator("deletion-early").await;
    bed.create("p", failing("pending")).await;
    bed.until("p", "it has a status", |performer| performer.status.is_some())
        .await;
    bed.delete("p").await;
    bed.until_gone::<Performer>("p").await;
    assert_eq!(bed.pods("p").await.len(), 0);
    // And made again under the same name.
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
}

#[tokio::test]
async fn recreate_never_runs_two_versions_at_once() {
    let (bed, _operator) = Bed::with_operator("recreate").await;
    let mut exclusive = spec();
    exclusive["update"] = json!({"strategy": "Recreate"});
    bed.create("p", exclusive).await;
    bed.until_ready("p").await;
    let first = hash_of(&bed.until_one_deployment("p").await);
    bed.change("p", json!({"image": "registry.example/performer:2"}))
        .await;
    wait_until("the new version has a pod", LIMIT, async || {
        let pods = bed.pods("p").await;
        let old = pods
            .iter()
            .any(|pod| pod.labels()[names::SPEC_HASH_LABEL] == first);
        let new = pods
            .iter()
            .any(|pod| pod.labels()[names::SPEC_HASH_LABEL] != first);
        assert!(!(old && new), "two versions have pods");
        if new {
            Ok(())
        } else {
            Err(format!("{} pods", pods.len()))
        }
    })
    .await
    .unwrap();
    bed.until_ready("p").await;
}

#[tokio::test]
async fn a_staged_version_waits_until_it_is_promoted() {
    let (bed, _operator) = Bed::with_operator("staged").await;
    bed.create("p", spec()).await;
    let before = bed.until_ready("p").await.status.unwrap();
    bed.change(
        "p",
        json!({"image": "registry.example/performer:2", "update": {"staged": true}}),
    )
    .await;
    let staged = bed
        .until("p", "the staged version is up", |performer| {
            condition(performer, "Progressing").is_some_and(|condition| {
                condition.reason == "Staged" && condition.message.starts_with("1 of 1")
            })
        })
        .await;
    assert_eq!(staged.status.unwrap().pod_name, before.pod_name);
    bed.change("p", json!({"update": {"staged": false}})).await;
    assert_ne!(
        bed.until_ready("p").await.status.unwrap().pod_name,
        before.pod_name
    );
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
async fn what_somebody_else_changes_is_put_back() {
    let (bed, _operator) = Bed::with_operator("drift").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let deployment = bed.until_one_deployment("p").await;
    let other_image =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "performer", "image": "other"}]}}}});
    bed.api::<Deployment>()
        .patch(
            &deployment.name_any(),
            &PatchParams::default(),
            &Patch::Strategic(other_image),
        )
        .await
        .unwrap();
    let elsewhere = json!({"spec": {"selector": {"hourglass.eigenlayer.io/spec-hash": "elsewhere"}}});
    bed.api::<Service>()
        .patch("performer-p", &PatchParams::default(), &Patch::Merge(elsewhere))
        .await
        .unwrap();
    wait_until("both are as they were", LIMIT, async || {
        let deployment: Deployment = bed
            .api()
            .get(&deployment.name_any())
            .await
            .map_err(|error| error.to_string())?;
        let service: Service = bed
            .api()
            .get("performer-p")
            .await
            .map_err(|error| error.to_string())?;
        let selector = service.spec.unwrap().selector.unwrap();
        if image_of(&deployment) == "registry.example/performer:1"
            && selector[names::SPEC_HASH_LABEL] == hash_of(&deployment)
        {
            Ok(())
        } else {
            Err(format!("{} {selector:?}", image_of(&deployment)))
        }
    })
    .await
    .unwrap();
    bed.api::<Service>()
        .delete("performer-p", &DeleteParams::default())
        .await
        .unwrap();
    wait_until("the Service is back", LIMIT, async || {
        bed.api::<Service>()
            .get("performer-p")
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    bed.until_ready("p").await;
}

#[tokio::test]
async fn an_object_of_somebody_else_is_left_alone_and_named() {
    let (bed, _operator) = Bed::with_operator("taken").await;
    let theirs: Service = serde_json::from_value(json!({
        "metadata": {"name": "performer-p"}, "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 80}]},
    }))
    .unwrap();
    bed.api().create(&PostParams::default(), &theirs).await.unwrap();
    bed.create("p", spec()).await;
    let ready = bed.until_condition("p", "Ready", "False", "NameTaken").await;
    assert!(ready.message.contains("Service performer-p"), "{}", ready.message);
    let service: Service = bed.api().get("performer-p").await.unwrap();
    assert_eq!(service.spec.unwrap().selector.unwrap()["app"], "theirs");
    bed.api::<Service>()
        .delete("performer-p", &DeleteParams::default())
        .await
        .unwrap();
    bed.until_ready("p").await;
}

#[tokio::test]
async fn a_spec_that_makes_no_valid_pod_is_failed_with_the_api_servers_words() {
    let (bed, _operator) = Bed::with_operator("invalid-pod").await;
    let mut invalid = spec();
    invalid["config"] = json!({"environment": {"not a=name": "1"}});
    bed.create("p", invalid).await;
    let ready = bed.until_condition("p", "Ready", "False", "Invalid").await;
    assert!(ready.message.contains("env"), "{}", ready.message);
    assert_eq!(phase(&bed.get("p").await), "Failed");
    bed.change("p", json!({"config": {"environment": null}})).await;
    bed.until_ready("p").await;
}

#[tokio::test]
async fn an_operator_that_comes_back_in_the_middle_of_an_upgrade_finishes_it_without_a_gap() {
    let (bed, operator) = Bed::with_operator("restart").await;
    bed.create("p", spec()).await;
    bed.until_ready("p").await;
    let witness = bed.witness("p");
    bed.change("p", json!({"image": "registry.example/performer:2"}))
        .await;
    wait_until("the new version has a Deployment", LIMIT, async || {
        let count = bed.deployments("p").await.len();
        if count == 2 {
            Ok(())
        } else {
            Err(format!("{count} Deployments"))
        }
    })
    .await
    .unwrap();
    operator.stop().await;
    let _second = bed.start_operator().await;
    bed.until_ready("p").await;
    assert_eq!(
        image_of(&bed.until_one_deployment("p").await),
        "registry.example/performer:2"
    );
    witness.saw_no_gap().await;
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

fn managed(name: &str, slot: &str) -> Value {
    json!({
        "name": name,
        "labels": {
            names::MANAGED_BY_LABEL: names::MANAGED_BY_FLEET,
            names::PLACEMENT_UID_LABEL: "a-placement",
            names::SLOT_LABEL: slot,
            names::EPOCH_LABEL: "1",
        },
        "annotations": {
            names::PLACEMENT_SERVICE_ANNOTATION: "placement-a",
            names::TRACEPARENT_ANNOTATION: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
    })
}

#[tokio::test]
async fn performers_of_a_placement_share_a_service_that_goes_with_the_last_of_them() {
    let (bed, _operator) = Bed::with_operator("placement").await;
    for (name, slot) in [("a-0", "0"), ("a-1", "1")] {
        bed.create_with(managed(name, slot), spec()).await;
    }
    bed.until_ready("a-0").await;
    bed.until_ready("a-1").await;
    let owners = async || {
        let service: Service = bed.api().get("placement-a").await.unwrap();
        let mut owners: Vec<String> = service
            .owner_references()
            .iter()
            .map(|owner| owner.name.clone())
            .collect();
        owners.sort();
        owners
    };
    wait_until("both own the Service", LIMIT, async || {
        let owners = owners().await;
        if owners == ["a-0", "a-1"] {
            Ok(())
        } else {
            Err(format!("{owners:?}"))
        }
    })
    .await
    .unwrap();
    let service: Service = bed.api().get("placement-a").await.unwrap();
    let selector = serde_json::to_value(service.spec.unwrap().selector).unwrap();
    assert_eq!(
        selector,
        json!({"hourglass.eigenlayer.io/placement-uid": "a-placement"})
    );

    let pod = bed.pods("a-0").await.remove(0);
    assert_eq!(pod.labels()[names::SLOT_LABEL], "0");
    assert_eq!(pod.labels()[names::EPOCH_LABEL], "1");
    let env = serde_json::to_value(&pod.spec.unwrap().containers[0].env).unwrap();
    assert_eq!(
        env,
        json!([{"name": "TRACEPARENT", "value": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}])
    );

    bed.delete("a-0").await;
    bed.until_gone::<Performer>("a-0").await;
    until_endpoint(&bed, "placement-a", &bed.pods("a-1").await[0]).await;
    bed.delete("a-1").await;
    bed.until_gone::<Performer>("a-1").await;
    bed.until_gone::<Service>("placement-a").await;
}

#[tokio::test]
async fn a_placement_service_whose_name_is_taken_is_told_and_the_performer_runs_all_the_same() {
    let (bed, _operator) = Bed::with_operator("placement-taken").await;
    let theirs: Service = serde_json::from_value(json!({
        "metadata": {"name": "placement-a"}, "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 80}]},
    }))
    .unwrap();
    bed.api().create(&PostParams::default(), &theirs).await.unwrap();
    bed.create_with(managed("a-0", "0"), spec()).await;
    bed.until_ready("a-0").await;
    let event = until_event(&bed, "a-0", "PlacementServiceFailed").await;
    let note = event.note.unwrap();
    assert!(note.contains("Service placement-a"), "{note}");
    let service: Service = bed.api().get("placement-a").await.unwrap();
    assert_eq!(service.spec.unwrap().selector.unwrap()["app"], "theirs");
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

#[tokio::test]
async fn a_webhook_that_does_not_answer_is_named_until_it_is_gone() {
    let (bed, operator) = Bed::with_operator("webhook").await;
    let hook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "nobody-there"},
        "webhooks": [{
            "name": "nobody.example.org", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "failurePolicy": "Fail", "timeoutSeconds": 1,
            "clientConfig": {"url": "https://127.0.0.1:1/"},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": bed.namespace}},
            "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}],
        }],
    });
    cluster().await.apply_yaml(&hook.to_string()).await.unwrap();
    bed.create("p", spec()).await;
    let told = bed
        .until_condition("p", names::CONDITION_PROGRESSING, "False", "InternalError")
        .await;
    assert!(told.message.contains("nobody.example.org"), "{}", told.message);
    let hooks: Api<ValidatingWebhookConfiguration> = Api::all(bed.client.clone());
    hooks
        .delete("nobody-there", &DeleteParams::default())
        .await
        .unwrap();
    bed.until_ready("p").await;
    operator.stop().await;
}
