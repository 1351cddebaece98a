//! The engine is told which claims serve, as their clusters say it: what `disruption` keeps is counted in replicas that serve,
//! also when a higher priority needs their room.

use hourglass_model::ids::{ClaimId, ClusterName, Epoch};
use tracing::debug;

use super::core::Core;
use crate::dispatch::SlotKey;

impl Core {
    /// A cluster has just said how a place is. With each of its sessions the engine forgets what was said before.
    pub(in crate::scheduler) fn tell_serving(&mut self, cluster: &ClusterName, key: &SlotKey, epoch: Epoch) {
        let record = self.placements.by_uid(&key.placement_uid);
        // What is deleted has released its claims.
        let slot = record
            .filter(|record| record.delete_time.is_none())
            .and_then(|record| record.slot(key.slot));
        let place = slot.and_then(|slot| {
            let mut places = slot.places();
            places.find(|(of, at)| *of == epoch && at.cluster == *cluster)
        });
        let Some((_, assignment)) = place else { return };
        let claim = ClaimId {
            placement: key.placement_uid.clone(),
            slot: key.slot,
            epoch,
        };
        let ready = assignment.observed.ready;
        self.set_serving(&claim, ready);
    }

    /// Whether a claim serves, for all who count on it.
    pub(in crate::scheduler) fn set_serving(&mut self, claim: &ClaimId, serves: bool) {
        if let Err(error) = self.fleet.set_serving(claim, serves) {
            debug!(%error, ?claim, "nobody counts whether it serves");
        }
    }
}
