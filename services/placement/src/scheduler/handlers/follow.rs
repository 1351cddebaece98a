//! What binds only its cluster is charged where its pod is, and its record says so: after a change of leader it is charged there
//! again, also while the pod is gone for a moment.

use std::collections::BTreeSet;

use hourglass_model::ids::ClaimId;

use crate::records::AssignmentRecord;
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

/// Placements that are written for this in a round that is full without them: the others wait for later rounds.
const FEW: usize = 8;

impl Core {
    /// Claims that are charged to other nodes from now on. Everybody who asks is told at once; it is durable soon.
    pub(in crate::scheduler) fn follow_claims(&mut self, moved: &BTreeSet<ClaimId>) {
        for id in moved {
            let claim = self.fleet.claim_record(id).map(|record| &record.claim);
            let Some(claim) = claim else { continue };
            let (cluster, node, zone) = (&claim.cluster, &claim.node, claim.zone.as_deref());
            let loose = |of: &&mut AssignmentRecord| of.node.is_none() && of.cluster == *cluster;
            let followed = self.placements.update(&id.placement, |record| {
                let of = record.place_mut(id.slot, id.epoch).filter(loose)?;
                of.charge_to(node, zone);
                Some(())
            });
            if followed.flatten().is_some() {
                self.followed.insert(id.placement.clone());
            }
        }
    }

    /// Writes the records of those that have followed their pods, as many as the round has room for.
    pub(in crate::scheduler) fn write_followed(&mut self, round: &mut Round) {
        let mut written = 0;
        while written < FEW || !round.is_full() {
            let Some(uid) = self.followed.pop_first() else {
                return;
            };
            if self.placements.by_uid(&uid).is_some() {
                round.touched.insert(uid);
                written += 1;
            }
        }
    }
}
