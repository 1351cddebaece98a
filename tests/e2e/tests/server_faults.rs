//! The server crashes and restarts. What was acknowledged stays, and nothing runs twice.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{LIMIT, create_ready};
use hourglass_e2e::{
    Api, Fleet, FleetBuilder, Profile, capacity, performers, request, shared::Shared, wait_until,
};
use hourglass_proto::fleet::v1::watch_placements_response::Type as Change;
use hourglass_proto::fleet::v1::{
    CreatePlacementRequest, ListOrphansRequest, ListPlacementsRequest, Placement, WatchPlacementsRequest,
    WatchPlacementsResponse, placement::State,
};
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use tonic::{Code, Status, Streaming};

static FLEET: Shared = Shared::new();

/// Four nodes with eight GPUs each: 32 placements of one GPU fit.
fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder()
        .cluster("gpu", Profile::builtin("a100-pool")?)
        .tenant("watching", &["watching"])
        .server_flag("--heartbeat-interval=1s"))
}

/// Calls until there is an answer, with the same request id, as a client does.
async fn create_surely(api: &Api, call: &CreatePlacementRequest) -> Placement {
    wait_until("an acknowledgement", LIMIT, async || {
        match api.create(call.clone()).await {
            Ok(placement) => Ok(placement),
            Err(status) if is_retried(&status) => Err(status.to_string()),
            Err(status) => panic!("{}: {status}", call.placement_id),
        }
    })
    .await
    .unwrap()
}

/// The outcome is unknown.
fn is_retried(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::DeadlineExceeded | Code::Unknown | Code::Cancelled | Code::Internal
    )
}

/// A number below `end`, another at each call.
fn random_below(end: u64) -> u64 {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    u64::from_le_bytes(bytes[..8].try_into().unwrap()) % end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_and_an_agent_killed_again_and_again_lose_nothing_double_nothing_and_over_commit_no_node() {
    const PLACEMENTS: usize = 40;
    const FIT: usize = 32;
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();

    let done = AtomicBool::new(false);
    let burst = async {
        let mut acknowledged = BTreeMap::new();
        for number in 0..PLACEMENTS {
            let spec =
                json!({"compute": {"requests": {"cpu": "1"}, "gpu": {"count": 1, "products": ["A100"]}}});
            let call = request::create(&format!("burst-{number:02}"), spec).unwrap();
            let placement = create_surely(&api, &call).await;
            acknowledged.insert(placement.name, placement.uid);
        }
        done.store(true, Ordering::Relaxed);
        acknowledged
    };
    let kills = async {
        let mut kills = 0;
        while !done.load(Ordering::Relaxed) && kills < 8 {
            // Not a wait for anything: the moment of the crash is what is random.
            tokio::time::sleep(Duration::from_millis(20 + random_below(180))).await;
            fleet.server().kill();
            kills += 1;
            if kills % 3 == 0 {
                // Sometimes both are gone at the same time.
                let agent = fleet.agent("gpu").unwrap();
                agent.kill();
                agent.spawn().unwrap();
            }
            fleet.server().start().await.unwrap();
            let excess = capacity::over_committed(&client).await.unwrap();
            assert!(excess.is_empty(), "after kill {kills}: {excess:?}");
        }
        kills
    };
    let (acknowledged, kills) = tokio::join!(burst, kills);
    assert!(kills >= 2, "the burst was over after {kills} kills");

    let listed = wait_until("as many as fit are READY", LIMIT, async || {
        let request = ListPlacementsRequest {
            parent: "tenants/default".into(),
            page_size: 1000,
            ..Default::default()
        };
        let listed = api
            .placements
            .clone()
            .list_placements(request)
            .await
            .map_err(|status| status.to_string())?;
        let listed = listed.into_inner().placements;
        let ready = listed
            .iter()
            .filter(|placement| placement.state() == State::Ready)
            .count();
        if ready == FIT {
            Ok(listed)
        } else {
            Err(format!("{ready} of {} are", listed.len()))
        }
    })
    .await
    .unwrap();
    let found: BTreeMap<String, String> = listed
        .iter()
        .map(|placement| (placement.name.clone(), placement.uid.clone()))
        .collect();
    assert_eq!(
        found, acknowledged,
        "each acknowledged placement is there once, as it was acknowledged"
    );
    let waiting = listed
        .iter()
        .filter(|placement| placement.state() == State::Pending)
        .count();
    assert_eq!(waiting, PLACEMENTS - FIT);

    let objects = performers::managed(&client).await.unwrap();
    assert_eq!(objects.len(), FIT);
    assert!(
        performers::by_slot(&objects).values().all(|count| *count == 1),
        "one object a slot"
    );
    assert!(capacity::over_committed(&client).await.unwrap().is_empty());
    assert_eq!(orphans(&api).await, BTreeSet::new());

    for name in acknowledged.keys() {
        api.delete(name).await.unwrap();
    }
    for name in acknowledged.keys() {
        api.gone(name, LIMIT).await.unwrap();
    }
    assert!(performers::managed(&client).await.unwrap().is_empty());
}

async fn orphans(api: &Api) -> BTreeSet<String> {
    let request = ListOrphansRequest {
        parent: "clusters/-".into(),
        ..Default::default()
    };
    let listed = api
        .fleet
        .clone()
        .list_orphans(request)
        .await
        .unwrap()
        .into_inner();
    listed
        .orphans
        .into_iter()
        .map(|orphan| orphan.performer)
        .collect()
}

#[tokio::test]
async fn a_deletion_that_was_under_way_goes_on_after_a_crash() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();
    let ready = create_ready(&api, "to-delete", request::small()).await;
    let object = performers::of_placement(&client, &ready.uid)
        .await
        .unwrap()
        .remove(0);
    let objects: kube::Api<hourglass_performer_api::Performer> =
        kube::Api::namespaced(client.clone(), &object.namespace().unwrap());
    let mut finalizers = object.finalizers().to_vec();
    finalizers.push("test.example/hold".to_owned());
    let hold = json!({"metadata": {"finalizers": finalizers}});
    objects
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&hold))
        .await
        .unwrap();
    api.delete(&ready.name).await.unwrap();

    fleet.server().kill();
    fleet.server().start().await.unwrap();
    fleet.joined().await.unwrap();
    assert_eq!(api.get(&ready.name).await.unwrap().state(), State::Deleting);
    wait_until("only our finalizer holds the object", LIMIT, async || {
        let found = objects
            .get(&object.name_any())
            .await
            .map_err(|error| error.to_string())?;
        if found.finalizers() == ["test.example/hold"] {
            Ok(())
        } else {
            Err(format!("{:?}", found.finalizers()))
        }
    })
    .await
    .unwrap();
    let free = json!({"metadata": {"finalizers": []}});
    objects
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&free))
        .await
        .unwrap();
    api.gone(&ready.name, LIMIT).await.unwrap();
}

/// Reads until `last` holds of a change; bookmarks are left out.
async fn read(
    changes: &mut Streaming<WatchPlacementsResponse>,
    last: impl Fn(&WatchPlacementsResponse) -> bool,
) -> Vec<WatchPlacementsResponse> {
    let mut seen = Vec::new();
    loop {
        let change = tokio::time::timeout(LIMIT, changes.message())
            .await
            .expect("a change in time")
            .unwrap()
            .unwrap();
        let over = last(&change);
        if change.r#type() != Change::Bookmark {
            seen.push(change);
        }
        if over {
            return seen;
        }
    }
}

async fn watch(api: &Api, token: &str) -> Result<Streaming<WatchPlacementsResponse>, Status> {
    let request = WatchPlacementsRequest {
        parent: "tenants/watching".into(),
        filter: String::new(),
        resume_token: token.to_owned(),
    };
    Ok(api
        .placements
        .clone()
        .watch_placements(request)
        .await?
        .into_inner())
}

fn watched(id: &str) -> CreatePlacementRequest {
    let mut call = request::create(id, request::small()).unwrap();
    call.parent = "tenants/watching".to_owned();
    call
}

fn is(change: &WatchPlacementsResponse, kind: Change, id: &str) -> bool {
    let name = change.placement.as_ref().map(|placement| placement.name.as_str());
    change.r#type() == kind && name == Some(format!("tenants/watching/placements/{id}").as_str())
}

#[tokio::test]
async fn a_resume_token_gives_exactly_what_was_missed_also_over_a_crash() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    for id in ["stays", "goes"] {
        let created = api.create(watched(id)).await.unwrap();
        api.in_state(&created.name, State::Ready, LIMIT).await.unwrap();
    }
    let mut live = watch(&api, "").await.unwrap();
    let mut token = String::new();
    while token.is_empty() {
        // Only the bookmark after the whole list says from where to go on.
        let change = live.message().await.unwrap().unwrap();
        assert!(matches!(change.r#type(), Change::Added | Change::Bookmark));
        token = change.resume_token;
    }

    // What a watch that stays sees is what the resumed one must see.
    let created = api.create(watched("comes")).await.unwrap();
    api.in_state(&created.name, State::Ready, LIMIT).await.unwrap();
    api.delete("tenants/watching/placements/goes").await.unwrap();
    let expected = read(&mut live, |change| is(change, Change::Deleted, "goes")).await;
    drop(live);
    fleet.server().kill();
    fleet.server().start().await.unwrap();
    let mut resumed = watch(&api, &token).await.unwrap();
    let missed = read(&mut resumed, |change| is(change, Change::Deleted, "goes")).await;
    let outline = |changes: &[WatchPlacementsResponse]| -> Vec<(Change, String, State)> {
        changes
            .iter()
            .map(|change| {
                let placement = change.placement.clone().unwrap();
                (change.r#type(), placement.name.clone(), placement.state())
            })
            .collect()
    };
    assert_eq!(
        outline(&missed),
        outline(&expected),
        "nothing skipped, nothing twice, nothing else"
    );

    // From the middle, and on to what happens now.
    assert!(expected.iter().all(|change| !change.resume_token.is_empty()));
    let middle = expected[expected.len() / 2].resume_token.clone();
    let mut second = watch(&api, &middle).await.unwrap();
    let rest = read(&mut second, |change| is(change, Change::Deleted, "goes")).await;
    assert_eq!(outline(&rest), outline(&expected[expected.len() / 2 + 1..]));
    api.delete("tenants/watching/placements/stays").await.unwrap();
    read(&mut second, |change| is(change, Change::Deleted, "stays")).await;
    api.delete(&created.name).await.unwrap();
    api.gone(&created.name, LIMIT).await.unwrap();

    let status = watch(&api, "nonsense").await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
}
