//! Nodes are kept for those that have waited long, and given back.

use std::collections::BTreeSet;

use hourglass_engine::{DecideInput, Holder, NoFitReason, SlotWanted};
use hourglass_model::ids::{ClusterName, NodeName, PlacementUid};
use tracing::info;

use crate::scheduler::core::Core;
use crate::scheduler::queue::Turn;
use crate::scheduler::reservations::Held;
use crate::scheduler::round::Round;
use crate::scheduler::timers::after;

/// Placements for which one round looks for nodes at most: each look goes over all nodes.
const LOOKS_IN_A_ROUND: usize = 2;
/// A single replica that takes at least this part of a node needs one that is nearly empty, in thousandths.
const LARGE_MILLI: i64 = 500;

impl Core {
    /// It wants nodes kept if it has waited for long, and room is all that it lacks.
    pub(in crate::scheduler) fn consider_reservation(&mut self, uid: &PlacementUid, round: &Round) {
        let lacks_room = self.queue.failure(uid).is_some_and(|failure| {
            matches!(
                failure.reason,
                NoFitReason::NoCapacity | NoFitReason::GangDoesNotFit | NoFitReason::Reserved
            )
        });
        if !lacks_room {
            return;
        }
        let shape = self.shape_of(uid);
        let long = self.reservations.policy().after;
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let waits_long = record
            .waiting_since
            .is_some_and(|since| after(since, long) <= round.now);
        let single = record.without_place().count() == 1 && !record.spec.gang;
        if !waits_long || single && shape.is_none_or(|shape| self.reservations.knows_as_small(shape)) {
            return;
        }
        if let Some(turn) = Turn::of(record) {
            self.reservations.want(turn);
        }
    }

    /// At the end of a round: gives back what is not needed any more, and keeps nodes for those whose turn it is.
    pub(in crate::scheduler) fn settle_reservations(&mut self, round: &mut Round) {
        let over: Vec<PlacementUid> = self
            .reservations
            .held()
            .filter(|(uid, held)| !self.still_serves(uid, held))
            .map(|(uid, _)| uid.clone())
            .collect();
        for uid in over {
            self.give_back(&uid, "the nodes are not kept for it any more", round);
        }
        self.end_vain_hopes(round);
        for _ in 0..LOOKS_IN_A_ROUND {
            let Some(turn) = self.reservations.next_in_turn(round.now) else {
                return;
            };
            self.keep_nodes(&turn, round);
        }
    }

    /// Nodes on which nothing more comes free are given back to everybody.
    fn end_vain_hopes(&mut self, round: &mut Round) {
        let free: Vec<(PlacementUid, i64)> = self
            .reservations
            .held()
            .map(|(uid, held)| (uid.clone(), self.free_milli(&held.nodes)))
            .collect();
        for (uid, free) in free {
            if self.reservations.hopes_in_vain(&uid, free, round.now) {
                let message = "the nodes are not kept for it any more: nothing more has come free on them for too long; it has \
                               another turn later";
                self.give_back(&uid, message, round);
            }
        }
    }

    /// What is free on nodes, all resources and nodes together, in thousandths of what they have.
    fn free_milli(&self, nodes: &BTreeSet<(ClusterName, NodeName)>) -> i64 {
        let states = nodes.iter().filter_map(|(cluster, node)| {
            let cluster = self.fleet.cluster(cluster)?;
            cluster.node(node)
        });
        states
            .map(|node| {
                let (free, all) = (node.free(), node.allocatable());
                let shares = all.iter().filter(|(_, amount)| *amount > 0);
                let share = |(resource, amount)| {
                    let milli = i128::from(free.get(resource).max(0)) * 1000 / i128::from(amount);
                    i64::try_from(milli).unwrap_or(i64::MAX)
                };
                shares.map(share).fold(0, i64::saturating_add)
            })
            .fold(0, i64::saturating_add)
    }

    /// What is kept is still what the placement needs.
    fn still_serves(&self, uid: &PlacementUid, held: &Held) -> bool {
        let Some(record) = self.placements.by_uid(uid).filter(|record| record.waits()) else {
            return false;
        };
        let same =
            record.generation_tried() == held.generation && record.without_place().count() == held.replicas;
        same && held
            .nodes
            .iter()
            .all(|(cluster, node)| self.takes_pods(cluster, node))
    }

    fn takes_pods(&self, cluster: &ClusterName, node: &NodeName) -> bool {
        let cluster = self
            .fleet
            .cluster(cluster)
            .filter(|cluster| !cluster.settings().cordoned);
        let node = cluster.and_then(|cluster| cluster.node(node));
        node.is_some_and(|node| node.ready() && !node.unschedulable())
    }

    fn give_back(&mut self, uid: &PlacementUid, message: &str, round: &mut Round) {
        let Some(held) = self.reservations.drop(uid) else {
            return;
        };
        self.fleet.unreserve(uid);
        let turn = self.placements.by_uid(uid).and_then(Turn::of);
        let Some(turn) = turn else {
            self.reservations.forget(uid);
            return;
        };
        info!(placement_uid = %uid, nodes = held.nodes.len(), "nodes are not kept any more");
        self.tell_story(uid, "RESERVATION_ENDED", message.to_owned(), round);
        self.reservations.want(turn);
    }

    /// Keeps nodes for the placement of this turn, if it still is its turn and it needs any.
    fn keep_nodes(&mut self, turn: &Turn, round: &mut Round) {
        let uid = turn.uid();
        let Some(record) = self
            .placements
            .by_uid(uid)
            .filter(|record| Turn::of(record).as_ref() == Some(turn))
        else {
            return;
        };
        let generation = record.generation_tried();
        let Ok(request) = self.request_of(record, generation) else {
            return;
        };
        let (tenant, id) = (record.tenant.clone(), record.id.clone());
        let name = record.name();
        let wanted: Vec<SlotWanted> = record
            .without_place()
            .map(|slot| SlotWanted {
                slot: slot.slot,
                epoch: slot.epoch.next(),
            })
            .collect();
        let avoid = self.avoided_as(record, generation, request.shape, round.instant);
        let avoids_alone = self.avoids_alone(record, round.instant);
        let input = DecideInput {
            tenant: &tenant,
            placement: Some(uid),
            slots: &wanted,
            avoid: &avoid,
            preempt: false,
            explain: false,
        };
        if wanted.len() == 1 && !request.gang {
            let near = self.fleet.nearest(uid, &request, &input);
            if near.iter().all(|near| near.share_milli < LARGE_MILLI) {
                // Nodes that it avoids by itself, others of its shape do not.
                if !avoids_alone {
                    self.reservations.is_small(request.shape);
                }
                return;
            }
        }
        if let Some(other) = self.reservations.in_the_way_of(turn) {
            self.give_back(&other, "the nodes are kept for a higher priority now", round);
        }
        let nodes = self.fleet.reserve(uid, &request, &input);
        if nodes.is_empty() {
            // Its next turn makes it a candidate again.
            return;
        }
        self.fleet.name_reservation(uid, Holder { tenant, id });
        let held = Held {
            turn: turn.clone(),
            generation,
            replicas: wanted.len(),
            free_milli: self.free_milli(&nodes),
            since: round.now,
            nodes,
        };
        info!(placement = %name, nodes = held.nodes.len(), "nodes are kept for a placement that has waited long");
        self.tell_story(uid, "RESERVED", held.note(), round);
        self.reservations.hold(held);
    }

    fn tell_story(&mut self, uid: &PlacementUid, reason: &str, message: String, round: &mut Round) {
        let now = round.now;
        self.placements
            .update(uid, |record| record.push_event(now, reason, message));
        round.status_touched.insert(uid.clone());
    }
}
