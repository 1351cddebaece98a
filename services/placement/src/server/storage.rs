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
        let to = raise_incarnation(store.as_ref()).await?;
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

/// Raises it above its own and above what agents have shown: a store that was lost twice counts from the beginning again.
async fn raise_incarnation(store: &dyn Store) -> Result<Incarnation, ServerError> {
    let key = keys::highest_order()?;
    let shown: Option<HighestOrder> = store
        .get(&key)
        .await?
        .map(|versioned| decode(key.as_str(), &versioned.value))
        .transpose()?;
    let shown = shown.map_or(0, |shown| shown.incarnation);
    let current = store.incarnation().await?.get();
    let to = Incarnation::new(current.max(shown).saturating_add(1));
    store.raise_incarnation(to).await?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use hourglass_store::Batch;

    use super::*;
    use crate::records::encode;

    #[tokio::test]
    async fn the_incarnation_is_raised_above_what_agents_have_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        let store = tokio::task::spawn_blocking(move || RedbStore::open(&path, &RedbOptions::default()));
        let store = store.await.unwrap().unwrap();
        assert_eq!(raise_incarnation(&store).await.unwrap(), Incarnation::new(2));

        let leadership = store.acquire_leadership().await.unwrap();
        let key = keys::highest_order().unwrap();
        let shown = HighestOrder {
            incarnation: 7,
            term: 3,
            cluster: None,
        };
        let mut batch = Batch::new(store.read_commit_sequence().await.unwrap().next());
        batch.put(key.clone(), encode(key.as_str(), &shown).unwrap());
        store.commit(&leadership, batch).await.unwrap();
        assert_eq!(raise_incarnation(&store).await.unwrap(), Incarnation::new(8));
        assert_eq!(raise_incarnation(&store).await.unwrap(), Incarnation::new(9));
        store.close().await.unwrap();
    }
}
