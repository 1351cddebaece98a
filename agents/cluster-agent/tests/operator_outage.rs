//! The operator goes on when the API server was away and the history of its watches is gone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod operator_bed;

use hourglass_cluster_agent::operator::WatchedNamespaces;
use hourglass_performer_api::{Performer, names};
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::Service;
use kube::api::{DeleteParams, Patch, PatchParams};
use operator_bed::{Bed, LIMIT, cluster, image_of, spec};
use serde_json::json;

// One test in this binary: it takes the cluster's API server away.
#[tokio::test]
async fn after_an_outage_and_with_an_expired_history_nothing_is_lost_or_done_twice() {
    let bed = Bed::new("outage").await;
    let operator = Bed::start_operator_for(WatchedNamespaces::All).await;
    bed.create("stays", spec()).await;
    bed.create("changes", spec()).await;
    let gated = json!({"name": "gang", "annotations": {names::GATED_ANNOTATION: "true"}});
    bed.create_with(gated, spec()).await;
    bed.until_condition("gang", names::CONDITION_ADMITTED, "True", names::REASON_GATED)
        .await;
    let before = bed.until_ready("stays").await.status.unwrap();
    bed.until_ready("changes").await;

    cluster().await.expire_history().await.unwrap();

    wait_until("the API server serves again", LIMIT, async || {
        let deleted = bed
            .api::<Service>()
            .delete("performer-stays", &DeleteParams::default())
            .await;
        deleted.map(drop).map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    bed.change("changes", json!({"image": "registry.example/performer:2"}))
        .await;
    bed.create("new", spec()).await;
    let complete = json!({"metadata": {"annotations": {names::GANG_COMPLETE_ANNOTATION: "true"}}});
    bed.api::<Performer>()
        .patch("gang", &PatchParams::default(), &Patch::Merge(complete))
        .await
        .unwrap();
    bed.until_ready("gang").await;
    bed.until_ready("changes").await;
    bed.until_ready("new").await;
    assert_eq!(
        image_of(&bed.until_one_deployment("changes").await),
        "registry.example/performer:2"
    );
    wait_until("the deleted Service is back", LIMIT, async || {
        bed.api::<Service>()
            .get("performer-stays")
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    let after = bed.until_ready("stays").await.status.unwrap();
    assert_eq!(
        (after.pod_name, after.ready_time),
        (before.pod_name, before.ready_time)
    );
    bed.delete("changes").await;
    bed.until_gone::<Performer>("changes").await;
    operator.stop().await;
}
