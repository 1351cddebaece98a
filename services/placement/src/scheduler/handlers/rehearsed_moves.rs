//! Where an update would bring the replicas that it replaces: turn after turn, as it would, and nothing changes.
//!
//! ```text
//!  turn 1: replica 0 on a, room on c      ──▶ c is claimed, a is left
//!  turn 2: replica 1 on b, room on a only ──▶ a is claimed, b is left
//! ```
//! What has a place is claimed while the rest is rehearsed, and let go again in the same step, which nobody sees. A place that
//! is left stays charged until its pod has gone: whether the next one fits there is asked as if it had.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use hourglass_engine::{Decision, Owner, SlotDecision, SlotWanted, places_where_left};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::placement::UpdateStrategy;
use hourglass_model::request::CanonicalRequest;
use tracing::error;

use super::in_place::going_of;
use super::place::next_epoch;
use super::roll::IN_VAIN;
use super::successor::{Wanted, successor_input};
use super::update_rehearsal::place_of;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};
use crate::scheduler::claims::owner;
use crate::scheduler::core::Core;
use crate::scheduler::port::ReplicaMove;
use crate::scheduler::rollout::Limits;
use crate::scheduler::rollout::step::MAX_SUCCESSORS;
use crate::scheduler::round::Round;

/// Replicas of one rehearsal that are asked about on the nodes that others have left, at most: each costs as much as a decision,
/// with all that have gone thought away, and nothing else is decided meanwhile. The others are told what is decided without.
pub(in crate::scheduler) const MOST_ASKED: usize = 64;

/// What the turns so far have changed.
#[derive(Debug, Default)]
struct Turns {
    /// Claims of the new places.
    held: Vec<ClaimId>,
    /// Claims of the places that have been left.
    gone: BTreeSet<ClaimId>,
    /// Where those are. What keeps one replica off such a node may keep off no other one, or end with a later turn.
    left: Vec<(ClusterName, NodeName)>,
    /// Replicas that may still be asked about there.
    to_ask: usize,
}

impl Core {
    /// Where the successors of replicas that are outdated would go, beside what has no place yet: so many at the same time as
    /// the update may replace, and the next ones when these serve.
    pub(super) fn rehearse_moves(
        &mut self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        places: &Decision,
        round: &Round,
    ) -> Vec<ReplicaMove> {
        // What happened so far is told; what is only rehearsed is not.
        self.has_turns();
        // As its other claims are until the change is made.
        let owner = owner(self.placements.by_uid(&record.uid).unwrap_or(record));
        let limits = Limits::of(request);
        let at_once = limits.max_parallel.clamp(1, MAX_SUCCESSORS);
        let spare = limits.spare(record, &self.known(record));
        let mut turns = Turns {
            held: self.hold_rehearsed(&owner, &places.placed),
            to_ask: self.most_asked,
            ..Turns::default()
        };
        let (mut moves, mut turn, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        let mut nowhere = Vec::new();
        for slot in record.wanted_slots() {
            if let Some(one) = under_way(record, slot) {
                moves.push(one);
                turn.push(slot);
            } else if outdated(record, slot).is_some() {
                waiting.push(slot);
            }
        }
        // Those that should not stay where they are anyway go first.
        waiting.sort_by_key(|slot| !slot.is_disturbed());
        while !waiting.is_empty() {
            let (mut in_vain, mut taken_away) = (0, 0);
            for slot in std::mem::take(&mut waiting) {
                let spared = !takes_away(record, slot) || taken_away < spare;
                let tried = turn.len() < at_once && in_vain < IN_VAIN && spared;
                let decision = tried.then(|| self.rehearse_move(record, slot, request, &mut turns, round));
                let Some(placed) = decision.flatten() else {
                    in_vain += usize::from(tried);
                    // Only what others leave gives a place later to one that has none.
                    let given_up = tried && turns.to_ask == 0;
                    let rest = if given_up { &mut nowhere } else { &mut waiting };
                    rest.push(slot);
                    continue;
                };
                taken_away += usize::from(takes_away(record, slot));
                moves.extend(move_of(record, slot, Some(&placed)));
                turns.held.extend(self.hold_rehearsed(&owner, &[placed]));
                turn.push(slot);
            }
            if turn.is_empty() {
                break;
            }
            for slot in turn.drain(..) {
                self.leave_rehearsed(record, slot, &mut turns);
            }
        }
        let nowhere = nowhere.into_iter().chain(waiting);
        moves.extend(nowhere.filter_map(|slot| move_of(record, slot, None)));
        self.let_go(turns.held);
        drop(self.fleet.take_changes());
        moves
    }

    /// Claims what is only rehearsed; gives the claims, which have to be let go.
    fn hold_rehearsed(&mut self, owner: &Arc<Owner>, placed: &[SlotDecision]) -> Vec<ClaimId> {
        let mut held = Vec::new();
        for claim in placed.iter().map(|placed| placed.claim(owner)) {
            let id = claim.id.clone();
            match self.fleet.claim(claim) {
                Ok(()) => held.push(id),
                Err(error) => error!(%error, claim = %id, "a rehearsed place could not be claimed"),
            }
        }
        held
    }

    fn let_go(&mut self, held: Vec<ClaimId>) {
        for claim in held {
            if let Err(error) = self.fleet.commit_failed(&claim) {
                error!(%error, %claim, "a rehearsed place could not be let go");
            }
        }
    }

    /// The successor of a slot serves, and nothing is left of what it follows.
    fn leave_rehearsed(&self, record: &PlacementRecord, slot: &SlotRecord, turns: &mut Turns) {
        let going = going_of(record, slot);
        for claim in going.iter().filter_map(|id| self.fleet.claim_record(id)) {
            let at = (claim.claim.cluster.clone(), claim.claim.node.clone());
            if !turns.left.contains(&at) {
                turns.left.push(at);
            }
        }
        turns.gone.extend(going);
    }

    /// Where the successor of a replica that is outdated would go; none where it has no place.
    fn rehearse_move(
        &self,
        record: &PlacementRecord,
        slot: &SlotRecord,
        request: &CanonicalRequest,
        turns: &mut Turns,
        round: &Round,
    ) -> Option<SlotDecision> {
        let of = outdated(record, slot)?;
        let wanted = Wanted {
            slot: SlotWanted {
                slot: slot.slot,
                epoch: next_epoch(slot, self.grant().incarnation),
            },
            of,
            generation: record.generation,
            elsewhere: slot.is_disturbed(),
            explain: false,
        };
        if gives_up_first(record, of) {
            let mut going = self.going_with(record, &[slot], round);
            going.extend(turns.gone.iter().cloned());
            let here = self.decide_here(record, request, slot, &going, round);
            if let Some(placed) = here.and_then(first) {
                return Some(placed);
            }
        }
        let decided = first(self.decide_successor(record, request, &wanted, round.instant));
        let stays =
            |placed: &SlotDecision| (&placed.cluster, &placed.node) == (&of.cluster, &of.charged_node);
        if decided.as_ref().is_some_and(stays) {
            return decided;
        }
        let left = self.where_left(record, request, &wanted, turns, round.instant);
        let at_home = left.iter().position(stays);
        let mut all = left;
        match at_home {
            Some(at) => Some(all.swap_remove(at)),
            None => {
                all.extend(decided);
                all.into_iter().min_by(|a, b| rank(a).cmp(&rank(b)))
            }
        }
    }

    /// The places that earlier turns have left in which it fits, while there is anybody left to ask about.
    fn where_left(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        wanted: &Wanted<'_>,
        turns: &mut Turns,
        now: Instant,
    ) -> Vec<SlotDecision> {
        if turns.left.is_empty() || turns.to_ask == 0 {
            return Vec::new();
        }
        turns.to_ask -= 1;
        let avoid = self.avoided_by_successor(record, request, wanted, now);
        let slots = [wanted.slot];
        let input = successor_input(record, &slots, &avoid);
        places_where_left(
            &self.fleet,
            request,
            &input,
            wanted.slot,
            &turns.left,
            &turns.gone,
        )
    }
}

fn first(decision: Decision) -> Option<SlotDecision> {
    decision.placed.into_iter().next()
}

/// In the order in which places are chosen.
fn rank(placed: &SlotDecision) -> (Vec<i64>, &ClusterName, &NodeName) {
    let scores = placed.scores.iter().map(|score| score.value).collect();
    (scores, &placed.cluster, &placed.node)
}

/// The place of a slot, when another generation is to follow there.
fn outdated<'r>(record: &PlacementRecord, slot: &'r SlotRecord) -> Option<&'r AssignmentRecord> {
    let assignment = slot.assignment.as_ref();
    assignment.filter(|assignment| !record.is_current(assignment))
}

/// The move of a replica that is being replaced already by what is wanted; none of another one.
fn under_way(record: &PlacementRecord, slot: &SlotRecord) -> Option<ReplicaMove> {
    let from = outdated(record, slot)?;
    let to = &slot.successor.as_ref()?.assignment;
    Some(ReplicaMove {
        slot: slot.slot,
        from: Some(charged(from)),
        to: Some(charged(to)),
    })
}

fn move_of(record: &PlacementRecord, slot: &SlotRecord, to: Option<&SlotDecision>) -> Option<ReplicaMove> {
    let from = outdated(record, slot)?;
    Some(ReplicaMove {
        slot: slot.slot,
        from: Some(charged(from)),
        to: to.map(place_of),
    })
}

fn charged(of: &AssignmentRecord) -> (ClusterName, NodeName) {
    (of.cluster.clone(), of.charged_node.clone())
}

/// Its place ends before the next one of the slot begins.
fn gives_up_first(record: &PlacementRecord, assignment: &AssignmentRecord) -> bool {
    recreates(record) || !assignment.observed.has_served()
}

/// One that serves does not for a while.
fn takes_away(record: &PlacementRecord, slot: &SlotRecord) -> bool {
    let ready = slot.assignment.as_ref().is_some_and(|place| place.observed.ready);
    ready && recreates(record)
}

fn recreates(record: &PlacementRecord) -> bool {
    let update = record.spec.update.as_ref();
    update.is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate))
}
