//! Tests that need to reach behind the handle: a disk that fails, forgets and flips bits.

mod damage;
mod disk;
mod faults;
mod groups;
mod history;

use self::disk::Disk;
use super::RedbOptions;
use super::handle::RedbStore;
use super::open::{Refused, create, open};
use super::shared::OpenFile;
use crate::{Batch, CommitSequence, Key, KeyPrefix, Leadership, RangeRequest, Store};

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// A disk with a new, closed store on it.
fn disk_with_store() -> Disk {
    let disk = Disk::default();
    create(disk.clone(), &RedbOptions::default())
        .unwrap()
        .close()
        .unwrap();
    disk
}

fn open_store(disk: &Disk, options: RedbOptions) -> Result<RedbStore, Refused> {
    let (database, state) = open(disk.clone(), &options)?;
    Ok(RedbStore::start(OpenFile { database, lock: None }, state, options).unwrap())
}

/// Opens the store, leads it, and says which batch was the last.
async fn lead(disk: &Disk, options: RedbOptions) -> (RedbStore, Leadership, CommitSequence) {
    let store = open_store(disk, options).unwrap();
    let leadership = store.acquire_leadership().await.unwrap();
    let sequence = store.read_commit_sequence().await.unwrap();
    (store, leadership, sequence)
}

/// Batch n of the workload of these tests: it writes n in two places and leaves a key of its own, so that a
/// missing, a doubled and a half batch can all be seen afterwards.
fn workload(number: CommitSequence) -> Batch {
    let mut batch = Batch::new(number);
    batch
        .put(key("pair/a"), number.to_string())
        .put(key("pair/b"), number.to_string())
        .put(key(&format!("each/{:06}", number.get())), vec![b'v'; 700]);
    batch
}

/// Checks that the store holds the batches of the workload up to its sequence, whole, and no other; returns
/// that.
async fn check_workload(store: &RedbStore) -> CommitSequence {
    let sequence = store.read_commit_sequence().await.unwrap();
    for name in ["pair/a", "pair/b"] {
        let value = store
            .get(&key(name))
            .await
            .unwrap()
            .map(|versioned| versioned.value);
        let expected = (sequence > CommitSequence::ZERO).then(|| sequence.to_string().into());
        assert_eq!(value, expected, "{name} after batch {sequence}");
    }
    let mut request = RangeRequest::new(KeyPrefix::new("each/").unwrap());
    let mut expected = CommitSequence::ZERO;
    loop {
        let page = store.range(request.clone()).await.unwrap();
        for entry in page.entries {
            expected = expected.next();
            assert_eq!(entry.key.as_str(), format!("each/{:06}", expected.get()));
            assert_eq!(entry.versioned.value.len(), 700);
        }
        match page.next_after {
            Some(next) => request = request.after(next),
            None => break,
        }
    }
    assert_eq!(expected, sequence, "there is a key of every batch and no other");
    sequence
}
