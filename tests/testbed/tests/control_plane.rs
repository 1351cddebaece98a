//! What tests do to a control plane: stop, kill and restart its parts, and make it forget.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod common;

use common::LIMIT;
use futures::StreamExt;
use hourglass_testbed::{Cluster, Profile, wait_until};
use k8s_openapi::api::core::v1::{ConfigMap, Node};
use kube::{
    Api, ResourceExt,
    api::{ListParams, WatchEvent, WatchParams},
};

/// The status code with which the API server ends a watch from this version, or `None` when it goes on.
async fn watch_error(api: &Api<ConfigMap>, version: &str) -> Option<u16> {
    let params = WatchParams::default().timeout(2);
    let events = match api.watch(&params, version).await {
        Ok(events) => events,
        Err(kube::Error::Api(status)) => return Some(status.code),
        Err(error) => panic!("{error}"),
    };
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(WatchEvent::Error(status)) => return Some(status.code),
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
    None
}

#[tokio::test]
async fn the_api_server_comes_back_on_its_port_with_its_state() {
    let profile = Profile::builtin("sgx").unwrap();
    let cluster = Cluster::start("restarted", &profile).await.unwrap();
    let url = cluster.server_url();
    let api: Api<ConfigMap> = Api::namespaced(cluster.client().await.unwrap(), "default");
    cluster
        .apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}, data: {a: b}}")
        .await
        .unwrap();

    // A crash, then a clean stop.
    let first_pid = cluster.kube_apiserver().pid().unwrap();
    cluster.kube_apiserver().kill();
    assert_eq!(cluster.kube_apiserver().pid(), None);
    assert!(
        tokio::time::timeout(LIMIT, api.get("kept"))
            .await
            .unwrap()
            .is_err()
    );
    cluster
        .check()
        .expect("a component that a test stopped is no failure");
    cluster.kube_apiserver().start().await.unwrap();
    assert_ne!(cluster.kube_apiserver().pid(), Some(first_pid));
    cluster.kube_apiserver().restart().await.unwrap();
    assert_eq!(cluster.server_url(), url);
    assert_eq!(api.get("kept").await.unwrap().data.unwrap()["a"], "b");
    // The other components find it again: a node added now becomes Ready through kwok and the controller-manager.
    cluster.add_nodes(&profile, 1).await.unwrap();
}

#[tokio::test]
async fn history_can_be_made_to_expire() {
    let cluster = Cluster::start("forgetful", &Profile::builtin("sgx").unwrap())
        .await
        .unwrap();
    let client = cluster.client().await.unwrap();
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), "default");
    let applied = cluster
        .apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: early}}")
        .await
        .unwrap();
    let version = applied[0].resource_version().unwrap();
    let first_page = ListParams::default().limit(1);
    let nodes: Api<Node> = Api::all(client.clone());
    let token = nodes.list(&first_page).await.unwrap().metadata.continue_.unwrap();
    let next_page = first_page.continue_token(&token);

    let compacted = cluster.compact_etcd().await.unwrap();
    assert!(compacted > version.parse().unwrap());
    let refused = etcd_range(&cluster, compacted - 1).await;
    assert!(refused.contains("compacted"), "{refused}");
    // The API server still remembers.
    assert_eq!(watch_error(&api, &version).await, None);

    cluster.expire_history().await.unwrap();
    assert_eq!(watch_error(&api, &version).await, Some(410));
    let kube::Error::Api(status) = nodes.list(&next_page).await.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(status.code, 410);
    let current = api
        .list(&ListParams::default())
        .await
        .unwrap()
        .metadata
        .resource_version
        .unwrap();
    assert_eq!(watch_error(&api, &current).await, None, "a new watch works");
}

/// What etcd says when asked for a key as it was at a revision.
async fn etcd_range(cluster: &Cluster, revision: i64) -> String {
    let client = kube::Client::try_from(kube::Config::new(cluster.etcd_url().parse().unwrap())).unwrap();
    let body = serde_json::json!({"key": "YQ==", "revision": revision}).to_string();
    let request = http::Request::post("/v3/kv/range")
        .body(body.into_bytes())
        .unwrap();
    match client.request::<serde_json::Value>(request).await {
        Ok(answer) => answer.to_string(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_component_that_dies_is_reported_with_its_name_and_log() {
    // No nodes: nothing else happens in it.
    let profile = Profile::builtin("sgx").unwrap().with_count("sgx", 0);
    let cluster = Cluster::start("bereft", &profile).await.unwrap();
    let pid = cluster.kwok().pid().unwrap();
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid.cast_signed()),
        nix::sys::signal::Signal::SIGKILL,
    )
    .unwrap();
    let report = wait_until("its death is seen", LIMIT, async || match cluster.check() {
        Err(died) => Ok(died.to_string()),
        Ok(()) => Err("all run".to_owned()),
    })
    .await
    .unwrap();
    assert!(
        report.contains("kwok") && report.contains("signal: 9"),
        "{report}"
    );
    assert!(report.contains("kwok.log"), "{report}");
    let client = cluster.client().await.unwrap();
    let nodes = Api::<Node>::all(client)
        .list(&ListParams::default())
        .await
        .unwrap();
    assert!(nodes.items.is_empty(), "a pool of none has no nodes");
}
