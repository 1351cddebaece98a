//! A slot loses its place: the attempt is kept, a tombstone ordered, the claim released with the same commit. A successor
//! that stands beside it takes over.

use hourglass_model::ids::{Generation, PlacementUid, Slot};

use super::successor::IN_VAIN;
use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, SlotRecord, TombstoneRecord};
use crate::scheduler::core::Core;
use crate::scheduler::rollout::Outcome;
use crate::scheduler::round::Round;

impl Core {
    /// Takes a slot's place away, with its successor, when it has one.
    pub(in crate::scheduler) fn withdraw_whole(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) {
        self.drop_successor(uid, slot, reason, message, round);
        self.withdraw(uid, slot, reason, message, round);
    }

    /// Takes all places of a placement away, with their successors.
    pub(in crate::scheduler) fn withdraw_all(
        &mut self,
        uid: &PlacementUid,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) {
        let placed: Vec<Slot> = self.placements.by_uid(uid).map_or_else(Vec::new, |record| {
            let slots = record.assigned().map(|(slot, _)| slot.slot);
            slots.collect()
        });
        for slot in placed {
            self.withdraw_whole(uid, slot, reason, message, round);
        }
    }

    /// Takes the place of one slot away and looks for another one in its turn. A gang looks at once: when nothing of it serves any
    /// more and it gets none, it waits whole.
    pub(in crate::scheduler) fn place_anew(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) {
        self.withdraw(uid, slot, reason, message, round);
        let record = self.placements.by_uid(uid);
        if record.is_some_and(|record| record.spec.gang && record.assigned().next().is_some()) {
            self.place(uid, round);
            self.withdraw_broken_gang(uid, round);
        } else {
            self.place_in_turn(uid, round);
        }
    }

    /// Takes the place of one slot away; nothing when it has none. Its successor takes it over, when it has one; else its next
    /// place will have a later epoch.
    pub(in crate::scheduler) fn withdraw(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) {
        let now = round.now;
        let in_vain = self.placements.by_uid(uid).is_some_and(|record| {
            let held = record.slot(slot);
            record.delete_time.is_none() && held.is_some_and(|held| self.follows_in_vain(record, held))
        });
        if in_vain {
            // It goes on as what it is, and not as what does not come up.
            self.drop_successor(uid, slot, Reason::Superseded, IN_VAIN, round);
        }
        let kept = self.keeps_what_ends(uid, slot);
        let ended = self.placements.update(uid, |record| {
            let traceparent = record.cause().map(str::to_owned);
            let name = record.name();
            let generation = record.generation;
            let held = record.slot_mut(slot)?;
            let epoch = held.epoch;
            let ended = held.end_attempt(reason, message.to_owned(), now)?;
            let followed = held.successor.as_ref().map(|successor| successor.cause);
            if ended.observed.started {
                begin_anew(held, &ended, reason, kept.filter(|kept| *kept < generation));
            }
            held.promote();
            let next = held.assignment.as_ref();
            let next = next.filter(|next| !next.observed.phase.is_applied());
            let next = next.map(|next| next.cluster.clone());
            if record.assigned().next().is_none() {
                record.gang_start = None;
            }
            if record.spec.gang && ended.observed.started && !record.has_served() {
                // The last one that served is gone: the gang starts anew, with those that did not come up beside it.
                record.slots.iter_mut().for_each(SlotRecord::begin_new_row);
            }
            if record.waits() {
                // Its turn is among the others' from here on. A place that was refused has not ended its wait.
                let refused = reason == Reason::NodeRejected && !ended.observed.has_served();
                let decided = ended.room_time.unwrap_or(ended.decide_time);
                let since = if refused { decided } else { now };
                record.waiting_since.get_or_insert(since);
            }
            Some((ended, epoch, name, traceparent, (next, followed)))
        });
        let Some((ended, epoch, placement, traceparent, (next, followed))) = ended.flatten() else {
            return;
        };
        match followed {
            Some(cause) => round.replacements.count(cause, Outcome::Completed),
            None => round.replacements.count(reason, Outcome::Withdrawn),
        }
        self.release_place(uid, slot, epoch, round);
        let tombstone = TombstoneRecord::of(slot, epoch, &ended, now, traceparent);
        self.order_removal(uid, &placement, tombstone, round);
        if let Some(next) = next {
            // The work of a successor is moot from here on.
            self.enqueue(&next, SlotKey::of(uid, slot), Intent::Apply, round);
        }
        self.queue.began(uid);
    }

    /// The generation of the place that a slot is about to lose, when its spec is kept.
    fn keeps_what_ends(&self, uid: &PlacementUid, slot: Slot) -> Option<Generation> {
        let record = self.placements.by_uid(uid)?;
        let generation = record.slot(slot)?.assignment.as_ref()?.generation;
        self.spec_of(record, generation).map(|_| generation)
    }

    /// A gang that runs goes on with those that serve, or may, while another one is looked for. When none is left that does, it
    /// gives up all its places: it starts whole again.
    fn withdraw_broken_gang(&mut self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid).filter(|record| record.spec.gang) else {
            return;
        };
        if self.is_partly_held(uid) {
            // The missing ones may well run in a cluster that is not back yet.
            return;
        }
        let placed = record.assigned().count();
        if placed == record.slots.len() || placed == 0 {
            return;
        }
        let known = self.known(record);
        if record.slots.iter().any(|slot| known.may_serve(slot)) {
            return;
        }
        let message =
            "another replica of the gang lost its place and fits nowhere else, and none of the others serves";
        self.withdraw_all(uid, Reason::GangDoesNotFit, message, round);
        let now = round.now;
        self.placements.update(uid, |record| {
            let what_now = if record.gang_is_given_up() {
                "the gang starts with all of its replicas or not at all, and one of them is tried no more"
            } else {
                "the gang waits again until all of it fits"
            };
            record.push_event(now, "GANG_WITHDRAWN", what_now.to_owned());
        });
    }
}

/// The place of a slot has ended that served, by this reason. What was given up was what should have followed it; now that it is
/// lost, its next place is the first of a new row. `earlier`: it was of an earlier generation than the one that is wanted, to which
/// the slot may go back, should the update get nowhere.
fn begin_anew(held: &mut SlotRecord, ended: &AssignmentRecord, reason: Reason, earlier: Option<Generation>) {
    let next = held.successor.as_ref().map(|successor| &successor.assignment);
    // It goes for what is wanted, of its own accord.
    let is_done = match next {
        Some(next) => next.observed.ready && next.generation > ended.generation,
        None => reason == Reason::Superseded,
    };
    match earlier.filter(|_| !is_done) {
        Some(generation) => held.may_go_back_to(generation),
        None => {
            held.earlier = None;
            held.forget_failures();
        }
    }
}
