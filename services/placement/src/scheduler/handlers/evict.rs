//! EvictReplica: one replica leaves its node, by a person's word or a program's.

use hourglass_engine::NoFitReason;
use hourglass_model::ids::{PlacementUid, Slot};
use hourglass_model::placement::Fencing;
use tracing::info;

use super::successor::{Cause, NoSuccessor, left_by};
use crate::records::placement::{Reason, bounded};
use crate::records::{InvalidRequest, PlacementRecord, RequestRecord};
use crate::scheduler::avoid::Trouble;
use crate::scheduler::core::Core;
use crate::scheduler::memory::body_hash;
use crate::scheduler::port::{CallError, EvictReplica, PlacementAnswer};
use crate::scheduler::rollout::{Known, Limits};
use crate::scheduler::round::Round;

/// Event: a replica leaves its place by somebody's word.
const EVICTED: &str = "EVICTED";

impl Core {
    /// A successor comes up elsewhere before the replica goes. Where there is no room for one, the replica goes first only if its
    /// placement says how many must serve, and so many others do.
    pub(in crate::scheduler) fn evict_replica(
        &mut self,
        input: &EvictReplica,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<PlacementAnswer, CallError> {
        let content = (input.id.as_str(), input.slot, input.epoch, &input.reason);
        let body = body_hash("EvictReplica", &content)?;
        if let Some(request) = remembered {
            let record = self.repeated_placement(request, &body)?;
            return Ok(self.answer_with(record, round.instant));
        }
        if !self.knows_fleet() {
            return Err(CallError::InventoryIncomplete);
        }
        // Those that wait and are due go before a successor.
        self.retry_waiting(round);
        let record = self.existing(&input.tenant, &input.id)?.clone();
        self.check_evictable(&record, input)?;
        self.follow(&record.uid, input.traceparent.as_deref());
        if let Err(refused) = self.evict(&record, input, round) {
            // Nothing follows from it.
            self.placements
                .update(&record.uid, |now| now.caused_by = record.caused_by);
            return Err(refused);
        }
        info!(placement = %record.name(), slot = input.slot.0, epoch = input.epoch.0, "a replica is evicted");
        let record = self.end_call(&record.uid, input.request_id.as_deref(), body, round)?;
        Ok(self.answer_with(record, round.instant))
    }

    fn check_evictable(&self, record: &PlacementRecord, input: &EvictReplica) -> Result<(), CallError> {
        let refuse = |why: String| Err(CallError::Precondition(format!("{}: {why}", record.name())));
        let number = input.slot;
        if record.delete_time.is_some() {
            return refuse("it is being deleted".to_owned());
        }
        let Some(slot) = record.slot(number).filter(|slot| slot.assignment.is_some()) else {
            let given_up = record.slot(number).filter(|slot| slot.is_tried_no_more());
            let what_helps = given_up.map_or(
                "",
                |_| ": it is tried no more, until the spec is changed, be it startDeadline alone",
            );
            return refuse(format!(
                "replica {number} has no place to be moved away from{what_helps}"
            ));
        };
        if slot.epoch != input.epoch {
            return refuse(format!(
                "replica {number} is at epoch {}, not {}: it has moved meanwhile",
                slot.epoch, input.epoch
            ));
        }
        if let Some(successor) = slot
            .successor
            .as_ref()
            .filter(|_| !self.follows_in_vain(record, slot))
        {
            return refuse(format!(
                "replica {number} is being replaced already, by epoch {}",
                successor.epoch
            ));
        }
        if self.is_held(slot) {
            return refuse(format!(
                "replica {number} was not found yet since the incarnation was raised"
            ));
        }
        let strict = record
            .spec
            .failover
            .as_ref()
            .and_then(|failover| failover.fencing)
            == Some(Fencing::Strict);
        let silent = slot.assignment.as_ref().is_some_and(|assignment| {
            let cluster = self.clusters.get(&assignment.cluster);
            assignment.observed.silent || cluster.is_none_or(|cluster| cluster.session.is_none())
        });
        if strict && silent {
            return refuse(format!(
                "nothing is heard of the cluster of replica {number}, and with failover.fencing STRICT no second one is started \
                 before it is known to have stopped"
            ));
        }
        if record.gang_is_starting() {
            return refuse("the gang has not started yet; its replicas are moved together".to_owned());
        }
        Ok(())
    }

    fn evict(
        &mut self,
        record: &PlacementRecord,
        input: &EvictReplica,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let (uid, slot) = (&record.uid, input.slot);
        let message = match input.reason.trim() {
            "" => "it was evicted".to_owned(),
            reason => bounded(format!("it was evicted: {reason}")),
        };
        let assignment = record.slot(slot).and_then(|slot| slot.assignment.as_ref());
        let known = self.known(record);
        self.placements.update(uid, |record| {
            let held = record.slot_mut(slot)?;
            let earlier = held.earlier.as_ref().map(|earlier| earlier.generation)?;
            // Whoever asks for it means another try of what it is.
            held.may_go_back_to(earlier);
            Some(())
        });
        // Also one that only blips, or of which nothing is heard.
        if record.slot(slot).is_some_and(|slot| known.may_serve(slot)) {
            let cause = Cause {
                reason: Reason::Evicted,
                message: message.clone(),
                elsewhere: true,
                explain: true,
            };
            match self.place_successor(uid, slot, cause, round) {
                Ok(()) => {
                    self.remember_eviction(uid, slot, &message, round);
                    return Ok(());
                }
                Err(NoSuccessor::NoFit(failure)) if failure.reason == NoFitReason::WaitingForInventory => {
                    return Err(CallError::InventoryIncomplete);
                }
                Err(NoSuccessor::NoFit(failure)) => check_spared(record, slot, &known, &failure.message())?,
                Err(NoSuccessor::Invalid(why)) => return Err(CallError::Precondition(why)),
                Err(NoSuccessor::NotNow) => return Err(CallError::Unavailable),
            }
        }
        let now = self.placements.by_uid(uid);
        let next = now.and_then(|record| {
            let held = record.slot(slot)?;
            Some(self.generation_after(record, held, Reason::Evicted))
        });
        if let Some((generation, place)) = next.zip(assignment.map(left_by)) {
            let trouble = (Trouble::Evicted, message.as_str());
            if generation < record.generation {
                self.placements.update(uid, |record| {
                    record.slot_mut(slot).map(|held| held.went_back_to(generation))
                });
            }
            self.avoid_alone((uid, generation), place, trouble, round);
        }
        self.place_anew(uid, slot, Reason::Evicted, &message, round);
        Ok(())
    }

    /// It leaves its place, also if this successor comes to nothing: then it gets another one.
    fn remember_eviction(&mut self, uid: &PlacementUid, slot: Slot, message: &str, round: &mut Round) {
        let now = round.now;
        self.placements.update(uid, |record| {
            if let Some(slot) = record.slot_mut(slot) {
                slot.evicted = true;
                let next = slot.successor.as_ref().map(|one| one.assignment.generation);
                // Whoever asks for it again means another try.
                next.map(|next| slot.forget_failures_as(next));
            }
            record.push_event_of(slot, now, EVICTED, message.to_owned());
        });
    }
}

/// Why a replica was evicted, as far as the story of its placement still says so.
pub(super) fn why_evicted(record: &PlacementRecord, slot: Slot) -> String {
    let told = record.last_event_of(slot, EVICTED);
    told.map_or_else(|| "it was evicted".to_owned(), |event| event.message.clone())
}

/// There is no room for a successor: a replica that may serve goes without one only where its placement says that so many
/// are enough, and so many others serve for sure.
fn check_spared(record: &PlacementRecord, slot: Slot, known: &Known, why: &str) -> Result<(), CallError> {
    let request = record
        .request()
        .map_err(|InvalidRequest(violations)| CallError::Invalid(violations))?;
    let refuse = |more: String| {
        let name = record.name();
        let why = format!("{name}: there is no room for a successor of replica {slot} ({why})");
        Err(CallError::Precondition(format!("{why}{more}")))
    };
    if record.starts_together() {
        return refuse(
            ", and a gang that runs gives up none without one; evict it again when there is room".to_owned(),
        );
    }
    if request.disruption.is_none() {
        return refuse(
            ", and without one a replica that serves goes only where disruption.minAvailable says how many are enough; \
             evict it again when there is room for a successor"
                .to_owned(),
        );
    }
    let limits = Limits::of(&request);
    let others = record
        .slots
        .iter()
        .filter(|other| other.slot != slot && known.serves(other));
    if others.count() < limits.min_available {
        return refuse(format!(
            ", and without it fewer than disruption.minAvailable ({}) would serve; evict it again when there is room for a \
             successor, or when more than {} serve",
            limits.min_available, limits.min_available
        ));
    }
    Ok(())
}
