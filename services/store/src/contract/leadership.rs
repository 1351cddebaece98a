//! Clauses about who may write, and about what outlives a handle.

use super::Harness;
use super::world::{Leader, key, prefix, soon};
use crate::{
    Batch, CommitError, CommitOutcome, CommitSequence, Incarnation, LeadershipLost, Position, RaiseError,
    RangeRequest, ReadError, Revision, StoreError,
};

/// A term is never given out twice, also not over a restart.
pub async fn terms_rise_with_every_leadership(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let mut terms = vec![leader.leadership.term()];
    for _ in 0..3 {
        leader = Leader::acquire(leader.store).await;
        terms.push(leader.leadership.term());
        leader = leader.reopen(harness).await;
        terms.push(leader.leadership.term());
    }
    assert!(terms.is_sorted_by(|earlier, later| earlier < later), "{terms:?}");
}

/// A leader that another has followed can commit nothing, and learns why.
pub async fn a_deposed_leader_commits_nothing(harness: &dyn Harness) {
    let mut deposed = Leader::of(harness).await;
    deposed.put("a", "1").await;
    let mut leader = Leader::acquire(std::sync::Arc::clone(&deposed.store)).await;
    assert_eq!(
        leader.sequence, deposed.sequence,
        "the sequence goes on over leaders"
    );
    let mut batch = deposed.batch();
    batch.put(key("a"), "too late");
    let error = deposed.try_commit(batch).await.unwrap_err();
    let term = deposed.leadership.term();
    assert!(
        matches!(error, CommitError::NotLeader { term: named } if named == term),
        "{error}"
    );
    assert_eq!(error.outcome(), CommitOutcome::NotCommitted);
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"1"[..]));
    leader.put("a", "2").await;
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"2"[..]));
}

/// Leading needs a live handle: after a restart it has to be acquired again.
pub async fn a_leadership_does_not_outlive_its_handle(harness: &dyn Harness) {
    let leader = Leader::of(harness).await;
    leader.store.close().await.unwrap();
    let store = harness.open().await;
    let error = store
        .commit(&leader.leadership, leader.batch())
        .await
        .unwrap_err();
    assert!(matches!(error, CommitError::NotLeader { .. }), "{error}");
    assert_eq!(store.read_commit_sequence().await.unwrap(), leader.sequence);
}

/// Who leads can wait for the end of it.
pub async fn the_loss_of_a_leadership_is_reported(harness: &dyn Harness) {
    let first = Leader::of(harness).await;
    let lost = first.store.leadership_lost(&first.leadership);
    let mut lost = std::pin::pin!(lost);
    assert!(futures::poll!(lost.as_mut()).is_pending(), "it leads");
    let second = Leader::acquire(std::sync::Arc::clone(&first.store)).await;
    let term = first.leadership.term();
    match soon("the loss", lost).await {
        LeadershipLost::Deposed { term: named } => assert_eq!(named, term),
        other @ LeadershipLost::Store(_) => panic!("{other:?}"),
    }
    let mut lost = std::pin::pin!(second.store.leadership_lost(&second.leadership));
    assert!(futures::poll!(lost.as_mut()).is_pending(), "the second one leads");
    second.store.close().await.unwrap();
    let why = soon("the loss", lost).await;
    assert!(
        matches!(why, LeadershipLost::Store(StoreError::Closed)),
        "{why:?}"
    );
}

/// The incarnation rises only, stays raised, and its rise ends the leadership.
pub async fn incarnations_only_rise_and_end_the_leadership(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    assert_eq!(leader.store.incarnation().await.unwrap(), Incarnation::new(1));
    assert_eq!(leader.leadership.incarnation(), Incarnation::new(1));
    for requested in [Incarnation::ZERO, Incarnation::new(1)] {
        let error = leader.store.raise_incarnation(requested).await.unwrap_err();
        assert!(
            matches!(error, RaiseError::NotAbove { current, requested: named } if current.get() == 1 && named == requested),
            "{error}"
        );
    }
    leader.put("a", "1").await;
    leader.store.raise_incarnation(Incarnation::new(7)).await.unwrap();
    assert_eq!(leader.store.incarnation().await.unwrap(), Incarnation::new(7));
    let error = leader.try_commit(leader.batch()).await.unwrap_err();
    assert!(matches!(error, CommitError::NotLeader { .. }), "{error}");
    let leader = leader.reopen(harness).await;
    assert_eq!(leader.store.incarnation().await.unwrap(), Incarnation::new(7));
    assert_eq!(leader.leadership.incarnation(), Incarnation::new(7));
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"1"[..]));
}

/// Data, revisions, sequence: a restart changes none of it.
pub async fn everything_survives_reopening(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    assert_eq!(leader.sequence, CommitSequence::ZERO, "a new store");
    for round in 0..5 {
        leader.put(&format!("keys/{round}"), "x").await;
    }
    leader.delete("keys/3").await;
    let sequence = leader.sequence;
    let before = leader.store.range(RangeRequest::new(prefix(""))).await.unwrap();
    let mut leader = leader.reopen(harness).await;
    let after = leader.store.range(RangeRequest::new(prefix(""))).await.unwrap();
    assert_eq!(before.entries, after.entries);
    assert!(after.revision >= before.revision);
    assert_eq!(leader.sequence, sequence);
    assert!(
        leader.put("keys/3", "x").await > before.revision,
        "revisions go on"
    );
}

/// After closing, every call says so, and closing again is no error.
pub async fn a_closed_store_refuses_every_call(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    leader.put("a", "1").await;
    let store = std::sync::Arc::clone(&leader.store);
    store.close().await.unwrap();
    store.close().await.unwrap();
    let closed = |error: &StoreError| assert!(matches!(error, StoreError::Closed), "{error}");
    closed(&store.incarnation().await.unwrap_err());
    closed(&store.acquire_leadership().await.unwrap_err());
    closed(&store.read_commit_sequence().await.unwrap_err());
    closed(&store.newest_revision().await.unwrap_err());
    closed(&store.get(&key("a")).await.unwrap_err());
    match store.raise_incarnation(Incarnation::new(9)).await {
        Err(RaiseError::Store(error)) => closed(&error),
        other => panic!("{other:?}"),
    }
    match store.range(RangeRequest::new(prefix(""))).await {
        Err(ReadError::Store(error)) => closed(&error),
        other => panic!("{other:?}"),
    }
    match store.watch(prefix(""), Position::after(Revision::ZERO)).await {
        Err(ReadError::Store(error)) => closed(&error),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a watch was opened"),
    }
    match store.compact(Revision::new(1)).await {
        Err(ReadError::Store(error)) => closed(&error),
        other => panic!("{other:?}"),
    }
    match store
        .commit(&leader.leadership, Batch::new(leader.sequence.next()))
        .await
    {
        Err(error @ CommitError::Unavailable(StoreError::Closed)) => {
            assert_eq!(error.outcome(), CommitOutcome::NotCommitted);
        }
        other => panic!("{other:?}"),
    }
}
