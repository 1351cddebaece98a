//! Placements from creation to deletion.

use proto::explain_placement_request::Subject;
use proto::placement::State;

use super::*;

#[tokio::test]
async fn a_placement_is_created_read_explained_listed_and_deleted() {
    let mut world = World::start().await;
    world.join("eu-1", 2).await;
    let created = world.create(request("web", 4)).await.unwrap();
    assert_eq!(
        (created.name.as_str(), created.state()),
        ("tenants/default/placements/web", State::Assigned)
    );
    let assignment = &created.assignments[0];
    assert_eq!(
        (assignment.cluster.as_str(), assignment.slot, assignment.epoch),
        ("eu-1", 0, 1)
    );
    assert!(assignment.node.starts_with("node-") && assignment.performer.starts_with("avs/web-"));
    assert!(!created.uid.is_empty() && !created.etag.is_empty());

    let basic = world.get("web", proto::PlacementView::Basic).await.unwrap();
    assert_eq!(
        (basic.uid.as_str(), basic.explanation),
        (created.uid.as_str(), None)
    );
    let full = world.get("web", proto::PlacementView::Full).await.unwrap();
    assert_eq!(full.explanation.unwrap().clusters[0].cluster, "eu-1");
    assert_eq!(
        outcome(world.get("other", proto::PlacementView::Basic).await),
        (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
    );

    let delete = |etag: &str, id: &str, allow_missing| {
        Request::new(proto::DeletePlacementRequest {
            name: name(id),
            etag: etag.to_owned(),
            allow_missing,
            ..Default::default()
        })
    };
    let stale = world
        .placements
        .delete_placement(delete("stale", "web", false))
        .await;
    assert_eq!(outcome(stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    let deleted = world
        .placements
        .delete_placement(delete(&created.etag, "web", false))
        .await
        .unwrap();
    assert_eq!(deleted.into_inner().state(), State::Deleting);
    let missing = world
        .placements
        .delete_placement(delete("", "other", false))
        .await;
    assert_eq!(
        outcome(missing),
        (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
    );
    let allowed = world
        .placements
        .delete_placement(delete("", "other", true))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(allowed.name, name("other"));
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_another_body_is_refused() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let with_id = |gpus| proto::CreatePlacementRequest {
        request_id: "r-1".to_owned(),
        ..request("web", gpus)
    };
    let first = world.create(with_id(1)).await.unwrap();
    let again = world.create(with_id(1)).await.unwrap();
    assert_eq!(again.uid, first.uid);
    let other_body = (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned());
    assert_eq!(outcome(world.create(with_id(2)).await), other_body);
    let taken = (Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS".to_owned());
    assert_eq!(outcome(world.create(request("web", 1)).await), taken);
    world.stop().await;
}

#[tokio::test]
async fn validate_only_changes_nothing_and_fail_fast_explains_itself() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let dry = proto::CreatePlacementRequest {
        validate_only: true,
        ..request("web", 4)
    };
    let would_be = world.create(dry).await.unwrap();
    assert_eq!(would_be.assignments[0].cluster, "eu-1");
    assert_eq!(
        outcome(world.get("web", proto::PlacementView::Basic).await).0,
        Code::NotFound
    );

    let eager = proto::CreatePlacementRequest {
        fail_fast: true,
        ..request("web", 8)
    };
    let refused = world.create(eager).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "DOES_NOT_FIT");
    let rules = &details.precondition_failure().unwrap().violations;
    assert_eq!(rules[0].subject, "clusters/eu-1");
    assert!(rules[0].description.contains("node-0"), "{rules:?}");

    // Without it the placement waits, and says for what.
    let waiting = world.create(request("web", 8)).await.unwrap();
    assert_eq!(waiting.state(), State::Pending);
    let explain = |subject| {
        let request = proto::ExplainPlacementRequest {
            subject: Some(subject),
            parent: "tenants/default".to_owned(),
        };
        world.placements.explain_placement(Request::new(request))
    };
    let existing = explain(Subject::Name(name("web"))).await.unwrap().into_inner();
    let new = explain(Subject::Placement(request("x", 8).placement.unwrap()))
        .await
        .unwrap()
        .into_inner();
    for explanation in [existing, new] {
        assert_eq!(
            (explanation.replicas_wanted, explanation.replicas_that_fit),
            (1, 0)
        );
        let cluster = &explanation.clusters[0];
        assert!(cluster.eligible && cluster.nodes_feasible == 0, "{cluster:?}");
        let rejected: i32 = cluster.rejections.iter().map(|rejection| rejection.nodes).sum();
        assert_eq!(rejected, cluster.nodes_seen);
        assert!(!explanation.summary.is_empty() && explanation.duration.is_some());
    }
    world.stop().await;
}

#[tokio::test]
async fn listings_have_pages_filters_and_orders() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    for (id, gpus) in [("c", 1), ("a", 1), ("d", 8), ("b", 1)] {
        world.create(request(id, gpus)).await.unwrap();
    }
    let all = proto::ListPlacementsRequest {
        parent: "tenants/-".to_owned(),
        page_size: 3,
        ..Default::default()
    };
    let (first, page_token) = world.list(all.clone()).await;
    assert_eq!(first, ["a", "b", "c"]);
    let (second, end) = world
        .list(proto::ListPlacementsRequest {
            page_token: page_token.clone(),
            ..all.clone()
        })
        .await;
    assert_eq!((second, end), (vec!["d".to_owned()], String::new()));

    let newest = proto::ListPlacementsRequest {
        parent: "tenants/default".to_owned(),
        order_by: "create_time desc".to_owned(),
        ..Default::default()
    };
    assert_eq!(world.list(newest.clone()).await.0, ["b", "d", "a", "c"]);
    let waiting = proto::ListPlacementsRequest {
        filter: "state = PENDING".to_owned(),
        ..newest.clone()
    };
    assert_eq!(world.list(waiting).await.0, ["d"]);
    let placed = proto::ListPlacementsRequest {
        filter: "cluster = eu-1 -name = a".to_owned(),
        ..newest.clone()
    };
    assert_eq!(world.list(placed).await.0, ["b", "c"]);
    let nobody = proto::ListPlacementsRequest {
        parent: "tenants/other".to_owned(),
        ..Default::default()
    };
    assert_eq!(world.list(nobody).await.0, Vec::<String>::new());

    let foreign = proto::ListPlacementsRequest {
        page_token,
        filter: "state = PENDING".to_owned(),
        ..all
    };
    let refused = world.placements.list_placements(Request::new(foreign)).await;
    assert_eq!(
        outcome(refused),
        (Code::InvalidArgument, "INVALID_FIELDS".to_owned())
    );
    world.stop().await;
}

#[tokio::test]
async fn the_callers_trace_is_kept_with_the_placement() {
    let world = World::start().await;
    let mut call = Request::new(request("web", 1));
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traceparent = format!("00-{trace_id}-00f067aa0ba902b7-01");
    call.metadata_mut()
        .insert("traceparent", traceparent.parse().unwrap());
    let created = world
        .placements
        .create_placement(call)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(created.traceparent, traceparent);
    assert!(
        created.events.iter().any(|event| event.trace_id == trace_id),
        "{:?}",
        created.events
    );
    world.stop().await;
}

#[tokio::test]
async fn who_makes_room_is_told_by_a_dry_run_and_shown_until_they_have_left() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let low = world.create(request("low", 4)).await.unwrap();
    let mut call = request("high", 4);
    call.validate_only = true;
    call.placement.as_mut().unwrap().spec.as_mut().unwrap().priority = Some(10);
    let would_be = world.create(call.clone()).await.unwrap();
    assert_eq!(would_be.victims.len(), 1);
    let victim = &would_be.victims[0];
    assert_eq!(
        (victim.placement.as_str(), victim.epoch, victim.priority),
        (low.name.as_str(), 1, 0)
    );
    let still = world.get("low", proto::PlacementView::Basic).await.unwrap();
    assert_eq!((still.state(), still.queue_position), (State::Assigned, None));

    call.validate_only = false;
    let high = world.create(call).await.unwrap();
    assert_eq!((high.state(), high.victims.len()), (State::Assigned, 1));
    let shown = world.get("high", proto::PlacementView::Basic).await.unwrap();
    assert_eq!(shown.victims, high.victims, "no cluster has said that it left");
    let low = world.get("low", proto::PlacementView::Basic).await.unwrap();
    assert_eq!((low.state(), low.queue_position), (State::Pending, Some(1)));
    let scheduled = low
        .conditions
        .iter()
        .find(|condition| condition.r#type() == proto::condition::Type::Scheduled)
        .unwrap();
    assert_eq!(scheduled.reason(), proto::condition::Reason::Preempted);
    assert!(
        scheduled.message.contains(&high.name) && scheduled.message.contains("1 of 1 in the queue"),
        "{}",
        scheduled.message
    );
    world.stop().await;
}
