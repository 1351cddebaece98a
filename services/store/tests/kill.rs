//! A store whose process is killed at any moment holds every batch that was acknowledged, whole, and none by
//! half.

// A panic in a test is its report, also in what its tests share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use futures::StreamExt as _;
use hourglass_store::redb::{RedbOptions, RedbStore};
use hourglass_store::{
    Batch, Change, CommitSequence, Key, KeyPrefix, Position, RangeRequest, Revision, Store, WatchEvent,
};
use rand::RngExt as _;
use tempfile::TempDir;

/// Set for a copy of this test binary that shall commit to the directory named here until it is killed.
const COMMIT_IN_CHILD: &str = "HOURGLASS_STORE_TEST_COMMIT";
const ROUNDS: usize = 8;
/// Batches that the child has under way at once, so that a kill hits groups, too.
const UNDER_WAY: u64 = 6;

fn open(directory: &Path) -> RedbStore {
    RedbStore::open(directory, &RedbOptions::default()).unwrap()
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn batch(number: CommitSequence) -> Batch {
    let mut batch = Batch::new(number);
    batch
        .put(key("pair/a"), number.to_string())
        .put(key("pair/b"), number.to_string())
        .put(key(&format!("each/{:08}", number.get())), vec![b'v'; 300]);
    batch
}

/// Not a test of its own: what the copies of this binary do. They print the number of every acknowledged
/// batch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_commits_until_it_is_killed() {
    let Some(directory) = std::env::var_os(COMMIT_IN_CHILD) else {
        return;
    };
    let store = open(Path::new(&directory));
    let leadership = store.acquire_leadership().await.unwrap();
    let mut number = store.read_commit_sequence().await.unwrap();
    let mut under_way = VecDeque::new();
    let mut out = std::io::stdout();
    loop {
        while under_way.len() < usize::try_from(UNDER_WAY).unwrap() {
            number = number.next();
            under_way.push_back(store.submit(&leadership, batch(number)).await.unwrap());
        }
        let committed = under_way.pop_front().unwrap().await.unwrap();
        writeln!(out, "committed {}", committed.sequence).unwrap();
    }
}

/// A child that is killed whatever happens to the test.
struct Committer(Child);

impl Committer {
    fn start(directory: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_commits_until_it_is_killed", "--nocapture"])
            .env(COMMIT_IN_CHILD, directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Lets it acknowledge this many batches, kills it, and returns the last batch that it acknowledged.
    fn kill_after(mut self, batches: usize) -> Option<u64> {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        // The harness may have begun the first line.
        let number = |line: String| {
            line.split_once("committed ")
                .map(|(_, number)| number.parse::<u64>().unwrap())
        };
        let mut last = None;
        let mut seen = 0;
        while seen < batches {
            let line = lines.next().expect("the child commits").unwrap();
            if let Some(number) = number(line) {
                last = Some(number);
                seen += 1;
            }
        }
        self.0.kill().unwrap();
        // What was still in the pipe was acknowledged, too; the last line may be cut.
        let mut rest: Vec<_> = lines.map_while(Result::ok).collect();
        rest.pop();
        rest.into_iter().filter_map(number).next_back().or(last)
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_and_nothing_is_there_by_half() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("state");
    let mut random = rand::rng();
    let mut acknowledged = 0;
    let mut terms = Vec::new();
    for round in 0..ROUNDS {
        let batches = random.random_range(1..60);
        acknowledged = Committer::start(&path)
            .kill_after(batches)
            .unwrap_or(acknowledged);
        // The lock of the killed process is gone, and the file needs no help.
        let store = Arc::new(open(&path));
        let found = store.read_commit_sequence().await.unwrap().get();
        assert!(
            found >= acknowledged,
            "round {round}: {acknowledged} was acknowledged, {found} is there"
        );
        // One more line may have been cut, beside what was under way.
        assert!(
            found <= acknowledged + UNDER_WAY + 1,
            "round {round}: {found} of {acknowledged} acknowledged"
        );
        check(&store, found).await;
        terms.push(store.acquire_leadership().await.unwrap().term());
        store.close().await.unwrap();
    }
    assert!(terms.is_sorted_by(|earlier, later| earlier < later), "{terms:?}");
}

/// The data and the history are those of the batches 1 to `last`, each once and whole.
async fn check(store: &RedbStore, last: u64) {
    for name in ["pair/a", "pair/b"] {
        let value = store
            .get(&key(name))
            .await
            .unwrap()
            .map(|versioned| versioned.value);
        assert_eq!(value, (last > 0).then(|| last.to_string().into()), "{name}");
    }
    let mut expected = 0;
    let mut request = RangeRequest::new(KeyPrefix::new("each/").unwrap());
    loop {
        let page = store.range(request.clone()).await.unwrap();
        for entry in page.entries {
            expected += 1;
            assert_eq!(entry.key.as_str(), format!("each/{expected:08}"));
        }
        match page.next_after {
            Some(next) => request = request.after(next),
            None => break,
        }
    }
    assert_eq!(expected, last);

    let newest = store.newest_revision().await.unwrap();
    let mut changes: Vec<Change> = Vec::new();
    if last > 0 {
        let mut watch = store
            .watch(KeyPrefix::all(), Position::after(Revision::ZERO))
            .await
            .unwrap();
        loop {
            match watch.next().await.unwrap().unwrap() {
                WatchEvent::Change(change) => changes.push(change),
                WatchEvent::Progress(revision) if revision == newest => break,
                WatchEvent::Progress(_) => {}
            }
        }
    }
    assert_eq!(changes.len() as u64, 3 * last);
    for (batch, changes) in (1..=last).zip(changes.chunks(3)) {
        let keys: Vec<_> = changes
            .iter()
            .map(|change| (change.index, change.key.as_str()))
            .collect();
        let each = format!("each/{batch:08}");
        assert_eq!(keys, [(0, "pair/a"), (1, "pair/b"), (2, each.as_str())]);
        let old = changes[0].old.as_ref().map(|old| old.value.clone());
        assert_eq!(old, (batch > 1).then(|| (batch - 1).to_string().into()));
        assert!(
            changes
                .iter()
                .all(|change| change.revision == changes[0].revision)
        );
    }
}
