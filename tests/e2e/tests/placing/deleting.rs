//! A deletion is over when the cluster says so.

use hourglass_e2e::{performers, request, wait_until};
use hourglass_performer_api::Performer;
use hourglass_proto::fleet::v1::{DeletePlacementRequest, placement::State};
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::common::{LIMIT, create_ready};
use crate::fleet;

#[tokio::test]
async fn a_deleted_placement_is_gone_only_when_its_object_is() {
    let (fleet, api) = fleet().await;
    let mut spec = request::small();
    spec["clusterRules"] = json!({"include": ["sgx"]});
    let ready = create_ready(&api, "held", spec).await;
    let client = fleet.cluster("sgx").unwrap().client().await.unwrap();
    let object = performers::of_placement(&client, &ready.uid)
        .await
        .unwrap()
        .remove(0);
    let objects: kube::Api<Performer> = kube::Api::namespaced(client.clone(), &object.namespace().unwrap());
    let mut finalizers = object.finalizers().to_vec();
    finalizers.push("test.example/hold".to_owned());
    let hold = json!({"metadata": {"finalizers": finalizers}});
    objects
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&hold))
        .await
        .unwrap();

    let deleting = api.delete(&ready.name).await.unwrap();
    assert_eq!(deleting.state(), State::Deleting);
    wait_until("only our finalizer holds the object", LIMIT, async || {
        let found = objects
            .get(&object.name_any())
            .await
            .map_err(|error| error.to_string())?;
        let marked = found.metadata.deletion_timestamp.is_some();
        if marked && found.finalizers() == ["test.example/hold"] {
            Ok(())
        } else {
            Err(format!("{:?}", found.finalizers()))
        }
    })
    .await
    .unwrap();
    assert_eq!(
        api.get(&ready.name).await.unwrap().state(),
        State::Deleting,
        "the object is still there"
    );

    let free = json!({"metadata": {"finalizers": []}});
    objects
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&free))
        .await
        .unwrap();
    api.gone(&ready.name, LIMIT).await.unwrap();
    assert!(
        performers::of_placement(&client, &ready.uid)
            .await
            .unwrap()
            .is_empty()
    );
    let again = DeletePlacementRequest {
        name: ready.name.clone(),
        allow_missing: true,
        ..Default::default()
    };
    api.placements.clone().delete_placement(again).await.unwrap();
}
