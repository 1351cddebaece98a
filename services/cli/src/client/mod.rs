//! The server, as verbs see it: a connected [`Session`], calls that are repeated when that is safe, lists
//! that come in pages, and the stream of changes.

mod call;
mod connect;
mod failure;
mod follow;
mod pages;
mod trace;

pub use call::{Patience, Session};
pub use connect::{connect, endpoint};
pub use failure::ConnectFailure;
pub use follow::{Followed, follow_placements};
pub use pages::ListQuery;
pub use trace::CallTrace;

use std::time::Duration;

use hourglass_runtime::backoff::BackoffPolicy;

/// Between attempts of one call, and between reconnections of a watch.
pub const RETRY_DELAYS: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(200),
    max: Duration::from_secs(5),
};

/// How long one call may take, retries included, when `--timeout` does not say.
pub const DEFAULT_CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to try to reach a server that nothing answers for, when `--timeout` does not say: long enough for
/// a restart of the server behind its address, short enough for a person who mistyped it.
pub const DEFAULT_CONNECT_PATIENCE: Duration = Duration::from_secs(5);
