//! The rules of a commit, inside the write transaction of a group. A batch that breaks a rule has written
//! nothing when that is found, so it harms none of the others in the group.

use redb::ReadableTable;

use super::codec::{RecordRef, encode_change};
use super::failure::{damaged, storage};
use super::log;
use super::tables::{Meta, WriteTables};
use crate::{
    Action, Batch, CommitError, Committed, Incarnation, Leadership, Operation, Precondition, RaiseError,
};
use crate::{ReadError, Revision, StoreError, Term};

/// What the writer knows: the counters in the file, and who leads. Leadership is not in the file, because it
/// ends with the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub meta: Meta,
    pub leader: Option<Term>,
}

/// A group under way: the tables with everything so far written to them, and the state that this makes.
pub(super) struct Group<'txn> {
    pub tables: WriteTables<'txn>,
    pub state: State,
}

impl Group<'_> {
    /// Commits a batch as part of the group. The outer error means that the whole group has failed.
    pub fn commit(
        &mut self,
        leadership: &Leadership,
        batch: &Batch,
    ) -> Result<Result<Committed, CommitError>, StoreError> {
        if self.state.leader != Some(leadership.term()) {
            return Ok(Err(CommitError::NotLeader {
                term: leadership.term(),
            }));
        }
        let expected = self.state.meta.sequence.next();
        if batch.sequence() != expected {
            return Ok(Err(CommitError::SequenceMismatch {
                expected,
                found: batch.sequence(),
            }));
        }
        for operation in batch.operations() {
            if let Some(failed) = self.check(operation)? {
                return Ok(Err(failed));
            }
        }
        let revision = self.state.meta.revision.next();
        let mut index = 0;
        for operation in batch.operations() {
            if self.write(operation, revision, index)? {
                index += 1;
            }
        }
        self.state.meta.revision = revision;
        self.state.meta.sequence = expected;
        Ok(Ok(Committed {
            revision,
            sequence: expected,
        }))
    }

    /// Starts a new term; whoever led before does not any more.
    pub fn acquire_leadership(&mut self) -> Leadership {
        let term = self.state.meta.term.next();
        self.state.meta.term = term;
        self.state.leader = Some(term);
        Leadership::new(term, self.state.meta.incarnation)
    }

    /// Raises the incarnation and ends the leadership.
    pub fn raise_incarnation(&mut self, requested: Incarnation) -> Result<(), RaiseError> {
        let current = self.state.meta.incarnation;
        if requested <= current {
            return Err(RaiseError::NotAbove { current, requested });
        }
        self.state.meta.incarnation = requested;
        self.state.leader = None;
        Ok(())
    }

    /// Forgets history.
    pub fn compact(&mut self, up_to: Revision) -> Result<Result<Revision, ReadError>, StoreError> {
        let newest = self.state.meta.revision;
        if up_to > newest {
            return Ok(Err(ReadError::FutureRevision {
                requested: up_to,
                newest,
            }));
        }
        log::drop_up_to(&mut self.tables.log, &mut self.state.meta, up_to)?;
        Ok(Ok(self.state.meta.compacted))
    }

    fn check(&self, operation: &Operation) -> Result<Option<CommitError>, StoreError> {
        let Some(precondition) = operation.precondition else {
            return Ok(None);
        };
        let record = self
            .tables
            .data
            .get(operation.key.as_str())
            .map_err(storage("read a key"))?;
        let found = match record {
            Some(record) => Some(RecordRef::decode(record.value())?.mod_revision),
            None => None,
        };
        let holds = match precondition {
            Precondition::Absent => found.is_none(),
            Precondition::ModifiedAt(revision) => found == Some(revision),
        };
        let failed = || CommitError::PreconditionFailed {
            key: operation.key.clone(),
            precondition,
            found,
        };
        Ok((!holds).then(failed))
    }

    /// Writes one operation and its change; false if it changes nothing.
    fn write(&mut self, operation: &Operation, revision: Revision, index: u32) -> Result<bool, StoreError> {
        let key = operation.key.as_str();
        let (old, new) = match &operation.action {
            Action::Check => return Ok(false),
            Action::Delete => {
                let old = self.tables.data.remove(key).map_err(storage("delete a key"))?;
                match old {
                    Some(old) => (Some(old.value().to_vec()), None),
                    None => return Ok(false),
                }
            }
            Action::Put(value) => {
                let old = self.tables.data.get(key).map_err(storage("read a key"))?;
                let old = old.map(|old| old.value().to_vec());
                let create_revision = match &old {
                    Some(old) => RecordRef::decode(old)?.create_revision,
                    None => revision,
                };
                let new = RecordRef {
                    create_revision,
                    mod_revision: revision,
                    value,
                }
                .encode();
                self.tables
                    .data
                    .insert(key, new.as_slice())
                    .map_err(storage("write a key"))?;
                (old, Some(new))
            }
        };
        if old
            .as_deref()
            .map(RecordRef::decode)
            .transpose()?
            .is_some_and(|old| old.mod_revision >= revision)
        {
            return Err(damaged(format!(
                "{key} was written at a revision that is still to come"
            )));
        }
        let change = encode_change(&operation.key, old.as_deref(), new.as_deref())?;
        log::append(
            &mut self.tables.log,
            &mut self.state.meta,
            revision,
            index,
            &change,
        )?;
        Ok(true)
    }
}
