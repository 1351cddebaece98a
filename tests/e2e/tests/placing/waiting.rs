//! What does not fit now: waits, is refused, and is placed by an event.

use hourglass_e2e::{request, wait_until};
use hourglass_proto::fleet::v1::condition::{Reason, Status as ConditionStatus, Type};
use hourglass_proto::fleet::v1::{ExplainPlacementRequest, explain_placement_request, placement::State};
use serde_json::json;
use tonic::Code;

use crate::common::{LIMIT, condition, create, delete, reason};
use crate::{fleet, product};

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
