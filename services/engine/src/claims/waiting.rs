//! Claims that wait for the room of others.

use hourglass_model::ids::ClaimId;

use super::ClaimRecord;
use crate::state::FleetState;

impl FleetState {
    /// Whether a claim's pod may not start yet, because a claim whose room it takes has not ended. An unknown claim waits
    /// for nothing. Ask only after all claims of the store are restored: those that are not there count as ended.
    #[must_use]
    pub fn is_waiting(&self, id: &ClaimId) -> bool {
        self.ledger.get(id).is_some_and(|record| self.waits(record))
    }

    /// Claims that wait for others to end, by id.
    pub fn waiting(&self) -> impl Iterator<Item = &ClaimRecord> {
        self.claims().filter(|record| self.waits(record))
    }

    fn waits(&self, record: &ClaimRecord) -> bool {
        let mut others = record.claim.waits_for.iter();
        record.is_live() && others.any(|id| self.ledger.get(id).is_some())
    }
}
