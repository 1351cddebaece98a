//! Opens the store and becomes its leader.

use std::sync::Arc;

use hourglass_runtime::state_file::create_private_dir;
use hourglass_store::redb::{RedbOptions, RedbStore};
use hourglass_store::{CommitSequence, Incarnation, Leadership, Store};
use tracing::info;

use super::ServerError;
use crate::config::Config;

/// The store and the right to write to it.
pub(super) struct Storage {
    /// Where everything durable is.
    pub store: Arc<dyn Store>,
    /// The right to commit.
    pub leadership: Leadership,
    /// Number of the last commit.
    pub sequence: CommitSequence,
}

/// Opens `<state dir>/store`; another process there, damage or a newer format are errors that say what to do.
pub(super) async fn open(config: &Config) -> Result<Storage, ServerError> {
    create_private_dir(&config.state_dir)?;
    let directory = config.state_dir.join("store");
    let store =
        tokio::task::spawn_blocking(move || RedbStore::open(&directory, &RedbOptions::default())).await??;
    let store: Arc<dyn Store> = Arc::new(store);
    if config.raise_incarnation {
        let to = Incarnation::new(store.incarnation().await?.get().saturating_add(1));
        store.raise_incarnation(to).await?;
        info!(incarnation = to.get(), "incarnation raised");
    }
    let leadership = store.acquire_leadership().await?;
    let sequence = store.read_commit_sequence().await?;
    info!(
        incarnation = leadership.incarnation().get(),
        term = leadership.term().get(),
        "leading"
    );
    Ok(Storage {
        store,
        leadership,
        sequence,
    })
}
