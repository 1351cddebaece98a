//! Reads back what is durable: at every start, so that a restart at any moment goes on where the last commit was.

use std::time::Instant;

use hourglass_store::{Entry, Key, KeyPrefix, RangeRequest, ReadError, Store};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tracing::{info, warn};

use super::clusters::Cluster;
use super::core::Core;
use crate::records::{
    ClusterRecord, HighestOrder, JoinTokenRecord, Listing, PlacementRecord, RecordError, RevisionRecord,
    SettledIncarnation, TombstonesRecord, decode, keys,
};

/// Why the state could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store cannot be read.
    #[error("the store cannot be read: {0}")]
    Store(#[from] ReadError),
    /// A prefix is no prefix.
    #[error(transparent)]
    Key(#[from] hourglass_store::KeyError),
    /// A record cannot be read: written by a newer version, or damaged.
    #[error("{0}; restore a backup, or use the version that wrote it")]
    Record(#[from] RecordError),
}

impl Core {
    /// Fills an empty state from the store.
    ///
    /// # Errors
    /// [`LoadError`]; nothing is skipped, because what is skipped would be lost.
    pub async fn load(&mut self, store: &dyn Store) -> Result<(), LoadError> {
        let durable = Durable {
            clusters: read_all(store, keys::CLUSTERS).await?,
            join_tokens: read_all(store, keys::JOIN_TOKENS).await?,
            placements: read_placements(store).await?,
            revisions: read_all(store, keys::REVISIONS).await?,
            tombstones: read_all(store, keys::TOMBSTONES).await?,
            behind: read_one(store, keys::highest_order()?).await?,
            settled: read_one(store, keys::settled_incarnation()?).await?,
        };
        self.restore_all(durable, Instant::now(), Timestamp::now());
        info!(
            placements = self.placements.len(),
            clusters = self.clusters.len(),
            tombstones = self.tombstones.iter().count(),
            "state read back"
        );
        if let Some(why) = self.why_behind() {
            warn!("no agent gets a session: {why}");
        }
        if self.recovers() {
            warn!(
                incarnation = self.grant().incarnation,
                "the store recovers: what the clusters run is adopted, and what was not found yet is not placed, until the \
                 server is started once with --end-recovery"
            );
        }
        Ok(())
    }

    /// Takes over what was durable.
    pub(in crate::scheduler) fn restore_all(&mut self, durable: Durable, now: Instant, wall: Timestamp) {
        self.behind = durable
            .behind
            .filter(|behind| behind.incarnation >= self.grant().incarnation);
        if let Some(settled) = durable.settled {
            self.settled_incarnation = settled.incarnation;
        }
        for record in durable.clusters {
            let name = record.name.clone();
            self.clusters.insert(Cluster::new(record, now, wall));
            self.tell_engine(&name);
        }
        for record in durable.join_tokens {
            self.join_tokens.insert(record.id.clone(), record);
        }
        for record in durable.placements {
            self.claim_again(&record);
            // Whether replicas should still move, their agents will say.
            if record.is_rolling() {
                self.rolls.moved(&record.uid);
            }
            self.placements.insert(record);
        }
        for record in durable.revisions {
            self.revisions.load(record);
        }
        for record in durable.tombstones {
            self.claim_buried_again(&record);
            self.stored_tombstones.insert(record.placement_uid.clone());
            self.tombstones.load(record);
        }
        self.may_be_unfinished = true;
        self.learn_from_stored();
    }
}

/// Every record that the loop works on.
#[derive(Debug, Default)]
pub(in crate::scheduler) struct Durable {
    pub clusters: Vec<ClusterRecord>,
    pub join_tokens: Vec<JoinTokenRecord>,
    pub placements: Vec<PlacementRecord>,
    pub revisions: Vec<RevisionRecord>,
    pub tombstones: Vec<TombstonesRecord>,
    pub behind: Option<HighestOrder>,
    pub settled: Option<SettledIncarnation>,
}

async fn read_one<R: DeserializeOwned>(store: &dyn Store, key: Key) -> Result<Option<R>, LoadError> {
    let found = store.get(&key).await.map_err(ReadError::from)?;
    Ok(found
        .map(|versioned| decode(key.as_str(), &versioned.value))
        .transpose()?)
}

async fn read_all<R: DeserializeOwned>(store: &dyn Store, prefix: &str) -> Result<Vec<R>, LoadError> {
    let mut records = Vec::new();
    read_entries(store, prefix, |entry| {
        records.push(decode(entry.key.as_str(), &entry.versioned.value)?);
        Ok(())
    })
    .await?;
    Ok(records)
}

async fn read_placements(store: &dyn Store) -> Result<Vec<PlacementRecord>, LoadError> {
    let mut records = Vec::new();
    let mut listing = Listing::default();
    read_entries(store, keys::PLACEMENTS, |entry| {
        records.extend(listing.push(entry.key.as_str(), &entry.versioned.value)?);
        Ok(())
    })
    .await?;
    listing.finish()?;
    Ok(records)
}

/// Shows every entry under `prefix`, in the order of keys and as of one revision.
async fn read_entries(
    store: &dyn Store,
    prefix: &str,
    mut take: impl FnMut(&Entry) -> Result<(), RecordError>,
) -> Result<(), LoadError> {
    let mut request = RangeRequest::new(KeyPrefix::new(prefix)?);
    loop {
        let page = store.range(request).await?;
        page.entries.iter().try_for_each(&mut take)?;
        let Some(after) = page.next_after else {
            return Ok(());
        };
        request = RangeRequest::new(KeyPrefix::new(prefix)?)
            .after(after)
            .at(page.revision);
    }
}
