//! The higher priority takes the place of the lower one.

use std::collections::BTreeSet;

use hourglass_e2e::{performers, request};
use hourglass_proto::fleet::v1::condition::{Reason, Type};
use hourglass_proto::fleet::v1::{Placement, placement::State};
use serde_json::json;

use crate::common::{LIMIT, condition, create, create_ready, delete};
use crate::{fleet, product, until_it_fits};

#[tokio::test]
async fn the_higher_priority_takes_the_place_and_the_lower_one_comes_back_when_there_is_room() {
    let (fleet, api) = fleet().await;
    let cluster = fleet.cluster("gpu").unwrap();
    let profile = product("TakenX", 4);
    cluster.add_nodes(&profile, 1).await.unwrap();
    let wish = |priority: i32| json!({"priority": priority, "compute": {"gpu": {"count": 4, "products": ["TakenX"]}}});
    until_it_fits(&api, &wish(1), 1).await;
    let low = create_ready(&api, "taken-low", wish(1)).await;
    let node = low.assignments[0].node.clone();

    let mut rehearsal = request::create("taken-high", wish(100)).unwrap();
    rehearsal.validate_only = true;
    let would_be = api.create(rehearsal).await.unwrap();
    assert_eq!(would_be.assignments[0].node, node);
    assert_eq!(would_be.victims.len(), 1, "{:?}", would_be.victims);
    let victim = &would_be.victims[0];
    assert_eq!(
        (victim.placement.as_str(), victim.priority),
        (low.name.as_str(), 1)
    );
    assert_eq!(
        (victim.cluster.as_str(), victim.node.as_str()),
        ("gpu", node.as_str())
    );
    assert_eq!(
        api.get(&low.name).await.unwrap().state(),
        State::Ready,
        "it was a rehearsal"
    );

    let high = create(&api, "taken-high", wish(100)).await;
    assert_eq!(high.assignments[0].node, node);
    let waiting = api.in_state(&low.name, State::Pending, LIMIT).await.unwrap();
    let scheduled = condition(&waiting, Type::Scheduled);
    assert_eq!(scheduled.reason(), Reason::Preempted, "{}", scheduled.message);
    assert!(scheduled.message.contains(&high.name), "{}", scheduled.message);
    let attempt = waiting.assignments[0].attempts.last().unwrap();
    assert_eq!(attempt.reason(), Reason::Preempted);
    let ready = api.in_state(&high.name, State::Ready, LIMIT).await.unwrap();
    assert!(ready.victims.is_empty(), "they have left: {:?}", ready.victims);
    let client = cluster.client().await.unwrap();
    assert!(
        performers::of_placement(&client, &low.uid)
            .await
            .unwrap()
            .is_empty()
    );

    cluster.add_nodes(&profile, 1).await.unwrap();
    let back = api.in_state(&low.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(back.uid, low.uid);
    assert_ne!(back.assignments[0].node, node);
    delete(&api, &back).await;
    delete(&api, &ready).await;
}

fn clusters(placement: &Placement) -> BTreeSet<&str> {
    let assignments = placement.assignments.iter();
    assignments
        .map(|assignment| assignment.cluster.as_str())
        .collect()
}

#[tokio::test]
async fn a_gang_takes_places_in_two_clusters_and_starts_whole_when_those_of_lower_priority_have_left() {
    let (fleet, api) = fleet().await;
    let profile = product("TakenY", 4);
    for cluster in ["gpu", "sgx"] {
        let cluster = fleet.cluster(cluster).unwrap();
        cluster.add_nodes(&profile, 1).await.unwrap();
    }
    let wish = |priority: i32| {
        json!({
            "replicas": 2, "gang": priority > 1, "priority": priority,
            "compute": {"gpu": {"count": 4, "products": ["TakenY"]}},
        })
    };
    until_it_fits(&api, &wish(1), 2).await;
    let low = create_ready(&api, "taken-by-gang", wish(1)).await;
    assert_eq!(clusters(&low), BTreeSet::from(["gpu", "sgx"]));

    let manifest = json!({
        "name": "taking-gang",
        "spec": request::placement(wish(100)).unwrap().spec,
    });
    let path = fleet.dir().join("taking-gang.json");
    std::fs::write(&path, manifest.to_string()).unwrap();
    let words = ["apply", "-f", path.to_str().unwrap(), "--dry-run"];
    let shown = fleet.cli().run(&words).await.unwrap();
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(
        shown.stdout.contains("taking the room of") && shown.stdout.contains(&low.name),
        "{}",
        shown.stdout
    );

    let gang = create(&api, "taking-gang", wish(100)).await;
    let ready = api.in_state(&gang.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(clusters(&ready), BTreeSet::from(["gpu", "sgx"]));
    let story: Vec<&str> = ready.events.iter().map(|event| event.reason.as_str()).collect();
    let at = |reason: &str| {
        let found = story.iter().position(|told| *told == reason);
        found.unwrap_or_else(|| panic!("no {reason} in {story:?}"))
    };
    let order = [at("PREEMPTING"), at("ROOM_MADE"), at("GANG_ADMITTED")];
    assert!(
        order.is_sorted(),
        "first there is room, then they are admitted: {story:?}"
    );
    assert!(!story.contains(&"GANG_BACKED_OUT"), "{story:?}");
    assert_eq!(api.get(&low.name).await.unwrap().state(), State::Pending);
    for cluster in ["gpu", "sgx"] {
        let client = fleet.cluster(cluster).unwrap().client().await.unwrap();
        let left = performers::of_placement(&client, &low.uid).await.unwrap();
        assert!(left.is_empty(), "{} in {cluster}", left.len());
    }

    delete(&api, &ready).await;
    let back = api.in_state(&low.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(
        (back.uid.as_str(), clusters(&back)),
        (low.uid.as_str(), clusters(&low))
    );
    delete(&api, &back).await;
}
