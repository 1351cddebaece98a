//! Clauses about batches: whole or not at all, and within their limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Harness;
use super::world::{Leader, key, list, prefix, soon};
use crate::{
    Batch, CommitError, CommitOutcome, InvalidBatch, MAX_BATCH_BYTES, MAX_BATCH_OPERATIONS, MAX_VALUE_BYTES,
    Precondition, Revision,
};

/// What was acknowledged is what the next read gives.
pub async fn reads_see_what_was_committed(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    assert_eq!(leader.get("a").await, None);
    let first = leader.put("a", "1").await;
    assert_eq!(leader.value("a").await.as_deref(), Some(&b"1"[..]));
    let second = leader.put("a", "").await;
    assert_eq!(
        leader.value("a").await.as_deref(),
        Some(&b""[..]),
        "an empty value is a value"
    );
    let third = leader.delete("a").await;
    assert_eq!(leader.get("a").await, None);
    assert!(first < second && second < third, "revisions rise");
    assert!(leader.store.newest_revision().await.unwrap() >= third);
}

/// No reader ever sees some of a batch.
pub async fn batches_appear_whole_to_concurrent_readers(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    leader.put("pair/a", "0").await;
    leader.put("pair/b", "0").await;
    let stop = Arc::new(AtomicBool::new(false));
    let (store, stopped) = (Arc::clone(&leader.store), Arc::clone(&stop));
    let reader = tokio::spawn(async move {
        let mut seen = 0;
        while !stopped.load(Ordering::Relaxed) {
            let (entries, _) = list(&*store, &prefix("pair/"), None, 10).await.unwrap();
            let values: Vec<_> = entries
                .iter()
                .map(|entry| entry.versioned.value.clone())
                .collect();
            assert_eq!(values.len(), 2);
            if values[0] != values[1] {
                // Both were put alone at the very beginning.
                assert_eq!(
                    (&values[0][..], &values[1][..]),
                    (&b"0"[..], &b"0"[..]),
                    "half a batch was seen"
                );
            }
            seen += 1;
        }
        seen
    });
    for round in 1..=100 {
        leader
            .commit(|batch| {
                batch
                    .put(key("pair/a"), round.to_string())
                    .put(key("pair/b"), round.to_string());
            })
            .await;
    }
    stop.store(true, Ordering::Relaxed);
    assert!(
        soon("the reader", reader)
            .await
            .expect("the reader saw whole batches")
            > 0
    );
}

/// Create and mod revisions are those of the commits.
pub async fn keys_know_when_they_were_created_and_modified(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let created = leader.put("a", "1").await;
    let modified = leader.put("a", "1").await;
    let versioned = leader.get("a").await.unwrap();
    assert_eq!(
        (versioned.create_revision, versioned.mod_revision),
        (created, modified)
    );
    leader.put("b", "1").await;
    assert_eq!(
        leader.get("a").await.unwrap(),
        versioned,
        "another key's commit touches nothing of this one"
    );
    leader.delete("a").await;
    let again = leader.put("a", "2").await;
    let versioned = leader.get("a").await.unwrap();
    assert_eq!(
        (versioned.create_revision, versioned.mod_revision),
        (again, again),
        "a new life of the key"
    );
}

/// A batch with a precondition that does not hold writes nothing and moves nothing.
pub async fn a_precondition_that_fails_leaves_nothing_of_its_batch(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    leader.put("kept", "old").await;
    let before = leader.store.read_commit_sequence().await.unwrap();
    let mut batch = leader.batch();
    batch.put(key("new"), "x").put(key("kept"), "x").put_if(
        key("missing"),
        "x",
        Precondition::ModifiedAt(Revision::new(1)),
    );
    let error = leader.try_commit(batch).await.unwrap_err();
    assert!(
        matches!(&error, CommitError::PreconditionFailed { key, .. } if key.as_str() == "missing"),
        "{error}"
    );
    assert_eq!(error.outcome(), CommitOutcome::NotCommitted);
    assert_eq!(leader.get("new").await, None);
    assert_eq!(leader.value("kept").await.as_deref(), Some(&b"old"[..]));
    assert_eq!(leader.store.read_commit_sequence().await.unwrap(), before);
    // The same number is still free.
    leader.put("new", "y").await;
}

/// Each kind of precondition, on each kind of operation, both ways.
pub async fn preconditions_hold_or_name_what_was_found(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let written = leader.put("there", "1").await;
    let other = leader.put("other", "1").await;
    type Fill = fn(&mut Batch, Precondition, &str);
    let kinds: [Fill; 3] = [
        |batch, precondition, name| {
            batch.put_if(key(name), "1", precondition);
        },
        |batch, precondition, name| {
            batch.delete_if(key(name), precondition);
        },
        |batch, precondition, name| {
            batch.check(key(name), precondition);
        },
    ];
    for fill in kinds {
        for (name, precondition, found) in [
            ("there", Precondition::Absent, Some(written)),
            ("there", Precondition::ModifiedAt(other), Some(written)),
            ("nowhere", Precondition::ModifiedAt(written), None),
        ] {
            let mut batch = leader.batch();
            fill(&mut batch, precondition, name);
            match leader.try_commit(batch).await {
                Err(CommitError::PreconditionFailed {
                    key,
                    precondition: named,
                    found: really,
                }) => {
                    assert_eq!((key.as_str(), named, really), (name, precondition, found));
                }
                other => panic!("{name} {precondition:?}: {other:?}"),
            }
        }
    }
    leader
        .commit(|batch| {
            batch.check(key("there"), Precondition::ModifiedAt(written));
        })
        .await;
    leader
        .commit(|batch| {
            batch.check(key("nowhere"), Precondition::Absent);
        })
        .await;
    assert_eq!(
        leader.get("there").await.unwrap().mod_revision,
        written,
        "a check writes nothing"
    );
    leader
        .commit(|batch| {
            batch.put_if(key("nowhere"), "1", Precondition::Absent);
        })
        .await;
    leader
        .commit(|batch| {
            batch.delete_if(key("there"), Precondition::ModifiedAt(written));
        })
        .await;
    assert_eq!(leader.get("there").await, None);
    // Deleting what is not there is no error.
    leader.delete("there").await;
}

/// etcd refuses two writes of one key in a transaction; so does every implementation.
pub async fn a_batch_names_a_key_only_once(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    type Fill = fn(&mut Batch);
    let twice: [Fill; 3] = [
        |batch| {
            batch.put(key("a"), "1").put(key("a"), "2");
        },
        |batch| {
            batch.delete(key("a")).put(key("a"), "2");
        },
        |batch| {
            batch.check(key("a"), Precondition::Absent).put(key("a"), "2");
        },
    ];
    for fill in twice {
        let mut batch = leader.batch();
        batch.put(key("b"), "1");
        fill(&mut batch);
        let error = leader.try_commit(batch).await.unwrap_err();
        match &error {
            CommitError::Invalid(InvalidBatch::DuplicateKey { key }) => assert_eq!(key.as_str(), "a"),
            other => panic!("{other:?}"),
        }
        assert_eq!(error.outcome(), CommitOutcome::NotCommitted);
    }
    assert_eq!(leader.get("b").await, None);
}

/// The largest batches are taken, and what is larger is refused by name.
pub async fn the_limits_of_a_batch_are_kept(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let many = |leader: &Leader, count: usize| {
        let mut batch = leader.batch();
        for index in 0..count {
            batch.put_if(key(&format!("many/{index}")), "x", Precondition::Absent);
        }
        batch
    };
    let batch = many(&leader, MAX_BATCH_OPERATIONS + 1);
    assert!(matches!(
        leader.try_commit(batch).await,
        Err(CommitError::Invalid(InvalidBatch::TooManyOperations { operations })) if operations == MAX_BATCH_OPERATIONS + 1
    ));
    let batch = many(&leader, MAX_BATCH_OPERATIONS);
    leader
        .try_commit(batch)
        .await
        .expect("as many operations as allowed");
    let (entries, _) = list(&*leader.store, &prefix("many/"), None, 1_000).await.unwrap();
    assert_eq!(entries.len(), MAX_BATCH_OPERATIONS);

    let mut batch = leader.batch();
    batch.put(key("large"), vec![b'v'; MAX_VALUE_BYTES + 1]);
    assert!(matches!(
        leader.try_commit(batch).await,
        Err(CommitError::Invalid(InvalidBatch::ValueTooLarge { bytes, .. })) if bytes == MAX_VALUE_BYTES + 1
    ));
    let mut batch = leader.batch();
    batch.put(key("large"), vec![b'v'; MAX_VALUE_BYTES]);
    batch.put(key("more"), vec![b'v'; MAX_BATCH_BYTES - MAX_VALUE_BYTES]);
    assert!(matches!(
        leader.try_commit(batch).await,
        Err(CommitError::Invalid(InvalidBatch::TooLarge { bytes })) if bytes == MAX_BATCH_BYTES + "large".len() + "more".len()
    ));
    let rest = MAX_BATCH_BYTES - MAX_VALUE_BYTES - "large".len() - "more".len();
    let mut batch = leader.batch();
    batch
        .put(key("large"), vec![b'v'; MAX_VALUE_BYTES])
        .put(key("more"), vec![b'v'; rest]);
    leader.try_commit(batch).await.expect("as many bytes as allowed");
    assert_eq!(leader.value("large").await.unwrap().len(), MAX_VALUE_BYTES);
}

/// A batch without operations is a way to prove that one still leads.
pub async fn an_empty_batch_moves_only_the_sequence(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let before = leader.put("a", "1").await;
    let after = leader.commit(|_| {}).await;
    assert!(after > before);
    assert_eq!(
        leader.store.read_commit_sequence().await.unwrap(),
        leader.sequence
    );
    assert_eq!(leader.get("a").await.unwrap().mod_revision, before);
}
