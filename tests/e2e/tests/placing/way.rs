//! The whole way: node, endpoint, children, namespace, and what the command line says of it.

use hourglass_e2e::{performers, request};
use hourglass_performer_api::names;
use hourglass_proto::fleet::v1::condition::{Reason, Type};
use hourglass_proto::fleet::v1::{assignment, endpoint, placement::State};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;

use crate::common::{condition, create, create_ready, delete};
use crate::fleet;

#[tokio::test]
async fn one_call_ends_in_a_ready_performer_with_node_endpoint_and_children() {
    let (fleet, api) = fleet().await;
    let spec = json!({"compute": {"requests": {"cpu": "4", "memory": "8Gi"}, "gpu": {"count": 2, "products": ["A100"]}}});
    let ready = create_ready(&api, "one-call", spec).await;

    let [assignment] = ready.assignments.as_slice() else {
        panic!("one replica has one place")
    };
    assert_eq!((assignment.cluster.as_str(), assignment.epoch), ("gpu", 1));
    assert!(assignment.node.starts_with("a100-"), "{}", assignment.node);
    assert!(assignment.ready && assignment.phase() == assignment::Phase::Running);
    assert_eq!(ready.observed_generation, ready.generation);

    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();
    let objects = performers::of_placement(&client, &ready.uid).await.unwrap();
    let [object] = objects.as_slice() else {
        panic!("one object, not {}", objects.len())
    };
    let (namespace, name) = (object.namespace().unwrap(), object.name_any());
    assert_eq!(assignment.performer, format!("{namespace}/{name}"));
    assert_eq!(namespace, "performers");
    assert_eq!(performers::placement_name(object), ready.name);
    let labels = object.labels();
    for (key, value) in [
        (names::SLOT_LABEL, "0"),
        (names::EPOCH_LABEL, "1"),
        (names::TENANT_LABEL, "default"),
    ] {
        assert_eq!(labels.get(key).map(String::as_str), Some(value), "{key}");
    }

    let [endpoint] = assignment.endpoints.as_slice() else {
        panic!("one endpoint")
    };
    assert_eq!(endpoint.scope(), endpoint::Scope::ClusterLocal);
    assert_eq!(
        endpoint.address,
        format!("performer-{name}.{namespace}.svc.cluster.local:9090")
    );
    assert!(endpoint.ready);

    let services: kube::Api<Service> = kube::Api::namespaced(client.clone(), &namespace);
    let service = services.get(&names::service_name(&name)).await.unwrap();
    let ports = service.spec.unwrap().ports.unwrap();
    assert_eq!((ports[0].name.as_deref(), ports[0].port), (Some("grpc"), 9090));

    let selector = format!("{}={name}", names::PERFORMER_LABEL);
    let deployments: kube::Api<Deployment> = kube::Api::namespaced(client.clone(), &namespace);
    let deployments = deployments
        .list(&ListParams::default().labels(&selector))
        .await
        .unwrap();
    assert_eq!(deployments.items.len(), 1);
    let pods: kube::Api<Pod> = kube::Api::namespaced(client, &namespace);
    let pods = pods.list(&ListParams::default().labels(&selector)).await.unwrap();
    let [pod] = pods.items.as_slice() else {
        panic!("one pod")
    };
    let spec = pod.spec.as_ref().unwrap();
    assert_eq!(
        spec.node_name.as_deref(),
        Some(assignment.node.as_str()),
        "the pod is where the decision put it"
    );
    let requests = spec.containers[0]
        .resources
        .as_ref()
        .unwrap()
        .requests
        .as_ref()
        .unwrap();
    assert_eq!(requests["nvidia.com/gpu"].0, "2");
    assert_eq!(requests["cpu"].0, "4");

    let described = fleet
        .cli()
        .run(&["describe", "placement", "one-call"])
        .await
        .unwrap();
    assert_eq!(described.code, 0, "{}", described.stderr);
    for told in [
        &assignment.node,
        &endpoint.address,
        &assignment.performer,
        "DECIDED",
        "READY",
        "Trace id",
    ] {
        assert!(
            described.stdout.contains(told),
            "{told} is missing in\n{}",
            described.stdout
        );
    }
    let explained = fleet
        .cli()
        .run(&["explain", "placement", "one-call"])
        .await
        .unwrap();
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert!(
        explained.stdout.contains("sgx") && explained.stdout.contains("Gpu"),
        "{}",
        explained.stdout
    );
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_namespace_is_used_only_where_the_agent_opens_it() {
    let (fleet, api) = fleet().await;
    let mut spec = request::small();
    spec["namespace"] = json!("second");
    let ready = create_ready(&api, "in-second", spec.clone()).await;
    assert!(
        ready.assignments[0].performer.starts_with("second/"),
        "{}",
        ready.assignments[0].performer
    );
    delete(&api, &ready).await;

    spec["namespace"] = json!("kube-system");
    let refused = create(&api, "in-kube-system", spec).await;
    assert_eq!(refused.state(), State::Pending, "no cluster may take it");
    assert_eq!(
        condition(&refused, Type::Scheduled).reason(),
        Reason::NoEligibleCluster
    );
    let shown = fleet
        .cli()
        .run(&["explain", "placement", "in-kube-system"])
        .await
        .unwrap();
    assert!(shown.stdout.contains("kube-system"), "{}", shown.stdout);
    for cluster in ["gpu", "sgx"] {
        let client = fleet.cluster(cluster).unwrap().client().await.unwrap();
        assert!(
            performers::of_placement(&client, &refused.uid)
                .await
                .unwrap()
                .is_empty()
        );
    }
    delete(&api, &refused).await;
}
