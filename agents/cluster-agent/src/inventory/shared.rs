//! The one index of the process, shared by the watches that write it and by those who read it. The lock is held only
//! for a moment, never over an await.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

use super::devices::Devices;
use super::index::Index;
use super::namespaces::Namespaces;

/// The index, and a sign whenever it changed.
#[derive(Debug)]
pub struct Inventory {
    index: Mutex<Index>,
    changes: watch::Sender<u64>,
}

impl Inventory {
    /// An empty inventory. Sequences begin at the clock's milliseconds: an earlier process of this agent has used
    /// less than one per millisecond, so they rise over a restart, too.
    ///
    /// `namespaces` are those that are open to tenants; `devices` knows which drivers are told.
    pub fn new(now: SystemTime, namespaces: Namespaces, devices: Devices) -> Self {
        let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let start = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX / 2);
        let mut index = Index::new(start);
        index.change_namespaces(|known| *known = namespaces);
        index.change_devices(|known| *known = devices);
        Self {
            index: Mutex::new(index),
            changes: watch::Sender::new(0),
        }
    }

    /// Reads or takes from the index.
    pub fn with<T>(&self, read: impl FnOnce(&mut Index) -> T) -> T {
        read(&mut self.lock())
    }

    /// Changes the index, and tells those who wait for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut Index) -> T) -> T {
        let result = change(&mut self.lock());
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        result
    }

    /// Resolves whenever the index was changed since the last look.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // Each method of the index leaves it whole, so also a poisoned lock guards a whole index.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
