//! What the store gives back: values with their revisions, pages and changes.

use std::fmt;

use bytes::Bytes;

use crate::{Key, KeyPrefix, Position, Revision};

/// Most entries of a page.
pub const MAX_PAGE_ENTRIES: usize = 1_000;

/// A page ends early once its keys and values hold this many bytes (it may be over by its last entry).
pub const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A value and when it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The bytes as they were put.
    pub value: Bytes,
    /// The revision that created the key; a key that was deleted and put again has a new one.
    pub create_revision: Revision,
    /// The revision that wrote this value.
    pub mod_revision: Revision,
}

// Values may hold anything, also what must not be in a log: only their size is shown.
impl fmt::Debug for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Versioned({} bytes, created at {}, modified at {})",
            self.value.len(),
            self.create_revision,
            self.mod_revision
        )
    }
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// Its value and revisions.
    pub versioned: Versioned,
}

/// A question for one page of keys, in the order of their bytes.
///
/// A listing in pages asks the first page without a revision, and every later one `after` the last key of the
/// page before and `at` the revision that the first page names. All pages are then of one moment, and a
/// [`Store::watch`](crate::Store::watch) after that revision continues it with nothing skipped and nothing
/// doubled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeRequest {
    /// Which keys.
    pub prefix: KeyPrefix,
    /// Only keys that come after this one.
    pub start_after: Option<Key>,
    /// At most this many, 1 to [`MAX_PAGE_ENTRIES`].
    pub limit: usize,
    /// The state as of this revision; the newest without one.
    pub at: Option<Revision>,
}

impl RangeRequest {
    /// The first page of all keys with the prefix, as they are now.
    pub fn new(prefix: KeyPrefix) -> Self {
        Self {
            prefix,
            start_after: None,
            limit: MAX_PAGE_ENTRIES,
            at: None,
        }
    }

    /// Only keys that come after this one.
    #[must_use]
    pub fn after(mut self, key: Key) -> Self {
        self.start_after = Some(key);
        self
    }

    /// At most this many entries. A number outside of 1 to [`MAX_PAGE_ENTRIES`] counts as the nearest one
    /// inside.
    #[must_use]
    pub fn limit(mut self, entries: usize) -> Self {
        self.limit = entries.clamp(1, MAX_PAGE_ENTRIES);
        self
    }

    /// The state as of this revision.
    #[must_use]
    pub fn at(mut self, revision: Revision) -> Self {
        self.at = Some(revision);
        self
    }
}

/// One page of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order of the keys' bytes. May be fewer than were asked for, also when more follow.
    pub entries: Vec<Entry>,
    /// The revision that the page is of.
    pub revision: Revision,
    /// Where the next page starts after; `None` when this one is the last.
    pub next_after: Option<Key>,
}

/// One key that changed in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The revision of the commit.
    pub revision: Revision,
    /// Place among the changes of that commit, from 0, in the order of its operations. Checks and deletes of
    /// what was not there are no changes and have no place.
    pub index: u32,
    /// The key.
    pub key: Key,
    /// What it held before: leaving a filter can only be seen with this.
    pub old: Option<Versioned>,
    /// What it holds since; `None` when it was deleted.
    pub new: Option<Versioned>,
}

impl Change {
    /// Where a watch stands that has taken this change and none after it.
    pub fn position(&self) -> Position {
        Position::after_change(self.revision, self.index)
    }
}

/// What a watch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEvent {
    /// A key with the prefix changed.
    Change(Change),
    /// Everything up to and including this revision was delivered, also when none of it had the prefix. This
    /// is what keeps the position of a quiet watch fresh enough to resume from.
    Progress(Revision),
}
