//! A disk in memory, with what real ones do to a program: writes stay in a cache until a sync, come out of it
//! in any order or in part when the power goes, and operations fail.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use rand::RngExt as _;
use rand::rngs::StdRng;
use redb::StorageBackend;

/// What happens to an operation that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does nothing; the ones after it work again.
    Once,
    /// It does nothing, and neither does any after it.
    FromThenOn,
    /// A write reaches the cache by half; nothing after it does.
    Torn,
}

/// A power failure writes a sector wholly or not at all.
const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Operation {
    Write { offset: usize, data: Vec<u8> },
    Resize(usize),
}

impl Operation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { offset, data } => bytes[*offset..*offset + data.len()].copy_from_slice(data),
            Self::Resize(length) => bytes.resize(*length, 0),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// What a read sees: the cache over the disk.
    seen: Vec<u8>,
    /// What survives a power failure for certain.
    durable: Vec<u8>,
    /// What was written since the last sync.
    cached: Vec<Operation>,
    /// Operations that change or sync something, since the disk was made.
    operations: u64,
    syncs: u64,
    fault: Option<(u64, Fault)>,
    failing: bool,
    /// Syncs wait while this is set.
    held: bool,
    waiting: bool,
}

/// A disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    state: Arc<Mutex<State>>,
    changed: Arc<Condvar>,
}

impl Disk {
    /// A disk with these bytes, all durable.
    pub fn with(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.lock().durable.clone_from(&bytes);
        disk.lock().seen = bytes;
        disk
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The bytes as a process that opens the file next finds them, when only the last process has died.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().seen.clone()
    }

    /// Fails the operation after this many more.
    pub fn fail_after(&self, operations: u64, fault: Fault) {
        let mut state = self.lock();
        state.fault = Some((state.operations + operations, fault));
    }

    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// The bytes that are found after a power failure at this moment. What was synced is there. Of the rest,
    /// any sectors may be, in any order; resizes come in their own order, as a journaling file system writes
    /// them.
    pub fn after_power_failure(&self, random: &mut StdRng) -> Vec<u8> {
        let state = self.lock();
        let mut bytes = state.durable.clone();
        let resizes = state
            .cached
            .iter()
            .filter(|operation| matches!(operation, Operation::Resize(_)))
            .count();
        let mut kept_resizes = random.random_range(0..=resizes);
        // Some failures keep nearly all, some nearly nothing.
        let kept = [0.0, 0.1, 0.5, 0.9, 1.0][random.random_range(0..5)];
        for operation in &state.cached {
            match operation {
                Operation::Resize(_) if kept_resizes > 0 => {
                    kept_resizes -= 1;
                    operation.apply(&mut bytes);
                }
                Operation::Resize(_) => {}
                Operation::Write { offset, data } => {
                    let mut start = 0;
                    while start < data.len() {
                        let end = data
                            .len()
                            .min((offset + start) / SECTOR * SECTOR + SECTOR - offset);
                        if random.random_bool(kept) && offset + end <= bytes.len() {
                            bytes[offset + start..offset + end].copy_from_slice(&data[start..end]);
                        }
                        start = end;
                    }
                }
            }
        }
        bytes
    }

    /// Makes every sync wait until the guard is dropped.
    pub fn hold(&self) -> Held<'_> {
        self.lock().held = true;
        Held(self)
    }

    /// Counts an operation and says whether, and how, it fails.
    fn count(&self) -> (MutexGuard<'_, State>, Option<Fault>) {
        let mut state = self.lock();
        let now = state.operations;
        state.operations += 1;
        let fault = match state.fault {
            _ if state.failing => Some(Fault::FromThenOn),
            Some((at, fault)) if at == now => Some(fault),
            _ => None,
        };
        state.failing |= matches!(fault, Some(Fault::FromThenOn | Fault::Torn));
        (state, fault)
    }

    fn change(&self, operation: Operation) -> io::Result<()> {
        let (mut state, fault) = self.count();
        let done = match (fault, operation) {
            (None, operation) => Some(operation),
            (Some(Fault::Torn), Operation::Write { offset, mut data }) => {
                data.truncate(data.len() / 2);
                Some(Operation::Write { offset, data })
            }
            (Some(_), _) => None,
        };
        if let Some(operation) = done {
            operation.apply(&mut state.seen);
            state.cached.push(operation);
        }
        result(fault)
    }
}

/// See [`Disk::hold`].
pub(super) struct Held<'a>(&'a Disk);

impl Held<'_> {
    /// Blocks until a sync waits.
    pub fn until_waiting(&self) {
        let waits =
            self.0
                .changed
                .wait_timeout_while(self.0.lock(), std::time::Duration::from_secs(30), |state| {
                    !state.waiting
                });
        assert!(!waits.unwrap().1.timed_out(), "no sync came");
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.lock().held = false;
        self.0.changed.notify_all();
    }
}

fn result(fault: Option<Fault>) -> io::Result<()> {
    match fault {
        None => Ok(()),
        Some(fault) => Err(io::Error::other(format!("the disk failed ({fault:?})"))),
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.lock();
        let start = place(offset);
        let found = state.seen.get(start..start.saturating_add(out.len()));
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change(Operation::Resize(place(length)))
    }

    fn sync_data(&self) -> io::Result<()> {
        let (mut state, fault) = self.count();
        state.syncs += 1;
        state.waiting = state.held;
        self.changed.notify_all();
        let mut state = self.changed.wait_while(state, |state| state.held).unwrap();
        state.waiting = false;
        if fault.is_none() {
            state.durable = state.seen.clone();
            state.cached.clear();
        }
        result(fault)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Operation::Write {
            offset: place(offset),
            data: data.to_vec(),
        })
    }
}
