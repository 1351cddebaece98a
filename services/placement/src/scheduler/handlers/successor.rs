//! A successor beside the place that it is to take over: decided, promoted when it serves, dropped when it is not wanted.

use std::sync::Arc;
use std::time::Instant;

use hourglass_engine::{Avoid, AvoidNote, DecideInput, Decision, Owner, SlotDecision, SlotWanted, decide};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, Generation, NodeName, PlacementUid, Slot};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::CanonicalRequest;
use hourglass_runtime::trace_context::set_parent_text;
use tracing::{info, info_span};

use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::Reason;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord, SuccessorRecord, TombstoneRecord};
use crate::scheduler::core::Core;
use crate::scheduler::handlers::place::{as_it_was, next_epoch};
use crate::scheduler::queue::Failure;
use crate::scheduler::rollout::Outcome;
use crate::scheduler::round::Round;

/// What is said of a successor that makes way for one of the generation that serves.
pub(in crate::scheduler) const IN_VAIN: &str =
    "the update gets nowhere, and the replica has to move, or has lost its place: it goes on as what it is";

/// Why a slot gets a successor.
#[derive(Clone, Debug)]
pub(in crate::scheduler) struct Cause {
    /// In one word: what the attempt that ends says.
    pub reason: Reason,
    /// For people.
    pub message: String,
    /// It must not come to the node where it is.
    pub elsewhere: bool,
    /// Somebody reads at length why there is none, when there is none.
    pub explain: bool,
}

/// A successor that is looked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::scheduler) struct Wanted<'a> {
    /// Its slot and epoch.
    pub slot: SlotWanted,
    /// The place that it is to take over.
    pub of: &'a AssignmentRecord,
    /// What it is to be.
    pub generation: Generation,
    /// It must not come to the same node.
    pub elsewhere: bool,
    /// Say at length why there is none, when there is none.
    pub explain: bool,
}

/// Why a slot got no successor.
#[derive(Debug)]
pub(in crate::scheduler) enum NoSuccessor {
    /// Nothing fits now.
    NoFit(Box<Failure>),
    /// The stored request makes no performer.
    Invalid(String),
    /// The slot is gone, has no place, or has a successor.
    NotNow,
}

impl Core {
    /// Where a successor of the place `of` would go: to the same node if that has room for both, else to the best one.
    pub(in crate::scheduler) fn decide_successor(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        wanted: &Wanted<'_>,
        now: Instant,
    ) -> Decision {
        let avoid = self.avoided_by_successor(record, request, wanted, now);
        if !wanted.elsewhere
            && let Some(same) = self.on_same_node(record, wanted, &avoid)
        {
            return same;
        }
        let slots = [wanted.slot];
        let input = DecideInput {
            explain: wanted.explain,
            ..successor_input(record, &slots, &avoid)
        };
        let decision = decide(&self.fleet, request, &input);
        self.without_late(&self.late_for(record, request, &avoid), request, decision)
            .0
    }

    /// Where a successor may not come.
    pub(in crate::scheduler) fn avoided_by_successor(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        wanted: &Wanted<'_>,
        now: Instant,
    ) -> Avoid {
        let of = wanted.of;
        let mut avoid = self.avoided_as(record, wanted.generation, request.shape, now);
        if let Some(why) = self.why_not_beside(&of.cluster) {
            let note = AvoidNote {
                why,
                ends_if: Some(format!("the agent of cluster {} is updated", of.cluster)),
            };
            avoid.insert((of.cluster.clone(), None), note);
        }
        if wanted.elsewhere {
            avoid.insert(left_by(of), why_left(of));
        }
        avoid
    }

    /// Why no successor may stand in the cluster of what it is to follow; none when it may. An agent that cannot remove one
    /// of two epochs would, with a successor that is given up, remove what serves.
    fn why_not_beside(&self, cluster: &ClusterName) -> Option<String> {
        let session = self.clusters.get(cluster)?.session.as_ref()?;
        (!session.removes_exactly()).then(|| {
            format!(
                "the agent of cluster {cluster} (version {}, protocol {}) is too old to hold two epochs of a replica side by \
                 side: update it",
                session.agent_version, session.protocol_version
            )
        })
    }

    /// The decision for the same request, bound to the node of `of`; none when it does not fit there.
    fn on_same_node(&self, record: &PlacementRecord, wanted: &Wanted<'_>, avoid: &Avoid) -> Option<Decision> {
        let of = wanted.of;
        if avoid.contains_key(&(of.cluster.clone(), None))
            || avoid.contains_key(&(of.cluster.clone(), Some(of.charged_node.clone())))
        {
            return None;
        }
        let spec = self.spec_of(record, wanted.generation)?;
        let bound = record.request_with(&bound_to(spec, of)?).ok()?;
        let slots = [wanted.slot];
        let input = successor_input(record, &slots, avoid);
        Some(decide(&self.fleet, &bound, &input)).filter(Decision::is_complete)
    }

    /// Decides a successor for a slot that has a place, and claims its room beside it. The place serves on.
    pub(in crate::scheduler) fn place_successor(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        cause: Cause,
        round: &mut Round,
    ) -> Result<(), NoSuccessor> {
        let record = self.placements.by_uid(uid).ok_or(NoSuccessor::NotNow)?;
        let held = record.slot(slot).filter(|held| !self.is_held(held));
        let held = held.ok_or(NoSuccessor::NotNow)?;
        let of = held.assignment.as_ref().ok_or(NoSuccessor::NotNow)?;
        let generation = self.generation_after(record, held, cause.reason);
        let in_vain = generation == of.generation && self.follows_in_vain(record, held);
        if held.successor.is_some() && !in_vain {
            return Err(NoSuccessor::NotNow);
        }
        let request = self
            .request_of(record, generation)
            .map_err(|why| NoSuccessor::Invalid(why.to_string()))?;
        let wanted = Wanted {
            slot: SlotWanted {
                slot,
                epoch: next_epoch(held, self.grant().incarnation),
            },
            of,
            generation,
            elsewhere: cause.elsewhere,
            explain: cause.explain && self.explaining.is_left(round.instant),
        };
        let span =
            info_span!("decide", placement = %record.name(), replicas = 1, snapshot = tracing::field::Empty);
        set_parent_text(&span, record.cause());
        let begin = Instant::now();
        let decision = span.in_scope(|| self.decide_successor(record, &request, &wanted, round.instant));
        self.count_explained(&decision, begin, round.instant);
        span.record("snapshot", decision.snapshot.0);
        drop(span);
        #[cfg(test)]
        crate::scheduler::simulation::late_decisions::successor_decided(
            self,
            (record, &request),
            &wanted,
            &decision,
            round,
        );
        let Some(placed) = decision.placed.first() else {
            let avoid = self.avoided_as(record, generation, request.shape, round.instant);
            let avoids = cause.elsewhere || !avoid.is_empty();
            let no_fit = decision.no_fit.ok_or(NoSuccessor::NotNow)?;
            let mut failure = Failure::of(&no_fit, decision.snapshot, avoids);
            failure.note = self.why_not_beside(&of.cluster);
            return Err(NoSuccessor::NoFit(Box::new(failure)));
        };
        let owner = self.owner_as(record, generation, &request);
        let mut assignment = self
            .assignment(record, &request, placed, &decision, round.now)
            .map_err(|error| NoSuccessor::Invalid(error.to_string()))?;
        // A gang that runs is joined, not started anew.
        assignment.ungated = record.starts_together();
        assignment.generation = generation;
        // What cannot be stored, or not be removed again, gets no place.
        self.check_room(record, std::slice::from_ref(&assignment))
            .map_err(|error| NoSuccessor::Invalid(error.to_string()))?;
        if in_vain {
            self.drop_successor(uid, slot, Reason::Superseded, IN_VAIN, round);
        }
        self.take_successor(&owner, placed, assignment, cause, round);
        Ok(())
    }

    /// The generation of what follows in a slot that has a place. What moves while an update gets nowhere stays what it is.
    pub(in crate::scheduler) fn generation_after(
        &self,
        record: &PlacementRecord,
        held: &SlotRecord,
        cause: Reason,
    ) -> Generation {
        let of = held.assignment.as_ref().filter(|_| cause != Reason::Superseded);
        let kept = of.filter(|_| self.known(record).moves_as_it_is(record, held));
        kept.map_or(record.generation, |of| of.generation)
    }

    /// The successor of a slot is in nobody's way.
    pub(in crate::scheduler) fn follows_in_vain(&self, record: &PlacementRecord, held: &SlotRecord) -> bool {
        record.follows_in_vain(held) && self.known(record).follows_in_vain(record, held)
    }

    fn take_successor(
        &mut self,
        owner: &Arc<Owner>,
        placed: &SlotDecision,
        assignment: AssignmentRecord,
        cause: Cause,
        round: &mut Round,
    ) {
        if !self.claim_decided(owner, placed, round) {
            return;
        }
        round.replacements.count(cause.reason, Outcome::Begun);
        let uid = &owner.placement;
        let now = round.now;
        self.placements.update(uid, |record| {
            let message = format!(
                "replica {} gets a successor on {}/{} (epoch {}): {}{}",
                placed.slot,
                placed.cluster,
                placed.node,
                placed.epoch,
                cause.message,
                as_it_was(record, assignment.generation)
            );
            let earlier = assignment.generation < record.generation;
            record.push_event(now, "SURGING", message);
            if let Some(slot) = record.slot_mut(placed.slot) {
                if earlier {
                    slot.went_back_to(assignment.generation);
                }
                slot.successor = Some(Box::new(SuccessorRecord {
                    epoch: placed.epoch,
                    assignment,
                    cause: cause.reason,
                    message: cause.message,
                }));
            }
        });
        let key = SlotKey::of(uid, placed.slot);
        self.enqueue(&placed.cluster, key, Intent::ApplySuccessor, round);
        round.touched.insert(uid.clone());
        self.hold_commit_span(uid, round);
    }

    /// The successor of a slot serves: it is the place from now on, and the one before it drains.
    pub(in crate::scheduler) fn promote(&mut self, uid: &PlacementUid, slot: Slot, round: &mut Round) {
        let Some(successor) = self
            .placements
            .by_uid(uid)
            .and_then(|record| record.slot(slot)?.successor.as_ref())
        else {
            return;
        };
        let (cause, message) = (successor.cause, successor.message.clone());
        info!(placement_uid = %uid, slot = slot.0, epoch = successor.epoch.0, "a successor serves; the earlier epoch goes");
        let now = round.now;
        // With its place withdrawn the slot passes to the successor.
        self.withdraw(uid, slot, cause, &message, round);
        self.placements.update(uid, |record| {
            let message = format!("replica {slot} serves at its new place");
            record.push_event(now, "PROMOTED", message);
            if let Some(roll) = record.roll.as_mut() {
                roll.progress_time = now;
            }
        });
    }

    /// The successor of a slot is not wanted any more, or came to nothing: it goes, and nothing else of the slot.
    pub(in crate::scheduler) fn drop_successor(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) {
        let now = round.now;
        let ended = self.placements.update(uid, |record| {
            let (traceparent, name) = (record.cause().map(str::to_owned), record.name());
            let held = record.slot_mut(slot)?;
            let ended = held.end_successor(reason, message.to_owned(), now)?;
            Some((ended, name, traceparent))
        });
        let Some((ended, placement, traceparent)) = ended.flatten() else {
            return;
        };
        round.replacements.count(ended.cause, Outcome::GivenUp);
        self.release_place(uid, slot, ended.epoch, round);
        let tombstone = TombstoneRecord {
            exact: true,
            ..TombstoneRecord::of(slot, ended.epoch, &ended.assignment, now, traceparent)
        };
        self.order_removal(uid, &placement, tombstone, round);
    }

    /// The claim of a place ends with this round: nobody counts on it from here on.
    pub(in crate::scheduler) fn release_place(
        &mut self,
        uid: &PlacementUid,
        slot: Slot,
        epoch: Epoch,
        round: &mut Round,
    ) {
        let claim = ClaimId {
            placement: uid.clone(),
            slot,
            epoch,
        };
        self.set_serving(&claim, false);
        round.released.push(claim);
    }

    /// Whatever of a slot is still to go from a cluster is told there, each by itself. An agent that tells no epochs apart may not
    /// have been told of one beside another that was to stay.
    pub(in crate::scheduler) fn queue_removals(
        &mut self,
        cluster: &ClusterName,
        key: &SlotKey,
        round: &mut Round,
    ) {
        let queue = self.clusters.get(cluster).map(|cluster| &cluster.queue);
        let is_new = |epoch: &Epoch| queue.is_none_or(|queue| !queue.is_to_remove(key, *epoch));
        let epochs: Vec<Epoch> = self.tombstones.epochs(cluster, key).filter(is_new).collect();
        for epoch in epochs {
            self.enqueue(cluster, key.clone(), Intent::Remove(epoch), round);
        }
    }

    /// The cluster of a tombstone is told, once it is durable.
    pub(in crate::scheduler) fn order_removal(
        &mut self,
        uid: &PlacementUid,
        placement: &str,
        tombstone: TombstoneRecord,
        round: &mut Round,
    ) {
        let key = SlotKey::of(uid, tombstone.slot);
        // What an earlier one takes in may never end: this one is confirmed by itself.
        let is_after = self
            .tombstones
            .takes_in_below(&tombstone.cluster, &key, tombstone.epoch);
        let tombstone = TombstoneRecord {
            exact: tombstone.exact || is_after,
            ..tombstone
        };
        let cluster = tombstone.cluster.clone();
        self.tombstones.add(uid, placement, tombstone);
        self.queue_removals(&cluster, &key, round);
        self.rolls.moved(uid);
        round.touched.insert(uid.clone());
    }
}

/// What a replica leaves that is to go elsewhere: its node, or where that is its cluster's choice the cluster, for nothing
/// keeps a pod of it there off the node where the replica is.
pub(in crate::scheduler) fn left_by(of: &AssignmentRecord) -> (ClusterName, Option<NodeName>) {
    (of.cluster.clone(), of.node.clone())
}

/// The same for people, with what one can do instead.
fn why_left(of: &AssignmentRecord) -> AvoidNote {
    if of.node.is_some() {
        return "the replica is moved away from it".to_owned().into();
    }
    let why = "the replica is moved away from its node, and the cluster may choose it again (pin CLUSTER)";
    let ends_if = format!(
        "its placement had pin NODE (to move it within cluster {}: kubectl cordon its node, then delete its pod)",
        of.cluster
    );
    AvoidNote {
        why: why.to_owned(),
        ends_if: Some(ends_if),
    }
}

/// How the next place of a slot is decided that has one.
pub(in crate::scheduler) fn successor_input<'a>(
    record: &'a PlacementRecord,
    slots: &'a [SlotWanted],
    avoid: &'a Avoid,
) -> DecideInput<'a> {
    DecideInput {
        tenant: &record.tenant,
        placement: Some(&record.uid),
        slots,
        avoid,
        // What serves is not worth moving others away for: it waits for room.
        preempt: false,
        explain: false,
    }
}

/// `spec` bound to the node of `of`; none when it allows only others.
pub(in crate::scheduler) fn bound_to(spec: &PlacementSpec, of: &AssignmentRecord) -> Option<PlacementSpec> {
    let mut spec = spec.clone();
    let nodes = spec.node_rules.get_or_insert_default();
    let node = of.charged_node.to_string();
    if !nodes.hostnames.is_empty() && !nodes.hostnames.contains(&node) {
        return None;
    }
    nodes.hostnames = vec![node];
    let clusters = spec.cluster_rules.get_or_insert_default();
    let cluster = of.cluster.to_string();
    if !clusters.include.is_empty() && !clusters.include.contains(&cluster) {
        return None;
    }
    clusters.include = vec![cluster];
    Some(spec)
}
