//! A gang of which nothing has served yet, and whose spec has changed, starts anew in the room that it has.

use hourglass_engine::{Decision, Owner};
use hourglass_model::ids::{ClaimId, PlacementUid, Slot};
use hourglass_model::request::CanonicalRequest;
use tracing::error;

use crate::records::placement::{GangPhase, Reason};
use crate::records::{AssignmentRecord, PlacementRecord};
use crate::scheduler::core::Core;
use crate::scheduler::round::Round;

/// The next place of each replica.
type Places = Vec<(Decision, AssignmentRecord)>;

impl Core {
    /// Nothing of a gang has served, nor may it by now: it can be started again without taking anything away.
    pub(in crate::scheduler) fn may_start_anew(&self, record: &PlacementRecord) -> bool {
        let known = self.known(record);
        // Behind their gates none of them serves, whoever is heard of.
        record.starts_together()
            && record.assigned().next().is_some()
            && ((record.gang_is_gated() && !record.has_served())
                || !record.slots.iter().any(|slot| known.may_serve(slot)))
    }

    /// Every place of the gang ends, and with the same commit each replica that is still wanted gets the room that its last one
    /// leaves; those that are wanted in addition join them behind their gates. When not all fit there, they wait for other places.
    pub(in crate::scheduler) fn start_gang_anew(
        &mut self,
        uid: &PlacementUid,
        message: &str,
        round: &mut Round,
    ) {
        let record = self.placements.by_uid(uid);
        let request = record.and_then(|record| record.request().ok());
        let owner = record
            .zip(request.as_ref())
            .map(|(record, request)| Owner::new(&record.tenant, uid, request));
        let places = request.and_then(|request| self.decide_all_here(uid, &request, round));
        self.withdraw_all(uid, Reason::Superseded, message, round);
        let (Some(places), Some(owner)) = (places, owner) else {
            return;
        };
        for (decision, assignment) in places {
            if let Some(placed) = decision.placed.first() {
                self.settle_in(&owner, placed, assignment, round);
            }
        }
        self.enter_gang_phase(uid, GangPhase::Gated, round);
        self.hold_commit_span(uid, round);
    }

    /// Decides and claims the rooms of all replicas that are still wanted and have one; none, and no claim, when one does not fit
    /// where it is.
    fn decide_all_here(
        &mut self,
        uid: &PlacementUid,
        request: &CanonicalRequest,
        round: &mut Round,
    ) -> Option<Places> {
        let record = self.placements.by_uid(uid)?.clone();
        let going: Vec<_> = record.assigned().map(|(slot, _)| slot).collect();
        let going = self.going_with(&record, &going, round);
        let wanted = record.wanted_slots();
        let held: Vec<_> = wanted.filter(|slot| slot.assignment.is_some()).collect();
        // Those that are missing may well run in a cluster that is not back yet.
        if held.is_empty() || self.is_partly_held(uid) {
            return None;
        }
        let owner = Owner::new(&record.tenant, uid, request);
        let mut places = Places::new();
        let mut claimed = Vec::new();
        for slot in &held {
            let place = self
                .decide_here(&record, request, slot, &going, round)
                .and_then(|decision| {
                    let placed = decision.placed.first()?;
                    let assignment = self.assignment(&record, request, placed, &decision, round.now);
                    let id = placed.claim(&owner).id;
                    let taken = assignment
                        .ok()
                        .filter(|_| self.claim_decided(&owner, placed, round))?;
                    claimed.push(id);
                    Some((decision, taken))
                });
            let Some(place) = place else { break };
            places.push(place);
        }
        let slots: Vec<Slot> = held.iter().map(|slot| slot.slot).collect();
        let further: Vec<AssignmentRecord> = places.iter().map(|(_, place)| place.clone()).collect();
        let all = places.len() == held.len();
        if all && self.check_room_without(&record, &slots, &further, round).is_ok() {
            return Some(places);
        }
        for claim in claimed {
            self.unclaim(&claim, round);
        }
        None
    }

    /// A claim of this round is not wanted after all.
    fn unclaim(&mut self, claim: &ClaimId, round: &mut Round) {
        round.claimed.retain(|claimed| claimed != claim);
        if let Err(error) = self.fleet.commit_failed(claim) {
            error!(%error, ?claim, "a claim that was decided in this round cannot be taken back");
        }
    }
}
