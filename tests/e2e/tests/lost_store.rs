//! The server's store is lost: absence is never deletion.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::collections::BTreeSet;

use common::{LIMIT, condition, create_ready, delete};
use hourglass_e2e::api::story;
use hourglass_e2e::{Api, Fleet, Profile, performers, request, wait_until};
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1::condition::{Reason, Type};
use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::watch_placements_response::Type as Change;
use hourglass_proto::fleet::v1::{ListOrphansRequest, Placement, WatchPlacementsRequest, cluster};
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::ResourceExt;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;
use tonic::Code;

#[tokio::test]
async fn without_the_key_of_the_seals_nothing_is_deleted_and_what_runs_becomes_an_orphan() {
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
    // Before it finds the server again: its certificate would bring the cluster back as a cordoned one.
    fleet.agent("gpu").unwrap().stop().await;
    fleet.server().lose_store().unwrap();
    fleet.server().lose_seal_key().unwrap();
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

/// The whole way back: what a person does at night, as the README says it.
#[tokio::test]
async fn after_the_loss_of_the_store_what_runs_is_adopted_and_never_stops() {
    let one_node = || Profile::builtin("a100-pool").unwrap().with_count("a100", 1);
    let mut fleet = Fleet::builder()
        .cluster("east", one_node())
        .cluster("west", one_node())
        .server_flag("--heartbeat-interval=1s")
        .start()
        .await
        .unwrap();
    let api = fleet.api().unwrap();
    let east = fleet.cluster("east").unwrap().client().await.unwrap();
    let west = fleet.cluster("west").unwrap().client().await.unwrap();
    // One replica in each cluster: each has one node.
    let wide = create_ready(
        &api,
        "wide",
        json!({"replicas": 2, "compute": {"requests": {"cpu": "100m"}, "gpu": {"count": 8}}}),
    )
    .await;
    let clusters: BTreeSet<&str> = wide.assignments.iter().map(|one| one.cluster.as_str()).collect();
    assert_eq!(clusters.len(), 2, "{}", story(&wide));
    let in_west = || {
        let mut spec = request::small();
        spec["clusterRules"] = json!({"include": ["west"]});
        spec
    };
    let kept = create_ready(&api, "kept", in_west()).await;
    let tampered = create_ready(&api, "tampered", in_west()).await;
    let pods_before = [pods(&east).await, pods(&west).await];
    let performers_before = [uids(&east).await, uids(&west).await];
    assert_eq!((pods_before[0].len(), pods_before[1].len()), (1, 3));

    for agent in fleet.agents() {
        agent.stop().await;
        // From here on they have their certificates only.
        agent.forget_join_token().unwrap();
    }
    fleet.server().stop().await;
    fleet.server().lose_store().unwrap();
    tamper(&west, &tampered).await;
    fleet.server_mut().add_flags(&["--raise-incarnation"]).await;
    fleet.server().start().await.unwrap();

    fleet.agent("west").unwrap().start().await.unwrap();
    let found = api.in_state(&kept.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!((&found.uid, &found.etag), (&kept.uid, &kept.etag));
    assert_eq!(found.assignments[0].performer, kept.assignments[0].performer);
    // The other replica's cluster is not back: it waits, and nobody starts it a second time.
    let half = api.in_state(&wide.name, State::Degraded, LIMIT).await.unwrap();
    let scheduled = condition(&half, Type::Scheduled);
    assert_eq!(
        scheduled.reason(),
        Reason::WaitingForInventory,
        "{}",
        story(&half)
    );
    assert!(
        scheduled.message.contains("--end-recovery"),
        "{}",
        scheduled.message
    );
    assert_eq!(half.assignments.len(), 1, "{}", story(&half));

    fleet.agent("east").unwrap().start().await.unwrap();
    let whole = api.in_state(&wide.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(places(&whole), places(&wide));
    assert_eq!(whole.uid, wide.uid);
    let lost = BTreeSet::from([tampered.assignments[0].performer.clone()]);
    assert_eq!(orphans(&api).await, lost, "what proves nothing is listed");
    assert_eq!(api.get(&tampered.name).await.unwrap_err().code(), Code::NotFound);

    // What a person had set for the clusters is lost with the store.
    for cluster in ["east", "west"] {
        let back = api.cluster(cluster).await.unwrap();
        assert_eq!(back.state(), cluster::State::Cordoned);
        api.set_cordoned(cluster, false).await.unwrap();
    }
    create_ready(&api, "new", request::small()).await;

    fleet.server_mut().drop_flags(&["--raise-incarnation"]).await;
    fleet.server_mut().add_flags(&["--end-recovery"]).await;
    fleet.server().start().await.unwrap();
    api.in_state(&wide.name, State::Ready, LIMIT).await.unwrap();
    let after = [pods(&east).await, pods(&west).await];
    for (before, after) in pods_before.iter().zip(&after) {
        assert!(
            before.is_subset(after),
            "a pod was made again: {before:?} {after:?}"
        );
    }
    let after = [uids(&east).await, uids(&west).await];
    for (before, after) in performers_before.iter().zip(&after) {
        assert!(
            before.is_subset(after),
            "a performer was made again: {before:?} {after:?}"
        );
    }
    for object in performers::of_placement(&west, &kept.uid).await.unwrap() {
        assert_eq!(object.annotations()[names::INCARNATION_ANNOTATION], "2");
    }

    delete(&api, &wide).await;
    delete(&api, &kept).await;
    wait_until("only the orphan and the new one are left", LIMIT, async || {
        let left = uids(&east).await.len() + uids(&west).await.len();
        if left == 2 {
            Ok(())
        } else {
            Err(format!("{left} are left"))
        }
    })
    .await
    .unwrap();
    let untouched = performers::of_placement(&west, &tampered.uid).await.unwrap();
    assert_eq!(untouched.len(), 1);
    assert!(untouched[0].metadata.deletion_timestamp.is_none());
    fleet.stop().await;
}

/// Somebody with rights in the cluster changes what the server had sealed.
async fn tamper(client: &kube::Client, placement: &Placement) {
    let object = performers::of_placement(client, &placement.uid)
        .await
        .unwrap()
        .remove(0);
    let seal = &object.annotations()[names::SIGNED_PLACEMENT_ANNOTATION];
    let (first, rest) = seal.split_at(1);
    let other = if first == "A" { "B" } else { "A" };
    let annotations = json!({names::SIGNED_PLACEMENT_ANNOTATION: format!("{other}{rest}")});
    let api: kube::Api<Performer> = kube::Api::namespaced(client.clone(), &object.namespace().unwrap());
    api.patch_metadata(
        &object.name_any(),
        &PatchParams::default(),
        &Patch::Merge(&json!({"metadata": {"annotations": annotations}})),
    )
    .await
    .unwrap();
}

fn places(placement: &Placement) -> BTreeSet<(i32, i64, String)> {
    let place = |one: &hourglass_proto::fleet::v1::Assignment| (one.slot, one.epoch, one.performer.clone());
    placement.assignments.iter().map(place).collect()
}

async fn pods(client: &kube::Client) -> BTreeSet<Option<String>> {
    let api: kube::Api<Pod> = kube::Api::namespaced(client.clone(), "performers");
    let listed = api.list(&ListParams::default()).await.unwrap();
    listed.items.iter().map(ResourceExt::uid).collect()
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
