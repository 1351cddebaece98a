//! What is ours is put back; what is somebody else's is left alone.

use hourglass_performer_api::names;
use hourglass_testbed::wait_until;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::operator_bed::{Bed, LIMIT, hash_of, image_of, spec};

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
