//! The owner of the process's tasks. Nothing runs detached: every task has a name, a stated meaning
//! of its end, and is joined or aborted at shutdown.

use std::any::Any;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error_chain::error_chain;

/// How long an aborted task may take to be dropped before [`Tasks::drain`] gives it up.
const ABORT_GRACE: Duration = Duration::from_secs(1);

/// What it means when a task ends before the shutdown was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnEnd {
    /// Essential: the process cannot do its work without the task. Its end, however it comes, starts
    /// the shutdown and makes [`Tasks::drain`] fail.
    Shutdown,
    /// Meant to run until the shutdown, but the process does its main work without it: its end is an
    /// error in the log.
    Log,
    /// Has an end of its own. Success is silent; an error or a panic is in the log.
    Finish,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEnd {
    /// It returned `Ok`.
    Finished,
    /// It returned this error (with its causes).
    Failed(String),
    /// It panicked with this message.
    Panicked(String),
}

impl fmt::Display for TaskEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => formatter.write_str("ended before the shutdown"),
            Self::Failed(error) => write!(formatter, "failed: {error}"),
            Self::Panicked(message) => write!(formatter, "panicked: {message}"),
        }
    }
}

/// Why the tasks did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TasksError {
    /// The first essential task that ended by itself; it is the cause of the shutdown.
    #[error("essential task {task:?} {end}")]
    EssentialTaskEnded {
        /// The name given to [`Tasks::spawn`].
        task: &'static str,
        /// How it ended.
        end: TaskEnd,
    },
    /// Tasks that were still running at the deadline and were aborted.
    #[error("tasks still running {deadline:?} after the shutdown began were aborted: {}", tasks.join(", "))]
    DrainDeadline {
        /// The deadline given to [`Tasks::drain`].
        deadline: Duration,
        /// Their names, sorted.
        tasks: Vec<&'static str>,
    },
}

/// The set of tasks of a process; clones share it.
#[derive(Debug, Clone)]
pub struct Tasks {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    tracker: TaskTracker,
    shutdown: CancellationToken,
    next_id: AtomicU64,
    running: Mutex<HashMap<u64, (&'static str, AbortHandle)>>,
    failure: Mutex<Option<TasksError>>,
}

impl Tasks {
    /// An empty set whose tasks are asked to end by `shutdown`.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self {
            inner: Arc::new(Inner {
                tracker: TaskTracker::new(),
                shutdown,
                next_id: AtomicU64::new(0),
                running: Mutex::default(),
                failure: Mutex::default(),
            }),
        }
    }

    /// The token by which a task learns that it should end.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.inner.shutdown.clone()
    }

    /// Runs `future` as a task of this set. Must be called within a tokio runtime. The future should
    /// end soon after [`Tasks::shutdown_token`] is cancelled.
    pub fn spawn<F, E>(&self, name: &'static str, on_end: OnEnd, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let inner = Arc::clone(&self.inner);
        let id = inner.next_id.fetch_add(1, Ordering::Relaxed);
        // Held until the handle is in the map, so that a task which ends at once is not entered after its end.
        let mut running = lock(&self.inner.running);
        let handle = self.inner.tracker.spawn(async move {
            let _entry = RunningEntry {
                inner: Arc::clone(&inner),
                id,
            };
            let end = match AssertUnwindSafe(future).catch_unwind().await {
                Ok(Ok(())) => TaskEnd::Finished,
                Ok(Err(error)) => TaskEnd::Failed(error_chain(error.into().as_ref())),
                Err(panic) => TaskEnd::Panicked(panic_message(panic.as_ref())),
            };
            inner.ended(name, on_end, end);
        });
        running.insert(id, (name, handle.abort_handle()));
    }

    /// Names of the running tasks, sorted.
    pub fn running(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = lock(&self.inner.running)
            .values()
            .map(|(name, _)| *name)
            .collect();
        names.sort_unstable();
        names
    }

    /// Asks every task to end, waits for them, and aborts those that are still running after `deadline`.
    ///
    /// Fails with the essential task that caused the shutdown, else with the tasks that had to be aborted.
    pub async fn drain(&self, deadline: Duration) -> Result<(), TasksError> {
        self.inner.shutdown.cancel();
        self.inner.tracker.close();
        let late = match tokio::time::timeout(deadline, self.inner.tracker.wait()).await {
            Ok(()) => None,
            Err(_) => Some(self.abort_rest(deadline).await),
        };
        match (lock(&self.inner.failure).take(), late) {
            (Some(error), _) | (None, Some(error)) => Err(error),
            (None, None) => Ok(()),
        }
    }

    async fn abort_rest(&self, deadline: Duration) -> TasksError {
        let tasks = self.running();
        for (_, handle) in lock(&self.inner.running).values() {
            handle.abort();
        }
        let error = TasksError::DrainDeadline { deadline, tasks };
        tracing::error!("{error}");
        if tokio::time::timeout(ABORT_GRACE, self.inner.tracker.wait())
            .await
            .is_err()
        {
            // An aborted task ends at its next await; one that never awaits cannot be stopped.
            tracing::error!(tasks = ?self.running(), "aborted tasks do not yield; leaving them to the process's end");
        }
        error
    }
}

impl Inner {
    fn ended(&self, task: &'static str, on_end: OnEnd, end: TaskEnd) {
        if self.shutdown.is_cancelled() {
            match end {
                TaskEnd::Finished => tracing::debug!(task, "task ended"),
                TaskEnd::Failed(_) | TaskEnd::Panicked(_) => {
                    tracing::warn!(task, "task {end} during the shutdown");
                }
            }
            return;
        }
        match on_end {
            OnEnd::Shutdown => {
                tracing::error!(task, "essential task {end}; shutting down");
                lock(&self.failure).get_or_insert(TasksError::EssentialTaskEnded { task, end });
                self.shutdown.cancel();
            }
            OnEnd::Log => tracing::error!(task, "task {end}; going on without it"),
            OnEnd::Finish if end == TaskEnd::Finished => tracing::debug!(task, "task finished"),
            OnEnd::Finish => tracing::warn!(task, "task {end}"),
        }
    }
}

/// Takes the task off the list also when it is aborted.
struct RunningEntry {
    inner: Arc<Inner>,
    id: u64,
}

impl Drop for RunningEntry {
    fn drop(&mut self) {
        lock(&self.inner.running).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here panics while it holds the lock, so a poisoned one still guards a whole value.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    const DEADLINE: Duration = Duration::from_secs(10);

    fn tasks() -> Tasks {
        Tasks::new(CancellationToken::new())
    }

    #[tokio::test]
    async fn an_essential_task_that_fails_stops_the_process_and_is_named() {
        let tasks = tasks();
        let token = tasks.shutdown_token();
        tasks.spawn("listener", OnEnd::Shutdown, async {
            Err(io::Error::other("port taken"))
        });
        tasks.spawn("loop", OnEnd::Shutdown, async move {
            token.cancelled().await;
            Ok::<_, io::Error>(())
        });
        tasks.shutdown_token().cancelled().await;
        let error = tasks.drain(DEADLINE).await.unwrap_err();
        let end = TaskEnd::Failed("port taken".into());
        assert_eq!(
            error,
            TasksError::EssentialTaskEnded {
                task: "listener",
                end
            }
        );
    }

    #[tokio::test]
    async fn an_essential_task_that_returns_early_or_panics_stops_the_process_too() {
        let early = tasks();
        early.spawn("loop", OnEnd::Shutdown, async { Ok::<_, io::Error>(()) });
        early.shutdown_token().cancelled().await;
        assert!(
            early
                .drain(DEADLINE)
                .await
                .unwrap_err()
                .to_string()
                .contains("ended before the shutdown")
        );

        let panicking = tasks();
        panicking.spawn("loop", OnEnd::Shutdown, async {
            if true {
                panic!("index {} is gone", 3);
            }
            Ok::<_, io::Error>(())
        });
        panicking.shutdown_token().cancelled().await;
        let text = panicking.drain(DEADLINE).await.unwrap_err().to_string();
        assert_eq!(text, "essential task \"loop\" panicked: index 3 is gone");
    }

    #[tokio::test]
    async fn other_tasks_may_end_without_stopping_the_process() {
        let tasks = tasks();
        tasks.spawn("refresh", OnEnd::Log, async { Err("lost") });
        tasks.spawn("once", OnEnd::Finish, async { Err("refused") });
        tasks.spawn("good", OnEnd::Finish, async { Ok::<_, io::Error>(()) });
        tokio::time::timeout(DEADLINE, async {
            while !tasks.running().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
        assert!(!tasks.shutdown_token().is_cancelled());
        tasks.drain(DEADLINE).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ignores_the_shutdown_is_aborted_and_named() {
        let tasks = tasks();
        let (dropped, observed) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn("deaf", OnEnd::Finish, async move {
            let _dropped = dropped;
            std::future::pending::<Result<(), io::Error>>().await
        });
        let error = tasks.drain(Duration::from_secs(3)).await.unwrap_err();
        assert_eq!(
            error,
            TasksError::DrainDeadline {
                deadline: Duration::from_secs(3),
                tasks: vec!["deaf"]
            }
        );
        assert!(
            observed.await.is_err(),
            "the future was dropped, not left running"
        );
        assert!(tasks.running().is_empty());
    }

    #[tokio::test]
    async fn an_error_after_the_shutdown_began_is_no_failure_of_the_process() {
        let tasks = tasks();
        let token = tasks.shutdown_token();
        tasks.spawn("stream", OnEnd::Shutdown, async move {
            token.cancelled().await;
            Err("connection closed")
        });
        tasks.drain(DEADLINE).await.unwrap();
    }
}
