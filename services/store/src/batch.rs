//! A batch: what one decision writes, all or nothing.

use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;

use crate::{CommitSequence, Key, Revision};

/// Largest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 1024 * 1024;

/// Most operations in a batch. An etcd transaction holds 128 as it is configured out of the box
/// (`--max-txn-ops`, <https://etcd.io/docs/latest/op-guide/configuration/>), and the store needs two of them
/// to compare the leader and to move the commit sequence.
pub const MAX_BATCH_OPERATIONS: usize = 126;

/// Most bytes of keys and values in a batch. An etcd request holds 1.5 MiB as it is configured out of the box
/// (`--max-request-bytes`); the rest is room for its encoding.
pub const MAX_BATCH_BYTES: usize = 1024 * 1024 + 256 * 1024;

/// What must hold of a key, before the batch, for the whole batch to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// The key does not exist.
    Absent,
    /// The key exists and was last written at this revision.
    ModifiedAt(Revision),
}

/// What to do with a key.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Write the value.
    Put(Bytes),
    /// Delete the key. Deleting a key that does not exist is no error and no change.
    Delete,
    /// Write nothing: only the precondition counts.
    Check,
}

// Values may hold anything, also what must not be in a log: only their size is shown.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(value) => write!(f, "Put({} bytes)", value.len()),
            Self::Delete => f.write_str("Delete"),
            Self::Check => f.write_str("Check"),
        }
    }
}

/// One operation of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The key that it is about.
    pub key: Key,
    /// What to do.
    pub action: Action,
    /// What must hold before.
    pub precondition: Option<Precondition>,
}

/// Writes that are committed together or not at all, under one number of the leader's commit sequence. An
/// empty batch only moves the sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    sequence: CommitSequence,
    operations: Vec<Operation>,
}

/// A batch that breaks a rule of the port. It certainly was not committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBatch {
    /// Two operations on one key.
    #[error("a batch may name a key only once, and names {key} twice")]
    DuplicateKey {
        /// The key.
        key: Key,
    },
    /// More than [`MAX_BATCH_OPERATIONS`].
    #[error("a batch of {operations} operations is over the limit of {MAX_BATCH_OPERATIONS}")]
    TooManyOperations {
        /// How many it has.
        operations: usize,
    },
    /// A value larger than [`MAX_VALUE_BYTES`].
    #[error("the value of {key} has {bytes} bytes, over the limit of {MAX_VALUE_BYTES}")]
    ValueTooLarge {
        /// Its key.
        key: Key,
        /// Its size in bytes.
        bytes: usize,
    },
    /// Keys and values together are larger than [`MAX_BATCH_BYTES`].
    #[error("a batch of {bytes} bytes is over the limit of {MAX_BATCH_BYTES}")]
    TooLarge {
        /// Their size in bytes.
        bytes: usize,
    },
}

impl Batch {
    /// An empty batch that moves the commit sequence to `sequence`.
    pub fn new(sequence: CommitSequence) -> Self {
        Self {
            sequence,
            operations: Vec::new(),
        }
    }

    /// Writes a value, whatever was there.
    pub fn put(&mut self, key: Key, value: impl Into<Bytes>) -> &mut Self {
        self.push(key, Action::Put(value.into()), None)
    }

    /// Writes a value if the precondition holds; if not, the whole batch fails.
    pub fn put_if(&mut self, key: Key, value: impl Into<Bytes>, precondition: Precondition) -> &mut Self {
        self.push(key, Action::Put(value.into()), Some(precondition))
    }

    /// Deletes a key, whether it is there or not.
    pub fn delete(&mut self, key: Key) -> &mut Self {
        self.push(key, Action::Delete, None)
    }

    /// Deletes a key if the precondition holds; if not, the whole batch fails.
    pub fn delete_if(&mut self, key: Key, precondition: Precondition) -> &mut Self {
        self.push(key, Action::Delete, Some(precondition))
    }

    /// Writes nothing, but fails the whole batch unless the precondition holds.
    pub fn check(&mut self, key: Key, precondition: Precondition) -> &mut Self {
        self.push(key, Action::Check, Some(precondition))
    }

    /// The number that the commit sequence has once this batch is committed.
    pub fn sequence(&self) -> CommitSequence {
        self.sequence
    }

    /// The operations in the order in which they were added.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Size of all keys and values, in bytes.
    pub fn bytes(&self) -> usize {
        let size = |operation: &Operation| {
            let value = match &operation.action {
                Action::Put(value) => value.len(),
                Action::Delete | Action::Check => 0,
            };
            operation.key.as_str().len() + value
        };
        self.operations.iter().map(size).sum()
    }

    /// Checks the rules of the port. Every implementation calls this first, so that all refuse the same
    /// batches.
    pub fn validate(&self) -> Result<(), InvalidBatch> {
        if self.operations.len() > MAX_BATCH_OPERATIONS {
            return Err(InvalidBatch::TooManyOperations {
                operations: self.operations.len(),
            });
        }
        let mut seen = HashSet::with_capacity(self.operations.len());
        for Operation { key, action, .. } in &self.operations {
            if !seen.insert(key.as_str()) {
                return Err(InvalidBatch::DuplicateKey { key: key.clone() });
            }
            match action {
                Action::Put(value) if value.len() > MAX_VALUE_BYTES => {
                    return Err(InvalidBatch::ValueTooLarge {
                        key: key.clone(),
                        bytes: value.len(),
                    });
                }
                Action::Put(_) | Action::Delete | Action::Check => {}
            }
        }
        match self.bytes() {
            bytes if bytes > MAX_BATCH_BYTES => Err(InvalidBatch::TooLarge { bytes }),
            _ => Ok(()),
        }
    }

    fn push(&mut self, key: Key, action: Action, precondition: Option<Precondition>) -> &mut Self {
        self.operations.push(Operation {
            key,
            action,
            precondition,
        });
        self
    }
}
