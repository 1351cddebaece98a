//! The embedded store keeps every clause of the contract.

// A panic in a test is its report, also in what its tests share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use async_trait::async_trait;
use hourglass_store::Store;
use hourglass_store::contract::Harness;
use hourglass_store::redb::{RedbOptions, RedbStore};
use tempfile::TempDir;

struct RedbHarness {
    directory: TempDir,
}

impl RedbHarness {
    fn new() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
        }
    }
}

#[async_trait]
impl Harness for RedbHarness {
    async fn open(&self) -> Arc<dyn Store> {
        let directory = self.directory.path().join("state");
        let open = move || RedbStore::open(&directory, &RedbOptions::default());
        Arc::new(tokio::task::spawn_blocking(open).await.unwrap().unwrap())
    }
}

hourglass_store::contract_tests!(RedbHarness::new());
