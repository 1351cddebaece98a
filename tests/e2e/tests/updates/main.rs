//! Updates, rollbacks and evictions of placements, against real API servers: what serves is never without an endpoint.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

#[path = "../common/mod.rs"]
mod common;
mod crashes;
mod moves;
mod watcher;

use common::{LIMIT, condition, create_ready, delete};
use hourglass_e2e::{Api, Fleet, FleetBuilder, Profile, request, shared::Shared};
use hourglass_proto::fleet::v1::condition::{Reason, Type};
use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{
    EvictReplicaRequest, ListPlacementRevisionsRequest, Placement, RollbackPlacementRequest,
    UpdatePlacementRequest, condition as proto_condition,
};
use pbjson_types::FieldMask;
use serde_json::{Value, json};
use tonic::{Code, Status};
use watcher::{Watcher, service_of};

static FLEET: Shared = Shared::new();

fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder().cluster("one", Profile::builtin("a100-pool")?.with_count("a100", 2)))
}

fn with_image(image: &str) -> Value {
    let mut spec = request::small();
    spec["performer"] = json!({"image": image});
    spec
}

/// A change of one field.
fn change(id: &str, spec: Value, path: &str) -> UpdatePlacementRequest {
    UpdatePlacementRequest {
        placement: Some(Placement {
            name: request::name(id),
            ..request::placement(spec).unwrap()
        }),
        update_mask: Some(FieldMask {
            paths: vec![path.to_owned()],
        }),
        request_id: uuid::Uuid::new_v4().to_string(),
        allow_missing: false,
        validate_only: false,
    }
}

async fn update(api: &Api, request: UpdatePlacementRequest) -> Result<Placement, Status> {
    let mut client = api.placements.clone();
    Ok(Box::pin(client.update_placement(request)).await?.into_inner())
}

/// Waits until every replica of this generation serves.
async fn rolled(api: &Api, id: &str, generation: i64) -> Placement {
    api.until("the update is complete", &request::name(id), LIMIT, |found| {
        found.state() == State::Ready
            && found.observed_generation == generation
            && found.assignments.iter().all(|one| one.generation == generation)
    })
    .await
    .unwrap()
}

/// The number of replicas that were replaced for this cause and with this outcome, since the server started.
fn replaced(metrics: &str, cause: &str, outcome: &str) -> u64 {
    let name = "hourglass_placement_replacements_total";
    let labels = [format!("cause=\"{cause}\""), format!("outcome=\"{outcome}\"")];
    let mut lines = metrics.lines();
    let line = lines.find(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)));
    line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn an_update_rolls_without_a_moment_in_which_nothing_serves_and_goes_back() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let mut spec = with_image("registry.example/avs/performer:1.0.0");
    spec["replicas"] = json!(2);
    let before = create_ready(&api, "rolls", spec.clone()).await;
    let service = service_of(&client, &before).await;
    let watcher = Watcher::start(&client, &service, 2).await;

    spec["performer"]["image"] = json!("registry.example/avs/performer:2.0.0");
    let mut plan = change("rolls", spec.clone(), "spec.performer.image");
    plan.validate_only = true;
    let planned = update(&api, plan).await.unwrap().update_plan.unwrap();
    assert_eq!(planned.changes.len(), 1);
    assert_eq!(planned.changes[0].path, "spec.performer.image");
    assert_eq!(planned.moves.len(), 2, "{planned:?}");
    assert_eq!(
        api.get(&before.name).await.unwrap().generation,
        before.generation,
        "nothing changed"
    );

    let mut wrong = change("rolls", spec.clone(), "spec.performer.image");
    wrong.placement.as_mut().unwrap().etag = "another".to_owned();
    assert_eq!(update(&api, wrong).await.unwrap_err().code(), Code::Aborted);
    let wrong = change("rolls", spec.clone(), "spec.performer.picture");
    let refused = update(&api, wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(
        format!("{refused:?}").contains("spec.performer.picture"),
        "{refused:?}"
    );

    let asked = change("rolls", spec.clone(), "spec.performer.image");
    let updated = update(&api, asked.clone()).await.unwrap();
    assert_eq!(updated.generation, 2);
    assert_eq!(
        update(&api, asked).await.unwrap().generation,
        2,
        "the same call is the same update"
    );
    let after = rolled(&api, "rolls", 2).await;
    assert_eq!(condition(&after, Type::Updated).reason(), Reason::UpToDate);
    let epoch = |of: &Placement, slot: i32| {
        let found = of.assignments.iter().find(|one| one.slot == slot);
        found.unwrap().epoch
    };
    for slot in 0..2 {
        assert!(epoch(&after, slot) > epoch(&before, slot));
    }
    assert_eq!(service_of(&client, &after).await, service, "its name stays");

    let request = ListPlacementRevisionsRequest {
        parent: before.name.clone(),
    };
    let revisions = api
        .placements
        .clone()
        .list_placement_revisions(request)
        .await
        .unwrap();
    let numbers: Vec<i64> = revisions
        .into_inner()
        .revisions
        .iter()
        .map(|one| one.revision)
        .collect();
    assert_eq!(numbers, [2, 1]);
    let request = RollbackPlacementRequest {
        name: before.name.clone(),
        revision: 1,
        request_id: uuid::Uuid::new_v4().to_string(),
        ..RollbackPlacementRequest::default()
    };
    let back = api
        .placements
        .clone()
        .rollback_placement(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(back.generation, 3);
    assert_eq!(back.spec, before.spec);
    let last = rolled(&api, "rolls", 3).await;
    let seen = watcher.end().await;
    assert!(seen.looks > 20, "{seen:?}");
    assert!(seen.least > 0, "nothing was behind the Service: {seen:?}");
    let metrics = fleet.server().metrics().await.unwrap();
    assert!(replaced(&metrics, "update", "completed") >= 4, "{metrics}");
    delete(&api, &last).await;
}

#[tokio::test]
async fn what_cannot_start_or_has_no_room_leaves_the_earlier_generation_serving() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let before = create_ready(&api, "stuck", with_image("registry.example/avs/performer:1.0.0")).await;
    // No image can be pulled from such a registry.
    let broken = with_image("registry.invalid/avs/performer:2.0.0");
    update(&api, change("stuck", broken, "spec.performer.image"))
        .await
        .unwrap();
    let stuck = api
        .until(
            "the update says why its successor does not start",
            &before.name,
            LIMIT,
            |found| {
                let told = &condition(found, Type::Updated).message;
                found.assignments.len() == 2
                    && told.contains("1 new replica does not start; replica 0 on one/")
            },
        )
        .await
        .unwrap();
    let successor = stuck.assignments.iter().find(|one| one.generation == 2).unwrap();
    let told = &condition(&stuck, Type::Updated).message;
    assert!(
        !successor.message.is_empty() && told.ends_with(&successor.message),
        "{told}: {successor:?}"
    );
    assert_eq!(condition(&stuck, Type::Updated).reason(), Reason::Updating);
    assert!(
        stuck
            .assignments
            .iter()
            .any(|one| one.generation == 1 && one.ready)
    );
    assert_ne!(stuck.state(), State::Ready, "READY is for the current generation");

    // A newer one takes its place, which nothing has room for.
    let mut large = with_image("registry.example/avs/performer:3.0.0");
    large["compute"]["requests"]["cpu"] = json!("100000");
    let mut asked = change("stuck", large, "spec.compute");
    asked
        .update_mask
        .as_mut()
        .unwrap()
        .paths
        .push("spec.performer.image".to_owned());
    update(&api, asked).await.unwrap();
    let blocked = api
        .until("the update is blocked", &before.name, LIMIT, |found| {
            let updated = found.conditions.iter().find(|one| one.r#type() == Type::Updated);
            updated.is_some_and(|one| one.reason() == Reason::UpdateBlocked) && found.assignments.len() == 1
        })
        .await
        .unwrap();
    assert!(blocked.assignments[0].ready && blocked.assignments[0].epoch == before.assignments[0].epoch);
    assert_eq!(
        condition(&blocked, Type::Updated).status(),
        proto_condition::Status::False
    );

    // Small again, and a good image: it goes through.
    let good = with_image("registry.example/avs/performer:4.0.0");
    let mut asked = change("stuck", good, "spec.compute");
    asked
        .update_mask
        .as_mut()
        .unwrap()
        .paths
        .push("spec.performer.image".to_owned());
    update(&api, asked).await.unwrap();
    let done = rolled(&api, "stuck", 4).await;
    delete(&api, &done).await;
}

#[tokio::test]
async fn an_evicted_replica_serves_on_another_node() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let before = create_ready(&api, "moves", request::small()).await;
    let there = before.assignments[0].clone();
    let evict = |epoch: i64| EvictReplicaRequest {
        name: before.name.clone(),
        slot: 0,
        epoch,
        reason: "its fan is loud".to_owned(),
        request_id: uuid::Uuid::new_v4().to_string(),
    };
    let stale = api
        .placements
        .clone()
        .evict_replica(evict(there.epoch + 1))
        .await
        .unwrap_err();
    assert_eq!(stale.code(), Code::FailedPrecondition);
    api.placements
        .clone()
        .evict_replica(evict(there.epoch))
        .await
        .unwrap();
    let after = api
        .until("it is elsewhere", &before.name, LIMIT, |found| {
            found.assignments.len() == 1
                && found.assignments[0].epoch > there.epoch
                && found.state() == State::Ready
        })
        .await
        .unwrap();
    let moved = &after.assignments[0];
    assert_ne!(moved.node, there.node);
    assert_eq!(moved.attempts[0].reason(), Reason::Evicted);
    delete(&api, &after).await;
}
