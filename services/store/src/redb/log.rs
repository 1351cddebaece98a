//! The change log: what watches and listings of the past are read from. Bounded, and trimmed by whole
//! revisions in the transactions that make it grow.

use redb::{ReadTransaction, ReadableTable, Table};

use super::codec::ChangeRef;
use super::failure::{damaged, storage};
use super::options::RedbOptions;
use super::tables::{LOG, Meta};
use crate::{Change, KeyPrefix, Position, ReadError, Revision, StoreError};

pub(super) type LogTable<'txn> = Table<'txn, (u64, u32), &'static [u8]>;

/// A watch looks at this many changes at most before it lets others have the thread, and holds no more than
/// these.
const PAGE_CHANGES: usize = 512;
/// A watch's page ends once it holds this many bytes (it may be over by its last change).
const PAGE_BYTES: usize = 1024 * 1024;

/// Adds a change of the newest revision.
pub(super) fn append(
    log: &mut LogTable<'_>,
    meta: &mut Meta,
    revision: Revision,
    index: u32,
    change: &[u8],
) -> Result<(), StoreError> {
    log.insert((revision.get(), index), change)
        .map_err(storage("write the change log"))?;
    meta.log_changes += 1;
    meta.log_bytes += change.len() as u64;
    Ok(())
}

/// Drops the oldest revisions until the log is within its bounds. The newest one stays, whatever its size.
pub(super) fn trim(log: &mut LogTable<'_>, meta: &mut Meta, options: &RedbOptions) -> Result<(), StoreError> {
    while meta.log_changes > options.history_changes || meta.log_bytes > options.history_bytes {
        match oldest(log)? {
            Some(revision) if revision < meta.revision => drop_up_to(log, meta, revision)?,
            _ => break,
        }
    }
    Ok(())
}

/// Drops every revision up to and including this one.
pub(super) fn drop_up_to(log: &mut LogTable<'_>, meta: &mut Meta, up_to: Revision) -> Result<(), StoreError> {
    while oldest(log)?.is_some_and(|revision| revision <= up_to) {
        let dropped = log.pop_first().map_err(storage("trim the change log"))?;
        let bytes = dropped.map_or(0, |(_, change)| change.value().len() as u64);
        meta.log_changes = meta
            .log_changes
            .checked_sub(1)
            .ok_or_else(|| damaged("the log's count is wrong"))?;
        meta.log_bytes = meta
            .log_bytes
            .checked_sub(bytes)
            .ok_or_else(|| damaged("the log's size is wrong"))?;
    }
    meta.compacted = meta.compacted.max(up_to);
    Ok(())
}

fn oldest(log: &LogTable<'_>) -> Result<Option<Revision>, StoreError> {
    let first = log.first().map_err(storage("read the change log"))?;
    Ok(first.map(|(key, _)| Revision::new(key.value().0)))
}

/// Whether everything after the position is still in the log.
pub(super) fn check_kept(meta: &Meta, after: Position) -> Result<(), ReadError> {
    let requested = after.revision();
    if requested > meta.revision {
        return Err(ReadError::FutureRevision {
            requested,
            newest: meta.revision,
        });
    }
    // In the middle of a revision, the rest of that revision is needed as well.
    let kept = match after.index() {
        None => requested >= meta.compacted,
        Some(_) => requested > meta.compacted,
    };
    if kept {
        Ok(())
    } else {
        Err(ReadError::Compacted {
            requested,
            oldest: meta.compacted,
        })
    }
}

/// Some of the changes that a watch asks for.
pub(super) struct LogPage {
    pub changes: Vec<Change>,
    /// Where the watch stands when it has taken them.
    pub position: Position,
}

impl LogPage {
    /// The revision up to which the watch has everything, if the page reaches the end of the log.
    pub fn caught_up(&self) -> Option<Revision> {
        self.position.index().is_none().then(|| self.position.revision())
    }
}

/// Reads the changes after a position, as many as fit a page.
pub(super) fn read_page(
    transaction: &ReadTransaction,
    prefix: &KeyPrefix,
    after: Position,
) -> Result<Result<LogPage, ReadError>, StoreError> {
    let meta = Meta::read(transaction)?;
    if let Err(error) = check_kept(&meta, after) {
        return Ok(Err(error));
    }
    let mut page = LogPage {
        changes: Vec::new(),
        position: Position::after(meta.revision),
    };
    let mut bytes = 0;
    let mut seen = 0;
    visit(transaction, after, |revision, index, encoded| {
        let change = ChangeRef::decode(encoded)?;
        if prefix.covers(change.key) {
            bytes += encoded.len();
            page.changes.push(change.to_change(revision, index)?);
        }
        seen += 1;
        let full = seen >= PAGE_CHANGES || bytes >= PAGE_BYTES;
        if full {
            page.position = Position::after_change(Revision::new(revision), index);
        }
        Ok(!full)
    })?;
    Ok(Ok(page))
}

/// Shows every change after a position, oldest first, until the visitor has had enough.
pub(super) fn visit(
    transaction: &ReadTransaction,
    after: Position,
    mut visitor: impl FnMut(u64, u32, &[u8]) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    use std::ops::Bound::{Excluded, Unbounded};
    let log = transaction
        .open_table(LOG)
        .map_err(storage("open the change log"))?;
    let changes = log
        .range::<(u64, u32)>((Excluded(after.sort_key()), Unbounded))
        .map_err(storage("read the change log"))?;
    for change in changes {
        let (at, encoded) = change.map_err(storage("read the change log"))?;
        let (revision, index) = at.value();
        if !visitor(revision, index, encoded.value())? {
            break;
        }
    }
    Ok(())
}
