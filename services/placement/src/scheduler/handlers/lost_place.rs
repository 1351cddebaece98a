//! A replica whose pod is being ended for good, on a node that will not have the next one, has nothing left to stay for. Where
//! no successor finds room beside it, it gives its place up and waits in its turn like any other: only so can it make room
//! for itself among those of lower priority, and only so does its condition say that it waits.
//!
//! So it is with one that gets no successor any more, because too many have failed: its place is lost whatever they did.
//!
//! What serves is never given up, nor is what its node would take back.

use hourglass_model::ids::{PlacementUid, Slot};
use hourglass_model::request::CanonicalRequest;
use tracing::info;

use crate::dispatch::SlotKey;
use crate::records::placement::Reason;
use crate::records::{PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::rollout::Limits;
use crate::scheduler::round::Round;

/// Disruptions of the node, while its pods are left alone: a replica that does not serve at the moment may do so in the next.
const OF_NODE: [&str; 2] = ["NODE_CORDONED", "NODE_DRAINING"];

impl Core {
    /// Gives the place of a slot up when it is lost; true when it was.
    pub(in crate::scheduler) fn give_up_lost(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        limits: &Limits,
        round: &mut Round,
    ) -> bool {
        let lost = self.placements.by_uid(uid).and_then(|record| {
            let held = record.slot(slot)?;
            let of = held.assignment.as_ref()?;
            let is_lost = !limits.strict && self.is_lost(record, held, round);
            is_lost.then(|| {
                let place = (of.cluster.clone(), of.node.clone());
                let message = format!(
                    "its pod was taken away on {}: {}",
                    of.place(),
                    of.observed.disruption
                );
                (place, message)
            })
        });
        let Some((place, message)) = lost else {
            return false;
        };
        info!(placement_uid = %uid, slot = slot.0, why = message, "a replica has lost its place; deciding again");
        self.avoid(&SlotKey::of(uid, slot), place, &message, round);
        self.place_anew(uid, slot, Reason::Drained, &message, round);
        true
    }

    /// It does not serve, its pod is being ended, and its node takes no other one of it.
    fn is_lost(&self, record: &PlacementRecord, held: &SlotRecord, round: &Round) -> bool {
        let Some(of) = held.assignment.as_ref().filter(|of| !of.observed.silent) else {
            return false;
        };
        let why = of.observed.disruption.as_str();
        let followed = held.successor.is_some() && !self.follows_in_vain(record, held);
        if of.observed.ready || followed || why.is_empty() || OF_NODE.contains(&why) {
            return false;
        }
        of.observed.is_ended_for_good()
            || (self.is_heard_of(&of.cluster) && !self.fits_where_it_is(record, held, round))
    }

    /// Its node would take the next one of it once this one has left.
    fn fits_where_it_is(&self, record: &PlacementRecord, held: &SlotRecord, round: &Round) -> bool {
        let going = self.going_with(record, &[held], round);
        let generation = self.generation_after(record, held, Reason::Drained);
        let here = |request: &CanonicalRequest| {
            self.decide_here_as(record, (generation, request), held, &going, round)
        };
        let request = self.request_of(record, generation);
        request.is_ok_and(|request| here(&request).is_some())
    }
}
