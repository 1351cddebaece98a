//! What can go wrong, in the terms that a caller has to act on.

use std::error::Error;
use std::sync::Arc;

use crate::{CommitSequence, Incarnation, InvalidBatch, Key, Precondition, Revision, Term};

/// The store itself cannot do what it was asked, whatever was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// [`Store::close`](crate::Store::close) was called.
    #[error("the store is closed")]
    Closed,
    /// An earlier failure ended this handle. What is durable can only be learnt by opening the store again.
    #[error("the store failed earlier and has to be opened again: {cause}")]
    Poisoned {
        /// The failure that ended it.
        cause: Arc<str>,
    },
    /// Reading or writing failed.
    #[error("the store cannot {doing}: {source}")]
    Storage {
        /// What it was doing, as a verb phrase.
        doing: &'static str,
        /// The error of the backend.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// What was read cannot have been written by this store.
    #[error("the store is damaged: {what}; restore it from a backup")]
    Damaged {
        /// What was found.
        what: Arc<str>,
    },
    /// The backend did not answer in time; asking again may help.
    #[error("the store cannot be reached: {what}")]
    Unavailable {
        /// What was tried.
        what: Arc<str>,
    },
}

/// What a failed commit has left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Nothing, and nothing of it will appear later.
    NotCommitted,
    /// Unknown: see [`CommitError::Unknown`] and [`CommitError::Fatal`] for what to do before deciding
    /// anything more.
    Unknown,
}

/// Why a commit gave no revision. [`CommitError::outcome`] says whether it may have happened nevertheless.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// A precondition of the batch does not hold. Certainly not committed.
    #[error("the precondition {precondition:?} of {key} does not hold: {}", describe_found(*.found))]
    PreconditionFailed {
        /// The key.
        key: Key,
        /// What was asked.
        precondition: Precondition,
        /// When the key was really written last; `None` if it does not exist.
        found: Option<Revision>,
    },
    /// The batch is not the next one. Certainly not committed by this call; if an earlier call with the same
    /// batch ended unknown and `expected` is one more than its number, then that one was.
    #[error("the batch has number {found} and the next one is {expected}")]
    SequenceMismatch {
        /// The number that the next batch must have.
        expected: CommitSequence,
        /// The number that this batch has.
        found: CommitSequence,
    },
    /// The leadership was lost, and with it the right to write. Certainly not committed.
    #[error("the leadership of term {term} has ended")]
    NotLeader {
        /// The term under which the batch was submitted.
        term: Term,
    },
    /// The batch breaks a rule of the port. Certainly not committed.
    #[error(transparent)]
    Invalid(#[from] InvalidBatch),
    /// The store could not take the batch. Certainly not committed.
    #[error("the batch was not taken: {0}")]
    Unavailable(#[source] StoreError),
    /// The batch was sent and no answer came. Before anything else is decided, the caller asks
    /// [`Store::read_commit_sequence`](crate::Store::read_commit_sequence), whose answer is final: the
    /// batch's number or a higher one means committed, a lower one means not. A caller that cannot get that
    /// answer steps down.
    #[error("it is unknown whether the batch was committed: {what}")]
    Unknown {
        /// What happened instead of an answer.
        what: Arc<str>,
    },
    /// Writing failed on the way to the disk; it is unknown whether the batch is durable, and this handle
    /// answers nothing any more. The caller ends the process, opens the store again and reads it again.
    #[error("the commit failed and the store has to be opened again: {0}")]
    Fatal(#[source] StoreError),
}

fn describe_found(found: Option<Revision>) -> String {
    match found {
        Some(revision) => format!("it was last written at revision {revision}"),
        None => "it does not exist".to_owned(),
    }
}

impl CommitError {
    /// Whether the batch may have been committed in spite of the error.
    pub fn outcome(&self) -> CommitOutcome {
        match self {
            Self::PreconditionFailed { .. }
            | Self::SequenceMismatch { .. }
            | Self::NotLeader { .. }
            | Self::Invalid(_)
            | Self::Unavailable(_) => CommitOutcome::NotCommitted,
            Self::Unknown { .. } | Self::Fatal(_) => CommitOutcome::Unknown,
        }
    }
}

/// Why a page or a watch could not be given.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// History does not reach back so far any more. The caller lists again and starts from there.
    #[error("revision {requested} is older than the oldest that is kept, {oldest}: list again")]
    Compacted {
        /// The revision that was asked for.
        requested: Revision,
        /// The oldest revision that can be asked for.
        oldest: Revision,
    },
    /// The revision was never given out. A token with one belongs to another life of the data.
    #[error("revision {requested} is newer than the newest, {newest}")]
    FutureRevision {
        /// The revision that was asked for.
        requested: Revision,
        /// The newest revision.
        newest: Revision,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the incarnation was not raised.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RaiseError {
    /// Incarnations only rise.
    #[error("the incarnation is already {current}, and {requested} is not above it")]
    NotAbove {
        /// The incarnation that the store has.
        current: Incarnation,
        /// The one that was asked for.
        requested: Incarnation,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a leadership ended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LeadershipLost {
    /// Someone else leads, or nobody does.
    #[error("the leadership of term {term} was taken away")]
    Deposed {
        /// The term that ended.
        term: Term,
    },
    /// The store ended.
    #[error(transparent)]
    Store(#[from] StoreError),
}
