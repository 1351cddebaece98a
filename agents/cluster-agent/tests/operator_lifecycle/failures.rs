//! What is wrong is said in the words of those who know.

use hourglass_performer_api::names;
use hourglass_testbed::wait_until;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::json;

use crate::operator_bed::{Bed, LIMIT, cluster, failing, phase, spec};

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
