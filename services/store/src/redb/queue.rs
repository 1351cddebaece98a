//! What waits for the writer, and how each of it is answered.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::StoreError;
use crate::{
    Batch, CommitError, CommitSequence, Committed, Incarnation, Leadership, RaiseError, ReadError, Revision,
};

/// An answer on its way: found while the group is made, given only once the group is durable.
pub(super) struct Reply<T> {
    sender: oneshot::Sender<T>,
    found: Option<T>,
}

impl<T> Reply<T> {
    pub fn new() -> (Self, oneshot::Receiver<T>) {
        let (sender, receiver) = oneshot::channel();
        (Self { sender, found: None }, receiver)
    }

    /// Keeps the answer until the group is durable.
    pub fn found(&mut self, answer: T) {
        self.found = Some(answer);
    }

    fn deliver(self) {
        let Self { sender, found } = self;
        if let Some(answer) = found {
            // A caller that has gone away has said that it does not want the answer.
            drop(sender.send(answer));
        }
    }

    fn send(self, answer: T) {
        // As above.
        drop(self.sender.send(answer));
    }
}

/// One thing to do, in the order of the queue.
pub(super) enum Request {
    Commit {
        leadership: Leadership,
        batch: Batch,
        reply: Reply<Result<Committed, CommitError>>,
    },
    AcquireLeadership {
        reply: Reply<Result<Leadership, StoreError>>,
    },
    RaiseIncarnation {
        to: Incarnation,
        reply: Reply<Result<(), RaiseError>>,
    },
    ReadSequence {
        reply: Reply<Result<CommitSequence, StoreError>>,
    },
    Compact {
        up_to: Revision,
        reply: Reply<Result<Revision, ReadError>>,
    },
}

impl Request {
    /// Rough size in memory and on disk, to bound a group.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Commit { batch, .. } => batch.bytes(),
            Self::AcquireLeadership { .. }
            | Self::RaiseIncarnation { .. }
            | Self::ReadSequence { .. }
            | Self::Compact { .. } => 0,
        }
    }

    /// Gives the answer that was found: the group is durable.
    pub fn deliver(self) {
        match self {
            Self::Commit { reply, .. } => reply.deliver(),
            Self::AcquireLeadership { reply } => reply.deliver(),
            Self::RaiseIncarnation { reply, .. } => reply.deliver(),
            Self::ReadSequence { reply } => reply.deliver(),
            Self::Compact { reply, .. } => reply.deliver(),
        }
    }

    /// Answers that the store failed. `started` says whether the failure may have left something on the disk.
    pub fn fail(self, error: &StoreError, started: Started) {
        let error = error.clone();
        match self {
            Self::Commit { reply, .. } => reply.send(Err(match started {
                Started::Yes => CommitError::Fatal(error),
                Started::No => CommitError::Unavailable(error),
            })),
            Self::AcquireLeadership { reply } => reply.send(Err(error)),
            Self::RaiseIncarnation { reply, .. } => reply.send(Err(error.into())),
            Self::ReadSequence { reply } => reply.send(Err(error)),
            Self::Compact { reply, .. } => reply.send(Err(error.into())),
        }
    }
}

/// Whether a request was part of a group when the store failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Started {
    /// It was: nobody knows what is durable.
    Yes,
    /// It was not: certainly nothing of it is.
    No,
}

/// What a commit is told whose answer got lost.
pub(super) fn lost_answer() -> CommitError {
    CommitError::Unknown {
        what: Arc::from("the writer ended without an answer"),
    }
}
