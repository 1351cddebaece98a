//! Watches: each reads the change log at its own pace, so there is no buffer to overflow and no task to own.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::stream;
use tokio::sync::watch;

use super::log;
use super::shared::{Shared, Status};
use crate::{KeyPrefix, Position, ReadError, StoreError, WatchEvent, WatchStream};

struct Watch {
    shared: Arc<Shared>,
    status: watch::Receiver<Status>,
    prefix: KeyPrefix,
    position: Position,
    /// Read and not yet taken; at most a page.
    events: VecDeque<WatchEvent>,
    ended: bool,
}

/// Opens a watch whose position is known to be in the log.
pub(super) fn open(shared: Arc<Shared>, prefix: KeyPrefix, after: Position) -> WatchStream {
    let status = shared.subscribe();
    let watch = Watch {
        shared,
        status,
        prefix,
        position: after,
        events: VecDeque::new(),
        ended: false,
    };
    Box::pin(stream::unfold(watch, |mut watch| async move {
        if watch.ended {
            return None;
        }
        let event = watch.next().await;
        watch.ended = event.is_err();
        Some((event, watch))
    }))
}

impl Watch {
    async fn next(&mut self) -> Result<WatchEvent, ReadError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let status = self.status.borrow_and_update().clone();
            if let Some(error) = status.ended {
                return Err(error.into());
            }
            if Position::after(status.revision) > self.position {
                self.read().await?;
            } else if self.status.changed().await.is_err() {
                return Err(StoreError::Closed.into());
            }
        }
    }

    async fn read(&mut self) -> Result<(), ReadError> {
        let (prefix, after) = (self.prefix.clone(), self.position);
        let page = self
            .shared
            .read(move |transaction| log::read_page(transaction, &prefix, after))
            .await??;
        self.position = page.position;
        let progress = page.caught_up().map(WatchEvent::Progress);
        self.events
            .extend(page.changes.into_iter().map(WatchEvent::Change));
        self.events.extend(progress);
        Ok(())
    }
}
