//! Server and agent crash in the middle of a roll.

use std::collections::BTreeSet;

use hourglass_e2e::{performers, wait_until};
use hourglass_proto::fleet::v1::{ListOrphansRequest, Placement};
use serde_json::json;

use crate::common::{LIMIT, create_ready, delete};
use crate::watcher::{Watcher, service_of};
use crate::{FLEET, change, describe, rolled, update, with_image};

/// Replicas of the second generation that serve.
fn followed(of: &Placement) -> usize {
    let second = of.assignments.iter().filter(|one| one.generation == 2);
    second.filter(|one| one.ready).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roll_goes_on_over_crashes_and_so_many_serve_all_the_time_as_must() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let mut spec = with_image("registry.example/avs/performer:1.0.0");
    spec["replicas"] = json!(3);
    spec["disruption"] = json!({"minAvailable": "2"});
    let before = create_ready(&api, "crashes", spec.clone()).await;
    let watcher = Watcher::start(&client, &service_of(&client, &before).await, 3).await;
    let until = async |what: &str, holds: &dyn Fn(&Placement) -> bool| {
        api.until(what, &before.name, LIMIT, holds).await.unwrap()
    };

    spec["performer"]["image"] = json!("registry.example/avs/performer:2.0.0");
    update(&api, change("crashes", spec, "spec.performer.image"))
        .await
        .unwrap();
    let begun = until("the roll has begun", &|found| {
        found.assignments.iter().any(|one| one.generation == 2)
    })
    .await;
    assert!(followed(&begun) < 3, "there is something left to do");
    fleet.server().kill();
    fleet.server().start().await.unwrap();

    until("a replica was followed", &|found| followed(found) >= 1).await;
    agent.kill();
    agent.spawn().unwrap();

    until("two replicas were followed", &|found| followed(found) >= 2).await;
    fleet.server().kill();
    agent.kill();
    agent.spawn().unwrap();
    fleet.server().start().await.unwrap();

    let after = rolled(&api, "crashes", 2).await;
    wait_until("nothing else is left", LIMIT, async || {
        let objects = performers::of_placement(&client, &after.uid)
            .await
            .map_err(|error| error.to_string())?;
        let slots = performers::by_slot(&objects);
        if objects.len() == 3 && slots.len() == 3 {
            Ok(())
        } else {
            Err(format!("{slots:?}"))
        }
    })
    .await
    .unwrap();
    let seen = watcher.end().await;
    assert!(
        seen.least >= 2,
        "fewer than must were behind the Service: {seen:?}"
    );
    let orphans = ListOrphansRequest {
        parent: "clusters/-".into(),
        ..ListOrphansRequest::default()
    };
    let orphans = api.fleet.clone().list_orphans(orphans).await.unwrap();
    let named: BTreeSet<String> = orphans
        .into_inner()
        .orphans
        .into_iter()
        .map(|orphan| orphan.performer)
        .collect();
    assert_eq!(named, BTreeSet::new());
    delete(&api, &after).await;
    assert!(
        performers::of_placement(&client, &after.uid)
            .await
            .unwrap()
            .is_empty()
    );
    fleet.joined().await.unwrap();
}
