//! Calls that are repeated, collide, or only rehearse.

use hourglass_e2e::{performers, request};
use hourglass_proto::fleet::v1::placement::State;
use serde_json::json;
use tonic::Code;

use crate::common::{LIMIT, create, delete, reason};
use crate::fleet;

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
