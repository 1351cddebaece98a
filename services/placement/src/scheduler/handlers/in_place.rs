//! A slot gives up its place for one of the current generation without giving up its room: the next place is decided and
//! claimed in the commit that releases the last one, and starts when that has gone.

use std::collections::BTreeSet;
use std::time::Instant;

use hourglass_engine::{Avoid, Claim, DecideInput, Decision, Owner, SlotWanted, decide, decide_in_place};
use hourglass_model::ids::{ClaimId, ClusterName, Generation, PlacementUid, Slot};
use hourglass_model::placement::Preemption;
use hourglass_model::request::CanonicalRequest;

use super::place::next_epoch;
use super::preempt::MOST_WAITS;
use super::successor::{NoSuccessor, successor_input};
use crate::records::placement::Reason;
use crate::records::room::{self, RoomError};
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord, TombstoneRecord};
use crate::scheduler::clusters::Cluster;
use crate::scheduler::core::Core;
use crate::scheduler::queue::Failure;
use crate::scheduler::round::Round;

/// Where the next place of a slot may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scheduler) enum Whither {
    /// On the same node only, in the room that the last one leaves.
    Here,
    /// There, or on another one when it does not fit there.
    Anywhere {
        /// Somebody reads at length why there is none, when there is none.
        explain: bool,
    },
}

impl Core {
    /// The slot goes over to the current generation: its place ends, and the next one is claimed with the same commit. Nothing
    /// happens when there is none.
    pub(in crate::scheduler) fn renew(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        whither: Whither,
        message: &str,
        round: &mut Round,
    ) -> Result<(), NoSuccessor> {
        let record = self.placements.by_uid(uid).ok_or(NoSuccessor::NotNow)?;
        let held = record.slot(slot).filter(|held| !self.is_held(held));
        let held = held.ok_or(NoSuccessor::NotNow)?;
        let request = record
            .request()
            .map_err(|why| NoSuccessor::Invalid(why.to_string()))?;
        let going = self.going_with(record, &[held], round);
        let decision = match self.decide_here(record, &request, held, &going, round) {
            Some(decision) => decision,
            None => match whither {
                Whither::Here => return Err(NoSuccessor::NotNow),
                Whither::Anywhere { explain } => {
                    self.decide_elsewhere(record, &request, held, explain, round)?
                }
            },
        };
        let Some(placed) = decision.placed.first() else {
            return Err(NoSuccessor::NotNow);
        };
        let owner = Owner::new(&record.tenant, uid, &request);
        let mut assignment = self
            .assignment(record, &request, placed, &decision, round.now)
            .map_err(|error| NoSuccessor::Invalid(error.to_string()))?;
        // A gang that runs is joined, not started anew.
        assignment.ungated = record.starts_together() && !record.gang_is_starting();
        self.check_room_without(record, &[slot], std::slice::from_ref(&assignment), round)
            .map_err(|error| NoSuccessor::Invalid(error.to_string()))?;
        let start = record.gang_start;
        self.withdraw(uid, slot, Reason::Superseded, message, round);
        self.placements.update(uid, |record| {
            // Also that of the only replica: its room is not given up.
            record.gang_start = start;
        });
        self.assign(&owner, placed, assignment, round);
        self.hold_commit_span(uid, round);
        Ok(())
    }

    /// The decision for a slot on the node where it is, as if `going` had gone; none when it does not fit there.
    pub(in crate::scheduler) fn decide_here(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        held: &SlotRecord,
        going: &BTreeSet<ClaimId>,
        round: &Round,
    ) -> Option<Decision> {
        self.decide_here_as(record, (record.generation, request), held, going, round)
    }

    /// The same for this generation, which the request is of.
    pub(in crate::scheduler) fn decide_here_as(
        &self,
        record: &PlacementRecord,
        (generation, request): (Generation, &CanonicalRequest),
        held: &SlotRecord,
        going: &BTreeSet<ClaimId>,
        round: &Round,
    ) -> Option<Decision> {
        let of = held.assignment.as_ref()?;
        let avoid = self.avoided_as(record, generation, request.shape, round.instant);
        let wanted = SlotWanted {
            slot: held.slot,
            epoch: next_epoch(held, self.grant().incarnation),
        };
        let slots = [wanted];
        let input = successor_input(record, &slots, &avoid);
        let at = (&of.cluster, &of.charged_node);
        let own = going_of(record, held);
        let here = |going| decide_in_place(&self.fleet, request, &input, wanted, at, going);
        // The fewer it has to wait for, the better.
        here(&own).or_else(|| here(going)).filter(|decision| {
            let waits = record
                .assigned()
                .map(|(_, assignment)| assignment.waits_for.len());
            let more = decision.placed.iter().map(|placed| placed.waits_for.len());
            waits.chain(more).sum::<usize>() <= MOST_WAITS
        })
    }

    /// The decision for a slot on another node, which waits until its place has ended.
    fn decide_elsewhere(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        held: &SlotRecord,
        explain: bool,
        round: &Round,
    ) -> Result<Decision, NoSuccessor> {
        let avoid = self.avoided_by(record, request.shape, round.instant);
        let slots = [SlotWanted {
            slot: held.slot,
            epoch: next_epoch(held, self.grant().incarnation),
        }];
        let input = DecideInput {
            explain: explain && self.explaining.is_left(round.instant),
            ..successor_input(record, &slots, &avoid)
        };
        let begin = Instant::now();
        let decision = decide(&self.fleet, request, &input);
        self.count_explained(&decision, begin, round.instant);
        let late = self.late_for(record, request, &avoid);
        let (mut decision, _) = self.without_late(&late, request, decision);
        if let Some(no_fit) = &decision.no_fit {
            let failure = Failure::of(no_fit, decision.snapshot, !avoid.is_empty());
            return Err(NoSuccessor::NoFit(Box::new(failure)));
        }
        for placed in &mut decision.placed {
            placed.waits_for.extend(going_of(record, held));
        }
        Ok(decision)
    }

    /// Claims of the placement that are on their way out when these slots give up their places: theirs, with what they wait
    /// for themselves, and those that were released before.
    pub(in crate::scheduler) fn going_with(
        &self,
        record: &PlacementRecord,
        slots: &[&SlotRecord],
        round: &Round,
    ) -> BTreeSet<ClaimId> {
        let claims = self.fleet.claims_of(&record.uid);
        let released = claims
            .filter(|one| !one.is_live() || round.released.contains(&one.claim.id))
            .map(|one| one.claim.id.clone());
        let theirs = slots.iter().flat_map(|held| going_of(record, held));
        released.chain(theirs).collect()
    }

    /// Whether the record can be stored with these places in the stead of the slots' last ones, whose removal is ordered.
    pub(in crate::scheduler) fn check_room_without(
        &self,
        record: &PlacementRecord,
        slots: &[Slot],
        further: &[AssignmentRecord],
        round: &Round,
    ) -> Result<(), RoomError> {
        let mut after = record.clone();
        let orders = self.tombstones.record(&record.uid);
        let mut open = orders.map_or_else(Vec::new, |orders| orders.open.clone());
        for slot in after.slots.iter_mut().filter(|slot| slots.contains(&slot.slot)) {
            if let Some(last) = slot.assignment.take() {
                let traceparent = record.cause().map(str::to_owned);
                open.push(TombstoneRecord::of(
                    slot.slot,
                    slot.epoch,
                    &last,
                    round.now,
                    traceparent,
                ));
            }
        }
        room::check(&after, &open, further)
    }

    /// Room that one of these slots has given up is still charged, will soon be free, and is room that it could use again:
    /// nobody else has to make room for it before that.
    pub(in crate::scheduler) fn leaves_room(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        wanted: &[SlotWanted],
        avoid: &Avoid,
        round: &Round,
    ) -> bool {
        let claims = self.fleet.claims_of(&record.uid);
        let released: Vec<&Claim> = claims
            .filter(|one| !one.is_live() || round.released.contains(&one.claim.id))
            .map(|one| &one.claim)
            .collect();
        let going: BTreeSet<ClaimId> = released.iter().map(|claim| claim.id.clone()).collect();
        released.iter().any(|claim| {
            let slot = wanted.iter().find(|wanted| wanted.slot == claim.id.slot);
            let Some(slot) = slot.filter(|_| self.is_heard_of(&claim.cluster)) else {
                return false;
            };
            let slots = [*slot];
            let input = DecideInput {
                tenant: &record.tenant,
                placement: Some(&record.uid),
                slots: &slots,
                avoid,
                preempt: false,
                explain: false,
            };
            // A node that is down, emptied or avoided does not take it back.
            let at = (&claim.cluster, &claim.node);
            decide_in_place(&self.fleet, request, &input, *slot, at, &going).is_some()
        })
    }

    /// The inventory of the cluster is complete: what ends there is seen soon.
    pub(in crate::scheduler) fn is_heard_of(&self, cluster: &ClusterName) -> bool {
        self.clusters.get(cluster).is_some_and(Cluster::is_fresh)
    }

    /// Claims have ended: whoever has waited for that before others make room is tried again.
    pub(in crate::scheduler) fn claims_ended<'a>(&mut self, ended: impl Iterator<Item = &'a ClaimId>) {
        for claim in ended {
            let lowest = self.placements.placed().lowest_priority();
            let record = self.placements.by_uid(&claim.placement);
            let over_others = |record: &PlacementRecord| {
                let priority = record.spec.priority.unwrap_or(0);
                record.spec.preemption != Some(Preemption::Never)
                    && lowest.is_some_and(|lowest| lowest < priority)
            };
            if record.is_some_and(|record| record.waits() && over_others(record)) {
                self.queue.began(&claim.placement);
            }
        }
    }
}

/// The claim of a slot's place, with those that it waits for itself.
pub(super) fn going_of(record: &PlacementRecord, held: &SlotRecord) -> BTreeSet<ClaimId> {
    let own = record.claim_id(held.slot, held.epoch);
    let waits_for = held.assignment.iter().flat_map(|of| &of.waits_for);
    waits_for.cloned().chain([own]).collect()
}
