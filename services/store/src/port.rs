//! The port: what the placement service asks of any store.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::{
    Batch, CommitError, CommitSequence, Incarnation, Key, KeyPrefix, LeadershipLost, Page, Position,
    RaiseError, RangeRequest, ReadError, Revision, StoreError, Term, Versioned, WatchEvent,
};

/// The right to commit, until the store takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leadership {
    term: Term,
    incarnation: Incarnation,
}

impl Leadership {
    // Only an implementation may hand one out.
    pub(crate) const fn new(term: Term, incarnation: Incarnation) -> Self {
        Self { term, incarnation }
    }

    /// The term: higher than that of every leadership before, over the whole life of the store.
    pub const fn term(&self) -> Term {
        self.term
    }

    /// The incarnation of the store while this leadership lasts: raising it ends the leadership.
    pub const fn incarnation(&self) -> Incarnation {
        self.incarnation
    }
}

/// A batch that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The revision of all its changes.
    pub revision: Revision,
    /// Its number, now the store's commit sequence.
    pub sequence: CommitSequence,
}

/// The answer to come for a batch that has its place in the order of commits. Dropping it does not take the
/// batch back; its outcome is then unknown, see [`CommitError::Unknown`].
#[must_use = "the batch may fail, and only this says so"]
pub struct PendingCommit(BoxFuture<'static, Result<Committed, CommitError>>);

impl PendingCommit {
    /// Wraps the future of an implementation.
    pub(crate) fn new(answer: impl Future<Output = Result<Committed, CommitError>> + Send + 'static) -> Self {
        Self(Box::pin(answer))
    }
}

impl Future for PendingCommit {
    type Output = Result<Committed, CommitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for PendingCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingCommit")
    }
}

/// A watch. It reads as fast as it is polled and holds at most a page of changes, so a slow reader costs
/// nobody else anything; one that is slower than history is kept gets [`ReadError::Compacted`]. It ends after
/// its first error.
pub type WatchStream = BoxStream<'static, Result<WatchEvent, ReadError>>;

/// An ordered space of keys and bytes with etcd's semantics. Every promise made here is kept by each
/// implementation and tested by the contract suite (`contract`, cargo feature).
///
/// - Every committed batch gets one [`Revision`], higher than all before; its writes appear all at once or
///   never.
/// - What a call was told is committed, is durable, and every later read through any handle sees it.
/// - Batches are committed in the order in which they were submitted.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The incarnation of the data: 1 in a new store.
    async fn incarnation(&self) -> Result<Incarnation, StoreError>;

    /// Raises the incarnation, after a restore or a move, above any that an agent has shown. Ends the current
    /// leadership, because a leader names the incarnation in its commands.
    async fn raise_incarnation(&self, to: Incarnation) -> Result<(), RaiseError>;

    /// Becomes the leader, waiting until no other handle is. A leadership that this handle held before ends.
    /// Dropping the future gives the attempt up or leaves a leadership that nobody uses; neither harms a
    /// later call.
    async fn acquire_leadership(&self) -> Result<Leadership, StoreError>;

    /// Waits until the leadership has ended, also when that is because the store failed or was closed.
    async fn leadership_lost(&self, leadership: &Leadership) -> LeadershipLost;

    /// Gives a batch its place in the order of commits, waiting while too many are under way, and returns the
    /// answer to come. A leader may submit batch n + 1 before it has the answer for n: should n fail, n + 1
    /// fails with [`CommitError::SequenceMismatch`]. Batches that wait together share one durable write, and
    /// each still stands or falls alone. The rules are checked in this order: those of the batch itself,
    /// leadership, sequence, preconditions.
    async fn submit(&self, leadership: &Leadership, batch: Batch) -> Result<PendingCommit, CommitError>;

    /// Submits a batch and waits for its answer.
    async fn commit(&self, leadership: &Leadership, batch: Batch) -> Result<Committed, CommitError> {
        self.submit(leadership, batch).await?.await
    }

    /// The number of the last committed batch; [`CommitSequence::ZERO`] in a new store. The answer is final:
    /// every batch that was submitted through this handle before the call has either moved it or never will.
    /// That makes it the remedy for an unknown outcome.
    async fn read_commit_sequence(&self) -> Result<CommitSequence, StoreError>;

    /// The newest revision of the store.
    async fn newest_revision(&self) -> Result<Revision, StoreError>;

    /// One key, as it is now.
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError>;

    /// One key, as it was at a revision that is still kept: the answer that [`range`](Self::range) gives at that
    /// revision, for less.
    async fn get_at(&self, key: &Key, at: Revision) -> Result<Option<Versioned>, ReadError>;

    /// One page of keys, now or at an older revision that is still kept.
    async fn range(&self, request: RangeRequest) -> Result<Page, ReadError>;

    /// Every change of the keys with the prefix after the position, in order, old values included, and then
    /// every one to come. Positions outlive the handle and the process. A position from before the kept
    /// history is [`ReadError::Compacted`], one from the future [`ReadError::FutureRevision`].
    async fn watch(&self, prefix: KeyPrefix, after: Position) -> Result<WatchStream, ReadError>;

    /// Forgets the history up to and including this revision and returns the oldest revision that can still
    /// be asked for. Values that are current stay, of course. Asking for what is already forgotten changes
    /// nothing.
    async fn compact(&self, up_to: Revision) -> Result<Revision, ReadError>;

    /// Finishes what was submitted, releases everything and ends the handle: every later call fails with
    /// [`StoreError::Closed`]. Closing twice is no error.
    async fn close(&self) -> Result<(), StoreError>;
}
