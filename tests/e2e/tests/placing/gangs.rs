//! Gangs start whole, or not at all.

use std::collections::BTreeSet;

use hourglass_e2e::performers;
use hourglass_proto::fleet::v1::condition::Reason;
use hourglass_proto::fleet::v1::placement::State;
use k8s_openapi::api::core::v1::LimitRange;
use kube::api::{DeleteParams, PostParams};
use serde_json::json;

use crate::common::{LIMIT, create, create_ready, delete};
use crate::{PICKY, fleet, product, until_it_fits};

#[tokio::test]
async fn a_gang_with_members_in_two_clusters_starts_whole() {
    let (fleet, api) = fleet().await;
    let profile = product("GangX", 4);
    for cluster in ["gpu", "sgx"] {
        let cluster = fleet.cluster(cluster).unwrap();
        cluster.add_nodes(&profile, 1).await.unwrap();
    }
    let wish = json!({"replicas": 2, "gang": true, "compute": {"gpu": {"count": 4, "products": ["GangX"]}}});
    until_it_fits(&api, &wish, 2).await;
    let ready = create_ready(&api, "gang-over-two", wish).await;
    let clusters: BTreeSet<&str> = ready
        .assignments
        .iter()
        .map(|assignment| assignment.cluster.as_str())
        .collect();
    assert_eq!(clusters, BTreeSet::from(["gpu", "sgx"]));
    let story: Vec<&str> = ready.events.iter().map(|event| event.reason.as_str()).collect();
    assert!(story.contains(&"GANG_ADMITTED"), "{story:?}");
    assert!(!story.contains(&"GANG_BACKED_OUT"), "{story:?}");
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_gang_of_which_one_cluster_refuses_a_member_waits_whole_and_runs_when_there_is_room_elsewhere() {
    let (fleet, api) = fleet().await;
    let profile = product("GangY", 4);
    for cluster in ["gpu", "sgx"] {
        let cluster = fleet.cluster(cluster).unwrap();
        cluster.add_nodes(&profile, 1).await.unwrap();
    }
    // What the inventory does not show: containers that ask for little are not let in there.
    let client = fleet.cluster("sgx").unwrap().client().await.unwrap();
    let limits: kube::Api<LimitRange> = kube::Api::namespaced(client.clone(), PICKY);
    let limit: LimitRange = serde_json::from_value(json!({
        "metadata": {"name": "large-only"},
        "spec": {"limits": [{"type": "Container", "min": {"cpu": "4"}}]},
    }))
    .unwrap();
    limits.create(&PostParams::default(), &limit).await.unwrap();
    let wish = json!({
        "replicas": 2, "gang": true, "namespace": PICKY,
        "compute": {"requests": {"cpu": "1"}, "gpu": {"count": 4, "products": ["GangY"]}},
    });
    until_it_fits(&api, &wish, 2).await;
    let gang = create(&api, "gang-refused", wish).await;
    let waiting = api
        .until("the gang is taken back", &gang.name, LIMIT, |found| {
            found.state() == State::Pending
                && found.assignments.iter().any(|assignment| {
                    let mut attempts = assignment.attempts.iter();
                    attempts.any(|attempt| attempt.reason() == Reason::GangBackedOut)
                })
        })
        .await
        .unwrap();
    let messages: Vec<&str> = waiting
        .assignments
        .iter()
        .flat_map(|assignment| &assignment.attempts)
        .map(|attempt| attempt.message.as_str())
        .collect();
    assert_eq!(messages.len() % 2, 0, "all are taken back, not one: {messages:?}");
    assert!(
        messages
            .iter()
            .all(|message| message.contains("sgx") && message.contains("cpu")),
        "{messages:?}"
    );

    let cluster = fleet.cluster("gpu").unwrap();
    cluster.add_nodes(&profile, 1).await.unwrap();
    let ready = api.in_state(&gang.name, State::Ready, LIMIT).await.unwrap();
    assert!(
        ready
            .assignments
            .iter()
            .all(|assignment| assignment.cluster == "gpu")
    );
    assert!(
        performers::of_placement(&client, &ready.uid)
            .await
            .unwrap()
            .is_empty(),
        "nothing of it is left where it was refused"
    );
    delete(&api, &ready).await;
    limits
        .delete("large-only", &DeleteParams::default())
        .await
        .unwrap();
}
