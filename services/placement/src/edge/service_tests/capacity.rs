//! How many more of a placement fit.

use super::*;

use proto::compute_capacity_response::Bound;

use crate::edge::layers::Deadline;

fn question(request: proto::CreatePlacementRequest, limit: i32) -> proto::ComputeCapacityRequest {
    proto::ComputeCapacityRequest {
        parent: request.parent,
        placement: request.placement,
        limit,
    }
}

/// For as long as a count may take, however slow the machine is.
fn patient(request: proto::CreatePlacementRequest, limit: i32) -> Request<proto::ComputeCapacityRequest> {
    let mut ask = Request::new(question(request, limit));
    let minute = Duration::from_secs(60);
    ask.extensions_mut()
        .insert(Deadline(tokio::time::Instant::now() + minute));
    ask
}

/// How many more of `request` fit.
async fn count(
    world: &World,
    request: proto::CreatePlacementRequest,
    limit: i32,
) -> Result<proto::ComputeCapacityResponse, Status> {
    let answer = world.placements.compute_capacity(patient(request, limit)).await;
    answer.map(tonic::Response::into_inner)
}

/// The same for a caller who stops listening now.
async fn count_at_once(
    edge: &PlacementEdge,
    request: proto::CreatePlacementRequest,
) -> Result<proto::ComputeCapacityResponse, Status> {
    let mut ask = Request::new(question(request, 0));
    ask.extensions_mut().insert(Deadline(tokio::time::Instant::now()));
    edge.compute_capacity(ask).await.map(tonic::Response::into_inner)
}

/// A placement that asks for nothing but a place, in a way that takes long to count.
fn roomy() -> proto::CreatePlacementRequest {
    let mut roomy = request("roomy", 1);
    let spec = roomy.placement.as_mut().unwrap().spec.as_mut().unwrap();
    spec.compute = None;
    spec.strategy = proto::placement_spec::Strategy::Spread.into();
    roomy
}

#[tokio::test]
async fn capacity_is_counted_by_cluster_and_node_beside_what_is_there_and_says_what_stops_the_next() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    world.join("us-1", 2).await;
    world.create(request("web", 3)).await.unwrap();
    let found = count(&world, request("any", 2), 0).await.unwrap();
    assert_eq!((found.total, found.limited), (4, false));
    let places: Vec<(&str, i32, usize)> = found
        .clusters
        .iter()
        .map(|one| (one.cluster.as_str(), one.replicas, one.nodes.len()))
        .collect();
    let taken = world.get("web", proto::PlacementView::Basic).await.unwrap();
    let expected = match taken.assignments[0].cluster.as_str() {
        "eu-1" => vec![("us-1", 4, 2)],
        _ => vec![("eu-1", 2, 1), ("us-1", 2, 1)],
    };
    assert_eq!(places, expected);
    let why = found.explanation.unwrap();
    assert_eq!((why.replicas_wanted, why.replicas_that_fit), (1, 0));
    assert!(
        why.summary.contains("nvidia.com/gpu") && why.duration.is_some(),
        "{}",
        why.summary
    );
    assert_eq!(world.list(all()).await.0, ["web"], "nothing was created");
    world.stop().await;
}

fn all() -> proto::ListPlacementsRequest {
    proto::ListPlacementsRequest {
        parent: "tenants/default".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn counting_ends_at_the_limit_and_replicas_and_gangs_do_not_matter() {
    let mut world = World::start().await;
    world.join("eu-1", 2).await;
    let mut gang = request("gang", 1);
    let spec = gang.placement.as_mut().unwrap().spec.as_mut().unwrap();
    spec.replicas = Some(100);
    spec.gang = true;
    let found = count(&world, gang.clone(), 5).await.unwrap();
    assert_eq!((found.total, found.limited, found.explanation), (5, true, None));
    assert_eq!(found.limited_by, i32::from(Bound::Limit));
    let found = count(&world, gang, 0).await.unwrap();
    assert_eq!((found.total, found.limited, found.limited_by), (8, false, 0));
    let refused = count(&world, request("any", 1), 10_001).await;
    assert_eq!(
        outcome(refused),
        (Code::InvalidArgument, "INVALID_FIELDS".to_owned())
    );
    world.stop().await;
}

#[tokio::test]
async fn however_short_its_turns_are_a_count_gives_the_same_answer() {
    let pack = request("any", 1);
    let mut spread = pack.clone();
    let spec = spread.placement.as_mut().unwrap().spec.as_mut().unwrap();
    spec.strategy = proto::placement_spec::Strategy::Spread.into();
    let mut even = pack.clone();
    let spec = even.placement.as_mut().unwrap().spec.as_mut().unwrap();
    spec.spread = vec![proto::SpreadConstraint {
        max_skew: Some(1),
        topology: proto::spread_constraint::Topology::Cluster.into(),
        ..Default::default()
    }];
    let mut answers = Vec::new();
    for answering in [Duration::MAX, Duration::ZERO] {
        let mut world = World::start_with(answering).await;
        world.join("eu-1", 12).await;
        world.join("us-1", 10).await;
        let mut found = Vec::new();
        for request in [&pack, &spread, &even] {
            let mut answer = count(&world, request.clone(), 0).await.unwrap();
            // They differ in nothing but the time that it took, and when that was.
            let explanation = answer.explanation.as_mut().unwrap();
            explanation.duration = None;
            assert_eq!(explanation.snapshot_id, answer.snapshot_id);
            (explanation.snapshot_id, answer.snapshot_id) = (0, 0);
            found.push(answer);
        }
        let totals: Vec<i32> = found.iter().map(|answer| answer.total).collect();
        assert_eq!(totals, [88, 88, 81], "a skew of one: 40 there and 41 here");
        answers.push(found);
        world.stop().await;
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn counting_ends_with_the_callers_time_and_says_that_more_may_fit() {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 2).await;
    let found = count_at_once(&world.placements, request("any", 1)).await.unwrap();
    assert_eq!((found.total, found.limited, found.explanation), (1, true, None));
    assert_eq!(found.limited_by, i32::from(Bound::Time));
    world.stop().await;
}

#[tokio::test]
async fn others_are_served_between_turns_and_the_count_is_right_beside_what_they_did() {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 22).await;
    let edge = world.placements.clone();
    let counting = tokio::spawn(async move {
        let answer = edge.compute_capacity(patient(roomy(), 10_000)).await;
        answer.map(tonic::Response::into_inner)
    });
    // The count has begun when the second one comes, at the latest.
    for id in ["web-0", "web-1", "web-2"] {
        let mut created = roomy();
        created.placement_id = id.to_owned();
        world.create(created).await.unwrap();
        assert!(!counting.is_finished(), "{id} has not waited for the count");
    }
    let found = counting.await.unwrap().unwrap();
    let fresh = count(&world, roomy(), 10_000).await.unwrap();
    assert_eq!((found.total, found.limited), (fresh.total, false));
    assert_eq!(found.clusters, fresh.clusters);
    assert!(found.total > 1_000, "{}", found.total);
    world.stop().await;
}

#[tokio::test]
async fn an_explanation_is_answered_while_counts_rest() {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 22).await;
    // What is asked of the loop comes by here first.
    let (asks, mut asked) = mpsc::channel(8);
    let edge = PlacementEdge {
        scheduler: Scheduler::new(asks),
        ..world.placements.clone()
    };
    // Time passes only while nobody has anything to do: while a count rests.
    tokio::time::pause();
    let many: Vec<_> = (0..4)
        .map(|_| {
            let edge = edge.clone();
            let ask = Request::new(question(roomy(), 10_000));
            tokio::spawn(async move { edge.compute_capacity(ask).await })
        })
        .collect();
    // One of them has its turn, and rests after it.
    world.scheduler.tell(asked.recv().await.unwrap()).await.unwrap();
    let begin = tokio::time::Instant::now();
    let explanation = edge.explain_placement(Request::new(proto::ExplainPlacementRequest {
        parent: "tenants/default".to_owned(),
        subject: Some(proto::explain_placement_request::Subject::Placement(
            roomy().placement.unwrap(),
        )),
    }));
    let next = async { world.scheduler.tell(asked.recv().await.unwrap()).await };
    let (explained, told) = tokio::join!(explanation, next);
    explained.unwrap();
    told.unwrap();
    assert_eq!(begin.elapsed(), Duration::ZERO, "nobody's rest was waited for");
    for one in &many {
        assert!(!one.is_finished());
        one.abort();
    }
    tokio::time::resume();
    world.stop().await;
}

#[tokio::test]
async fn counts_beyond_a_bound_are_refused_in_time_and_who_goes_makes_room() {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 22).await;
    let many: Vec<_> = (0..8)
        .map(|_| {
            let edge = world.placements.clone();
            let ask = Request::new(question(roomy(), 10_000));
            tokio::spawn(async move { edge.compute_capacity(ask).await })
        })
        .collect();
    let refused = loop {
        match count_at_once(&world.placements, request("any", 1)).await {
            // They have not begun.
            Ok(found) => assert_eq!(found.total, 1),
            refused => break refused,
        }
    };
    assert_eq!(
        outcome(refused),
        (Code::ResourceExhausted, "LIMIT_REACHED".to_owned())
    );
    for one in &many {
        assert!(!one.is_finished());
        one.abort();
    }
    for one in many {
        assert!(one.await.unwrap_err().is_cancelled());
    }
    let found = count_at_once(&world.placements, request("any", 1)).await.unwrap();
    assert_eq!(found.total, 1);
    world.stop().await;
}
