//! Clauses about watches: nothing skipped, nothing doubled, or an error that says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Harness;
use super::world::{Leader, key, list, prefix, soon};
use crate::{Change, Position, ReadError, Revision, StoreError, Versioned, WatchEvent, WatchToken};

fn texts(change: &Change) -> (&str, u32, Option<String>, Option<String>) {
    let text = |side: &Option<Versioned>| {
        side.as_ref()
            .map(|versioned| String::from_utf8_lossy(&versioned.value).into_owned())
    };
    (
        change.key.as_str(),
        change.index,
        text(&change.old),
        text(&change.new),
    )
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Each change of a batch comes in the order of its operations, with both sides.
pub async fn a_watch_delivers_every_change_with_old_and_new_values(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let start = leader.put("a", "1").await;
    let created = leader.put("b", "1").await;
    // A watch that is open before, and one that catches up later, deliver the same.
    let mut early = leader.watch("", Position::after(start)).await.unwrap();
    let batch = leader
        .commit(|batch| {
            batch
                .put(key("c"), "new")
                .delete(key("nowhere"))
                .delete(key("b"))
                .put(key("a"), "2");
        })
        .await;
    let last = leader.put("b", "again").await;
    let mut late = leader.watch("", Position::after(start)).await.unwrap();
    for watcher in [&mut early, &mut late] {
        let changes = watcher.changes_until(last).await;
        let found: Vec<_> = changes.iter().map(texts).collect();
        assert_eq!(
            found,
            [
                ("b", 0, None, some("1")),
                ("c", 0, None, some("new")),
                ("b", 1, some("1"), None),
                ("a", 2, some("1"), some("2")),
                ("b", 0, None, some("again")),
            ],
            "deleting what is not there is no change and has no index"
        );
        let revisions: Vec<_> = changes.iter().map(|change| change.revision).collect();
        assert_eq!(revisions, [created, batch, batch, batch, last]);
        let old = changes[3].old.as_ref().unwrap();
        assert_eq!((old.create_revision, old.mod_revision), (start, start));
        let new = changes[3].new.as_ref().unwrap();
        assert_eq!((new.create_revision, new.mod_revision), (start, batch));
    }
}

/// Changes elsewhere are not delivered, but how far the watch has come is.
pub async fn a_watch_sees_its_prefix_and_the_progress_of_all(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let start = leader.put("in/a", "1").await;
    let mut watcher = leader.watch("in/", Position::after(start)).await.unwrap();
    let elsewhere = leader.put("out/a", "1").await;
    assert_eq!(watcher.changes_until(elsewhere).await, []);
    let both = leader
        .commit(|batch| {
            batch
                .put(key("out/b"), "1")
                .put(key("in/b"), "1")
                .put(key("inner"), "1");
        })
        .await;
    let changes = watcher.changes_until(both).await;
    assert_eq!(
        changes.iter().map(texts).collect::<Vec<_>>(),
        [("in/b", 1, None, some("1"))]
    );
    let empty = leader.commit(|_| {}).await;
    assert_eq!(watcher.changes_until(empty).await, []);
}

/// A position inside a batch is as good as one between two.
pub async fn a_watch_resumes_in_the_middle_of_a_batch(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let start = leader.put("start", "1").await;
    let batch = leader
        .commit(|batch| {
            for index in 0..5 {
                batch.put(key(&format!("each/{index}")), "1");
            }
        })
        .await;
    let all = leader
        .watch("", Position::after(start))
        .await
        .unwrap()
        .changes_until(batch)
        .await;
    assert_eq!(all.len(), 5);
    for (taken, change) in all.iter().enumerate() {
        let token = WatchToken {
            incarnation: leader.store.incarnation().await.unwrap(),
            position: change.position(),
        };
        let position = WatchToken::decode(&token.encode()).unwrap().position;
        let rest = leader
            .watch("", position)
            .await
            .unwrap()
            .changes_until(batch)
            .await;
        assert_eq!(rest, all[taken + 1..]);
    }
}

/// A client that comes back after a restart with its token misses nothing and gets nothing twice.
pub async fn a_watch_resumes_over_reopening_with_nothing_skipped_or_doubled(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let mut position = Position::after(leader.put("start", "1").await);
    let mut written = Vec::new();
    let mut delivered = Vec::new();
    for round in 0..4 {
        for step in 0..5 {
            leader
                .commit(|batch| {
                    for index in 0..3 {
                        batch.put(key(&format!("k/{index}")), format!("{round}-{step}-{index}"));
                        written.push(format!("{round}-{step}-{index}"));
                    }
                })
                .await;
        }
        // Takes a part of what is there, so that the position is often inside a batch.
        let mut watcher = leader.watch("k/", position).await.unwrap();
        for _ in 0..7 + round {
            match watcher.next().await.unwrap() {
                WatchEvent::Change(change) => {
                    position = change.position();
                    delivered.push(texts(&change).3.unwrap());
                }
                WatchEvent::Progress(revision) => position = Position::after(revision),
            }
        }
        leader = leader.reopen(harness).await;
    }
    let newest = leader.put("end", "1").await;
    let rest = leader
        .watch("k/", position)
        .await
        .unwrap()
        .changes_until(newest)
        .await;
    delivered.extend(rest.iter().map(|change| texts(change).3.unwrap()));
    assert_eq!(delivered, written);
}

/// A watch never begins later than it was asked to: it is refused instead.
pub async fn a_watch_from_forgotten_or_future_revisions_is_refused(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let first = leader.put("a", "1").await;
    let second = leader
        .commit(|batch| {
            batch.put(key("a"), "2").put(key("b"), "2");
        })
        .await;
    let third = leader.put("a", "3").await;
    leader.store.compact(second).await.unwrap();
    for position in [
        Position::after(Revision::ZERO),
        Position::after(first),
        Position::after_change(second, 0),
    ] {
        match leader.watch("", position).await {
            Err(ReadError::Compacted { requested, oldest }) => {
                assert_eq!((requested, oldest), (position.revision(), second));
            }
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{position:?} was taken although changes after it are gone"),
        }
    }
    let changes = leader
        .watch("", Position::after(second))
        .await
        .unwrap()
        .changes_until(third)
        .await;
    assert_eq!(
        changes.iter().map(texts).collect::<Vec<_>>(),
        [("a", 0, some("2"), some("3"))]
    );
    let future = Revision::new(leader.store.newest_revision().await.unwrap().get() + 1_000);
    match leader.watch("", Position::after(future)).await {
        Err(ReadError::FutureRevision { requested, .. }) => assert_eq!(requested, future),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a watch from the future was opened"),
    }
    // What is forgotten stays so over a restart.
    let leader = leader.reopen(harness).await;
    assert!(matches!(
        leader.watch("", Position::after(first)).await,
        Err(ReadError::Compacted { .. })
    ));
}

/// A reader that does not read costs nobody anything, and when it reads it gets all of it, or is told that it
/// cannot.
pub async fn a_watch_that_is_not_read_blocks_nobody_and_skips_nothing(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let start = leader.put("start", "1").await;
    let mut patient = leader.watch("", Position::after(start)).await.unwrap();
    let mut forgotten = leader.watch("", Position::after(start)).await.unwrap();
    let mut last = start;
    for round in 0..1_500 {
        last = leader.put(&format!("k/{}", round % 10), &round.to_string()).await;
    }
    let changes = patient.changes_until(last).await;
    let values: Vec<_> = changes.iter().map(|change| texts(change).3.unwrap()).collect();
    assert_eq!(
        values,
        (0..1_500).map(|round| round.to_string()).collect::<Vec<_>>()
    );

    leader.store.compact(last).await.unwrap();
    let mut taken = 0;
    loop {
        match forgotten.next().await {
            Ok(WatchEvent::Change(change)) => {
                assert_eq!(
                    texts(&change).3,
                    Some(taken.to_string()),
                    "nothing is skipped before the error"
                );
                taken += 1;
            }
            Ok(WatchEvent::Progress(revision)) if revision < last => {}
            Ok(WatchEvent::Progress(_)) => break assert_eq!(taken, 1_500),
            Err(error) => break assert!(matches!(error, ReadError::Compacted { .. }), "{error}"),
        }
    }
}

/// Listing at a revision and watching after it gives the state, whatever is committed meanwhile.
pub async fn a_listing_and_its_watch_meet_exactly(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    for index in 0..30 {
        leader.put(&format!("k/{index:02}"), "0").await;
    }
    let store = Arc::clone(&leader.store);
    let writer = tokio::spawn(async move {
        for round in 1..=60 {
            leader
                .commit(|batch| {
                    batch
                        .put(key(&format!("k/{:02}", round % 30)), round.to_string())
                        .delete(key(&format!("k/{:02}", (round * 7 + 1) % 30)));
                })
                .await;
        }
        leader
    });
    let (entries, at) = list(&*store, &prefix("k/"), None, 4).await.unwrap();
    let mut state: BTreeMap<_, _> = entries
        .into_iter()
        .map(|entry| (entry.key, entry.versioned))
        .collect();
    let leader = soon("the writer", writer).await.expect("the writer ends");
    let newest = store.newest_revision().await.unwrap();
    for change in leader
        .watch("k/", Position::after(at))
        .await
        .unwrap()
        .changes_until(newest)
        .await
    {
        let before = match change.new.clone() {
            Some(new) => state.insert(change.key.clone(), new),
            None => state.remove(&change.key),
        };
        assert_eq!(before, change.old, "the old side is what the state held");
    }
    let (entries, _) = list(&*store, &prefix("k/"), None, 1_000).await.unwrap();
    let expected: BTreeMap<_, _> = entries
        .into_iter()
        .map(|entry| (entry.key, entry.versioned))
        .collect();
    assert_eq!(state, expected);
}

/// A watch does not wait for ever on a store that is gone, and does not keep it open.
pub async fn a_watch_ends_when_the_store_is_closed(harness: &dyn Harness) {
    use futures::StreamExt as _;
    let mut leader = Leader::of(harness).await;
    let start = leader.put("a", "1").await;
    let mut watcher = leader.watch("", Position::after(start)).await.unwrap();
    let waiting = tokio::spawn(async move {
        let mut last = watcher.next().await;
        while last.is_ok() {
            last = watcher.next().await;
        }
        (last, watcher)
    });
    tokio::task::yield_now().await;
    leader.store.close().await.unwrap();
    let (last, mut watcher) = soon("the end of the watch", waiting).await.unwrap();
    assert!(
        matches!(last, Err(ReadError::Store(StoreError::Closed))),
        "{last:?}"
    );
    assert!(watcher.stream.next().await.is_none(), "an error is the last item");
    // The watch still exists, and the store can be opened nevertheless.
    let reopened = harness.open().await;
    assert!(reopened.get(&key("a")).await.unwrap().is_some());
    drop(watcher);
}
