//! The tables of the file and the counters kept in it.

use redb::{ReadTransaction, Table, TableDefinition, WriteTransaction};

use super::failure::{damaged, storage};
use crate::{CommitSequence, Incarnation, Revision, StoreError, Term};

/// Key → record, see [`super::codec`].
pub(super) const DATA: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("data");
/// (revision, index) → change, see [`super::codec`].
pub(super) const LOG: TableDefinition<'static, (u64, u32), &[u8]> = TableDefinition::new("log");
/// Name → counter, see [`Meta`].
const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");

const FORMAT: &str = "format";
const REVISION: &str = "revision";
const SEQUENCE: &str = "sequence";
const TERM: &str = "term";
const INCARNATION: &str = "incarnation";
const COMPACTED: &str = "compacted";
const LOG_CHANGES: &str = "log-changes";
const LOG_BYTES: &str = "log-bytes";

/// The counters of the store. They change only in the transaction of what they count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meta {
    pub revision: Revision,
    pub sequence: CommitSequence,
    pub term: Term,
    pub incarnation: Incarnation,
    /// The change log holds every change after this revision and none up to it.
    pub compacted: Revision,
    pub log_changes: u64,
    pub log_bytes: u64,
}

impl Meta {
    /// The counters of a new store.
    pub fn initial() -> Self {
        Self {
            revision: Revision::ZERO,
            sequence: CommitSequence::ZERO,
            term: Term::ZERO,
            incarnation: Incarnation::new(1),
            compacted: Revision::ZERO,
            log_changes: 0,
            log_bytes: 0,
        }
    }

    fn rows(&self) -> [(&'static str, u64); 7] {
        [
            (REVISION, self.revision.get()),
            (SEQUENCE, self.sequence.get()),
            (TERM, self.term.get()),
            (INCARNATION, self.incarnation.get()),
            (COMPACTED, self.compacted.get()),
            (LOG_CHANGES, self.log_changes),
            (LOG_BYTES, self.log_bytes),
        ]
    }

    /// Reads the counters as of a read transaction.
    pub fn read(transaction: &ReadTransaction) -> Result<Self, StoreError> {
        let table = transaction
            .open_table(META)
            .map_err(storage("open the counters"))?;
        let row = |name: &'static str| {
            let found = table.get(name).map_err(storage("read a counter"))?;
            found
                .map(|guard| guard.value())
                .ok_or_else(|| damaged(format!("the counter {name} is missing")))
        };
        Ok(Self {
            revision: Revision::new(row(REVISION)?),
            sequence: CommitSequence::new(row(SEQUENCE)?),
            term: Term::new(row(TERM)?),
            incarnation: Incarnation::new(row(INCARNATION)?),
            compacted: Revision::new(row(COMPACTED)?),
            log_changes: row(LOG_CHANGES)?,
            log_bytes: row(LOG_BYTES)?,
        })
    }
}

/// The format version that the file says it has; `None` if it says nothing.
pub(super) fn read_format(transaction: &ReadTransaction) -> Result<Option<u64>, StoreError> {
    let table = match transaction.open_table(META) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(storage("open the counters")(error)),
    };
    let found = table.get(FORMAT).map_err(storage("read the format version"))?;
    Ok(found.map(|guard| guard.value()))
}

/// All tables, opened for one write transaction.
pub(super) struct WriteTables<'txn> {
    pub data: Table<'txn, &'static str, &'static [u8]>,
    pub log: Table<'txn, (u64, u32), &'static [u8]>,
    meta: Table<'txn, &'static str, u64>,
}

impl<'txn> WriteTables<'txn> {
    /// Opens the tables, making those that do not exist.
    pub fn open(transaction: &'txn WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            data: transaction.open_table(DATA).map_err(storage("open the data"))?,
            log: transaction
                .open_table(LOG)
                .map_err(storage("open the change log"))?,
            meta: transaction
                .open_table(META)
                .map_err(storage("open the counters"))?,
        })
    }

    /// Writes the counters that differ.
    pub fn write_meta(&mut self, before: Option<&Meta>, after: &Meta) -> Result<(), StoreError> {
        let before = before.map(Meta::rows);
        for (index, (name, value)) in after.rows().into_iter().enumerate() {
            if before.is_none_or(|rows| rows[index].1 != value) {
                self.meta
                    .insert(name, value)
                    .map_err(storage("write a counter"))?;
            }
        }
        Ok(())
    }

    /// Writes the format version, once, when the file is made.
    pub fn write_format(&mut self, version: u64) -> Result<(), StoreError> {
        self.meta
            .insert(FORMAT, version)
            .map_err(storage("write the format version"))?;
        Ok(())
    }
}
