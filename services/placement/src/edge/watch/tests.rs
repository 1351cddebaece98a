//! Watches over a real store.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use hourglass_store::redb::{RedbOptions, RedbStore};
use hourglass_store::{Batch, CommitSequence, Key, Leadership, Revision};
use proto::watch_placements_response::Type;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic_types::StatusExt as _;

use super::*;
use crate::edge::convert::placement_out::{ObserveTimes, placement_out};
use crate::edge::testing::{fields, record};
use crate::records::placement::PlacementState;
use crate::records::{IntentRecord, PlacementRecord, StatusRecord, encode, keys};

const DEADLINE: Duration = Duration::from_secs(20);

struct Server {
    store: Arc<RedbStore>,
    leadership: Leadership,
    sequence: CommitSequence,
    watches: Watches,
    tasks: Tasks,
    _directory: TempDir,
}

impl Server {
    async fn start(limits: WatchLimits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(RedbStore::open(directory.path(), &RedbOptions::default()).unwrap());
        let leadership = store.acquire_leadership().await.unwrap();
        let sequence = store.read_commit_sequence().await.unwrap();
        let tasks = Tasks::new(CancellationToken::new());
        let watches = Watches::new(Arc::clone(&store) as Arc<dyn Store>, tasks.clone(), limits);
        Self {
            store,
            leadership,
            sequence,
            watches,
            tasks,
            _directory: directory,
        }
    }

    async fn commit(&mut self, change: impl FnOnce(&mut Batch)) -> Revision {
        self.sequence = self.sequence.next();
        let mut batch = Batch::new(self.sequence);
        change(&mut batch);
        self.store.commit(&self.leadership, batch).await.unwrap().revision
    }

    async fn put(&mut self, record: &PlacementRecord) -> Revision {
        self.commit(|batch| put(batch, record)).await
    }

    /// As a report does it.
    async fn put_status(&mut self, record: &PlacementRecord) -> Revision {
        self.commit(|batch| put_status(batch, record)).await
    }

    async fn delete(&mut self, tenant: &str, id: &str) {
        self.commit(|batch| delete(batch, tenant, id)).await;
    }

    async fn watch(&self, parent: &str, filter: &str, token: &str) -> Result<Watcher, Status> {
        let request = proto::WatchPlacementsRequest {
            parent: parent.to_owned(),
            filter: filter.to_owned(),
            resume_token: token.to_owned(),
        };
        self.watches.serve(&request).await.map(Watcher)
    }
}

fn put(batch: &mut Batch, record: &PlacementRecord) {
    let key = keys::placement_intent(&record.tenant, &record.id).unwrap();
    let value = encode(key.as_str(), &IntentRecord::of(record)).unwrap();
    batch.put(key, value);
    put_status(batch, record);
}

fn put_status(batch: &mut Batch, record: &PlacementRecord) {
    let key = keys::placement_status(&record.tenant, &record.id).unwrap();
    let value = encode(key.as_str(), &StatusRecord::of(record)).unwrap();
    batch.put(key, value);
}

fn delete(batch: &mut Batch, tenant: &str, id: &str) {
    for half in ["intent", "status"] {
        batch.delete(Key::new(&format!("placements/{tenant}/{id}/{half}")).unwrap());
    }
}

struct Watcher(WatchStream);

impl Watcher {
    async fn next(&mut self) -> Option<Result<proto::WatchPlacementsResponse, Status>> {
        tokio::time::timeout(DEADLINE, self.0.next())
            .await
            .expect("something comes in time")
    }

    /// The next message that is no BOOKMARK: its type, the id of the placement, and the token.
    async fn change(&mut self) -> (Type, String, String) {
        loop {
            let message = self.next().await.expect("the watch goes on").unwrap();
            if message.r#type() != Type::Bookmark {
                let name = message.placement.clone().unwrap_or_default().name;
                let id = name.rsplit('/').next().unwrap_or_default().to_owned();
                return (message.r#type(), id, message.resume_token);
            }
        }
    }

    /// The next message that is no BOOKMARK, whole, and its token.
    async fn event(&mut self) -> (Told, String) {
        loop {
            let message = self.next().await.expect("the watch goes on").unwrap();
            let kind = message.r#type();
            if let Some(placement) = message.placement {
                return ((kind, placement), message.resume_token);
            }
        }
    }

    /// Everything up to the first BOOKMARK: the ids, and its token.
    async fn listing(&mut self) -> (Vec<String>, String) {
        let mut ids = Vec::new();
        loop {
            let message = self.next().await.expect("the watch goes on").unwrap();
            match message.r#type() {
                Type::Added => {
                    assert_eq!(
                        message.resume_token, "",
                        "an unfinished listing cannot be resumed"
                    );
                    ids.push(message.placement.unwrap().name);
                }
                Type::Bookmark => return (ids, message.resume_token),
                other => panic!("{other:?} in a listing"),
            }
        }
    }
}

fn placement(tenant: &str, id: &str, state: PlacementState) -> PlacementRecord {
    PlacementRecord {
        state,
        ..record(tenant, id, &format!("uid-{tenant}-{id}"))
    }
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().unwrap().reason.clone()
}

#[tokio::test]
async fn a_watch_lists_what_is_there_and_then_tells_every_change() {
    let mut server = Server::start(WatchLimits::default()).await;
    server.put(&placement("a", "one", PlacementState::Ready)).await;
    server.put(&placement("a", "two", PlacementState::Pending)).await;
    server.put(&placement("b", "three", PlacementState::Ready)).await;

    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    let (listed, token) = watcher.listing().await;
    assert_eq!(listed, ["tenants/a/placements/one", "tenants/a/placements/two"]);
    assert!(!token.is_empty());

    server.put(&placement("a", "two", PlacementState::Ready)).await;
    server.put(&placement("b", "four", PlacementState::Ready)).await;
    server.put(&placement("a", "five", PlacementState::Ready)).await;
    server.delete("a", "one").await;
    for expected in [
        (Type::Modified, "two"),
        (Type::Added, "five"),
        (Type::Deleted, "one"),
    ] {
        let (kind, id, token) = watcher.change().await;
        assert_eq!((kind, id.as_str()), expected);
        assert!(!token.is_empty());
    }
}

#[tokio::test]
async fn all_tenants_are_watched_together() {
    let mut server = Server::start(WatchLimits::default()).await;
    server.put(&placement("a", "one", PlacementState::Ready)).await;
    server.put(&placement("b", "two", PlacementState::Ready)).await;
    let (listed, _) = server.watch("tenants/-", "", "").await.unwrap().listing().await;
    assert_eq!(listed, ["tenants/a/placements/one", "tenants/b/placements/two"]);
}

#[tokio::test]
async fn leaving_the_filter_is_deleted_and_entering_it_is_added() {
    let mut server = Server::start(WatchLimits::default()).await;
    server.put(&placement("a", "one", PlacementState::Ready)).await;
    server.put(&placement("a", "two", PlacementState::Pending)).await;
    let mut watcher = server.watch("tenants/a", "state = READY", "").await.unwrap();
    assert_eq!(watcher.listing().await.0, ["tenants/a/placements/one"]);

    let status = |id, state| placement("a", id, state);
    server.put_status(&status("one", PlacementState::Degraded)).await;
    server.put_status(&status("one", PlacementState::Pending)).await;
    server.put_status(&status("two", PlacementState::Ready)).await;
    let seen = [watcher.change().await, watcher.change().await].map(|(kind, id, _)| (kind, id));
    assert_eq!(
        seen,
        [(Type::Deleted, "one".to_owned()), (Type::Added, "two".to_owned())]
    );
}

#[tokio::test]
async fn a_watch_that_resumes_gets_every_change_once_wherever_it_was_cut() {
    let mut server = Server::start(WatchLimits::default()).await;
    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    let (_, first) = watcher.listing().await;
    // Three placements in one batch: a token can stand between two changes of one revision.
    let records = ["one", "two", "three"].map(|id| placement("a", id, PlacementState::Pending));
    server
        .commit(|batch| {
            for record in &records {
                put(batch, record);
            }
        })
        .await;
    server.delete("a", "two").await;
    let expected: Vec<_> = [
        watcher.change().await,
        watcher.change().await,
        watcher.change().await,
        watcher.change().await,
    ]
    .into_iter()
    .collect();
    assert_eq!(expected[3].0, Type::Deleted);
    drop(watcher);

    let tokens = std::iter::once(&first).chain(expected.iter().map(|(_, _, token)| token));
    for (cut, token) in tokens.enumerate().take(expected.len()) {
        let mut resumed = server.watch("tenants/a", "", token).await.unwrap();
        for change in &expected[cut..] {
            assert_eq!(resumed.change().await, *change, "cut after {cut}");
        }
    }
}

#[tokio::test]
async fn bookmarks_come_while_nothing_happens_and_move_past_what_others_see() {
    let limits = WatchLimits {
        bookmark_interval: Duration::from_millis(20),
        ..WatchLimits::default()
    };
    let mut server = Server::start(limits).await;
    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    let (_, first) = watcher.listing().await;
    server.put(&placement("b", "other", PlacementState::Ready)).await;
    loop {
        let message = watcher.next().await.unwrap().unwrap();
        assert_eq!(message.r#type(), Type::Bookmark);
        assert!(message.placement.is_none());
        if message.resume_token != first {
            break;
        }
    }
}

#[tokio::test]
async fn a_token_that_is_too_old_is_out_of_range() {
    let mut server = Server::start(WatchLimits::default()).await;
    let (_, token) = server.watch("tenants/a", "", "").await.unwrap().listing().await;
    server.put(&placement("a", "one", PlacementState::Ready)).await;
    let last = server.put(&placement("a", "one", PlacementState::Pending)).await;
    server.store.compact(last).await.unwrap();
    let mut resumed = server.watch("tenants/a", "", &token).await.unwrap();
    let status = resumed.next().await.unwrap().unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::OutOfRange, "RESUME_TOKEN_EXPIRED")
    );
    assert!(resumed.next().await.is_none());
}

#[tokio::test]
async fn a_token_of_another_life_of_the_data_is_out_of_range() {
    let server = Server::start(WatchLimits::default()).await;
    let (_, token) = server.watch("tenants/a", "", "").await.unwrap().listing().await;
    let next = server.store.incarnation().await.unwrap().next();
    server.store.raise_incarnation(next).await.unwrap();
    let status = server.watch("tenants/a", "", &token).await.err().unwrap();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::OutOfRange, "RESUME_TOKEN_EXPIRED")
    );
}

#[tokio::test]
async fn bad_requests_name_every_field() {
    let server = Server::start(WatchLimits::default()).await;
    let status = server
        .watch("tenant", "colour = red", "nonsense")
        .await
        .err()
        .unwrap();
    assert_eq!(fields(&status), ["parent", "filter", "resumeToken"]);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_hears_why() {
    let limits = WatchLimits {
        buffered_messages: 2,
        stall: Duration::from_millis(50),
        ..WatchLimits::default()
    };
    let mut server = Server::start(limits).await;
    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    watcher.listing().await;
    for number in 0..10 {
        server
            .put(&placement("a", &format!("p{number}"), PlacementState::Ready))
            .await;
    }
    // Its task ends by itself, although nobody reads.
    tokio::time::timeout(DEADLINE, async {
        while !server.tasks.running().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the watch is cut");
    // What was buffered is bounded; after it comes the reason, and a fresh watch goes on from there.
    let (_, _, _) = watcher.change().await;
    let (_, _, token) = watcher.change().await;
    let status = watcher.next().await.unwrap().unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "CLIENT_TOO_SLOW")
    );
    assert!(watcher.next().await.is_none());
    let mut resumed = server.watch("tenants/a", "", &token).await.unwrap();
    assert_eq!(resumed.change().await.1, "p2");
}

#[tokio::test]
async fn watches_are_bounded_in_number_and_a_client_that_goes_makes_room() {
    let server = Server::start(WatchLimits {
        watches: 1,
        ..WatchLimits::default()
    })
    .await;
    let mut first = server.watch("tenants/a", "", "").await.unwrap();
    first.listing().await;
    let status = server.watch("tenants/a", "", "").await.err().unwrap();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "LIMIT_REACHED")
    );
    drop(first);
    tokio::time::timeout(DEADLINE, async {
        while server.watch("tenants/a", "", "").await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the place is free again");
}

#[tokio::test]
async fn a_shutdown_ends_watches_with_a_word() {
    let server = Server::start(WatchLimits::default()).await;
    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    watcher.listing().await;
    server.tasks.drain(DEADLINE).await.unwrap();
    let status = watcher.next().await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
}

/// What a watch of everything has to say of one step, without the token.
type Told = (Type, proto::Placement);

/// Random commits over a few placements, one or several in a batch, and what a watch must say of them.
async fn random_history(server: &mut Server, random: &mut StdRng, steps: usize) -> Vec<Told> {
    let mut now: BTreeMap<&str, PlacementRecord> = BTreeMap::new();
    let mut told = Vec::new();
    for step in 0..steps {
        server.sequence = server.sequence.next();
        let mut batch = Batch::new(server.sequence);
        for id in ["one", "one-b", "two"] {
            let mut next = now.get(id).cloned();
            let kind = match (&mut next, random.random_range(0..6)) {
                (_, 0..2) => continue,
                (None, _) => {
                    let uid = format!("uid-{id}-{step}");
                    let created = record("a", id, &uid);
                    put(&mut batch, &created);
                    next = Some(created);
                    Type::Added
                }
                (Some(_), 2) => {
                    delete(&mut batch, "a", id);
                    Type::Deleted
                }
                (Some(record), 3) => {
                    record.labels.insert("step".to_owned(), step.to_string());
                    record.state = PlacementState::Pending;
                    put(&mut batch, record);
                    Type::Modified
                }
                (Some(record), _) => {
                    record.state = PlacementState::Ready;
                    record.push_event(record.create_time, "READY", format!("step {step}"));
                    put_status(&mut batch, record);
                    Type::Modified
                }
            };
            let whole = next.expect("a placement changed");
            told.push((kind, placement_out(&whole, &ObserveTimes::new(), None)));
            if kind == Type::Deleted {
                now.remove(id);
            } else {
                now.insert(id, whole);
            }
        }
        server.store.commit(&server.leadership, batch).await.unwrap();
    }
    told
}

#[tokio::test]
async fn every_change_is_one_whole_placement_from_wherever_a_watch_resumes() {
    for seed in 0..8 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut server = Server::start(WatchLimits::default()).await;
        let mut live = server.watch("tenants/a", "", "").await.unwrap();
        let mut tokens = vec![live.listing().await.1];
        let told = random_history(&mut server, &mut random, 40).await;
        for (at, expected) in told.iter().enumerate() {
            let (event, token) = live.event().await;
            assert_eq!(event, *expected, "event {at} of seed {seed}");
            assert!(!token.is_empty());
            tokens.push(token);
        }
        for _ in 0..6 {
            let from = random.random_range(0..tokens.len());
            let mut resumed = server.watch("tenants/a", "", &tokens[from]).await.unwrap();
            for (at, expected) in told.iter().enumerate().skip(from) {
                let (event, token) = resumed.event().await;
                assert_eq!(event, *expected, "event {at} of seed {seed}, resumed at {from}");
                assert_eq!(token, tokens[at + 1]);
            }
        }
    }
}

#[tokio::test]
async fn a_commit_that_breaks_a_placement_in_two_ends_the_watch() {
    let mut server = Server::start(WatchLimits::default()).await;
    let mut watcher = server.watch("tenants/a", "", "").await.unwrap();
    watcher.listing().await;
    let one = placement("a", "one", PlacementState::Ready);
    server
        .commit(|batch| {
            let key = keys::placement_intent(&one.tenant, &one.id).unwrap();
            batch.put(key, encode("one", &IntentRecord::of(&one)).unwrap());
        })
        .await;
    let status = watcher.next().await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}
