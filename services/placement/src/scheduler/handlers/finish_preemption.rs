//! A server that starts finishes what the last one left undone of a preemption of several commits. A claim that is durable names
//! those whose room it takes: whichever of them still has its place gives it up now, for the same reason.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClaimId, PlacementUid};
use tracing::info;

use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

impl Core {
    /// Before anything else is decided after a start: nobody counts on room that is promised. Not while the store recovers: who
    /// takes the room may run there already, and those that had it be gone.
    pub(in crate::scheduler) fn finish_preemptions(&mut self, round: &mut Round) {
        if !self.may_be_unfinished || self.recovers() {
            return;
        }
        self.may_be_unfinished = false;
        for uid in self.preemptors() {
            let left = self
                .placements
                .by_uid(&uid)
                .map(|record| self.not_cleared_out(record));
            for (victim, claims) in left.into_iter().flatten() {
                info!(placement_uid = %uid, %victim, "a preemption is finished that a server before this one has begun");
                self.clear_out(&uid, &victim, &claims.iter().collect::<Vec<_>>(), round);
                round.preempted += claims.len();
            }
        }
    }

    /// Places of others that a placement waits for and that nobody has been told to leave, with those of the same gangs.
    pub(in crate::scheduler) fn not_cleared_out(
        &self,
        record: &PlacementRecord,
    ) -> BTreeMap<PlacementUid, Vec<ClaimId>> {
        let mut left: BTreeMap<PlacementUid, Vec<ClaimId>> = BTreeMap::new();
        let waits_for = record
            .behind_victims()
            .flat_map(|(_, assignment)| &assignment.waits_for);
        for claim in waits_for.filter(|claim| claim.placement != record.uid) {
            let named = self.fleet.claim_record(claim).filter(|named| named.is_live());
            let Some(named) = named else { continue };
            let claims = left.entry(claim.placement.clone()).or_default();
            if !named.claim.owner.gang {
                claims.push(claim.clone());
            } else if claims.is_empty() {
                // It goes whole, and nobody waits for those of it who are in nobody's way.
                let all = self.fleet.claims_of(&claim.placement);
                let live = all.filter(|record| record.is_live());
                claims.extend(live.map(|record| record.claim.id.clone()));
            }
        }
        left
    }
}
