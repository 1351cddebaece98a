//! Work becomes orders, made from the state of this moment, and goes to the sessions.

use std::time::Instant;

use hourglass_model::hash::hex_digest;
use hourglass_model::ids::{ClusterName, Epoch, Generation, Slot};
use hourglass_runtime::trace_context::{set_parent_text, traceparent_of};
use jiff::Timestamp;
use tokio::sync::mpsc::error::TrySendError;
use tracing::{Span, info_span, warn};
use uuid::Uuid;

use super::core::Core;
use super::persist::refresh;
use super::placements::Placements;
use crate::dispatch::queue::REFUSED_RETRY;
use crate::dispatch::{ApplyOrder, Intent, Order, OrderContent, SlotKey, Work};
use crate::records::placement::{GangPhase, Gate};
use crate::records::{
    AssignmentRecord, InvalidRequest, PlacementRecord, SealedPlacement, SlotRecord, TombstoneRecord,
};

/// Reason of an assignment of which no order can be made.
const NOT_RENDERED: &str = "NOT_RENDERED";

impl Core {
    /// Sends what the window of `name` allows. Called only after the commit that made the work durable.
    pub(in crate::scheduler) fn dispatch(&mut self, name: &ClusterName) {
        loop {
            let placements = &self.placements;
            let Some(cluster) = self.clusters.get_mut(name) else {
                return;
            };
            let session = cluster.session.as_ref();
            let Some(session) = session.filter(|session| session.running_complete) else {
                return;
            };
            // Agents from before there were exact removals get the commands of a slot one after another.
            let is_apart = |work: &Work, epoch: Epoch| {
                let is_other = |of| work.intent.removed_epoch().is_some() || of > epoch;
                session.removes_exactly() && epoch_of(placements, work).is_some_and(is_other)
            };
            let Some(work) = cluster.queue.pop(is_apart) else {
                return;
            };
            let (order, span) = match self.order(name, &work) {
                Ok(Some(order)) => order,
                Ok(None) => {
                    if let Some(cluster) = self.clusters.get_mut(name) {
                        cluster.queue.settled(&work);
                    }
                    continue;
                }
                Err(error) => {
                    self.cannot_order(name, work, &error);
                    continue;
                }
            };
            let Some(cluster) = self.clusters.get_mut(name) else {
                return;
            };
            let Some(session) = cluster.session.as_ref() else {
                return;
            };
            let (command_id, epoch) = (order.command_id.clone(), order.epoch);
            match session.orders.try_send(order) {
                Ok(()) => cluster.queue.sent(command_id, work, epoch, Instant::now(), span),
                Err(TrySendError::Full(_)) => {
                    cluster.queue.unpop(work);
                    return;
                }
                // The session is ending; its end resets the queue.
                Err(TrySendError::Closed(_)) => return,
            }
        }
    }

    /// The order for `work` as things stand; none when it is moot by now.
    fn order(&self, name: &ClusterName, work: &Work) -> Result<Option<(Order, Span)>, RenderError> {
        match work.intent {
            Intent::Remove(epoch) => Ok(self.remove_order(name, &work.key, epoch)),
            Intent::Apply => self.apply_order(name, &work.key, false),
            Intent::ApplySuccessor => self.apply_order(name, &work.key, true),
            Intent::LiftGate => Ok(self.lift_order(name, &work.key)),
            Intent::Seal => Ok(self.seal_order(name, &work.key)),
        }
    }

    /// The order that made a place, once more, with the wish of now in its seal; none where anything else would change with it.
    fn seal_order(&self, name: &ClusterName, key: &SlotKey) -> Option<(Order, Span)> {
        let record = self.placements.by_uid(&key.placement_uid)?;
        let epoch = self.epoch_to_seal(name, record, key.slot)?;
        let (_, assignment) = record.slot(key.slot)?.places().find(|(of, _)| *of == epoch)?;
        // Its spec may be an earlier one that nobody knows any more; that place is on its way out.
        let content = self.apply_content(record, key.slot, epoch, assignment).ok()?;
        if hex_digest(content.performer_spec_json.as_bytes()) != assignment.content_hash {
            warn!(placement = %record.name(), cluster = %name, slot = key.slot.0, epoch = epoch.0,
                "this version would make another performer of it: its seal stays as it is");
            return None;
        }
        let content = ApplyOrder {
            // As the agent says that it is.
            gated: assignment.observed.gate != Gate::Unknown,
            ..content
        };
        let span = info_span!(
            "dispatch", otel.kind = "producer", intent = "seal", placement = %record.name(), cluster = %name,
            slot = key.slot.0, epoch = epoch.0, outcome = tracing::field::Empty
        );
        let content = OrderContent::Apply(Box::new(content));
        Some(traced(span, record.cause(), (key, epoch), content))
    }

    /// The order cannot be made from what is stored: the slot says so, and it is tried again after some minutes. Nothing
    /// is written: every start of the server comes to the same.
    fn cannot_order(&mut self, name: &ClusterName, work: Work, error: &RenderError) {
        let about = self.about(&work.key.placement_uid);
        warn!(placement = about.placement, trace_id = about.trace_id, cluster = %name, %error, "a stored placement makes no order any more");
        let message = format!("the stored request makes no performer any more: {error}");
        self.placements.update(&work.key.placement_uid, |record| {
            let slot = record.slot_mut(work.key.slot);
            let assignment = slot
                .and_then(|slot| match work.intent {
                    Intent::ApplySuccessor => slot.successor.as_mut().map(|one| &mut one.assignment),
                    _ => slot.assignment.as_mut(),
                })
                .filter(|assignment| !assignment.observed.phase.is_applied());
            if let Some(assignment) = assignment {
                NOT_RENDERED.clone_into(&mut assignment.observed.reason);
                assignment.observed.message = message;
                refresh(record, Timestamp::now());
            }
        });
        if let Some(cluster) = self.clusters.get_mut(name) {
            cluster.queue.refused(work, Instant::now(), (REFUSED_RETRY, 1.0));
        }
    }

    fn remove_order(&self, name: &ClusterName, key: &SlotKey, epoch: Epoch) -> Option<(Order, Span)> {
        let tombstone = self.tombstones.open(name, key, epoch)?;
        if self.would_remove_more(name, key, tombstone) {
            warn!(cluster = %name, placement_uid = %key.placement_uid, slot = key.slot.0, epoch = tombstone.epoch.0,
                "the agent is too old to remove one of two epochs of a replica; the removal waits for a newer agent");
            return None;
        }
        let placement = self
            .tombstones
            .placement_name(&key.placement_uid)
            .unwrap_or_default();
        let span = info_span!(
            "dispatch", otel.kind = "producer", intent = "remove", placement, cluster = %name,
            slot = key.slot.0, epoch = tombstone.epoch.0, outcome = tracing::field::Empty
        );
        let content = OrderContent::Remove {
            performer: tombstone.performer.clone(),
            exact: tombstone.exact,
        };
        let traceparent = tombstone.traceparent.as_deref();
        Some(traced(span, traceparent, (key, tombstone.epoch), content))
    }

    /// The agent would remove an earlier epoch as well, which is to stay: it is told when it is a newer one, or when that
    /// epoch has to go too. Both queue the removal again.
    fn would_remove_more(&self, name: &ClusterName, key: &SlotKey, tombstone: &TombstoneRecord) -> bool {
        let session = self
            .clusters
            .get(name)
            .and_then(|cluster| cluster.session.as_ref());
        let slot = self
            .placements
            .by_uid(&key.placement_uid)
            .filter(|record| record.delete_time.is_none())
            .and_then(|record| record.slot(key.slot));
        let stays = |slot: &SlotRecord| {
            slot.places()
                .any(|(epoch, assignment)| assignment.cluster == *name && epoch < tombstone.epoch)
        };
        tombstone.exact
            && session.is_some_and(|session| !session.removes_exactly())
            && slot.is_some_and(stays)
    }

    /// `successor`: of what is to take the slot over.
    fn apply_order(
        &self,
        name: &ClusterName,
        key: &SlotKey,
        successor: bool,
    ) -> Result<Option<(Order, Span)>, RenderError> {
        let wanted = self
            .placements
            .by_uid(&key.placement_uid)
            .filter(|record| record.delete_time.is_none())
            .and_then(|record| {
                let slot = record.slot(key.slot)?;
                let (epoch, assignment) = if successor {
                    let successor = slot.successor.as_ref()?;
                    (successor.epoch, &successor.assignment)
                } else {
                    (slot.epoch, slot.assignment.as_ref()?)
                };
                (assignment.cluster == *name).then_some((record, epoch, assignment))
            })
            // Others are on their way out of its place; it is queued again when they have gone.
            .filter(|(_, _, assignment)| assignment.waits_for.is_empty());
        let Some((record, epoch, assignment)) = wanted else {
            return Ok(None);
        };
        let content = if !successor && self.is_adopting(name, key, epoch) {
            OrderContent::Adopt {
                performer: assignment.performer(),
            }
        } else {
            OrderContent::Apply(Box::new(self.apply_content(record, key.slot, epoch, assignment)?))
        };
        let span = info_span!(
            "dispatch", otel.kind = "producer", intent = "apply", placement = %record.name(), cluster = %name,
            slot = key.slot.0, epoch = epoch.0, outcome = tracing::field::Empty
        );
        let traceparent = record.cause();
        Ok(Some(traced(span, traceparent, (key, epoch), content)))
    }

    fn lift_order(&self, name: &ClusterName, key: &SlotKey) -> Option<(Order, Span)> {
        let record = self.placements.by_uid(&key.placement_uid).filter(|record| {
            record.delete_time.is_none()
                && record
                    .gang_start
                    .is_some_and(|start| start.phase >= GangPhase::Lifting)
        })?;
        let (slot, _) = record
            .assigned()
            .find(|(slot, assignment)| slot.slot == key.slot && assignment.cluster == *name)?;
        let span = info_span!(
            "dispatch", otel.kind = "producer", intent = "lift_gate", placement = %record.name(), cluster = %name,
            slot = key.slot.0, epoch = slot.epoch.0, outcome = tracing::field::Empty
        );
        let traceparent = record.cause();
        Some(traced(
            span,
            traceparent,
            (key, slot.epoch),
            OrderContent::LiftGate,
        ))
    }

    /// What runs is to be taken over as it is.
    fn is_adopting(&self, name: &ClusterName, key: &SlotKey, epoch: Epoch) -> bool {
        self.clusters
            .get(name)
            .and_then(|cluster| cluster.session.as_ref())
            .is_some_and(|session| session.to_adopt.get(key) == Some(&epoch))
    }

    fn apply_content(
        &self,
        record: &PlacementRecord,
        slot: Slot,
        epoch: Epoch,
        assignment: &AssignmentRecord,
    ) -> Result<ApplyOrder, RenderError> {
        let spec = self
            .spec_of(record, assignment.generation)
            .ok_or(RenderError::UnknownGeneration(assignment.generation))?;
        let performer = super::render::performer(spec, record, assignment)?;
        let performer_spec_json = serde_json::to_string(&performer)?;
        let cluster = self.clusters.get(&assignment.cluster);
        let cluster_uid = cluster
            .map(|cluster| cluster.record.uid.clone())
            .ok_or_else(|| RenderError::UnknownCluster(assignment.cluster.clone()))?;
        let sealed = SealedPlacement::of(record, slot, epoch, assignment, cluster_uid);
        Ok(ApplyOrder {
            tenant: record.tenant.to_string(),
            placement: record.name(),
            namespace: assignment.namespace.clone(),
            object_name: assignment.object_name.clone(),
            generation: assignment.generation,
            grpc_port: super::render::grpc_port(&performer),
            performer_spec_json,
            content_hash: assignment.content_hash.clone(),
            signed_placement: self.seal.seal(&serde_json::to_vec(&sealed)?),
            node: assignment.node.clone(),
            gated: record.starts_together() && !assignment.ungated,
            service_name: hourglass_model::names::placement_service(&record.id, &record.uid),
        })
    }
}

/// Epoch of the place that `work` is about; none where that may be any.
fn epoch_of(placements: &Placements, work: &Work) -> Option<Epoch> {
    let slot = || placements.by_uid(&work.key.placement_uid)?.slot(work.key.slot);
    match work.intent {
        Intent::Remove(epoch) => Some(epoch),
        Intent::Apply | Intent::LiftGate => Some(slot()?.epoch),
        Intent::ApplySuccessor => slot()?.successor.as_ref().map(|one| one.epoch),
        Intent::Seal => None,
    }
}

/// Why a stored placement cannot be made into an order.
#[derive(Debug, thiserror::Error)]
pub(super) enum RenderError {
    /// The request no longer passes its own rules.
    #[error(transparent)]
    Request(#[from] InvalidRequest),
    /// The spec that it carries is not known any more.
    #[error("the spec of generation {0} is not kept any more")]
    UnknownGeneration(Generation),
    /// Its cluster is not known.
    #[error("cluster {0} is not known")]
    UnknownCluster(ClusterName),
    /// No JSON form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// The order, in the trace of its placement, with the span that lasts until it is answered.
fn traced(
    span: Span,
    traceparent: Option<&str>,
    (key, epoch): (&SlotKey, Epoch),
    content: OrderContent,
) -> (Order, Span) {
    set_parent_text(&span, traceparent);
    let context = traceparent_of(&span).map(|context| context.to_string());
    let order = Order {
        command_id: Uuid::new_v4().to_string(),
        key: key.clone(),
        epoch,
        traceparent: context.or_else(|| traceparent.map(str::to_owned)),
        content,
    };
    (order, span)
}
