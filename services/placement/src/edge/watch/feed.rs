//! From the store to one client: the listing, then the changes.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use hourglass_proto::fleet::v1 as proto;
use hourglass_store::{
    Incarnation, KeyPrefix, Position, RangeRequest, ReadError, Store, StoreError, WatchEvent, WatchToken,
};
use proto::watch_placements_response::Type;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::changes::events_of;
use super::client::{Client, End};
use super::resume;
use super::whole::{PlacementChange, Whole, WholeError};
use crate::edge::convert::placement_out::{ObserveTimes, placement_out};
use crate::edge::errors::{Failure, Reason};
use crate::edge::filter::Filter;
use crate::edge::paging::Binding;
use crate::records::{Listing, PlacementRecord, RecordError};

const RETRY: Duration = Duration::from_secs(1);

/// Where a watch begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// With everything that is there.
    Listing,
    /// With what came after this.
    After(Position),
}

/// One watch.
pub(super) struct Feed {
    pub(super) store: Arc<dyn Store>,
    pub(super) prefix: KeyPrefix,
    pub(super) filter: Filter,
    pub(super) binding: Binding,
    pub(super) incarnation: Incarnation,
    pub(super) bookmark_interval: Duration,
    pub(super) client: Client,
}

impl Feed {
    /// Runs until the client goes, the server stops, or something fails; then tells the client.
    pub(super) async fn run(self, start: Start, shutdown: CancellationToken) {
        let end = tokio::select! {
            biased;
            () = self.client.gone() => End::Gone,
            () = shutdown.cancelled() => End::Status(stopping()),
            end = self.feed(start) => end,
        };
        self.client.end(end);
    }

    async fn feed(&self, start: Start) -> End {
        let position = match start {
            Start::After(position) => position,
            Start::Listing => match self.list().await {
                Ok(position) => position,
                Err(end) => return end,
            },
        };
        // Boxed: the future holds whole placements, and all futures around it would grow with it.
        match Box::pin(self.follow(position)).await {
            Ok(()) => End::Status(stopping()),
            Err(end) => end,
        }
    }

    /// Sends all that is there, as of one revision. These messages carry no token: the listing starts over when it
    /// is interrupted. The BOOKMARK at its end carries the first.
    async fn list(&self) -> Result<Position, End> {
        let mut request = RangeRequest::new(self.prefix.clone());
        let mut listing = Listing::default();
        loop {
            let page = self
                .store
                .range(request.clone())
                .await
                .map_err(|error| read_failed(&error))?;
            for entry in &page.entries {
                let whole = listing.push(entry.key.as_str(), &entry.versioned.value);
                if let Some(record) = whole.map_err(|error| unreadable(&error))?
                    && self.filter.matches(&record)
                {
                    self.client
                        .send(message(Type::Added, Some(&record), String::new()))
                        .await?;
                }
            }
            let Some(next) = page.next_after else {
                listing.finish().map_err(|error| unreadable(&error))?;
                let position = Position::after(page.revision);
                self.bookmark(position).await?;
                return Ok(position);
            };
            request = request.after(next).at(page.revision);
        }
    }

    async fn follow(&self, mut position: Position) -> Result<(), End> {
        let mut events = self
            .store
            .watch(self.prefix.clone(), position)
            .await
            .map_err(|error| read_failed(&error))?;
        let mut whole = Whole::new(Arc::clone(&self.store));
        let mut bookmarks = interval_at(Instant::now() + self.bookmark_interval, self.bookmark_interval);
        bookmarks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = bookmarks.tick() => self.bookmark(position).await?,
                event = events.next() => match event {
                    None => return Ok(()),
                    Some(Err(error)) => return Err(read_failed(&error)),
                    Some(Ok(WatchEvent::Progress(revision))) => {
                        whole.check_complete().map_err(|error| whole_failed(&error))?;
                        position = position.max(Position::after(revision));
                    }
                    Some(Ok(WatchEvent::Change(change))) => {
                        let change = whole.take(change).await.map_err(|error| whole_failed(&error))?;
                        if let Some(change) = change {
                            position = change.position;
                            self.tell(change).await?;
                        }
                    }
                },
            }
        }
    }

    async fn tell(&self, change: PlacementChange) -> Result<(), End> {
        let events = events_of(&self.filter, change.old, change.new);
        let last = events.len().saturating_sub(1);
        for (index, (kind, record)) in events.iter().enumerate() {
            // Only the last of them says that the change was taken: after an interruption it comes again, whole.
            let token = if index == last {
                self.token(change.position)
            } else {
                String::new()
            };
            self.client.send(message(*kind, Some(record), token)).await?;
        }
        Ok(())
    }

    async fn bookmark(&self, position: Position) -> Result<(), End> {
        self.client
            .send(message(Type::Bookmark, None, self.token(position)))
            .await
    }

    fn token(&self, position: Position) -> String {
        resume::encode(
            &self.binding,
            WatchToken {
                incarnation: self.incarnation,
                position,
            },
        )
    }
}

fn message(
    kind: Type,
    record: Option<&PlacementRecord>,
    resume_token: String,
) -> proto::WatchPlacementsResponse {
    proto::WatchPlacementsResponse {
        r#type: kind.into(),
        placement: record.map(|record| placement_out(record, &ObserveTimes::new(), None)),
        resume_token,
    }
}

fn stopping() -> Status {
    let message = "the placement service is stopping; watch again with the last resume token";
    Failure::new(Code::Unavailable, Reason::ServiceUnavailable, message)
        .retry_after(RETRY)
        .into()
}

fn unreadable(error: &RecordError) -> End {
    End::Status(Failure::internal(error).into())
}

fn whole_failed(error: &WholeError) -> End {
    match error {
        WholeError::Read(error) => read_failed(error),
        WholeError::Record(error) => unreadable(error),
    }
}

fn read_failed(error: &ReadError) -> End {
    End::Status(match error {
        ReadError::Compacted { .. } | ReadError::FutureRevision { .. } => {
            let message = format!("{error}: begin a new watch without a token");
            Failure::new(Code::OutOfRange, Reason::ResumeTokenExpired, message).into()
        }
        ReadError::Store(error) => store_failed(error),
    })
}

/// The store cannot answer: a defect only when its data are damaged.
pub(super) fn store_failed(error: &StoreError) -> Status {
    match error {
        StoreError::Damaged { .. } => Failure::internal(error).into(),
        StoreError::Closed
        | StoreError::Poisoned { .. }
        | StoreError::Storage { .. }
        | StoreError::Unavailable { .. } => {
            tracing::warn!(%error, "a watch cannot read the store");
            let message = "the store cannot be read now; watch again with the last resume token";
            Failure::new(Code::Unavailable, Reason::ServiceUnavailable, message)
                .retry_after(RETRY)
                .into()
        }
    }
}
