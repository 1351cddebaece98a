//! The server's store is lost: absence is never deletion.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::collections::BTreeSet;

use common::{LIMIT, create_ready};
use hourglass_e2e::{Api, Fleet, Profile, performers, request, wait_until};
use hourglass_proto::fleet::v1::watch_placements_response::Type as Change;
use hourglass_proto::fleet::v1::{ListOrphansRequest, WatchPlacementsRequest, cluster};
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use tonic::Code;

#[tokio::test]
async fn an_empty_store_deletes_nothing_and_what_runs_becomes_an_orphan() {
    let mut fleet = Fleet::builder()
        .cluster(
            "gpu",
            Profile::builtin("a100-pool").unwrap().with_count("a100", 1),
        )
        .server_flag("--heartbeat-interval=1s")
        .start()
        .await
        .unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();
    let watch = |token: &str| WatchPlacementsRequest {
        parent: "tenants/default".into(),
        filter: String::new(),
        resume_token: token.to_owned(),
    };
    let mut live = api
        .placements
        .clone()
        .watch_placements(watch(""))
        .await
        .unwrap()
        .into_inner();
    let bookmark = live.message().await.unwrap().unwrap();
    assert_eq!(bookmark.r#type(), Change::Bookmark, "nothing is there yet");
    let kept = [
        create_ready(&api, "kept-a", request::small()).await,
        create_ready(&api, "kept-b", request::small()).await,
    ];
    let before: BTreeSet<Option<String>> = uids(&client).await;
    assert_eq!(before.len(), 2);

    fleet.server().stop().await;
    fleet.server().lose_store().unwrap();
    fleet.server_mut().add_flags(&["--raise-incarnation"]).await;
    fleet.server().start().await.unwrap();
    assert_eq!(
        api.get(&kept[0].name).await.unwrap_err().code(),
        Code::NotFound,
        "the server knows nothing"
    );
    let status = api
        .placements
        .clone()
        .watch_placements(watch(&bookmark.resume_token))
        .await;
    let status = match status {
        Err(status) => status,
        Ok(changes) => changes.into_inner().message().await.unwrap_err(),
    };
    assert_eq!(
        status.code(),
        Code::OutOfRange,
        "a token of another incarnation: {status}"
    );
    assert_eq!(uids(&client).await, before);

    // The cluster joins again, as one that the server has never seen.
    let secret = json!({"data": null});
    let secrets: kube::Api<Secret> = kube::Api::namespaced(client.clone(), "hourglass-system");
    let agent = fleet.agent("gpu").unwrap();
    agent.stop().await;
    secrets
        .patch(
            "hourglass-agent-identity",
            &PatchParams::default(),
            &Patch::Merge(&secret),
        )
        .await
        .unwrap();
    agent
        .set_join_token(&api.join_token("gpu").await.unwrap())
        .unwrap();
    agent.start().await.unwrap();
    api.cluster_in_state("gpu", cluster::State::Ready, LIMIT)
        .await
        .unwrap();
    let expected: BTreeSet<String> = kept
        .iter()
        .map(|placement| placement.assignments[0].performer.clone())
        .collect();
    wait_until("what runs is listed as orphans", LIMIT, async || {
        let found = orphans(&api).await;
        if found == expected {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await
    .unwrap();
    // The way works, so a removal would have come by now.
    create_ready(&api, "new", request::small()).await;
    let after = uids(&client).await;
    assert!(before.is_subset(&after), "{before:?} {after:?}");
    assert_eq!(after.len(), 3);
    let objects = performers::managed(&client).await.unwrap();
    assert!(
        objects
            .iter()
            .all(|object| object.metadata.deletion_timestamp.is_none())
    );
    fleet.stop().await;
}

async fn uids(client: &kube::Client) -> BTreeSet<Option<String>> {
    performers::managed(client)
        .await
        .unwrap()
        .iter()
        .map(ResourceExt::uid)
        .collect()
}

async fn orphans(api: &Api) -> BTreeSet<String> {
    let request = ListOrphansRequest {
        parent: "clusters/-".into(),
        ..Default::default()
    };
    let listed = api
        .fleet
        .clone()
        .list_orphans(request)
        .await
        .unwrap()
        .into_inner();
    listed
        .orphans
        .into_iter()
        .map(|orphan| orphan.performer)
        .collect()
}
