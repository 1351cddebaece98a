//! The higher priority takes the place of the lower one.

use hourglass_e2e::{performers, request, wait_until};
use hourglass_proto::fleet::v1::condition::{Reason, Type};
use hourglass_proto::fleet::v1::{ExplainPlacementRequest, explain_placement_request, placement::State};
use serde_json::json;

use crate::common::{LIMIT, condition, create, create_ready, delete};
use crate::{fleet, product};

#[tokio::test]
async fn the_higher_priority_takes_the_place_and_the_lower_one_comes_back_when_there_is_room() {
    let (fleet, api) = fleet().await;
    let cluster = fleet.cluster("gpu").unwrap();
    let profile = product("TakenX", 4);
    cluster.add_nodes(&profile, 1).await.unwrap();
    let wish = |priority: i32| json!({"priority": priority, "compute": {"gpu": {"count": 4, "products": ["TakenX"]}}});
    let ask = ExplainPlacementRequest {
        subject: Some(explain_placement_request::Subject::Placement(
            request::placement(wish(1)).unwrap(),
        )),
        parent: "tenants/default".to_owned(),
    };
    wait_until("the node is known", LIMIT, async || {
        let found = api.placements.clone().explain_placement(ask.clone()).await;
        match found
            .map_err(|status| status.to_string())?
            .into_inner()
            .replicas_that_fit
        {
            1 => Ok(()),
            fits => Err(format!("{fits} fit")),
        }
    })
    .await
    .unwrap();
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
