//! From one call to a ready performer, on real API servers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use common::{LIMIT, condition, create, create_ready, delete, fields, reason};
use hourglass_e2e::{Api, Fleet, FleetBuilder, Profile, performers, request, shared::Shared, wait_until};
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1::condition::{Reason, Status as ConditionStatus, Type};
use hourglass_proto::fleet::v1::watch_placements_response::Type as Change;
use hourglass_proto::fleet::v1::{
    DeletePlacementRequest, ExplainPlacementRequest, ListPlacementsRequest, WatchPlacementsRequest,
    assignment, endpoint, explain_placement_request, placement::State,
};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::ResourceExt;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;
use tonic::Code;

static FLEET: Shared = Shared::new();

/// Two clusters: GPUs in one, SGX in the other.
fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder()
        .cluster("gpu", Profile::builtin("a100-pool")?.with_count("a100", 2))
        .cluster("sgx", Profile::builtin("sgx")?.with_count("sgx", 1))
        .label("gpu", "tier=gold")
        .tenant("default", &["performers", "second"]))
}

async fn fleet() -> (&'static Fleet, Api) {
    let fleet = FLEET.fleet(describe).await.unwrap();
    (fleet, fleet.api().unwrap())
}

/// A profile with nodes that no other test asks for.
fn product(name: &str, gpus: u32) -> Profile {
    let pool = name.to_lowercase();
    let yaml = format!(
        "name: {pool}\nregion: r\nzones: [a]\npools:\n- name: {pool}\n  count: 1\n  capacity: {{cpu: '32', memory: 256Gi, \
         ephemeral_storage: 1Ti}}\n  gpu: {{product: {name}, family: test, compute: '9.9', memory_mib: 1000, count: {gpus}}}\n"
    );
    Profile::from_yaml(&yaml, name).unwrap()
}

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
async fn the_same_request_id_gives_the_same_placement_and_another_body_is_refused() {
    let (_, api) = fleet().await;
    let call = request::create("", request::small()).unwrap();
    let first = api.create(call.clone()).await.unwrap();
    let again = api.create(call.clone()).await.unwrap();
    assert_eq!((&first.name, &first.uid), (&again.name, &again.uid));

    let mut other = call.clone();
    other.placement = Some(request::placement(json!({"compute": {"requests": {"cpu": "2"}}})).unwrap());
    let status = api.create(other).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::AlreadyExists, "REQUEST_ID_REUSED")
    );

    let ready = api.in_state(&first.name, State::Ready, LIMIT).await.unwrap();
    delete(&api, &ready).await;
    let late = api.create(call).await.unwrap();
    assert_eq!(
        late.uid, first.uid,
        "a repeated call never makes a second one, also after the deletion"
    );
    assert_eq!(api.get(&first.name).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn identical_calls_at_the_same_time_make_one_placement() {
    let (_, api) = fleet().await;
    let call = request::create("", request::small()).unwrap();
    let calls = (0..8).map(|_| api.create(call.clone()));
    let answers = futures::future::join_all(calls).await;
    let first = answers[0].as_ref().unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap().uid == first.uid)
    );
    delete(&api, first).await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused() {
    let (_, api) = fleet().await;
    let first = create(&api, "taken", request::small()).await;
    let status = api
        .create(request::create("taken", request::small()).unwrap())
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS")
    );
    delete(&api, &first).await;
}

#[tokio::test]
async fn what_waits_is_placed_by_the_event_of_a_new_node_and_its_explanation_is_current() {
    let (fleet, api) = fleet().await;
    let cluster = fleet.cluster("gpu").unwrap();
    let profile = product("EventX", 4);
    cluster.add_nodes(&profile, 1).await.unwrap();
    // The fleet must know the product before the wish, else the reason is another one.
    let wish = json!({"replicas": 2, "compute": {"gpu": {"count": 4, "products": ["EventX"]}}});
    let subject = explain_placement_request::Subject::Placement(request::placement(wish.clone()).unwrap());
    let ask = ExplainPlacementRequest {
        subject: Some(subject),
        parent: "tenants/default".to_owned(),
    };
    wait_until("one node is known", LIMIT, async || {
        let found = api
            .placements
            .clone()
            .explain_placement(ask.clone())
            .await
            .map_err(|status| status.to_string())?;
        let fits = found.into_inner().replicas_that_fit;
        if fits == 1 {
            Ok(())
        } else {
            Err(format!("{fits} fit"))
        }
    })
    .await
    .unwrap();

    let waiting = create(&api, "waits", wish).await;
    let waiting = api
        .until("one of two has a place", &waiting.name, LIMIT, |found| {
            found.assignments.len() == 1
        })
        .await
        .unwrap();
    let scheduled = condition(&waiting, Type::Scheduled);
    assert_eq!(
        (scheduled.status(), scheduled.reason()),
        (ConditionStatus::False, Reason::NoCapacity),
        "{}",
        scheduled.message
    );
    let explanation = waiting.explanation.unwrap();
    assert!(
        explanation.retry_events.iter().any(|event| event == "NODE_ADDED"),
        "{:?}",
        explanation.retry_events
    );
    let gpu = explanation
        .clusters
        .iter()
        .find(|cluster| cluster.cluster == "gpu")
        .unwrap();
    let shortfalls: Vec<&str> = gpu
        .rejections
        .iter()
        .flat_map(|rejection| rejection.samples.iter().map(|sample| sample.shortfall.as_str()))
        .collect();
    assert!(
        shortfalls
            .iter()
            .any(|text| text.contains("needs 4 nvidia.com/gpu, 0 free")),
        "{shortfalls:?}"
    );

    cluster.add_nodes(&profile, 1).await.unwrap();
    let ready = api.in_state(&waiting.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(ready.uid, waiting.uid);
    let mut nodes: Vec<&str> = ready
        .assignments
        .iter()
        .map(|assignment| assignment.node.as_str())
        .collect();
    nodes.sort_unstable();
    assert_eq!(nodes, ["EventX-0", "EventX-1"].map(str::to_lowercase));
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_product_that_no_cluster_has_waits_and_the_known_ones_are_named() {
    let (fleet, api) = fleet().await;
    let wish = json!({"compute": {"gpu": {"count": 1, "products": ["B200"]}}});
    let waiting = create(&api, "unknown-product", wish).await;
    assert_eq!(waiting.state(), State::Pending);
    let scheduled = condition(&waiting, Type::Scheduled);
    assert_eq!(scheduled.reason(), Reason::NoSuchProduct);
    assert!(
        scheduled.message.contains("NVIDIA-A100-SXM4-80GB"),
        "{}",
        scheduled.message
    );
    let shown = fleet
        .cli()
        .run(&["explain", "placement", "unknown-product"])
        .await
        .unwrap();
    assert!(shown.stdout.contains("B200"), "{}", shown.stdout);
    delete(&api, &waiting).await;
}

#[tokio::test]
async fn fail_fast_refuses_with_the_explanation_instead_of_waiting() {
    let (_, api) = fleet().await;
    let mut call = request::create(
        "fail-fast",
        json!({"compute": {"gpu": {"count": 9, "products": ["A100"]}}}),
    )
    .unwrap();
    call.fail_fast = true;
    let status = api.create(call).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::FailedPrecondition, "DOES_NOT_FIT"),
        "{status}"
    );
    assert_eq!(
        api.get(&request::name("fail-fast")).await.unwrap_err().code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn validate_only_decides_and_changes_nothing() {
    let (fleet, api) = fleet().await;
    let mut call = request::create(
        "rehearsal",
        json!({"compute": {"gpu": {"count": 1, "products": ["A100"]}}}),
    )
    .unwrap();
    call.validate_only = true;
    let would_be = api.create(call.clone()).await.unwrap();
    assert_eq!(would_be.assignments[0].cluster, "gpu");
    assert_eq!(api.get(&would_be.name).await.unwrap_err().code(), Code::NotFound);
    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();
    let objects = performers::managed(&client).await.unwrap();
    assert!(
        objects
            .iter()
            .all(|object| performers::placement_name(object) != would_be.name)
    );
    call.validate_only = false;
    let created = api.create(call).await.unwrap();
    assert_ne!(created.uid, "", "the rehearsal did not use up the request id");
    delete(&api, &created).await;
}

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

#[tokio::test]
async fn every_mistake_of_a_request_is_named_with_its_field() {
    let (_, api) = fleet().await;
    let spec = json!({
        "performer": {"image": "not an image!", "config": {"grpcPort": 0}},
        "replicas": -1,
        "compute": {"requests": {"cpu": "-1", "memory": "lots"}, "gpu": {"count": 1, "shareMilli": 500}},
    });
    let status = api
        .create(request::create("bad", spec).unwrap())
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "INVALID_FIELDS"),
        "{status}"
    );
    let fields = fields(&status).join(" ");
    for path in [
        "image",
        "grpcPort",
        "replicas",
        "requests[cpu]",
        "requests[memory]",
        "shareMilli",
    ] {
        let plain = path.replace(['[', ']'], ".");
        assert!(
            fields.contains(path) || fields.contains(plain.trim_end_matches('.')),
            "{path} is missing in {fields}"
        );
    }
    let status = api
        .create(request::create("Not_A_Label", request::small()).unwrap())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let status = api.get("placements/nonsense").await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
}

#[tokio::test]
async fn a_list_comes_in_pages_and_by_filter() {
    let (_, api) = fleet().await;
    let mut created = Vec::new();
    for number in 0..5 {
        let mut call = request::create(&format!("paged-{number}"), request::small()).unwrap();
        call.placement
            .as_mut()
            .unwrap()
            .labels
            .insert("batch".into(), "paged".into());
        created.push(api.create(call).await.unwrap());
    }
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListPlacementsRequest {
            parent: "tenants/-".into(),
            page_size: 2,
            page_token: token,
            filter: "labels.batch = \"paged\"".into(),
            order_by: String::new(),
        };
        let page = api
            .placements
            .clone()
            .list_placements(request)
            .await
            .unwrap()
            .into_inner();
        assert!(page.placements.len() <= 2);
        names.extend(page.placements.into_iter().map(|placement| placement.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<String> = created.iter().map(|placement| placement.name.clone()).collect();
    assert_eq!(names, expected);
    for placement in &created {
        delete(&api, placement).await;
    }
}

#[tokio::test]
async fn a_watch_begins_with_what_is_there_and_goes_on_with_every_change() {
    let (_, api) = fleet().await;
    let before = create_ready(&api, "watched-before", request::small()).await;
    let request = WatchPlacementsRequest {
        parent: "tenants/default".into(),
        filter: "name : \"watched-\"".into(),
        resume_token: String::new(),
    };
    let mut changes = api
        .placements
        .clone()
        .watch_placements(request)
        .await
        .unwrap()
        .into_inner();
    let mut next = async || {
        tokio::time::timeout(LIMIT, changes.message())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    };
    let first = next().await;
    assert_eq!(
        (first.r#type(), first.placement.unwrap().name),
        (Change::Added, before.name.clone())
    );
    assert_eq!(next().await.r#type(), Change::Bookmark);

    let after = create(&api, "watched-after", request::small()).await;
    let added = next().await;
    assert_eq!(
        (added.r#type(), added.placement.unwrap().name),
        (Change::Added, after.name.clone())
    );
    loop {
        let change = next().await;
        assert_eq!(change.r#type(), Change::Modified);
        if change.placement.unwrap().state() == State::Ready {
            break;
        }
    }
    api.delete(&before.name).await.unwrap();
    loop {
        let change = next().await;
        match change.r#type() {
            Change::Modified => assert_eq!(change.placement.unwrap().state(), State::Deleting),
            Change::Deleted => {
                assert_eq!(change.placement.unwrap().name, before.name);
                break;
            }
            other => panic!("{}", other.as_str_name()),
        }
    }
    delete(&api, &after).await;
}
