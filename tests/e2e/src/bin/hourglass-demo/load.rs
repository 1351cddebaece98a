//! The measurement: many small placements, spread over the clusters.
//!
//! Two clocks run for each placement, both from the moment at which CreatePlacement is called: until a watch of ours in
//! the member cluster shows the Performer object, and until WatchPlacements says READY.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::TryStreamExt;
use hourglass_e2e::{Api, Fleet, performers, request};
use hourglass_performer_api::Performer;
use hourglass_proto::fleet::v1::watch_placements_response::Type;
use hourglass_proto::fleet::v1::{WatchPlacementsRequest, placement};
use kube::runtime::watcher;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::percentiles::Percentiles;

/// Placements on their way at the same time: two a cluster, as from a few executors, so that what is measured is the way
/// and not the length of a queue.
pub const IN_FLIGHT: usize = 6;
/// Nothing happened for this long: something is stuck.
const STALL: Duration = Duration::from_secs(60);
/// What has been seen and not yet looked at.
const SEEN: usize = 4096;

/// Both clocks.
pub struct Measured {
    /// Until the object was visible.
    pub cr_visible: Percentiles,
    /// Until READY.
    pub ready: Percentiles,
}

enum Seen {
    Object(String, Instant),
    Ready(String, Instant),
    Watching,
}

/// Creates `count` placements and waits until each is READY.
///
/// # Errors
/// When one does not get there.
pub async fn measure(fleet: &Fleet, api: &Api, count: usize) -> Result<Measured> {
    let (told, mut seen) = mpsc::channel(SEEN);
    // Aborted when it is dropped.
    let mut watches = JoinSet::new();
    let mut starting = 1;
    watches.spawn(watch_states(api.clone(), told.clone()));
    for cluster in fleet.clusters().clusters() {
        watches.spawn(watch_objects(cluster.client().await?, told.clone()));
        starting += 1;
    }
    drop(told);
    let clusters: Vec<&str> = fleet
        .clusters()
        .clusters()
        .map(hourglass_testbed::Cluster::name)
        .collect();

    let mut created: BTreeMap<String, Instant> = BTreeMap::new();
    let mut visible: BTreeMap<String, Duration> = BTreeMap::new();
    let mut ready: BTreeMap<String, Duration> = BTreeMap::new();
    while ready.len() < count || visible.len() < count {
        while starting == 0 && created.len() < count && created.len() - ready.len() < IN_FLIGHT {
            let number = created.len();
            let id = id(number);
            let mut spec = request::small();
            spec["clusterRules"] = json!({"include": [clusters[number % clusters.len()]]});
            let call = request::create(&id, spec)?;
            created.insert(request::name(&id), Instant::now());
            Box::pin(api.create(call))
                .await
                .with_context(|| format!("create {id}"))?;
        }
        let event = tokio::select! {
            event = seen.recv() => event.context("every watch ended")?,
            ended = watches.join_next() => match ended {
                Some(Ok(Err(error))) => return Err(error),
                _ => bail!("a watch ended"),
            },
            () = tokio::time::sleep(STALL) => {
                let missing = created.keys().find(|name| !ready.contains_key(*name) || !visible.contains_key(*name));
                bail!("nothing happened for {} s; waiting for {missing:?}", STALL.as_secs())
            }
        };
        let note = |times: &mut BTreeMap<String, Duration>, name: String, at: Instant| {
            if let Some(begin) = created.get(&name) {
                times
                    .entry(name)
                    .or_insert_with(|| at.saturating_duration_since(*begin));
            }
        };
        match event {
            Seen::Watching => starting -= 1,
            Seen::Object(name, at) => note(&mut visible, name, at),
            Seen::Ready(name, at) => note(&mut ready, name, at),
        }
    }
    let of =
        |times: &BTreeMap<String, Duration>| Percentiles::of(&times.values().copied().collect::<Vec<_>>());
    Ok(Measured {
        cr_visible: of(&visible).context("nothing was measured")?,
        ready: of(&ready).context("nothing was measured")?,
    })
}

/// Deletes them all and waits until they are gone from the clusters too.
///
/// # Errors
/// When something stays.
pub async fn clean_up(fleet: &Fleet, api: &Api, count: usize, limit: Duration) -> Result<()> {
    for number in 0..count {
        let name = request::name(&id(number));
        api.delete(&name)
            .await
            .with_context(|| format!("delete {name}"))?;
    }
    for number in 0..count {
        api.gone(&request::name(&id(number)), limit).await?;
    }
    let ours = request::name("load-");
    for cluster in fleet.clusters().clusters() {
        let left = performers::managed(&cluster.client().await?).await?;
        let left = left
            .iter()
            .filter(|performer| performers::placement_name(performer).starts_with(&ours))
            .count();
        ensure!(left == 0, "{left} objects are left in {}", cluster.name());
    }
    Ok(())
}

fn id(number: usize) -> String {
    format!("load-{number:04}")
}

async fn watch_objects(client: kube::Client, told: mpsc::Sender<Seen>) -> Result<()> {
    let mut events = std::pin::pin!(watcher(
        kube::Api::<Performer>::all(client),
        watcher::Config::default()
    ));
    while let Some(event) = events.try_next().await.context("the watch of performers ended")? {
        let seen = match event {
            watcher::Event::Apply(performer) => {
                Seen::Object(performers::placement_name(&performer), Instant::now())
            }
            watcher::Event::InitDone => Seen::Watching,
            watcher::Event::Init | watcher::Event::InitApply(_) | watcher::Event::Delete(_) => continue,
        };
        if told.send(seen).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn watch_states(api: Api, told: mpsc::Sender<Seen>) -> Result<()> {
    let request = WatchPlacementsRequest {
        parent: format!("tenants/{}", request::TENANT),
        ..WatchPlacementsRequest::default()
    };
    let mut call = tonic::Request::new(request);
    call.set_timeout(Duration::from_secs(3600));
    let mut changes = api.placements.clone().watch_placements(call).await?.into_inner();
    let mut first = true;
    while let Some(change) = changes.message().await.context("the watch of placements ended")? {
        let seen = match (change.r#type(), change.placement) {
            (Type::Bookmark, _) if first => {
                first = false;
                Seen::Watching
            }
            (Type::Added | Type::Modified, Some(found)) if found.state() == placement::State::Ready => {
                Seen::Ready(found.name, Instant::now())
            }
            _ => continue,
        };
        if told.send(seen).await.is_err() {
            break;
        }
    }
    Ok(())
}
