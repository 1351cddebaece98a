//! What was acknowledged is never lost, and what was not is there wholly or not at all, whatever the disk
//! does.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::disk::{Disk, Fault};
use super::{check_workload, disk_with_store, lead, open_store, workload};
use crate::redb::RedbOptions;
use crate::{CommitError, CommitOutcome, CommitSequence, LeadershipLost, ReadError, Store as _, StoreError};
use crate::{KeyPrefix, Position, RangeRequest, Revision};

/// Commits alone and in groups until something fails; returns the last acknowledged batch, the last submitted
/// one, and whether something did fail.
async fn work(disk: &Disk, fault: Option<(u64, Fault)>) -> (CommitSequence, CommitSequence, bool) {
    let (store, leadership, mut submitted) = lead(disk, RedbOptions::default()).await;
    if let Some((after, fault)) = fault {
        disk.fail_after(after, fault);
    }
    let mut acknowledged = submitted;
    let mut failure = None;
    'work: for size in [1, 1, 3, 1, 4] {
        let mut pending = Vec::new();
        for _ in 0..size {
            match store.submit(&leadership, workload(submitted.next())).await {
                Ok(answer) => {
                    submitted = submitted.next();
                    pending.push(answer);
                }
                // The store has failed by an earlier batch of the same round: this one was certainly not
                // taken.
                Err(error) => assert_eq!(error.outcome(), CommitOutcome::NotCommitted, "{error}"),
            }
        }
        for answer in pending {
            match answer.await {
                Ok(committed) if failure.is_none() => acknowledged = committed.sequence,
                Ok(committed) => panic!("batch {} was acknowledged after a failure", committed.sequence),
                Err(error) => failure = Some(failure.unwrap_or(error)),
            }
        }
        if failure.is_some() {
            break 'work;
        }
    }
    let Some(error) = failure else {
        // The fault comes when the store is closed, or not at all.
        drop(store.close().await);
        return (acknowledged, submitted, false);
    };
    assert!(
        matches!(error, CommitError::Fatal(StoreError::Storage { .. })),
        "{error:?}"
    );
    assert_eq!(error.outcome(), CommitOutcome::Unknown);

    // The rule: after a failed commit this handle answers nothing any more.
    let poisoned = |error: StoreError| assert!(matches!(error, StoreError::Poisoned { .. }), "{error:?}");
    match store.commit(&leadership, workload(acknowledged.next())).await {
        Err(CommitError::Unavailable(error)) => poisoned(error),
        other => panic!("{other:?}"),
    }
    poisoned(store.read_commit_sequence().await.unwrap_err());
    poisoned(store.get(&super::key("pair/a")).await.unwrap_err());
    poisoned(store.acquire_leadership().await.unwrap_err());
    match store.range(RangeRequest::new(KeyPrefix::all())).await {
        Err(ReadError::Store(error)) => poisoned(error),
        other => panic!("{other:?}"),
    }
    match store
        .watch(KeyPrefix::all(), Position::after(Revision::ZERO))
        .await
    {
        Err(ReadError::Store(error)) => poisoned(error),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a watch was opened"),
    }
    match store.leadership_lost(&leadership).await {
        LeadershipLost::Store(error) => poisoned(error),
        other @ LeadershipLost::Deposed { .. } => panic!("{other:?}"),
    }
    // Closing a handle that failed may say so again; what counts is what is found afterwards.
    drop(store.close().await);
    (acknowledged, submitted, true)
}

async fn check(bytes: Vec<u8>, acknowledged: CommitSequence, submitted: CommitSequence, what: &str) {
    let disk = Disk::with(bytes);
    let (store, leadership, _) = lead(&disk, RedbOptions::default()).await;
    let found = check_workload(&store).await;
    assert!(
        found >= acknowledged,
        "{what}: batch {acknowledged} was acknowledged and only {found} are there"
    );
    assert!(
        found <= submitted,
        "{what}: {found} batches are there and only {submitted} were submitted"
    );
    // And it goes on from there.
    store.commit(&leadership, workload(found.next())).await.unwrap();
    assert_eq!(check_workload(&store).await, found.next());
    store.close().await.unwrap();
}

/// How many operations the work takes when nothing fails.
async fn operations_of_work() -> u64 {
    let disk = disk_with_store();
    let before = disk.operations();
    let (acknowledged, submitted, failed) = work(&disk, None).await;
    assert!(!failed && acknowledged == submitted);
    disk.operations() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_operation_fails_no_acknowledged_batch_is_lost_and_none_is_half_there() {
    let mut random = StdRng::seed_from_u64(7);
    let mut failures = 0;
    for fault in [Fault::Once, Fault::FromThenOn, Fault::Torn] {
        for after in 0..operations_of_work().await {
            let disk = disk_with_store();
            let (acknowledged, submitted, failed) = work(&disk, Some((after, fault))).await;
            failures += u32::from(failed);
            let what = format!("{fault:?} after {after} operations");
            check(
                disk.bytes(),
                acknowledged,
                submitted,
                &format!("{what}, process restarted"),
            )
            .await;
            let bytes = disk.after_power_failure(&mut random);
            check(bytes, acknowledged, submitted, &format!("{what}, power failed")).await;
        }
    }
    assert!(failures > 30, "only {failures} of the faults hit a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_a_power_failure_right_after() {
    let disk = disk_with_store();
    let (store, leadership, mut sequence) = lead(&disk, RedbOptions::default()).await;
    let mut random = StdRng::seed_from_u64(11);
    for _ in 0..60 {
        sequence = store
            .commit(&leadership, workload(sequence.next()))
            .await
            .unwrap()
            .sequence;
        let bytes = disk.after_power_failure(&mut random);
        check(bytes, sequence, sequence, "power failed after an acknowledgement").await;
    }
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_while_opening_is_an_error_and_harms_nothing() {
    let original = disk_with_store();
    let (acknowledged, ..) = work(&original, None).await;
    let bytes = original.bytes();
    let opening = Disk::with(bytes.clone());
    drop(open_store(&opening, RedbOptions::default()).unwrap());
    let mut refused = 0;
    for after in 0..opening.operations() {
        let disk = Disk::with(bytes.clone());
        disk.fail_after(after, Fault::FromThenOn);
        match open_store(&disk, RedbOptions::default()) {
            Ok(store) => drop(store),
            Err(super::Refused::Store(StoreError::Storage { .. })) => refused += 1,
            Err(other) => panic!("after {after} operations: {other:?}"),
        }
        check(disk.bytes(), acknowledged, acknowledged, "a fault while opening").await;
    }
    assert!(refused > 0);
}
