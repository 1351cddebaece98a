//! Batches that wait together share one durable write, and the queue has an end.

use futures::future::join_all;

use super::{check_workload, disk_with_store, key, lead, workload};
use crate::redb::RedbOptions;
use crate::{Batch, CommitError, Precondition, Store as _};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_wait_together_share_one_durable_write_and_fail_alone() {
    let disk = disk_with_store();
    let (store, leadership, sequence) = lead(&disk, RedbOptions::default()).await;
    let before = disk.syncs();
    let mut sequence = store
        .commit(&leadership, workload(sequence.next()))
        .await
        .unwrap()
        .sequence;
    let syncs_of_one = disk.syncs() - before;

    let before = disk.syncs();
    let held = disk.hold();
    let first = store
        .submit(&leadership, workload(sequence.next()))
        .await
        .unwrap();
    sequence = sequence.next();
    held.until_waiting();
    // The first is on its way to the disk, so all of these wait together.
    let mut pending = Vec::new();
    for _ in 0..60 {
        let mut refused = Batch::new(sequence.next());
        refused
            .put(key("never"), "x")
            .check(key("pair/a"), Precondition::Absent);
        pending.push((false, store.submit(&leadership, refused).await.unwrap()));
        pending.push((
            true,
            store
                .submit(&leadership, workload(sequence.next()))
                .await
                .unwrap(),
        ));
        sequence = sequence.next();
    }
    drop(held);
    first.await.unwrap();
    let (expected, answers): (Vec<_>, Vec<_>) = pending.into_iter().unzip();
    for (good, answer) in expected.into_iter().zip(join_all(answers).await) {
        match answer {
            Ok(_) => assert!(good),
            Err(CommitError::PreconditionFailed { .. }) => assert!(!good),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(check_workload(&store).await, sequence);
    assert_eq!(store.get(&key("never")).await.unwrap(), None);
    let syncs = disk.syncs() - before;
    assert_eq!(
        syncs,
        2 * syncs_of_one,
        "one durable write for the first and one for the other 60"
    );
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_makes_submitters_wait() {
    let disk = disk_with_store();
    let options = RedbOptions {
        queued_batches: 2,
        ..RedbOptions::default()
    };
    let (store, leadership, mut sequence) = lead(&disk, options).await;
    let held = disk.hold();
    let mut pending = Vec::new();
    for waiting in 0..3 {
        sequence = sequence.next();
        pending.push(store.submit(&leadership, workload(sequence)).await.unwrap());
        if waiting == 0 {
            held.until_waiting();
        }
    }
    sequence = sequence.next();
    {
        let mut one_more = std::pin::pin!(store.submit(&leadership, workload(sequence)));
        assert!(
            futures::poll!(one_more.as_mut()).is_pending(),
            "one is at the disk and two fill the queue"
        );
        drop(held);
        pending.push(one_more.await.unwrap());
    }
    for answer in pending {
        answer.await.unwrap();
    }
    assert_eq!(check_workload(&store).await, sequence);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_finishes_what_was_submitted() {
    let disk = disk_with_store();
    let (store, leadership, mut sequence) = lead(&disk, RedbOptions::default()).await;
    let held = disk.hold();
    let mut pending = Vec::new();
    for _ in 0..10 {
        sequence = sequence.next();
        pending.push(store.submit(&leadership, workload(sequence)).await.unwrap());
    }
    {
        let mut closing = std::pin::pin!(store.close());
        assert!(futures::poll!(closing.as_mut()).is_pending());
        drop(held);
        closing.await.unwrap();
    }
    for answer in pending {
        answer.await.unwrap();
    }
    let (store, _, found) = lead(&disk, RedbOptions::default()).await;
    assert_eq!(found, sequence);
    assert_eq!(check_workload(&store).await, sequence);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_are_refused_do_not_touch_the_disk() {
    let disk = disk_with_store();
    let (store, leadership, sequence) = lead(&disk, RedbOptions::default()).await;
    let before = disk.syncs();
    for _ in 0..5 {
        let refused = store.commit(&leadership, workload(sequence)).await.unwrap_err();
        assert!(
            matches!(refused, CommitError::SequenceMismatch { .. }),
            "{refused}"
        );
        assert_eq!(store.read_commit_sequence().await.unwrap(), sequence);
    }
    assert_eq!(disk.syncs(), before);
    store.close().await.unwrap();
}
