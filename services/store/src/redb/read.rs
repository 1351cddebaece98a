//! Reading keys, now or at an older revision: the past is the present with the changes since then undone.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound::{Excluded, Included, Unbounded};

use redb::ReadTransaction;

use super::codec::{ChangeRef, RecordRef, stored_key};
use super::failure::storage;
use super::log;
use super::tables::{DATA, Meta};
use crate::{
    Entry, Key, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, Page, Position, RangeRequest, ReadError, Revision,
    StoreError, Versioned,
};

/// One key, now.
pub(super) fn get(transaction: &ReadTransaction, key: &Key) -> Result<Option<Versioned>, StoreError> {
    let data = transaction.open_table(DATA).map_err(storage("open the data"))?;
    let record = data.get(key.as_str()).map_err(storage("read a key"))?;
    record
        .map(|record| Ok(RecordRef::decode(record.value())?.to_versioned()))
        .transpose()
}

/// One key, as it was at a revision: as it is now, unless it was written since; then the old side of the first change
/// after the revision.
pub(super) fn get_at(
    transaction: &ReadTransaction,
    key: &Key,
    at: Revision,
) -> Result<Result<Option<Versioned>, ReadError>, StoreError> {
    if let Err(error) = log::check_kept(&Meta::read(transaction)?, Position::after(at)) {
        return Ok(Err(error));
    }
    let now = get(transaction, key)?;
    if now.as_ref().is_some_and(|now| now.mod_revision <= at) {
        return Ok(Ok(now));
    }
    let mut then = now;
    log::visit(transaction, Position::after(at), |_, _, encoded| {
        let change = ChangeRef::decode(encoded)?;
        let found = change.key == key.as_str();
        if found {
            then = change.old.map(RecordRef::to_versioned);
        }
        Ok(!found)
    })?;
    Ok(Ok(then))
}

/// One page of keys.
pub(super) fn page(
    transaction: &ReadTransaction,
    request: &RangeRequest,
) -> Result<Result<Page, ReadError>, StoreError> {
    let meta = Meta::read(transaction)?;
    let revision = request.at.unwrap_or(meta.revision);
    let undone = if revision == meta.revision {
        BTreeMap::new()
    } else {
        match log::check_kept(&meta, Position::after(revision)) {
            Ok(()) => undo(transaction, request, revision)?,
            Err(error) => return Ok(Err(error)),
        }
    };
    let mut undone = undone.into_iter().peekable();

    let data = transaction.open_table(DATA).map_err(storage("open the data"))?;
    let prefix = request.prefix.as_str();
    let start = match &request.start_after {
        Some(key) if key.as_str() >= prefix => Excluded(key.as_str()),
        _ => Included(prefix),
    };
    let mut page = PageBuilder::new(request, revision);
    for record in data
        .range::<&str>((start, Unbounded))
        .map_err(storage("read keys"))?
    {
        let (key, record) = record.map_err(storage("read keys"))?;
        let key = key.value();
        if !request.prefix.covers(key) {
            break;
        }
        // Keys that exist no more, or not yet again, come between those that do.
        while let Some((key, versioned)) = undone.next_if(|(past, _)| past.as_str() < key) {
            if !page.push_past(key, versioned) {
                return Ok(Ok(page.finish()));
            }
        }
        let more = match next_if_key(&mut undone, key) {
            Some((key, versioned)) => page.push_past(key, versioned),
            None => page.push(
                stored_key(key)?,
                RecordRef::decode(record.value())?.to_versioned(),
            ),
        };
        if !more {
            return Ok(Ok(page.finish()));
        }
    }
    for (key, versioned) in undone {
        if !page.push_past(key, versioned) {
            break;
        }
    }
    Ok(Ok(page.finish()))
}

fn next_if_key<I: Iterator<Item = (Key, Option<Versioned>)>>(
    undone: &mut Peekable<I>,
    key: &str,
) -> Option<(Key, Option<Versioned>)> {
    undone.next_if(|(past, _)| past.as_str() == key)
}

/// What the keys of the request held at the revision, for those that changed since: the old side of their
/// first change after it. As large as the history at most, which is bounded.
fn undo(
    transaction: &ReadTransaction,
    request: &RangeRequest,
    revision: Revision,
) -> Result<BTreeMap<Key, Option<Versioned>>, StoreError> {
    let mut past = BTreeMap::new();
    log::visit(transaction, Position::after(revision), |_, _, encoded| {
        let change = ChangeRef::decode(encoded)?;
        let asked = request.prefix.covers(change.key)
            && request
                .start_after
                .as_ref()
                .is_none_or(|start| change.key > start.as_str());
        if asked && !past.contains_key(change.key) {
            past.insert(stored_key(change.key)?, change.old.map(RecordRef::to_versioned));
        }
        Ok(true)
    })?;
    Ok(past)
}

/// A page being filled. It takes one entry more than fits, to know whether more follow.
struct PageBuilder {
    page: Page,
    limit: usize,
    bytes: usize,
}

impl PageBuilder {
    fn new(request: &RangeRequest, revision: Revision) -> Self {
        let limit = request.limit.clamp(1, MAX_PAGE_ENTRIES);
        Self {
            page: Page {
                entries: Vec::new(),
                revision,
                next_after: None,
            },
            limit,
            bytes: 0,
        }
    }

    fn push_past(&mut self, key: Key, versioned: Option<Versioned>) -> bool {
        match versioned {
            Some(versioned) => self.push(key, versioned),
            None => true,
        }
    }

    /// False once the page is complete.
    fn push(&mut self, key: Key, versioned: Versioned) -> bool {
        if self.page.entries.len() >= self.limit || self.bytes >= MAX_PAGE_BYTES {
            self.page.next_after = self.page.entries.last().map(|entry| entry.key.clone());
            return false;
        }
        self.bytes += key.as_str().len() + versioned.value.len();
        self.page.entries.push(Entry { key, versioned });
        true
    }

    fn finish(self) -> Page {
        self.page
    }
}
