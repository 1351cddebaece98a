//! The durable store of the placement service: intent (placements, clusters, tokens, audit) lives here, and
//! nothing else does. This crate knows keys and bytes; what a record means is the business of the placement
//! service, which is the only crate above it.
//!
//! - [`Store`] is the port: an ordered key space with etcd's semantics (one revision for each committed
//!   batch, create and mod revisions for each key, preconditions, watches from a revision), the leader's
//!   commit sequence, and terms and incarnations that let everyone else tell old commands from new ones.
//! - [`redb`] is the embedded implementation: one process, one file, group commit.
//! - `contract` (cargo feature of the same name) is the test suite written against the port alone; every
//!   implementation has to pass it unchanged.

mod batch;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod ids;
mod key;
mod port;
mod record;
pub mod redb;
mod token;

pub use batch::{
    Action, Batch, InvalidBatch, MAX_BATCH_BYTES, MAX_BATCH_OPERATIONS, MAX_VALUE_BYTES, Operation,
    Precondition,
};
pub use error::{CommitError, CommitOutcome, LeadershipLost, RaiseError, ReadError, StoreError};
pub use ids::{CommitSequence, Incarnation, Revision, Term};
pub use key::{Key, KeyError, KeyPrefix, MAX_KEY_BYTES};
pub use port::{Committed, Leadership, PendingCommit, Store, WatchStream};
pub use record::{
    Change, Entry, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, Page, RangeRequest, Versioned, WatchEvent,
};
pub use token::{Position, TokenError, WatchToken};
