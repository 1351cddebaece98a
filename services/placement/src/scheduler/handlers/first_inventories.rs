//! After a start nobody gets a place before all clusters that the store knows have said what they have.
//!
//! Agents come back one after the other. A decision on what the first one says would move replicas of lower priority although
//! others have room, put what is to be spread into one cluster, and pass by the clusters that are preferred: for good, as
//! nothing that has a place is moved for such reasons. Who does not come back is SUSPECT after a while, and is waited for no
//! longer.

use std::time::Instant;

use hourglass_model::ids::PlacementUid;
use tracing::info;

use crate::records::PlacementRecord;
use crate::records::placement::Reason;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

/// What is said to those that begin to wait meanwhile.
const MESSAGE: &str = "the server has just started: places are given once every cluster has said what it has, or is silent \
                       for too long";

impl Core {
    /// Decisions are made on all clusters that are not silent, or have been made before.
    #[must_use]
    pub fn knows_fleet(&self) -> bool {
        self.knows_fleet
    }

    /// Looks whether that has come about. An agent that lives and never says what its cluster has is waited for as long as for
    /// one that is unreachable.
    pub(in crate::scheduler) fn look_for_inventories(&mut self, now: Instant) {
        if self.knows_fleet {
            return;
        }
        let waited = self.began.map(|began| now.saturating_duration_since(began));
        let long = waited.is_some_and(|waited| waited >= self.liveness_policy.unreachable_after);
        if long || self.clusters.inventory_complete() {
            info!(
                clusters = self.clusters.len(),
                "the fleet is known; places are given from now on"
            );
            self.knows_fleet = true;
        }
    }

    /// It waits, and has its turn once the fleet is known.
    pub(in crate::scheduler) fn wait_for_fleet(&mut self, uid: &PlacementUid, round: &mut Round) {
        self.queue.began(uid);
        if self.placements.by_uid(uid).is_some_and(PlacementRecord::waits) {
            self.note_waiting(uid, Reason::WaitingForInventory, MESSAGE, round);
        }
    }
}
