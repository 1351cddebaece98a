//! Slots without a place get one, or a condition that says why not.

use std::sync::Arc;

use hourglass_engine::{Avoid, DecideInput, Decision, NoFitReason, Owner, SlotDecision, SlotWanted, decide};
use hourglass_model::hash::hex_digest;
use hourglass_model::ids::{Epoch, Generation, PlacementUid, TenantId};
use hourglass_model::placement::Preemption;
use hourglass_model::request::{AppliedOverrides, CanonicalRequest, ShapeId};
use hourglass_runtime::trace_context::set_parent_text;
use jiff::Timestamp;
use tracing::{error, info_span};

use crate::dispatch::{Intent, SlotKey};
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::records::room::{self, RoomError};
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};
use crate::scheduler::assignment::{Content, assignment_of, node_of};
use crate::scheduler::claims::owner;
use crate::scheduler::core::Core;
use crate::scheduler::handlers::preempt::NotMoved;
use crate::scheduler::handlers::why_waiting::{is_news, said, why_it_waits};
use crate::scheduler::orders::RenderError;
use crate::scheduler::queue::Failure;
use crate::scheduler::render;
use crate::scheduler::round::Round;
use crate::scheduler::state::set_condition;

/// What a decision does beside looking for room.
#[derive(Clone, Copy, Debug)]
pub(in crate::scheduler) struct Mode {
    /// Looks for those of lower priority that could make room.
    pub preempt: bool,
    /// Says at length why nothing fits, which goes over all nodes.
    pub explain: bool,
}

/// More changes of place than a slot has within the life of a store.
const EPOCH_LEAP: u64 = 1000;

impl Core {
    /// The shape of what a placement asks for in its turn; none when it is gone.
    pub(in crate::scheduler) fn shape_of(&mut self, uid: &PlacementUid) -> Option<ShapeId> {
        let record = self.placements.by_uid(uid)?;
        let generation = record.generation_tried();
        if let Some((of, shape)) = self.shapes.get(uid)
            && *of == generation
        {
            return Some(*shape);
        }
        let shape = self.request_of(record, generation).ok()?.shape;
        self.shapes.insert(uid.clone(), (generation, shape));
        Some(shape)
    }

    /// Decides for `request` as things are, leaving out what is to be avoided.
    pub(in crate::scheduler) fn decide(
        &self,
        (tenant, placement): (&TenantId, Option<&PlacementUid>),
        request: &CanonicalRequest,
        slots: &[SlotWanted],
        mode: Mode,
        avoid: &Avoid,
    ) -> Decision {
        decide(
            &self.fleet,
            request,
            &DecideInput {
                tenant,
                placement,
                slots,
                avoid,
                preempt: mode.preempt,
                explain: mode.explain,
            },
        )
    }

    /// Slots of a placement that may get a place now: those that are wanted, have none, and are tried in this turn.
    pub(in crate::scheduler) fn slots_wanted(&self, record: &PlacementRecord) -> Vec<SlotWanted> {
        let incarnation = self.grant().incarnation;
        let generation = record.generation_tried();
        let slots = record.wanted_slots();
        slots
            .filter(|slot| slot.waits() && !self.is_held(slot) && record.is_tried_as(slot, generation))
            .map(|slot| SlotWanted {
                slot: slot.slot,
                epoch: next_epoch(slot, incarnation),
            })
            .collect()
    }

    /// Those that its next decision is about, and with it what is said of why it waits: what joins a gang that runs needs not wait
    /// for the others that are missing.
    pub(in crate::scheduler) fn slots_in_turn(&self, record: &PlacementRecord) -> Vec<SlotWanted> {
        let mut wanted = self.slots_wanted(record);
        if record.gang_runs() {
            wanted.truncate(1);
        }
        wanted
    }

    /// Finds places for the slots of a placement that have none. Whatever comes of it, the turn is over.
    pub(in crate::scheduler) fn place(&mut self, uid: &PlacementUid, round: &mut Round) {
        if !self.knows_fleet() {
            self.wait_for_fleet(uid, round);
            return;
        }
        self.queue.has_its_turn(uid);
        let Some(record) = self.placements.by_uid(uid).filter(|record| record.waits()) else {
            self.queue.ended(uid);
            return;
        };
        let generation = record.generation_tried();
        let request = match self.request_of(record, generation) {
            Ok(request) => request,
            Err(why) => {
                self.wait_for_correction(uid, &why.to_string(), round);
                return;
            }
        };
        let wanted = self.slots_in_turn(record);
        let held = record.without_place().filter(|slot| self.is_held(slot)).count();
        if held > 0 && (wanted.is_empty() || record.spec.gang) {
            self.wait_for_recovery(uid, held, round);
            return;
        }
        if wanted.is_empty() {
            return;
        }
        let (runs, more) = (record.gang_runs(), record.has_others_than(generation));
        let span = info_span!("decide", placement = %record.name(), replicas = wanted.len(), snapshot = tracing::field::Empty);
        set_parent_text(&span, record.cause());
        let (decision, not_moved) =
            span.in_scope(|| self.decide_over_others(record, &request, &wanted, round));
        span.record("snapshot", decision.snapshot.0);
        drop(span);
        #[cfg(test)]
        crate::scheduler::simulation::late_decisions::decided(
            self, record, &request, &wanted, &decision, round,
        );
        // What is left of a gang is only worth its room with the one that it lost.
        let is_left_of_gang = record.spec.gang && record.assigned().next().is_some();
        self.note_put_off(uid, matches!(not_moved, Some(NotMoved::Late(_))), round.now);
        if !decision.placed.is_empty() && !is_left_of_gang && self.gives_way(uid) {
            return;
        }
        #[cfg(test)]
        if !decision.placed.is_empty() {
            crate::scheduler::simulation::order_rules::about_to_place(self, uid, round);
        }
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let failure = decision.no_fit.as_ref().map(|no_fit| {
            let avoid = self.avoided_as(record, generation, request.shape, round.instant);
            let mut failure = Failure::of(no_fit, decision.snapshot, !avoid.is_empty());
            failure.note = not_moved.as_ref().and_then(NotMoved::message);
            if request.preemption == Preemption::LowerPriority {
                // Also where nobody could be moved: others may become less important, or be spared.
                failure.hints.claims_below = Some(request.priority);
            }
            failure
        });
        let owner = self.owner_as(record, generation, &request);
        let places: Result<Vec<AssignmentRecord>, RenderError> = decision
            .placed
            .iter()
            .map(|placed| {
                let assignment = self.assignment(record, &request, placed, &decision, round.now)?;
                Ok(AssignmentRecord {
                    ungated: runs,
                    generation,
                    ..assignment
                })
            })
            .collect();
        match places {
            Ok(places) => {
                // What cannot be stored, or not be removed again, gets no place.
                if let Err(error) = self.check_room(record, &places) {
                    self.wait_for_room(uid, &error.to_string(), round);
                    return;
                }
                self.make_way(uid, &decision, round);
                for (placed, assignment) in decision.placed.iter().zip(places) {
                    self.assign(&owner, placed, assignment, round);
                }
            }
            Err(error) => {
                self.wait_for_correction(uid, &error.to_string(), round);
                return;
            }
        }
        if !decision.placed.is_empty() {
            self.begin_gang(uid, round);
            self.hold_commit_span(uid, round);
        }
        if decision.placed.iter().any(|placed| !placed.waits_for.is_empty()) {
            // From here on it is answered what is free now.
            self.queue.began(uid);
        }
        let Some(failure) = failure else {
            if runs || more {
                self.queue.began(uid);
            }
            return;
        };
        self.wait(uid, Arc::new(failure), round);
        if not_moved == Some(NotMoved::Later) {
            self.queue.began(uid);
        }
        // What was found of a gang that had not started is no start.
        self.step_gang(uid, round);
    }

    /// The place of a slot, with the hash of what the agent is to run there: made before anything is claimed, because what
    /// cannot be made gets no place.
    pub(in crate::scheduler) fn assignment(
        &self,
        record: &PlacementRecord,
        request: &CanonicalRequest,
        placed: &SlotDecision,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<AssignmentRecord, RenderError> {
        let cluster = self.clusters.get(&placed.cluster);
        let cluster = cluster.ok_or_else(|| RenderError::UnknownCluster(placed.cluster.clone()))?;
        let overrides = AppliedOverrides::of(&request.cluster_overrides, &cluster.record.labels);
        let performer = render::concrete(request, &placed.offer, node_of(placed), overrides);
        let content = Content {
            overrides,
            hash: hex_digest(&serde_json::to_vec(&performer)?),
        };
        let zone = self.fleet.zone_of(&placed.cluster, &placed.node);
        Ok(AssignmentRecord {
            zone: zone.map(str::to_owned),
            ..assignment_of(record, placed, content, decision.snapshot, now)
        })
    }

    /// Whether `record`, with `further` places beside those that it has, can be stored and removed.
    pub(in crate::scheduler) fn check_room(
        &self,
        record: &PlacementRecord,
        further: &[AssignmentRecord],
    ) -> Result<(), RoomError> {
        let orders = self.tombstones.record(&record.uid);
        let open = orders.map_or(&[][..], |orders| orders.open.as_slice());
        room::check(record, open, further)
    }

    /// Whose the claims of a placement's places of this generation are, which `request` is of: all claims of a placement are of one
    /// owner, which is as it is wanted now.
    pub(in crate::scheduler) fn owner_as(
        &self,
        record: &PlacementRecord,
        generation: Generation,
        request: &CanonicalRequest,
    ) -> Arc<Owner> {
        if generation == record.generation {
            Owner::new(&record.tenant, &record.uid, request)
        } else {
            owner(record)
        }
    }

    /// One decision for a slot without a place.
    pub(in crate::scheduler) fn assign(
        &mut self,
        owner: &Arc<Owner>,
        placed: &SlotDecision,
        assignment: AssignmentRecord,
        round: &mut Round,
    ) {
        if self.claim_decided(owner, placed, round) {
            self.settle_in(owner, placed, assignment, round);
        }
    }

    /// The same for one that is claimed.
    pub(in crate::scheduler) fn settle_in(
        &mut self,
        owner: &Arc<Owner>,
        placed: &SlotDecision,
        assignment: AssignmentRecord,
        round: &mut Round,
    ) {
        let uid = &owner.placement;
        let (now, incarnation) = (round.now, self.grant().incarnation);
        self.placements.update(uid, |record| {
            let message = format!(
                "replica {} goes to {}/{} (epoch {}, snapshot {}){}",
                placed.slot,
                placed.cluster,
                placed.node,
                placed.epoch,
                assignment.snapshot,
                as_it_was(record, assignment.generation)
            );
            let earlier = assignment.generation < record.generation;
            record.push_event(now, "DECIDED", message);
            if let Some(slot) = record.slot_mut(placed.slot) {
                slot.epoch = placed.epoch;
                slot.confirmed_incarnation = incarnation;
                slot.highest_epoch = None;
                if earlier {
                    slot.went_back_to(assignment.generation);
                }
                slot.assignment = Some(assignment);
            }
        });
        let key = SlotKey::of(uid, placed.slot);
        self.enqueue(&placed.cluster, key, Intent::Apply, round);
        round.touched.insert(uid.clone());
    }

    /// Replicas that may still run in a cluster that is not back yet.
    fn wait_for_recovery(&mut self, uid: &PlacementUid, held: usize, round: &mut Round) {
        let message = format!(
            "{held} replicas were not found since the incarnation was raised, and may run in a cluster that is not back yet; \
             they are placed anew when the recovery is ended (--end-recovery)"
        );
        self.note_waiting(uid, Reason::WaitingForInventory, &message, round);
    }

    /// With the places that were found it would be larger than what can be stored.
    fn wait_for_room(&mut self, uid: &PlacementUid, why: &str, round: &mut Round) {
        let message = format!("there are places, but {why}, and create it anew");
        let problem = "a placement would be larger than what can be stored";
        self.wait_for_person(uid, &message, (problem, why), round);
    }

    /// Its stored request makes no performer with the rules of this version: a person has to correct it.
    fn wait_for_correction(&mut self, uid: &PlacementUid, why: &str, round: &mut Round) {
        let message = format!(
            "the stored request makes no performer any more: {why}; correct the placement, or create it anew"
        );
        let problem = "a stored request no longer makes a performer";
        self.wait_for_person(uid, &message, (problem, why), round);
    }

    /// Whatever comes free, it does not help: that is an error of the log too, once.
    fn wait_for_person(
        &mut self,
        uid: &PlacementUid,
        message: &str,
        (problem, why): (&str, &str),
        round: &mut Round,
    ) {
        if self.note_waiting(uid, Reason::WaitingForPlace, message, round) {
            let about = self.about(uid);
            error!(
                placement = about.placement,
                trace_id = about.trace_id,
                why,
                "{problem}"
            );
        }
    }

    /// It waits; the condition says for what, and soon why at length.
    pub(in crate::scheduler) fn wait(
        &mut self,
        uid: &PlacementUid,
        failure: Arc<Failure>,
        round: &mut Round,
    ) {
        let record = self.placements.by_uid(uid);
        if let Some(record) = record.filter(|record| is_news(record, &failure)) {
            let (why, message) = (why_it_waits(record, &failure), said(record, &failure));
            self.note_waiting(uid, why, &message, round);
            self.texts.began(uid, round.instant);
        } else {
            self.texts.waits(uid, round.instant);
        }
        self.queue.failed(uid, failure);
        self.consider_reservation(uid, round);
    }

    /// Written only when its reason changes: the numbers in the message move with every inventory, and are written again now
    /// and then. True when it was news.
    pub(in crate::scheduler) fn note_waiting(
        &mut self,
        uid: &PlacementUid,
        reason: Reason,
        message: &str,
        round: &mut Round,
    ) -> bool {
        let now = round.now;
        let news = self.placements.update(uid, |record| {
            let said = record
                .condition(ConditionKind::Scheduled)
                .map(|condition| (condition.status, condition.reason));
            set_condition(
                record,
                ConditionKind::Scheduled,
                ConditionStatus::False,
                reason,
                message,
                now,
            );
            let news = said != Some((ConditionStatus::False, reason));
            if news {
                record.push_event(now, "WAITING", message.to_owned());
            }
            news
        });
        if news == Some(true) {
            round.status_touched.insert(uid.clone());
        }
        news == Some(true)
    }

    /// A span for the time until the decision is durable, in the trace of its placement.
    pub(in crate::scheduler) fn hold_commit_span(&self, uid: &PlacementUid, round: &mut Round) {
        let Some(record) = self.placements.by_uid(uid) else {
            return;
        };
        let span = info_span!("commit", placement = %record.name());
        set_parent_text(&span, record.cause());
        round.hold_until_commit(span);
    }
}

/// Said of a place that is of an earlier generation than the one that is wanted; nothing of any other.
pub(in crate::scheduler) fn as_it_was(record: &PlacementRecord, generation: Generation) -> String {
    if generation >= record.generation {
        return String::new();
    }
    format!(
        ", with generation {generation}, which has served, because the update to generation {} gets nowhere",
        record.generation
    )
}

/// The epoch of the next place of a slot. Of one that was not found after the store was lost or restored, nobody knows how
/// many places it has had: the epoch leaps, so that a performer that turns up later is the older one.
pub(in crate::scheduler) fn next_epoch(slot: &SlotRecord, incarnation: u64) -> Epoch {
    if slot.confirmed_incarnation < incarnation {
        Epoch(slot.highest().0.saturating_add(EPOCH_LEAP))
    } else {
        slot.highest().next()
    }
}

/// The condition reason for why nothing fits.
pub(in crate::scheduler) fn reason(reason: NoFitReason) -> Reason {
    match reason {
        NoFitReason::NoEligibleCluster => Reason::NoEligibleCluster,
        NoFitReason::WaitingForInventory => Reason::WaitingForInventory,
        NoFitReason::NoSuchProduct => Reason::NoSuchProduct,
        NoFitReason::RulesExcludeAllNodes => Reason::RulesExcludeAllNodes,
        NoFitReason::NoCapacity => Reason::NoCapacity,
        NoFitReason::Avoided => Reason::Avoided,
        NoFitReason::GangDoesNotFit => Reason::GangDoesNotFit,
        NoFitReason::MissingPrerequisite => Reason::MissingPrerequisite,
        NoFitReason::NamespaceQuota => Reason::NamespaceQuota,
        NoFitReason::PlacementRules => Reason::PlacementRules,
        NoFitReason::Reserved => Reason::Reserved,
    }
}
