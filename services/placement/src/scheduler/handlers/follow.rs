//! What binds only its cluster is charged where its pod is, and its record says so, devices included: after a change of leader it is
//! charged there again, also while the pod is gone for a moment.

use std::collections::BTreeSet;

use hourglass_model::ids::ClaimId;
use tracing::warn;

use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

/// Placements that are written for this in a round that is full without them: the others wait for later rounds.
const FEW: usize = 8;

impl Core {
    /// Claims that are charged to other nodes from now on. Everybody who asks is told at once; it is durable soon.
    pub(in crate::scheduler) fn follow_claims(&mut self, moved: &BTreeSet<ClaimId>) {
        let moved: Vec<&ClaimId> = moved.iter().collect();
        for of_one in moved.chunk_by(|one, next| one.placement == next.placement) {
            if let Some(after) = self.with_followed(of_one) {
                self.store_followed(after);
            }
        }
    }

    /// The record of the placement that these claims are of, with its places where they are charged; none when nothing of it
    /// says so.
    fn with_followed(&self, moved: &[&ClaimId]) -> Option<PlacementRecord> {
        let mut after = self.placements.by_uid(&moved.first()?.placement)?.clone();
        let mut any = false;
        for id in moved {
            let claim = self.fleet.claim_record(id).map(|record| &record.claim);
            let Some(claim) = claim else { continue };
            let loose = |of: &&mut AssignmentRecord| of.node.is_none() && of.cluster == claim.cluster;
            if let Some(of) = after.place_mut(id.slot, id.epoch).filter(loose) {
                of.charge_to(&claim.node, claim.zone.as_deref(), &claim.devices);
                any = true;
            }
        }
        any.then_some(after)
    }

    /// Keeps that, where it is no more than what can be stored. A place that was given before anything was set aside for this may
    /// come to more: then only the engine charges it to the other node, until the leader changes.
    fn store_followed(&mut self, after: PlacementRecord) {
        let uid = after.uid.clone();
        if let Err(error) = self.check_room(&after, &[]) {
            warn!(
                placement = %uid,
                %error,
                "the record of a placement has no room for the nodes to which its pods have gone"
            );
            return;
        }
        if self.placements.update(&uid, |record| *record = after).is_some() {
            self.followed.insert(uid);
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
