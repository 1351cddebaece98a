//! Which claims serve: what must go on serving is counted in these, and not in claims alone.

use hourglass_model::ids::{ClaimId, ClusterName};
use serde::{Deserialize, Serialize};

use super::{ClaimError, ClaimRecord};
use crate::state::{FleetState, Health};

/// Whether what a claim stands for serves, as far as is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Serving {
    /// It certainly does not.
    No,
    /// Nothing was said of it in the present session of its cluster: it may serve, and nobody can rely on it.
    #[default]
    Unknown,
    /// It does.
    Yes,
}

impl Serving {
    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

impl FleetState {
    /// The cluster has said in this session whether what a claim stands for serves. Until then, and from the next session on,
    /// it is unknown.
    ///
    /// # Errors
    /// When there is no such claim.
    pub fn set_serving(&mut self, id: &ClaimId, serves: bool) -> Result<(), ClaimError> {
        let record = self
            .ledger
            .get(id)
            .ok_or_else(|| ClaimError::Unknown(id.clone()))?;
        let serving = if serves { Serving::Yes } else { Serving::No };
        if record.serving == serving {
            return Ok(());
        }
        // Others may be spared from now on, or this one: somebody may wait for that.
        if record.claim.owner.min_available.is_some() {
            self.changes.claim(record);
        }
        self.ledger.set_serving(id, serving);
        self.touch(id);
        self.changed();
        Ok(())
    }

    /// What claims in a cluster stand for is unknown again.
    pub(crate) fn forget_serving(&mut self, cluster: &ClusterName) {
        let there: Vec<ClaimId> = self
            .ledger
            .in_cluster(cluster)
            .filter(|record| !record.serving.is_unknown())
            .map(|record| record.claim.id.clone())
            .collect();
        for id in there {
            self.ledger.set_serving(&id, Serving::Unknown);
            self.touch(&id);
        }
    }

    /// Whether what a claim stands for serves; of what a silent cluster runs nothing is known.
    pub(crate) fn serving(&self, record: &ClaimRecord) -> Serving {
        let heard = self
            .cluster(&record.claim.cluster)
            .is_some_and(|cluster| cluster.health() == Health::Ready);
        if heard { record.serving } else { Serving::Unknown }
    }
}
