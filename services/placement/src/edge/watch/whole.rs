//! One change of a placement out of the changes of its two keys.
//!
//! Relies on the rule of [`stored`](crate::records::stored): in a commit, the change of an intent is followed by that of
//! its status. So the change of the status is the change of the placement: it has the one event and its position the one
//! token. Where it comes alone, the intent is the one that the store held at that very revision.

use std::sync::Arc;

use hourglass_store::{Change, Key, Position, ReadError, Store, Versioned};

use crate::records::keys::intent_beside;
use crate::records::{PlacementRecord, RecordError, join};

/// A placement before and after a commit.
#[derive(Debug)]
pub(super) struct PlacementChange {
    /// Where a watch stands that has taken it.
    pub position: Position,
    /// Before; none when it was not there.
    pub old: Option<PlacementRecord>,
    /// After; none when it is gone.
    pub new: Option<PlacementRecord>,
}

/// Why a change cannot be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum WholeError {
    /// The store cannot be read there.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What it holds is no whole placement.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Joins changes, taken in their order.
pub(super) struct Whole {
    store: Arc<dyn Store>,
    /// Waits for the change of its status.
    intent: Option<Change>,
}

impl Whole {
    /// Joins changes of `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, intent: None }
    }

    /// The change of a placement that is complete with `change`; none for the first half of one.
    pub async fn take(&mut self, change: Change) -> Result<Option<PlacementChange>, WholeError> {
        let Some(intent_key) = intent_beside(&change.key) else {
            self.check_complete()?;
            self.intent = Some(change);
            return Ok(None);
        };
        let (before, after) = match self.intent.take() {
            Some(intent) if intent.key == intent_key && intent.revision == change.revision => {
                (intent.old, intent.new)
            }
            Some(intent) => return Err(alone(&intent.key).into()),
            None => {
                let same = self.store.get_at(&intent_key, change.revision).await?;
                (same.clone(), same)
            }
        };
        Ok(Some(PlacementChange {
            position: change.position(),
            old: side(&change.key, before.as_ref(), change.old.as_ref())?,
            new: side(&change.key, after.as_ref(), change.new.as_ref())?,
        }))
    }

    /// Refuses to go on when half a change was taken and the other half is not what follows.
    pub fn check_complete(&self) -> Result<(), WholeError> {
        match &self.intent {
            Some(intent) => Err(alone(&intent.key).into()),
            None => Ok(()),
        }
    }
}

fn alone(intent: &Key) -> RecordError {
    RecordError::NotWhole {
        key: intent.as_str().to_owned(),
        what: "its intent changed without its status",
    }
}

fn side(
    key: &Key,
    intent: Option<&Versioned>,
    status: Option<&Versioned>,
) -> Result<Option<PlacementRecord>, RecordError> {
    let bytes = |value: &'_ Versioned| value.value.clone();
    join(
        key.as_str(),
        intent.map(bytes).as_deref(),
        status.map(bytes).as_deref(),
    )
}
