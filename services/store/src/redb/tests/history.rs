//! History stays within its bounds, and who is too late is told so.

use futures::StreamExt as _;

use super::{disk_with_store, key, lead};
use crate::redb::RedbOptions;
use crate::redb::handle::RedbStore;
use crate::redb::tables::Meta;
use crate::{
    Batch, CommitSequence, KeyPrefix, Leadership, Position, ReadError, Revision, Store as _, WatchEvent,
};

async fn meta(store: &RedbStore) -> Meta {
    store.shared().read(Meta::read).await.unwrap()
}

async fn put(
    store: &RedbStore,
    leadership: &Leadership,
    sequence: &mut CommitSequence,
    keys: u64,
    bytes: usize,
) -> Revision {
    *sequence = sequence.next();
    let mut batch = Batch::new(*sequence);
    for index in 0..keys {
        batch.put(key(&format!("k/{index}")), vec![b'v'; bytes]);
    }
    store.commit(leadership, batch).await.unwrap().revision
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_bounded_by_its_number_of_changes() {
    let disk = disk_with_store();
    let options = RedbOptions {
        history_changes: 10,
        ..RedbOptions::default()
    };
    let (store, leadership, mut sequence) = lead(&disk, options.clone()).await;
    for _ in 0..30 {
        put(&store, &leadership, &mut sequence, 3, 1).await;
        let meta = meta(&store).await;
        assert!(meta.log_changes <= 10, "{meta:?}");
    }
    let kept = meta(&store).await;
    assert_eq!(kept.log_changes, 9, "whole revisions of three changes each");
    assert_eq!(kept.compacted.get() + 3, kept.revision.get());
    assert!(
        store
            .watch(KeyPrefix::all(), Position::after(kept.compacted))
            .await
            .is_ok()
    );
    match store
        .watch(
            KeyPrefix::all(),
            Position::after(Revision::new(kept.compacted.get() - 1)),
        )
        .await
    {
        Err(ReadError::Compacted { oldest, .. }) => assert_eq!(oldest, kept.compacted),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a watch was opened"),
    }
    // A revision that is larger than the bound stays as long as it is the newest.
    let large = put(&store, &leadership, &mut sequence, 20, 1).await;
    let kept = meta(&store).await;
    assert_eq!((kept.log_changes, kept.compacted.next()), (20, large));
    put(&store, &leadership, &mut sequence, 1, 1).await;
    assert_eq!(meta(&store).await.log_changes, 1);
    store.close().await.unwrap();
    // The counts are those of the file, not of the process.
    let (store, leadership, mut sequence) = lead(&disk, options).await;
    put(&store, &leadership, &mut sequence, 3, 1).await;
    assert_eq!(meta(&store).await.log_changes, 4);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_bounded_by_its_bytes() {
    let disk = disk_with_store();
    let options = RedbOptions {
        history_bytes: 50_000,
        ..RedbOptions::default()
    };
    let (store, leadership, mut sequence) = lead(&disk, options).await;
    for _ in 0..40 {
        put(&store, &leadership, &mut sequence, 1, 4_000).await;
        let meta = meta(&store).await;
        assert!(meta.log_bytes <= 50_000, "{meta:?}");
    }
    // Old and new values are counted: about 8,000 bytes a change.
    assert_eq!(meta(&store).await.log_changes, 6);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_slower_than_history_is_told_and_ends() {
    let disk = disk_with_store();
    let options = RedbOptions {
        history_changes: 10,
        ..RedbOptions::default()
    };
    let (store, leadership, mut sequence) = lead(&disk, options).await;
    let start = put(&store, &leadership, &mut sequence, 1, 1).await;
    let mut slow = store
        .watch(KeyPrefix::all(), Position::after(start))
        .await
        .unwrap();
    let first = put(&store, &leadership, &mut sequence, 1, 1).await;
    match slow.next().await.unwrap().unwrap() {
        WatchEvent::Change(change) => assert_eq!(change.revision, first),
        other @ WatchEvent::Progress(_) => panic!("{other:?}"),
    }
    assert_eq!(slow.next().await.unwrap().unwrap(), WatchEvent::Progress(first));
    for _ in 0..30 {
        put(&store, &leadership, &mut sequence, 1, 1).await;
    }
    match slow.next().await.unwrap() {
        Err(ReadError::Compacted { requested, oldest }) => {
            assert_eq!((requested, oldest), (first, meta(&store).await.compacted));
        }
        other => panic!("{other:?}"),
    }
    assert!(slow.next().await.is_none());
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_far_behind_reads_page_by_page() {
    let disk = disk_with_store();
    let (store, leadership, mut sequence) = lead(&disk, RedbOptions::default()).await;
    for _ in 0..30 {
        put(&store, &leadership, &mut sequence, 100, 1).await;
    }
    let mut watch = store
        .watch(KeyPrefix::all(), Position::after(Revision::ZERO))
        .await
        .unwrap();
    let mut expected = (1, 0);
    loop {
        match watch.next().await.unwrap().unwrap() {
            WatchEvent::Change(change) => {
                assert_eq!((change.revision.get(), change.index), expected);
                expected = if change.index == 99 {
                    (expected.0 + 1, 0)
                } else {
                    (expected.0, expected.1 + 1)
                };
            }
            WatchEvent::Progress(revision) => break assert_eq!((revision.get(), expected), (30, (31, 0))),
        }
    }
    store.close().await.unwrap();
}
