//! What the handle, the writer and the watches share: the open file and how it is doing.

use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, ReadTransaction, ReadableDatabase};
use tokio::sync::watch;
use tokio::task;

use super::apply::State;
use super::directory::DirectoryLock;
use super::failure::{damaged, panic_text, storage};
use crate::{Incarnation, Revision, StoreError, Term};

/// What is publicly known of the store; every change wakes those who wait for one.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub revision: Revision,
    pub incarnation: Incarnation,
    pub leader: Option<Term>,
    /// Why every call fails, if the handle has ended.
    pub ended: Option<StoreError>,
}

/// The file and the lock on its directory, which must outlive it.
pub(super) struct OpenFile {
    pub database: Database,
    pub lock: Option<DirectoryLock>,
}

pub(super) struct Shared {
    // Held for reading while a transaction is under way, never over an await: closing waits for all of them.
    file: RwLock<Option<OpenFile>>,
    status: watch::Sender<Status>,
}

impl Shared {
    pub fn new(file: OpenFile, state: &State) -> Self {
        let status = Status {
            revision: state.meta.revision,
            incarnation: state.meta.incarnation,
            leader: state.leader,
            ended: None,
        };
        Self {
            file: RwLock::new(Some(file)),
            status: watch::Sender::new(status),
        }
    }

    pub fn subscribe(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// The status, or why there is none any more.
    pub fn status(&self) -> Result<Status, StoreError> {
        let status = self.status.borrow().clone();
        match status.ended {
            Some(error) => Err(error),
            None => Ok(status),
        }
    }

    /// Makes a durable state public.
    pub fn publish(&self, state: &State) {
        self.status.send_modify(|status| {
            status.revision = state.meta.revision;
            status.incarnation = state.meta.incarnation;
            status.leader = state.leader;
        });
    }

    /// Ends the handle for good, because what is in memory may differ from what is in the file. Only the
    /// first cause counts. Returns what every later call is told.
    pub fn poison(&self, error: &StoreError) -> StoreError {
        let mut told = StoreError::Poisoned {
            cause: Arc::from(error.to_string()),
        };
        self.status.send_if_modified(|status| {
            if let Some(earlier) = &status.ended {
                told = earlier.clone();
                return false;
            }
            tracing::error!(%error, "the store failed and takes no more calls until it is opened again");
            status.ended = Some(told.clone());
            status.leader = None;
            true
        });
        told
    }

    /// Uses the open file.
    pub fn with_database<T>(
        &self,
        use_it: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        match &*file {
            Some(file) => use_it(&file.database),
            None => Err(StoreError::Closed),
        }
    }

    /// Reads a consistent snapshot on the blocking pool. A failure of the storage ends the handle, because
    /// redb refuses every later write after one as well.
    pub async fn read<T, F>(self: &Arc<Self>, reader: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTransaction) -> Result<T, StoreError> + Send + 'static,
    {
        self.status()?;
        let shared = Arc::clone(self);
        let read = task::spawn_blocking(move || {
            shared.with_database(|database| {
                let transaction = database.begin_read().map_err(storage("begin to read"))?;
                reader(&transaction)
            })
        });
        let error = match read.await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(StoreError::Closed)) => return Err(StoreError::Closed),
            Ok(Err(error)) => error,
            Err(join) => match join.try_into_panic() {
                Ok(payload) => damaged(panic_text(&*payload)),
                // The runtime is shutting down; nothing is wrong with the store.
                Err(_) => return Err(StoreError::Closed),
            },
        };
        self.poison(&error);
        Err(error)
    }

    /// Closes the file once nobody uses it, and releases the directory. Blocks until then.
    pub fn close(&self) -> Result<(), StoreError> {
        let file = self.file.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(OpenFile { database, lock }) = file else {
            return Ok(());
        };
        self.status.send_modify(|status| {
            status.ended.get_or_insert(StoreError::Closed);
            status.leader = None;
        });
        let closed = database.close().map_err(storage("close the file"));
        drop(lock);
        closed
    }
}
