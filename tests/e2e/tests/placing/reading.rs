//! What callers read: mistakes, pages, changes.

use hourglass_e2e::request;
use hourglass_proto::fleet::v1::watch_placements_response::Type as Change;
use hourglass_proto::fleet::v1::{ListPlacementsRequest, WatchPlacementsRequest, placement::State};
use serde_json::json;
use tonic::Code;

use crate::common::{LIMIT, create, create_ready, delete, fields, reason};
use crate::fleet;

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
