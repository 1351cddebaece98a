//! WatchPlacements: a listing, then every change after it, with nothing left out over a reconnect.
//!
//! ```text
//!  store: range at one revision ─▶ ADDED … BOOKMARK ─▶ watch after that revision ─▶ ADDED | MODIFIED | DELETED | BOOKMARK
//!         (feed.rs)                                     (whole.rs: a placement out of the changes of its two keys;
//!                                                        changes.rs: old and new value against the filter)
//!                                    ──▶ [ bounded channel ] ──▶ client         (client.rs)
//! ```
//! It reads the store and not the decision loop: what is watched is durable, and a hundred watchers cost the loop
//! nothing. A client that reads slowly slows only its own feed; one that does not read at all is cut.

mod changes;
mod client;
mod feed;
mod resume;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use hourglass_model::resource_name::TenantScope;
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tasks::{OnEnd, Tasks};
use hourglass_store::{KeyPrefix, Store};
use tokio::sync::Semaphore;
use tonic::{Code, Status};

use self::feed::{Feed, Start};
use super::errors::{Failure, Reason, invalid};
use super::filter::{Filter, PLACEMENT};
use super::violations::Violations;
use crate::records::keys::PLACEMENTS;

/// What a watcher reads.
pub type WatchStream = BoxStream<'static, Result<proto::WatchPlacementsResponse, Status>>;

/// Bounds of watches.
#[derive(Clone, Copy, Debug)]
pub struct WatchLimits {
    /// Watches at the same time.
    pub watches: usize,
    /// Messages that wait for one client.
    pub buffered_messages: usize,
    /// A client that takes no message for this long is cut.
    pub stall: Duration,
    /// A BOOKMARK comes at least this often.
    pub bookmark_interval: Duration,
}

impl Default for WatchLimits {
    fn default() -> Self {
        Self {
            watches: 1000,
            buffered_messages: 16,
            stall: Duration::from_secs(30),
            // Clients are promised one a minute.
            bookmark_interval: Duration::from_secs(30),
        }
    }
}

/// Serves watches.
#[derive(Clone)]
pub struct Watches {
    store: Arc<dyn Store>,
    tasks: Tasks,
    limits: WatchLimits,
    free: Arc<Semaphore>,
}

impl Watches {
    /// Watches of `store`, as tasks of `tasks`.
    pub fn new(store: Arc<dyn Store>, tasks: Tasks, limits: WatchLimits) -> Self {
        let free = Arc::new(Semaphore::new(limits.watches));
        Self {
            store,
            tasks,
            limits,
            free,
        }
    }

    /// Begins one.
    ///
    /// # Errors
    /// A status for a bad request, for a resume token that leads nowhere any more (OUT_OF_RANGE), and for too many
    /// watches.
    pub async fn serve(&self, request: &proto::WatchPlacementsRequest) -> Result<WatchStream, Status> {
        let mut violations = Violations::new();
        let scope = violations.check("parent", TenantScope::parse(&request.parent));
        let filter = violations.check("filter", Filter::parse(&request.filter, &PLACEMENT));
        let binding = resume::binding_of(request);
        let token = match request.resume_token.as_str() {
            "" => None,
            text => violations.check("resumeToken", resume::decode(&binding, text)),
        };
        let (scope, filter) = violations.finish(scope.zip(filter)).map_err(invalid)?;
        let incarnation = self
            .store
            .incarnation()
            .await
            .map_err(|error| feed::store_failed(&error))?;
        let start = match token {
            None => Start::Listing,
            Some(token) => Start::After(token.position_in(incarnation).map_err(|error| {
                let message = format!("{error}: begin a new watch without a token");
                Status::from(Failure::new(
                    Code::OutOfRange,
                    Reason::ResumeTokenExpired,
                    message,
                ))
            })?),
        };
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            let message = format!(
                "there are {} watches already, as many as one server takes",
                self.limits.watches
            );
            Status::from(Failure::new(
                Code::ResourceExhausted,
                Reason::LimitReached,
                message,
            ))
        })?;
        let (client, stream) = client::channel(self.limits);
        let feed = Feed {
            store: Arc::clone(&self.store),
            prefix: prefix_of(&scope).map_err(|error| Status::from(Failure::internal(&error)))?,
            filter,
            binding,
            incarnation,
            bookmark_interval: self.limits.bookmark_interval,
            client,
        };
        let shutdown = self.tasks.shutdown_token();
        self.tasks.spawn("watch-placements", OnEnd::Finish, async move {
            Box::pin(feed.run(start, shutdown)).await;
            drop(permit);
            Ok::<(), std::convert::Infallible>(())
        });
        Ok(stream)
    }
}

fn prefix_of(scope: &TenantScope) -> Result<KeyPrefix, hourglass_store::KeyError> {
    match scope {
        TenantScope::All => KeyPrefix::new(PLACEMENTS),
        TenantScope::One(tenant) => KeyPrefix::new(&format!("{PLACEMENTS}{tenant}/")),
    }
}

#[cfg(test)]
mod tests;
