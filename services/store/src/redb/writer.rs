//! The writer thread: takes what waits, makes one durable transaction of it, and answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::{Database, Durability};
use tokio::sync::mpsc;

use super::apply::{Group, State};
use super::failure::{damaged, panic_text, storage};
use super::log;
use super::options::RedbOptions;
use super::queue::{Request, Started};
use super::shared::Shared;
use super::tables::WriteTables;
use crate::StoreError;

/// A group ends once its batches hold this many bytes: it bounds memory and the time of a transaction.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub queue: mpsc::Receiver<Request>,
    pub state: State,
    pub options: RedbOptions,
}

impl Writer {
    /// Works until every sender of the queue is gone and the queue is empty.
    pub fn run(mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let group = self.gather(first);
            self.commit(group);
        }
    }

    /// What waits already joins the first: while one group is on its way to the disk, the next one gathers by
    /// itself, so nobody has to wait for company.
    fn gather(&mut self, first: Request) -> Vec<Request> {
        let mut bytes = first.bytes();
        let mut group = vec![first];
        while group.len() < self.options.group_batches && bytes < GROUP_BYTES {
            let Ok(next) = self.queue.try_recv() else { break };
            bytes += next.bytes();
            group.push(next);
        }
        group
    }

    fn commit(&mut self, mut group: Vec<Request>) {
        if let Err(ended) = self.shared.status() {
            return group
                .into_iter()
                .for_each(|request| request.fail(&ended, Started::No));
        }
        // redb may panic on damage that appears under a running process. Everything that the closure changes
        // is either rolled back with the transaction or thrown away with the handle.
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.shared
                .with_database(|database| write(database, &self.state, &self.options, &mut group))
        }));
        let error = match written {
            Ok(Ok(state)) => {
                self.state = state;
                self.shared.publish(&self.state);
                return group.into_iter().for_each(Request::deliver);
            }
            Ok(Err(error)) => error,
            Err(payload) => damaged(panic_text(&*payload)),
        };
        // Poisoned first, answered second: whoever has the answer must not find the handle alive.
        self.shared.poison(&error);
        for request in group {
            request.fail(&error, Started::Yes);
        }
    }
}

/// Makes one durable transaction of a group and returns the state that it leaves.
fn write(
    database: &Database,
    before: &State,
    options: &RedbOptions,
    group: &mut [Request],
) -> Result<State, StoreError> {
    let mut transaction = database.begin_write().map_err(storage("begin to write"))?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(storage("ask for a durable write"))?;
    // Recovery after a crash is quick, and, because this also commits in two phases, a commit that was
    // answered is never rolled back in favour of the one before.
    transaction.set_quick_repair(true);
    let after = {
        let mut work = Group {
            tables: WriteTables::open(&transaction)?,
            state: before.clone(),
        };
        for request in group {
            apply(&mut work, request)?;
        }
        log::trim(&mut work.tables.log, &mut work.state.meta, options)?;
        work.tables.write_meta(Some(&before.meta), &work.state.meta)?;
        work.state
    };
    if after.meta == before.meta {
        // Every batch was refused, or there was only something to read: nothing needs the disk.
        transaction.abort().map_err(storage("end a transaction"))?;
    } else {
        transaction.commit().map_err(storage("commit"))?;
    }
    Ok(after)
}

fn apply(work: &mut Group<'_>, request: &mut Request) -> Result<(), StoreError> {
    match request {
        Request::Commit {
            leadership,
            batch,
            reply,
        } => reply.found(work.commit(leadership, batch)?),
        Request::AcquireLeadership { reply } => reply.found(Ok(work.acquire_leadership())),
        Request::RaiseIncarnation { to, reply } => reply.found(work.raise_incarnation(*to)),
        Request::ReadSequence { reply } => reply.found(Ok(work.state.meta.sequence)),
        Request::Compact { up_to, reply } => reply.found(work.compact(*up_to)?),
    }
    Ok(())
}
