//! Clauses about the order of commits: one after the other, each once, and knowable when an answer got lost.

use super::Harness;
use super::world::{Leader, key, list, prefix, soon};
use crate::{Batch, CommitError, CommitOutcome, Precondition, Revision};

/// Batch n is taken after n − 1, and no other number is.
pub async fn the_sequence_moves_by_one_and_takes_no_other_batch(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    leader.put("a", "1").await;
    let expected = leader.sequence.next();
    for found in [leader.sequence, expected.next(), expected.next().next()] {
        let mut batch = Batch::new(found);
        batch.put(key("a"), "wrong");
        let error = leader.store.commit(&leader.leadership, batch).await.unwrap_err();
        match &error {
            CommitError::SequenceMismatch {
                expected: named,
                found: sent,
            } => {
                assert_eq!((*named, *sent), (expected, found));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(error.outcome(), CommitOutcome::NotCommitted);
    }
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"1"[..]));
    leader.put("a", "2").await;
}

/// A leader need not wait for one batch before it submits the next.
pub async fn batches_are_committed_in_the_order_of_submission(harness: &dyn Harness) {
    let leader = Leader::of(harness).await;
    let mut pending = Vec::new();
    let mut sequence = leader.sequence;
    for value in 1..=50 {
        sequence = sequence.next();
        let mut batch = Batch::new(sequence);
        batch
            .put(key("counter"), value.to_string())
            .put(key(&format!("each/{value:02}")), value.to_string());
        pending.push(
            leader
                .store
                .submit(&leader.leadership, batch)
                .await
                .expect("the batch is taken"),
        );
    }
    let mut last = Revision::ZERO;
    // The answers may be taken in any order.
    for (index, answer) in futures::future::join_all(pending.into_iter().rev())
        .await
        .into_iter()
        .rev()
        .enumerate()
    {
        let committed = answer.unwrap_or_else(|error| panic!("batch {index}: {error}"));
        assert!(committed.revision > last, "each batch has its own revision");
        last = committed.revision;
    }
    assert_eq!(leader.value("counter").await.as_deref(), Some(&b"50"[..]));
    let (entries, _) = list(&*leader.store, &prefix("each/"), None, 1_000).await.unwrap();
    assert_eq!(entries.len(), 50);
    assert!(entries.is_sorted_by_key(|entry| entry.versioned.mod_revision));
}

/// Batches that wait together stand or fall alone, except those that were decided on top of a failed one.
pub async fn a_failed_batch_fails_only_what_was_built_on_it(harness: &dyn Harness) {
    let leader = Leader::of(harness).await;
    let first = leader.sequence.next();
    let second = first.next();
    let mut batches = [
        Batch::new(first),
        Batch::new(second),
        Batch::new(second.next()),
        Batch::new(second),
    ];
    batches[0].put(key("a"), "first");
    // Holds only if it is checked against what the first has done.
    batches[1]
        .put(key("b"), "failed")
        .check(key("a"), Precondition::Absent);
    batches[2].put(key("c"), "on top of the failed one");
    batches[3]
        .put(key("d"), "decided again")
        .put_if(key("b"), "again", Precondition::Absent);
    let mut pending = Vec::new();
    for batch in batches {
        pending.push(
            leader
                .store
                .submit(&leader.leadership, batch)
                .await
                .expect("the batch is taken"),
        );
    }
    let answers = soon("the answers", futures::future::join_all(pending)).await;
    assert_eq!(answers[0].as_ref().unwrap().sequence, first);
    assert!(
        matches!(answers[1], Err(CommitError::PreconditionFailed { .. })),
        "{:?}",
        answers[1]
    );
    assert!(
        matches!(answers[2], Err(CommitError::SequenceMismatch { expected, .. }) if expected == second),
        "{:?}",
        answers[2]
    );
    assert_eq!(answers[3].as_ref().unwrap().sequence, second);
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"first"[..]));
    assert_eq!(leader.value("b").await.as_deref(), Some(&b"again"[..]));
    assert_eq!(leader.get("c").await, None);
    assert_eq!(leader.value("d").await.as_deref(), Some(&b"decided again"[..]));
}

/// A commit that nobody waits for any more has an unknown outcome. Reading the sequence settles it for good.
pub async fn an_unknown_outcome_is_settled_by_reading_the_sequence(harness: &dyn Harness) {
    let leader = Leader::of(harness).await;
    let mut sequence = leader.sequence;
    let mut landed = 0;
    for round in 0..40u32 {
        let number = sequence.next();
        let mut batch = Batch::new(number);
        batch.put(key("round"), round.to_string());
        {
            // Polled a few times and then dropped: before it was sent, while it was, or after.
            let mut commit = Box::pin(leader.store.commit(&leader.leadership, batch));
            for _ in 0..round % 4 {
                drop(futures::poll!(commit.as_mut()));
                tokio::task::yield_now().await;
            }
        }
        let settled = leader.store.read_commit_sequence().await.unwrap();
        let value = leader.value("round").await;
        if settled == number {
            landed += 1;
            assert_eq!(
                value,
                Some(round.to_string().into()),
                "the sequence says that it was committed"
            );
        } else {
            assert_eq!(settled, sequence, "the sequence says that it was not");
            assert_ne!(value, Some(round.to_string().into()));
        }
        // The answer is final: it does not change while nothing is submitted.
        for _ in 0..3 {
            tokio::task::yield_now().await;
            assert_eq!(leader.store.read_commit_sequence().await.unwrap(), settled);
        }
        sequence = settled;
    }
    assert!(landed > 0, "some of the dropped commits got as far as being sent");
}
