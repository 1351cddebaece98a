//! DeletePlacement: tombstones first, gone when the clusters confirm.

use hourglass_model::ids::PlacementUid;

use super::calls::check_etag;
use crate::records::placement::{Phase, Reason};
use crate::records::{PlacementRecord, RequestRecord, TombstoneRecord};
use crate::scheduler::core::Core;
use crate::scheduler::memory::body_hash;
use crate::scheduler::port::{CallError, DeletePlacement};
use crate::scheduler::round::Round;

impl Core {
    /// Starts the deletion, or with `force` widens one that has begun. Deleting twice is no error.
    pub(in crate::scheduler) fn delete_placement(
        &mut self,
        input: &DeletePlacement,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<PlacementRecord, CallError> {
        let body = body_hash("DeletePlacement", &(input.id.as_str(), &input.etag, input.force))?;
        if let Some(request) = remembered {
            return self.repeated_placement(request, &body);
        }
        let record = self.existing(&input.tenant, &input.id)?;
        check_etag(&record.name(), &record.etag, input.etag.as_deref())?;
        let uid = record.uid.clone();
        self.begin_deletion(&uid, input.force, "DELETING", input.traceparent.as_deref(), round);
        self.end_call(&uid, input.request_id.as_deref(), body, round)
    }

    /// Orders everything of a placement to be removed. `event` says in the story why; `force` holds also for a deletion that
    /// has begun before.
    pub(in crate::scheduler) fn begin_deletion(
        &mut self,
        uid: &PlacementUid,
        force: bool,
        event: &str,
        traceparent: Option<&str>,
        round: &mut Round,
    ) {
        let now = round.now;
        let ended = self.placements.update(uid, |record| {
            record.force_delete |= force;
            if record.delete_time.is_some() {
                return Vec::new();
            }
            record.delete_time = Some(now);
            if let Some(traceparent) = traceparent {
                record.caused_by = Some(traceparent.to_owned());
            }
            let message = match event {
                "EXPIRED" => "its expireTime has come; it is deleted",
                _ => "deletion was asked for",
            };
            record.push_event(now, event, message.to_owned());
            let placement = record.name();
            let mut ended = Vec::new();
            for slot in &mut record.slots {
                let message = "the placement is deleted".to_owned();
                if let Some(successor) = slot.end_successor(Reason::WaitingForRemoval, message, now) {
                    let (epoch, assignment) = (successor.epoch, &successor.assignment);
                    let traceparent = traceparent.map(str::to_owned);
                    let tombstone = TombstoneRecord::of(slot.slot, epoch, assignment, now, traceparent);
                    ended.push((tombstone, placement.clone()));
                }
                let Some(assignment) = slot.assignment.as_mut() else {
                    continue;
                };
                assignment.observed.phase = Phase::Terminating;
                assignment.observed.ready = false;
                let tombstone = TombstoneRecord::of_deleted(
                    slot.slot,
                    slot.epoch,
                    assignment,
                    now,
                    traceparent.map(str::to_owned),
                );
                ended.push((tombstone, placement.clone()));
            }
            ended
        });
        for (tombstone, name) in ended.unwrap_or_default() {
            self.release_place(uid, tombstone.slot, tombstone.epoch, round);
            self.order_removal(uid, &name, tombstone, round);
        }
        self.tell_removal(uid, now);
        self.queue.ended(uid);
        self.rolls.ended(uid);
        round.touched.insert(uid.clone());
    }
}
