//! What differs in some clusters reaches the objects and the pods there, and no others.

use hourglass_e2e::{performers, request};
use hourglass_performer_api::names;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;

use crate::common::{create_ready, delete};
use crate::fleet;

#[tokio::test]
async fn the_performer_of_a_selected_cluster_has_the_other_registry_and_environment() {
    let (fleet, api) = fleet().await;
    let mut spec = request::small();
    spec["replicas"] = json!(2);
    spec["spread"] = json!([{"maxSkew": 1, "topology": "CLUSTER"}]);
    spec["clusterOverrides"] = json!([{
        "selector": {"matchLabels": {"tier": "gold"}},
        "imageRegistry": "mirror.example:5000/hub",
        "environment": {"TIER": "gold"},
    }]);
    let ready = create_ready(&api, "differs", spec).await;
    let expected = [
        ("gpu", "mirror.example:5000/hub/avs/performer:1.0.0", Some("gold")),
        ("sgx", request::IMAGE, None),
    ];
    for (cluster, image, tier) in expected {
        let client = fleet.cluster(cluster).unwrap().client().await.unwrap();
        let objects = performers::of_placement(&client, &ready.uid).await.unwrap();
        let [object] = objects.as_slice() else {
            panic!("one object in {cluster}, not {}", objects.len())
        };
        assert_eq!(object.spec.image, image, "{cluster}");
        let selector = format!("{}={}", names::PERFORMER_LABEL, object.name_any());
        let pods: kube::Api<Pod> = kube::Api::namespaced(client, &object.namespace().unwrap());
        let pods = pods.list(&ListParams::default().labels(&selector)).await.unwrap();
        let container = &pods.items[0].spec.as_ref().unwrap().containers[0];
        assert_eq!(container.image.as_deref(), Some(image), "{cluster}");
        let variables = container.env.iter().flatten();
        let found = variables.clone().find(|variable| variable.name == "TIER");
        assert_eq!(
            found.and_then(|variable| variable.value.as_deref()),
            tier,
            "{cluster}"
        );
    }
    delete(&api, &ready).await;
}
