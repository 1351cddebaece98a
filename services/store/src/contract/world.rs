//! What the clauses have in common: a leader that counts for itself, and a watch with a deadline.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;

use super::Harness;
use crate::{
    Batch, Change, CommitError, CommitSequence, Committed, Entry, Key, KeyPrefix, Leadership, Position,
    RangeRequest, ReadError, Revision, Store, Versioned, WatchEvent, WatchStream,
};

/// Long enough for the slowest machine; reached only when something is wrong.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn key(text: &str) -> Key {
    Key::new(text).expect("the suite uses valid keys")
}

pub(super) fn prefix(text: &str) -> KeyPrefix {
    KeyPrefix::new(text).expect("the suite uses valid prefixes")
}

/// Waits, but not for ever.
pub(super) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("{what} took longer than {DEADLINE:?}"))
}

/// A store and the leader that writes to it.
pub(super) struct Leader {
    pub store: Arc<dyn Store>,
    pub leadership: Leadership,
    pub sequence: CommitSequence,
}

impl Leader {
    /// Opens the store of the harness and leads it.
    pub async fn of(harness: &dyn Harness) -> Self {
        Self::acquire(harness.open().await).await
    }

    pub async fn acquire(store: Arc<dyn Store>) -> Self {
        let leadership = soon("acquiring the leadership", store.acquire_leadership())
            .await
            .expect("nobody leads");
        let sequence = store
            .read_commit_sequence()
            .await
            .expect("the sequence can be read");
        Self {
            store,
            leadership,
            sequence,
        }
    }

    /// Closes the store and opens it again.
    pub async fn reopen(self, harness: &dyn Harness) -> Self {
        self.store.close().await.expect("the store closes");
        Self::of(harness).await
    }

    /// A batch with the next number.
    pub fn batch(&self) -> Batch {
        Batch::new(self.sequence.next())
    }

    pub async fn try_commit(&mut self, batch: Batch) -> Result<Committed, CommitError> {
        let committed = soon("a commit", self.store.commit(&self.leadership, batch)).await?;
        assert_eq!(
            committed.sequence,
            self.sequence.next(),
            "a commit moves the sequence by one"
        );
        self.sequence = committed.sequence;
        Ok(committed)
    }

    /// Commits what the closure puts into the next batch.
    pub async fn commit(&mut self, fill: impl FnOnce(&mut Batch)) -> Revision {
        let mut batch = self.batch();
        fill(&mut batch);
        self.try_commit(batch).await.expect("the batch is valid").revision
    }

    pub async fn put(&mut self, name: &str, value: &str) -> Revision {
        self.commit(|batch| {
            batch.put(key(name), value.to_owned());
        })
        .await
    }

    pub async fn delete(&mut self, name: &str) -> Revision {
        self.commit(|batch| {
            batch.delete(key(name));
        })
        .await
    }

    pub async fn get(&self, name: &str) -> Option<Versioned> {
        self.store.get(&key(name)).await.expect("a key can be read")
    }

    pub async fn value(&self, name: &str) -> Option<Bytes> {
        self.get(name).await.map(|versioned| versioned.value)
    }

    pub async fn watch(&self, over: &str, after: Position) -> Result<Watcher, ReadError> {
        let stream = self.store.watch(prefix(over), after).await?;
        Ok(Watcher { stream })
    }
}

/// Every page of a listing, as one.
pub(super) async fn list(
    store: &dyn Store,
    over: &KeyPrefix,
    at: Option<Revision>,
    limit: usize,
) -> Result<(Vec<Entry>, Revision), ReadError> {
    let mut request = RangeRequest::new(over.clone()).limit(limit);
    request.at = at;
    let mut entries = Vec::new();
    loop {
        let page = store.range(request.clone()).await?;
        assert!(page.entries.len() <= limit, "a page is over its limit");
        assert!(
            request.at.is_none_or(|at| at == page.revision),
            "a page is of another revision than asked"
        );
        entries.extend(page.entries);
        match page.next_after {
            None => return Ok((entries, page.revision)),
            Some(next) => {
                assert_eq!(
                    entries.last().map(|entry| &entry.key),
                    Some(&next),
                    "a page goes on where it ended"
                );
                request = request.after(next).at(page.revision);
            }
        }
    }
}

pub(super) struct Watcher {
    pub stream: WatchStream,
}

impl Watcher {
    pub async fn next(&mut self) -> Result<WatchEvent, ReadError> {
        soon("an event of a watch", self.stream.next())
            .await
            .expect("a watch ends only with an error")
    }

    /// Every change up to the revision, as far as the watch says that these are all.
    pub async fn changes_until(&mut self, revision: Revision) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        loop {
            match self.next().await.expect("the watch goes on") {
                WatchEvent::Change(change) => {
                    let last = changes.last().map(Change::position);
                    assert!(
                        last.is_none_or(|last| last < change.position()),
                        "changes come in order, each once"
                    );
                    changes.push(change);
                }
                WatchEvent::Progress(up_to) => {
                    let last = changes.last().map(|change| change.revision);
                    assert!(
                        last.is_none_or(|last| last <= up_to),
                        "progress covers what was delivered"
                    );
                    if up_to >= revision {
                        return changes;
                    }
                }
            }
        }
    }
}
