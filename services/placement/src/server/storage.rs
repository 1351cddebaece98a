//! Opens the store and becomes its leader.

use std::sync::Arc;

use hourglass_runtime::state_file::create_private_dir;
use hourglass_store::redb::{RedbOptions, RedbStore};
use hourglass_store::{CommitSequence, Incarnation, Leadership, Store};
use tracing::info;

use super::ServerError;
use crate::config::Config;
use crate::records::{HighestOrder, decode, keys};

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
        // Above what agents have shown, too: a store that was lost twice counts from the beginning again.
        let key = keys::highest_order()?;
        let shown = store.get(&key).await?;
        let shown: Option<HighestOrder> = shown
            .map(|versioned| decode(key.as_str(), &versioned.value))
            .transpose()?;
        let highest = shown.map_or(0, |shown| shown.incarnation);
        let current = store.incarnation().await?.get();
        let to = Incarnation::new(current.max(highest).saturating_add(1));
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
