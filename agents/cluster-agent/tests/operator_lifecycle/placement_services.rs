//! The Service that the performers of one placement share.

use hourglass_performer_api::{Performer, names};
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt;
use kube::api::PostParams;
use serde_json::{Value, json};

use crate::operator_bed::{Bed, LIMIT, spec};
use crate::watching::{until_endpoint, until_event};

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
