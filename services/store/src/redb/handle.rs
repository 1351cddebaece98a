//! The handle: the port, spoken to the writer thread and to the file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tokio::task;

use super::apply::State;
use super::log;
use super::open::{OpenError, open_directory};
use super::options::RedbOptions;
use super::queue::{Reply, Request, lost_answer};
use super::read;
use super::shared::{OpenFile, Shared};
use super::tables::Meta;
use super::watch;
use super::writer::Writer;
use crate::{
    Batch, CommitError, CommitSequence, Incarnation, Key, KeyPrefix, Leadership, LeadershipLost, Page,
    PendingCommit, Position, RaiseError, RangeRequest, ReadError, Revision, Store, StoreError, Versioned,
    WatchStream,
};

/// A store in a state directory of this machine, for one process at a time.
///
/// Dropping it finishes what was submitted and releases the directory, and blocks the thread for as long as
/// that takes; [`Store::close`] does the same without blocking, and says whether it worked.
pub struct RedbStore {
    shared: Arc<Shared>,
    // Gone once the store is closed: the writer ends when the last sender is.
    queue: Mutex<Option<mpsc::Sender<Request>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl RedbStore {
    /// Opens the store in a directory, and makes both where there is none. Blocks while it verifies the file.
    pub fn open(directory: &Path, options: &RedbOptions) -> Result<Self, OpenError> {
        let (file, state) = open_directory(directory, options)?;
        Self::start(file, state, options.clone()).map_err(|source| OpenError::Directory {
            directory: directory.to_owned(),
            doing: "start a thread",
            source,
        })
    }

    pub(super) fn start(file: OpenFile, state: State, options: RedbOptions) -> std::io::Result<Self> {
        let (sender, queue) = mpsc::channel(options.queued_batches);
        let shared = Arc::new(Shared::new(file, &state));
        let writer = Writer {
            shared: Arc::clone(&shared),
            queue,
            state,
            options,
        };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())?;
        Ok(Self {
            shared,
            queue: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(thread)),
        })
    }

    #[cfg(test)]
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    async fn enqueue(&self, request: Request) -> Result<(), StoreError> {
        self.shared.status()?;
        let sender = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        sender
            .ok_or(StoreError::Closed)?
            .send(request)
            .await
            .map_err(|_| self.ended())
    }

    /// Asks the writer for something other than a commit.
    async fn ask<T, E: From<StoreError>>(
        &self,
        request: impl FnOnce(Reply<Result<T, E>>) -> Request,
    ) -> Result<T, E> {
        let (reply, answer) = Reply::new();
        self.enqueue(request(reply)).await?;
        answer
            .await
            .unwrap_or_else(|oneshot::error::RecvError { .. }| Err(self.ended().into()))
    }

    fn ended(&self) -> StoreError {
        self.shared.status().err().unwrap_or(StoreError::Closed)
    }

    /// What closing has to wait for: the writer's end, then the file's. Blocks.
    fn stopper(&self) -> impl FnOnce() -> Result<(), StoreError> + Send + 'static {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let shared = Arc::clone(&self.shared);
        move || {
            if writer.is_some_and(|writer| writer.join().is_err()) {
                tracing::error!("the store's writer thread panicked");
            }
            shared.close()
        }
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        if let Err(error) = self.stopper()() {
            tracing::error!(%error, "the store was not closed cleanly; what was acknowledged is durable");
        }
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn incarnation(&self) -> Result<Incarnation, StoreError> {
        Ok(self.shared.status()?.incarnation)
    }

    async fn raise_incarnation(&self, to: Incarnation) -> Result<(), RaiseError> {
        self.ask(|reply| Request::RaiseIncarnation { to, reply }).await
    }

    async fn acquire_leadership(&self) -> Result<Leadership, StoreError> {
        self.ask(|reply| Request::AcquireLeadership { reply }).await
    }

    async fn leadership_lost(&self, leadership: &Leadership) -> LeadershipLost {
        let mut status = self.shared.subscribe();
        let lost = status
            .wait_for(|status| status.ended.is_some() || status.leader != Some(leadership.term()))
            .await
            .map(|status| status.ended.clone());
        match lost {
            Ok(None) => LeadershipLost::Deposed {
                term: leadership.term(),
            },
            Ok(Some(error)) => LeadershipLost::Store(error),
            Err(_) => LeadershipLost::Store(StoreError::Closed),
        }
    }

    async fn submit(&self, leadership: &Leadership, batch: Batch) -> Result<PendingCommit, CommitError> {
        batch.validate()?;
        let (reply, answer) = Reply::new();
        let request = Request::Commit {
            leadership: *leadership,
            batch,
            reply,
        };
        self.enqueue(request).await.map_err(CommitError::Unavailable)?;
        Ok(PendingCommit::new(async move {
            answer.await.unwrap_or_else(|_| Err(lost_answer()))
        }))
    }

    async fn read_commit_sequence(&self) -> Result<CommitSequence, StoreError> {
        // Through the queue, behind every batch that was submitted before: that is what makes the answer
        // final.
        self.ask(|reply| Request::ReadSequence { reply }).await
    }

    async fn newest_revision(&self) -> Result<Revision, StoreError> {
        Ok(self.shared.status()?.revision)
    }

    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        let key = key.clone();
        self.shared
            .read(move |transaction| read::get(transaction, &key))
            .await
    }

    async fn get_at(&self, key: &Key, at: Revision) -> Result<Option<Versioned>, ReadError> {
        let key = key.clone();
        self.shared
            .read(move |transaction| read::get_at(transaction, &key, at))
            .await?
    }

    async fn range(&self, request: RangeRequest) -> Result<Page, ReadError> {
        self.shared
            .read(move |transaction| read::page(transaction, &request))
            .await?
    }

    async fn watch(&self, prefix: KeyPrefix, after: Position) -> Result<WatchStream, ReadError> {
        let kept = self
            .shared
            .read(move |transaction| Ok(log::check_kept(&Meta::read(transaction)?, after)));
        kept.await??;
        Ok(watch::open(Arc::clone(&self.shared), prefix, after))
    }

    async fn compact(&self, up_to: Revision) -> Result<Revision, ReadError> {
        self.ask(|reply| Request::Compact { up_to, reply }).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        // On the blocking pool, and to the end even if nobody waits for it any more.
        match task::spawn_blocking(self.stopper()).await {
            Ok(closed) => closed,
            Err(join) => Err(StoreError::Unavailable {
                what: Arc::from(format!("closing was cut off: {join}")),
            }),
        }
    }
}
