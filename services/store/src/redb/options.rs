//! The bounds of the embedded store.

use super::open::OpenError;

/// Bounds of the embedded store. The defaults suit a fleet of thousands of placements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedbOptions {
    /// History keeps at most this many changes (it may be over by those of the newest revision).
    pub history_changes: u64,
    /// History keeps at most this many bytes of changes, old and new values counted (same exception).
    pub history_bytes: u64,
    /// Batches that wait for the writer; more wait in `submit`.
    pub queued_batches: usize,
    /// Batches that share one durable write at most.
    pub group_batches: usize,
    /// Memory for pages of the file, in bytes.
    pub cache_bytes: usize,
    /// Verify the checksum of every page when the store is opened. It reads the whole file once; without it,
    /// damage is found when it is met, or not at all.
    pub verify_on_open: bool,
}

impl Default for RedbOptions {
    fn default() -> Self {
        Self {
            history_changes: 100_000,
            history_bytes: 64 * 1024 * 1024,
            queued_batches: 1_024,
            group_batches: 256,
            cache_bytes: 64 * 1024 * 1024,
            verify_on_open: true,
        }
    }
}

impl RedbOptions {
    pub(super) fn validate(&self) -> Result<(), OpenError> {
        let mut wrong = Vec::new();
        for (name, value) in [
            ("history_changes", self.history_changes),
            ("history_bytes", self.history_bytes),
            ("queued_batches", self.queued_batches as u64),
            ("group_batches", self.group_batches as u64),
            ("cache_bytes", self.cache_bytes as u64),
        ] {
            if value == 0 {
                wrong.push(name);
            }
        }
        // tokio's semaphores, which bound the queue, hold no more permits than this.
        if self.queued_batches > tokio::sync::Semaphore::MAX_PERMITS {
            wrong.push("queued_batches");
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(OpenError::Options { wrong })
        }
    }
}
