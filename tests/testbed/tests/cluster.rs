//! A running cluster behaves like a real one. The tests share it, each in a namespace of its own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod common;

use common::LIMIT;
use hourglass_testbed::{BUILTIN_NAMES, Cluster, Profile, wait_until};
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{Node, Pod},
    node::v1::RuntimeClass,
};
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams, ObjectMeta, Patch, PatchParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

async fn cluster() -> &'static Cluster {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    SHARED
        .get_or_init(async || {
            Cluster::start("shared", &Profile::builtin("cpu-only").unwrap())
                .await
                .unwrap()
        })
        .await
}

/// A new namespace with its default ServiceAccount, without which no pod is admitted.
async fn namespace(cluster: &Cluster, name: &str) -> Client {
    cluster
        .apply_yaml(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"
        ))
        .await
        .unwrap();
    let client = cluster.client().await.unwrap();
    let accounts: Api<k8s_openapi::api::core::v1::ServiceAccount> = Api::namespaced(client.clone(), name);
    wait_until("the namespace is ready", LIMIT, async || {
        accounts.get("default").await.map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    client
}

fn pod(name: &str, annotations: &Value, container: &Value) -> Pod {
    let mut container = container.clone();
    container["name"] = "main".into();
    serde_json::from_value(json!({
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"containers": [container]},
    }))
    .unwrap()
}

/// (phase, Ready condition, reason why the container waits)
async fn observed(pods: &Api<Pod>, name: &str) -> Result<(String, String, String), String> {
    let pod = pods.get(name).await.map_err(|error| error.to_string())?;
    let status = serde_json::to_value(pod.status).map_err(|error| error.to_string())?;
    let ready = status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|c| c["type"] == "Ready");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok((
        text(&status["phase"]),
        ready
            .map(|condition| text(&condition["status"]))
            .unwrap_or_default(),
        text(&status["containerStatuses"][0]["state"]["waiting"]["reason"]),
    ))
}

async fn becomes(pods: &Api<Pod>, name: &str, expected: (&str, &str, &str)) {
    wait_until(&format!("pod {name} is {expected:?}"), LIMIT, async || {
        let seen = observed(pods, name).await?;
        let seen = (seen.0.as_str(), seen.1.as_str(), seen.2.as_str());
        if seen == expected {
            Ok(())
        } else {
            Err(format!("{seen:?}"))
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_deployment_becomes_available_with_pod_addresses() {
    let cluster = cluster().await;
    let client = namespace(cluster, "deployments").await;
    cluster
        .apply_yaml(
            "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: deployments}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: example.org/web:1, resources: {requests: {cpu: 100m}}}]
",
        )
        .await
        .unwrap();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), "deployments");
    wait_until("the Deployment is available", LIMIT, async || {
        let status = deployments
            .get("web")
            .await
            .map_err(|error| error.to_string())?
            .status
            .unwrap_or_default();
        if status.available_replicas == Some(5) {
            Ok(())
        } else {
            Err(format!("{status:?}"))
        }
    })
    .await
    .unwrap();
    let pods: Api<Pod> = Api::namespaced(client, "deployments");
    for pod in pods.list(&ListParams::default()).await.unwrap() {
        let status = pod.status.unwrap();
        assert!(
            status.pod_ip.unwrap().starts_with("10.244."),
            "{:?}",
            pod.metadata.name
        );
        // The taint of the infra node is respected by the real scheduler; other tests may have added nodes.
        let node = pod.spec.unwrap().node_name.unwrap();
        assert!(!node.starts_with("infra-"), "{node}");
    }
}

#[tokio::test]
async fn nodes_of_every_profile_show_what_the_profile_declares() {
    let cluster = cluster().await;
    let client = cluster.client().await.unwrap();
    let nodes: Api<Node> = Api::all(client.clone());
    let classes: Api<RuntimeClass> = Api::all(client.clone());
    for name in BUILTIN_NAMES {
        let profile = Profile::builtin(name).unwrap();
        if name != cluster.profile().name {
            cluster.add_profile(&profile).await.unwrap();
        }
        for pool in &profile.pools {
            for index in 0..pool.count {
                let declared = profile.node(pool, index);
                let real = nodes.get(&declared.name_any()).await.unwrap();
                let (declared_status, real_status) =
                    (declared.status.clone().unwrap(), real.status.clone().unwrap());
                assert_eq!(
                    real_status.allocatable,
                    declared_status.allocatable,
                    "{}",
                    real.name_any()
                );
                assert_eq!(
                    real_status.capacity,
                    declared_status.capacity,
                    "{}",
                    real.name_any()
                );
                for (label, value) in declared.labels() {
                    assert_eq!(
                        real.labels().get(label),
                        Some(value),
                        "{} {label}",
                        real.name_any()
                    );
                }
                let taints = |node: &Node| node.spec.clone().unwrap().taints.unwrap_or_default();
                assert_eq!(taints(&real), taints(&declared), "{}", real.name_any());
            }
        }
        for declared in &profile.runtime_classes {
            let real = classes.get(&declared.name).await.unwrap();
            let overhead = real.overhead.unwrap().pod_fixed.unwrap();
            for (resource, amount) in &declared.overhead {
                assert_eq!(&overhead[resource].0, amount, "{} {resource}", declared.name);
            }
        }
    }
}

#[tokio::test]
async fn a_pod_of_a_runtime_class_gets_its_overhead_and_its_nodes() {
    let cluster = cluster().await;
    let client = namespace(cluster, "confidential").await;
    // Names of its own: the shared cluster gets the built-in profile in another test.
    let mut profile = Profile::builtin("h100-confidential").unwrap();
    profile.pools.retain(|pool| pool.name == "h100-tdx");
    profile.pools[0].name = "tdx-only".into();
    profile.pools[0].count = 1;
    profile.pools[0].labels.insert("only".into(), "here".into());
    profile
        .runtime_classes
        .retain(|class| class.name == "kata-qemu-tdx");
    profile.runtime_classes[0].name = "kata-here".into();
    profile.runtime_classes[0]
        .node_selector
        .insert("only".into(), "here".into());
    cluster.add_profile(&profile).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(client, "confidential");
    let mut confidential = pod("td", &json!({}), &json!({"image": "example.org/td:1"}));
    confidential.spec.as_mut().unwrap().runtime_class_name = Some("kata-here".into());
    pods.create(&PostParams::default(), &confidential).await.unwrap();
    becomes(&pods, "td", ("Running", "True", "")).await;
    let spec = pods.get("td").await.unwrap().spec.unwrap();
    assert_eq!(spec.node_name.as_deref(), Some("tdx-only-0"));
    assert_eq!(spec.overhead.unwrap()["tdx.intel.com/keys"].0, "1");
}

#[tokio::test]
async fn nodes_can_be_added_and_taken_away_later() {
    let cluster = cluster().await;
    let mut profile = Profile::builtin("sgx").unwrap();
    profile.pools[0].name = "elastic".into();
    let client = cluster.client().await.unwrap();
    let nodes: Api<Node> = Api::all(client);
    assert_eq!(
        cluster.add_nodes(&profile, 2).await.unwrap(),
        ["elastic-0", "elastic-1"]
    );
    cluster.scale(&profile, &profile.pools[0], 3).await.unwrap();
    assert!(nodes.get_opt("elastic-2").await.unwrap().is_some());
    cluster.scale(&profile, &profile.pools[0], 1).await.unwrap();
    assert!(nodes.get_opt("elastic-0").await.unwrap().is_some());
    assert!(nodes.get_opt("elastic-1").await.unwrap().is_none());
    assert!(nodes.get_opt("elastic-2").await.unwrap().is_none());
}

#[tokio::test]
async fn another_process_can_add_nodes_by_the_kubeconfig() {
    let cluster = cluster().await;
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hourglass-testbed"))
        .args([
            "add-nodes",
            "--profile",
            "cpu-only",
            "--count",
            "2",
            "--kubeconfig",
        ])
        .arg(cluster.kubeconfig_path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "cpu-3\ncpu-4\n");
}

#[tokio::test]
async fn rbac_refuses_a_service_account_until_it_is_bound() {
    let cluster = cluster().await;
    namespace(cluster, "access").await;
    cluster
        .apply_yaml("{apiVersion: v1, kind: ServiceAccount, metadata: {name: reader, namespace: access}}")
        .await
        .unwrap();
    let client = cluster.service_account_client("access", "reader").await.unwrap();
    let pods: Api<Pod> = Api::namespaced(client.clone(), "access");
    let refused = pods.list(&ListParams::default()).await.unwrap_err();
    let kube::Error::Api(status) = refused else {
        panic!("{refused}")
    };
    assert_eq!(status.code, 403);
    assert!(
        status.message.contains("system:serviceaccount:access:reader"),
        "{}",
        status.message
    );

    cluster
        .apply_yaml(
            "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: access}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: reader, namespace: access}]
",
        )
        .await
        .unwrap();
    wait_until("the binding takes effect", LIMIT, async || {
        pods.list(&ListParams::default())
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    let elsewhere: Api<Pod> = Api::namespaced(client, "default");
    assert!(
        elsewhere.list(&ListParams::default()).await.is_err(),
        "the binding is for one namespace"
    );
}

#[tokio::test]
async fn a_crd_and_an_object_of_it_apply_in_one_go() {
    let cluster = cluster().await;
    let applied = cluster
        .apply_yaml(
            "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: clocks.example.org}
spec:
  group: example.org
  names: {kind: Clock, plural: clocks, singular: clock}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {hour: {type: integer}}}}}}
---
apiVersion: example.org/v1
kind: Clock
metadata: {name: noon}
spec: {hour: 12}
",
        )
        .await
        .unwrap();
    assert_eq!(applied.len(), 2);
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("example.org", "v1", "Clock"), "clocks");
    let clocks: Api<DynamicObject> =
        Api::namespaced_with(cluster.client().await.unwrap(), "default", &resource);
    assert_eq!(clocks.get("noon").await.unwrap().data["spec"]["hour"], 12);
}

#[tokio::test]
async fn an_outcome_decides_how_a_pod_ends_up() {
    let cluster = cluster().await;
    let client = namespace(cluster, "outcomes").await;
    let pods: Api<Pod> = Api::namespaced(client, "outcomes");
    let image = json!({"image": "example.org/performer:1"});
    let cases = [
        ("pending", ("Pending", "False", "ContainerCreating")),
        ("image-pull-backoff", ("Pending", "False", "ImagePullBackOff")),
        ("config-error", ("Pending", "False", "CreateContainerConfigError")),
        ("crash-loop", ("Running", "False", "CrashLoopBackOff")),
        ("not-ready", ("Running", "False", "")),
        ("failed", ("Failed", "False", "")),
    ];
    for (outcome, expected) in cases {
        let by_annotation = pod(outcome, &json!({"hourglass.test/outcome": outcome}), &image);
        pods.create(&PostParams::default(), &by_annotation).await.unwrap();
        becomes(&pods, outcome, expected).await;
        if outcome != "failed" {
            let name = format!("env-{outcome}");
            let env = json!({"image": "example.org/a:1", "env": [{"name": "HOURGLASS_TEST_OUTCOME", "value": outcome}]});
            pods.create(&PostParams::default(), &pod(&name, &json!({}), &env))
                .await
                .unwrap();
            becomes(&pods, &name, expected).await;
        }
    }
    let unknown_registry = pod(
        "unpullable",
        &json!({}),
        &json!({"image": "registry.invalid/a:1"}),
    );
    pods.create(&PostParams::default(), &unknown_registry)
        .await
        .unwrap();
    becomes(&pods, "unpullable", ("Pending", "False", "ImagePullBackOff")).await;
}

#[tokio::test]
async fn an_outcome_can_be_set_and_taken_back_while_the_pod_lives() {
    let cluster = cluster().await;
    let client = namespace(cluster, "recoveries").await;
    let pods: Api<Pod> = Api::namespaced(client, "recoveries");
    let image = json!({"image": "example.org/performer:1"});
    let annotate = async |name: &str, outcome: Value| {
        let patch = json!({"metadata": {"annotations": {"hourglass.test/outcome": outcome}}});
        pods.patch(name, &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .unwrap();
    };
    pods.create(&PostParams::default(), &pod("live", &json!({}), &image))
        .await
        .unwrap();
    becomes(&pods, "live", ("Running", "True", "")).await;
    annotate("live", "crash-loop".into()).await;
    becomes(&pods, "live", ("Running", "False", "CrashLoopBackOff")).await;
    annotate("live", Value::Null).await;
    becomes(&pods, "live", ("Running", "True", "")).await;

    let held = pod("held", &json!({"hourglass.test/outcome": "pending"}), &image);
    pods.create(&PostParams::default(), &held).await.unwrap();
    becomes(&pods, "held", ("Pending", "False", "ContainerCreating")).await;
    annotate("held", Value::Null).await;
    becomes(&pods, "held", ("Running", "True", "")).await;
}

#[tokio::test]
async fn the_uid_is_that_of_kube_system() {
    let cluster = cluster().await;
    let namespaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(cluster.client().await.unwrap());
    let ObjectMeta { uid, .. } = namespaces.get("kube-system").await.unwrap().metadata;
    assert_eq!(uid.as_deref(), Some(cluster.uid()));
}
