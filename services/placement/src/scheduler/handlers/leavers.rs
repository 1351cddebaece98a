//! Whose room a decision that could move others counts on before it moves anybody: that of those who leave a node anyway. The
//! engine finds it, less what is promised already. What it does not know of is said here: how long somebody has been on the way
//! out, and who waits for that room with an earlier turn.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use hourglass_engine::{
    Avoid, ClaimRecord, DecideInput, Decision, LeftNode, SlotWanted, decide_beside, would_take,
};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid, TenantId};
use hourglass_model::request::CanonicalRequest;
use jiff::Timestamp;

use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::queue::{Alike, Turn};
use crate::scheduler::round::Round;
use crate::scheduler::timers::{TO_LEAVE, after};

/// How often a decision is made anew because somebody with an earlier turn waits for what it counts on; then it counts on nobody's
/// leaving.
const TRIES: usize = 4;
/// Those with an earlier turn who are asked for one decision, and passed by unasked; with more of them it counts on nothing that
/// any of them may wait for.
const ASKED: usize = 64;
const PASSED: usize = 1_000;
/// Nodes that all of them are asked about for one decision.
const QUESTIONS: usize = 512;
/// Whoever was told to leave longer ago may never do so.
const COUNTED_ON: Duration = TO_LEAVE;

impl Core {
    /// The decision for a placement that may move others.
    pub(in crate::scheduler) fn decide_with_leavers(
        &self,
        (tenant, placement): (&TenantId, Option<&PlacementUid>),
        request: &CanonicalRequest,
        slots: &[SlotWanted],
        avoid: &Avoid,
        round: &Round,
    ) -> Decision {
        let input = DecideInput {
            tenant,
            placement,
            slots,
            avoid,
            preempt: true,
            explain: false,
        };
        let mut staying = self.may_stay(round.now);
        for _ in 0..TRIES {
            let decision = decide_beside(&self.fleet, request, &input, &staying);
            let theirs = self.awaited_in_front((placement, request.priority), &decision, &staying, round);
            if theirs.is_empty() {
                return decision;
            }
            staying.extend(theirs);
        }
        staying.extend(self.fleet.leaving().map(|record| record.claim.id.clone()));
        decide_beside(&self.fleet, request, &input, &staying)
    }

    /// Those that were told to leave so long ago that nobody counts on it any more.
    pub(in crate::scheduler) fn may_stay(&self, now: Timestamp) -> BTreeSet<ClaimId> {
        let orders = self.tombstones.iter();
        let old = orders.filter(|(_, order)| after(order.create_time, COUNTED_ON) <= now);
        old.map(|(uid, order)| ClaimId {
            placement: uid.clone(),
            slot: order.slot,
            epoch: order.epoch,
        })
        .collect()
    }

    /// Of those on whose leaving a decision counts, who leave a node that somebody with an earlier turn may take once they have
    /// gone.
    fn awaited_in_front(
        &self,
        (placement, priority): (Option<&PlacementUid>, i32),
        decision: &Decision,
        staying: &BTreeSet<ClaimId>,
        round: &Round,
    ) -> BTreeSet<ClaimId> {
        let mut left = self.counted_on(decision, staying);
        let mut theirs = BTreeSet::new();
        let (mut asked, mut passed, mut questions, mut alike) = (0, 0, 0, HashSet::new());
        for other in self.waits_in_front(placement, priority) {
            passed += 1;
            if left.is_empty() {
                break;
            }
            if asked >= ASKED || passed > PASSED || questions + left.len() > QUESTIONS {
                theirs.extend(left.into_iter().flat_map(|node| node.going));
                break;
            }
            let Ok(wish) = self.request_of(other, other.generation_tried()) else {
                continue;
            };
            // What it was answered takes those that leave into account, and was no for the whole gang.
            if wish.gang && self.may_preempt(&wish) {
                continue;
            }
            let alone = self.avoids_alone(other, round.instant) || self.reservations.of(&other.uid).is_some();
            let kind = Alike::of(other, wish.shape).filter(|_| !alone);
            if kind.is_some_and(|kind| !alike.insert(kind)) {
                continue;
            }
            asked += 1;
            questions += left.len();
            let taken = self.which_it_would_take(other, &wish, &left, round);
            let (taken, rest): (Vec<_>, Vec<_>) = left.into_iter().zip(taken).partition(|(_, taken)| *taken);
            theirs.extend(taken.into_iter().flat_map(|(node, _)| node.going));
            left = rest.into_iter().map(|(node, _)| node).collect();
        }
        theirs
    }

    /// The nodes on which a decision counts on those that leave anyway, with all that leave them but for these.
    pub(in crate::scheduler) fn counted_on<'d>(
        &self,
        decision: &'d Decision,
        staying: &BTreeSet<ClaimId>,
    ) -> Vec<LeftNode<'d>> {
        let leavers = decision.leavers();
        let counting = decision.placed.iter().filter(|placed| {
            let mut waits_for = placed.waits_for.iter();
            waits_for.any(|claim| leavers.contains(claim))
        });
        let nodes: BTreeSet<(&ClusterName, &NodeName)> =
            counting.map(|placed| (&placed.cluster, &placed.node)).collect();
        let left = nodes.into_iter().map(|(cluster, node)| LeftNode {
            cluster,
            node,
            going: self.leaving_from(cluster, node, staying),
        });
        // A replica may wait for one of another node, from which a rule keeps it apart.
        left.filter(|node| !node.going.is_empty()).collect()
    }

    /// Claims that are on their way out of a node, but for these.
    fn leaving_from(
        &self,
        cluster: &ClusterName,
        node: &NodeName,
        staying: &BTreeSet<ClaimId>,
    ) -> BTreeSet<ClaimId> {
        let on = |record: &&ClaimRecord| {
            let claim = &record.claim;
            let state = self.fleet.cluster(cluster);
            let mut seen = state
                .into_iter()
                .flat_map(|state| state.observed(&claim.id).map(|(node, _)| node));
            claim.cluster == *cluster && (claim.node == *node || seen.any(|seen| seen == node))
        };
        let ids = self.fleet.leaving().filter(on).map(|record| &record.claim.id);
        ids.filter(|id| !staying.contains(id)).cloned().collect()
    }

    /// Placements that wait for a place and have an earlier turn than this one, which may not exist yet.
    pub(in crate::scheduler) fn waits_in_front(
        &self,
        placement: Option<&PlacementUid>,
        priority: i32,
    ) -> impl Iterator<Item = &PlacementRecord> {
        let turns = self.placements.turns();
        let own = placement.and_then(|uid| turns.of(uid));
        let is_in_front = move |turn: &&Turn| match own {
            Some(own) => *turn < own,
            None => !turn.is_below(priority),
        };
        let in_front = turns.behind(None).take_while(is_in_front);
        let records = in_front.filter_map(|turn| self.placements.by_uid(turn.uid()));
        records.filter(|record| record.waits())
    }

    /// For each of these nodes whether a placement that waits could have a place there once those have gone who leave them.
    fn which_it_would_take(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        left: &[LeftNode<'_>],
        round: &Round,
    ) -> Vec<bool> {
        let slots = self.slots_in_turn(record);
        let avoid = self.avoided_as(record, record.generation_tried(), request.shape, round.instant);
        let input = DecideInput {
            tenant: &record.tenant,
            placement: Some(&record.uid),
            slots: &slots,
            avoid: &avoid,
            preempt: false,
            explain: false,
        };
        would_take(&self.fleet, request, &input, left)
    }
}
