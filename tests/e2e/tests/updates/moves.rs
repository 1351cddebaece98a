//! Replicas leave nodes that are being emptied.

use hourglass_e2e::{performers, request, wait_until};
use hourglass_proto::fleet::v1::condition::Reason;
use hourglass_proto::fleet::v1::placement::State;
use k8s_openapi::api::core::v1::Node;

use crate::common::{LIMIT, create_ready, delete};
use crate::watcher::{Watcher, service_of};
use crate::{FLEET, describe, replaced};

#[tokio::test]
async fn a_replica_serves_on_another_node_before_it_leaves_a_cordoned_one() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let before = create_ready(&api, "leaves", request::small()).await;
    let there = before.assignments[0].clone();
    let watcher = Watcher::start(&client, &service_of(&client, &before).await, 1).await;

    let nodes: kube::Api<Node> = kube::Api::all(client.clone());
    nodes.cordon(&there.node).await.unwrap();
    let after = api
        .until("it serves elsewhere", &before.name, LIMIT, |found| {
            found.assignments.len() == 1
                && found.assignments[0].epoch > there.epoch
                && found.state() == State::Ready
        })
        .await
        .unwrap();
    wait_until("nothing is left on the cordoned node", LIMIT, async || {
        let objects = performers::of_placement(&client, &after.uid)
            .await
            .map_err(|error| error.to_string())?;
        if objects.len() == 1 {
            Ok(())
        } else {
            Err(format!("{} objects", objects.len()))
        }
    })
    .await
    .unwrap();
    let seen = watcher.end().await;
    nodes.uncordon(&there.node).await.unwrap();

    assert!(seen.least > 0, "nothing was behind the Service: {seen:?}");
    let moved = &after.assignments[0];
    assert_ne!(moved.node, there.node);
    let attempt = &moved.attempts[0];
    assert_eq!((attempt.reason(), attempt.epoch), (Reason::Drained, there.epoch));
    assert!(attempt.message.contains("NODE_CORDONED"), "{}", attempt.message);
    let metrics = fleet.server().metrics().await.unwrap();
    assert!(replaced(&metrics, "move", "completed") >= 1, "{metrics}");
    delete(&api, &after).await;
}
