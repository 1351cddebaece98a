//! How a Performer goes.

use hourglass_performer_api::{Performer, names};
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::operator_bed::{Bed, LIMIT, condition, failing, phase, spec};
use crate::watching::until_event;

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
