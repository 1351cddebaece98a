//! How a changed spec reaches the pods, and what serves meanwhile.

use hourglass_performer_api::{Performer, names};
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::operator_bed::{Bed, LIMIT, condition, failing, hash_of, image_of, phase, spec};
use crate::watching::until_event;

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
        json!({"config": {"environment": {crate::operator_bed::OUTCOME: "not-ready"}}}),
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
