//! How many more of a placement fit.

use super::*;

/// How many more of `request` fit.
async fn count(
    world: &World,
    request: proto::CreatePlacementRequest,
    limit: i32,
) -> Result<proto::ComputeCapacityResponse, Status> {
    let ask = proto::ComputeCapacityRequest {
        parent: request.parent,
        placement: request.placement,
        limit,
    };
    let answer = world.placements.compute_capacity(Request::new(ask)).await;
    answer.map(tonic::Response::into_inner)
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
    let found = count(&world, gang, 0).await.unwrap();
    assert_eq!((found.total, found.limited), (8, false));
    let refused = count(&world, request("any", 1), 10_001).await;
    assert_eq!(
        outcome(refused),
        (Code::InvalidArgument, "INVALID_FIELDS".to_owned())
    );
    world.stop().await;
}

#[tokio::test]
async fn counting_ends_with_its_time_and_says_that_more_may_fit() {
    let mut world = World::start_with(Duration::ZERO).await;
    world.join("eu-1", 2).await;
    let found = count(&world, request("any", 1), 0).await.unwrap();
    assert_eq!((found.total, found.limited, found.explanation), (0, true, None));
    world.stop().await;
}
