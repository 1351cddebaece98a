//! The embedded store: one process, one directory, one redb file.
//!
//! ```text
//! submit ─▶ bounded queue ─▶ writer thread: many batches, one durable transaction ─▶ answers
//! get, range, watch ─▶ blocking pool: read transactions over a consistent snapshot
//! ```
//!
//! One thread owns every write, so the rules of a commit are plain sequential code (`apply`). History is a
//! bounded table of changes in the same file and the same transactions (`log`): watches read it page by
//! page, and a listing at an older revision is the present with that history undone (`read`).

mod apply;
mod codec;
mod directory;
mod failure;
mod handle;
mod log;
mod open;
mod options;
mod queue;
mod read;
mod shared;
mod tables;
#[cfg(test)]
mod tests;
mod watch;
mod writer;

pub use directory::{DATABASE_FILE, FORMAT_FILE, FORMAT_VERSION, LOCK_FILE};
pub use handle::RedbStore;
pub use open::OpenError;
pub use options::RedbOptions;
