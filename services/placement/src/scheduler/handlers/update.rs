//! UpdatePlacement and RollbackPlacement: the wish changes with one commit, replicas follow one after the other.

use std::time::Instant;

use hourglass_engine::Owner;
use hourglass_model::request::{CanonicalRequest, canonicalise, expired};
use tracing::info;

use super::calls::check_etag;
use crate::records::placement::{GangPhase, Reason};
use crate::records::{PlacementRecord, RequestRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::diff::{FieldChange, differences};
use crate::scheduler::memory::{body_hash, internal};
use crate::scheduler::merge::{Wish, merge};
use crate::scheduler::port::{CallError, CreatePlacement, RollbackPlacement, UpdateAnswer, UpdatePlacement};
use crate::scheduler::revisions::{MAX_CARRIED, carried};
use crate::scheduler::rollout::{Effect, add_slots, take_wish};
use crate::scheduler::round::Round;

/// What is said of a successor that is not as it should be any more.
pub(super) const NEWER_GENERATION: &str = "a newer generation takes its place";

/// How a change is asked for.
struct Change<'a> {
    etag: Option<&'a str>,
    request_id: Option<&'a str>,
    body: String,
    validate_only: bool,
    traceparent: Option<&'a str>,
}

impl Core {
    /// Changes a placement, or with `validate_only` says what would be.
    pub(in crate::scheduler) fn update_placement(
        &mut self,
        input: &UpdatePlacement,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<UpdateAnswer, CallError> {
        let content = (input.id.as_str(), &input.fields, &input.given, &input.etag);
        let body = body_hash("UpdatePlacement", &(content, input.allow_missing))?;
        // A rehearsal is never answered by what was done.
        if let Some(request) = remembered.filter(|_| !input.validate_only) {
            return self.repeated_update(request, &body, round.instant);
        }
        if input.validate_only {
            // What would be, in the order of turns.
            self.retry_waiting(round);
        }
        let record = match self.existing(&input.tenant, &input.id).cloned() {
            Err(CallError::NotFound(_)) if input.allow_missing && input.etag.is_none() => {
                return self.create_missing(input, body, round);
            }
            found => found?,
        };
        let wish = merge(&Wish::of(&record), &input.given, &input.fields).map_err(internal)?;
        let change = Change {
            etag: input.etag.as_deref(),
            request_id: input.request_id.as_deref(),
            body,
            validate_only: input.validate_only,
            traceparent: input.traceparent.as_deref(),
        };
        self.change(&record, wish, change, round)
    }

    /// Goes back to an earlier spec, which becomes a new generation.
    pub(in crate::scheduler) fn rollback_placement(
        &mut self,
        input: &RollbackPlacement,
        remembered: Option<RequestRecord>,
        round: &mut Round,
    ) -> Result<UpdateAnswer, CallError> {
        let content = (input.id.as_str(), input.revision, &input.etag);
        let body = body_hash("RollbackPlacement", &content)?;
        // A rehearsal is never answered by what was done.
        if let Some(request) = remembered.filter(|_| !input.validate_only) {
            return self.repeated_update(request, &body, round.instant);
        }
        let record = self.existing(&input.tenant, &input.id)?.clone();
        let spec = self
            .earlier_revisions(&record)
            .find(|revision| revision.generation == input.revision)
            .map(|revision| revision.spec.clone());
        let spec = spec.or_else(|| (input.revision == record.generation).then(|| record.spec.clone()));
        let spec = spec.ok_or_else(|| {
            CallError::NotFound(format!("revision {} of {}", input.revision, record.name()))
        })?;
        let wish = Wish {
            spec,
            ..Wish::of(&record)
        };
        let change = Change {
            etag: input.etag.as_deref(),
            request_id: input.request_id.as_deref(),
            body,
            validate_only: input.validate_only,
            traceparent: input.traceparent.as_deref(),
        };
        self.change(&record, wish, change, round)
    }

    fn repeated_update(
        &self,
        request: RequestRecord,
        body: &str,
        now: Instant,
    ) -> Result<UpdateAnswer, CallError> {
        let record = self.repeated_placement(request, body)?;
        Ok(UpdateAnswer {
            placement: self.answer_with(record, now),
            plan: None,
        })
    }

    /// There is none, and the caller wants one.
    fn create_missing(
        &mut self,
        input: &UpdatePlacement,
        body: String,
        round: &mut Round,
    ) -> Result<UpdateAnswer, CallError> {
        let creation = CreatePlacement {
            tenant: input.tenant.clone(),
            id: Some(input.id.clone()),
            labels: input.given.labels.clone(),
            annotations: input.given.annotations.clone(),
            spec: input.given.spec.clone(),
            // Remembered below, as what it was.
            request_id: None,
            validate_only: input.validate_only,
            fail_fast: false,
            traceparent: input.traceparent.clone(),
        };
        let placement = self.create_placement(&creation, None, round)?;
        if let Some(request_id) = input.request_id.as_ref().filter(|_| !input.validate_only) {
            self.remember_placement(request_id, body, &placement.record, round)?;
        }
        Ok(UpdateAnswer {
            placement,
            plan: None,
        })
    }

    fn change(
        &mut self,
        record: &PlacementRecord,
        wish: Wish,
        change: Change<'_>,
        round: &mut Round,
    ) -> Result<UpdateAnswer, CallError> {
        check_etag(&record.name(), &record.etag, change.etag)?;
        if record.delete_time.is_some() {
            let message = format!("{} is being deleted, and is not changed any more", record.name());
            return Err(CallError::Precondition(message));
        }
        let request = canonicalise(&wish.spec, &wish.labels).map_err(CallError::Invalid)?;
        if wish.spec.gang != record.spec.gang && record.places().next().is_some() {
            return Err(CallError::Precondition(format!(
                "{}: spec.gang says how replicas start, and some have their places already; it can be changed while none has, \
                 or the placement be created anew",
                record.name()
            )));
        }
        if wish.spec.expire_time != record.spec.expire_time
            && let Some(violation) = expired(&wish.spec, round.now)
        {
            return Err(CallError::Invalid(vec![violation]));
        }
        let wished = self.with_wish(record, &wish, round);
        // With the places that it has, it is still one that can be stored and removed.
        self.check_room(&wished, &[])
            .map_err(|error| CallError::Precondition(format!("{}: {error}", record.name())))?;
        let changes = differences(&Wish::of(record), &wish).map_err(internal)?;
        if change.validate_only {
            return self.rehearse_change(wished, &request, changes, round);
        }
        if !changes.is_empty() {
            self.apply_change(record, wish, (&request, &changes), change.traceparent, round)?;
        }
        let record = self.end_call(&record.uid, change.request_id, change.body, round)?;
        let now = round.instant;
        Ok(UpdateAnswer {
            placement: self.answer_with(record, now),
            plan: None,
        })
    }

    /// What `wish` means for the places of `record`.
    fn effect_of(&self, record: &PlacementRecord, wish: &Wish) -> Effect {
        Effect::of(record, &wish.spec, |generation| self.spec_of(record, generation))
    }

    /// `record` as it would be with `wish`, before any replica has moved.
    fn with_wish(&self, record: &PlacementRecord, wish: &Wish, round: &Round) -> PlacementRecord {
        let mut wished = record.clone();
        let effect = self.effect_of(record, wish);
        take_wish(&mut wished, wish.clone(), &effect, round.now);
        add_slots(&mut wished, self.grant().incarnation, round.now);
        wished
    }

    /// The wish is another one from now on.
    fn apply_change(
        &mut self,
        before: &PlacementRecord,
        wish: Wish,
        (request, changes): (&CanonicalRequest, &[FieldChange]),
        traceparent: Option<&str>,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let uid = &before.uid;
        let spec_changes = wish.spec != before.spec;
        let effect = self.effect_of(before, &wish);
        let rolls = effect.rolls();
        if spec_changes {
            let carried: std::collections::BTreeSet<_> = carried(before).collect();
            if carried.len() >= MAX_CARRIED {
                return Err(CallError::Precondition(format!(
                    "replicas of {} still carry {} generations; it can be changed when the oldest are replaced",
                    before.name(),
                    carried.len()
                )));
            }
            self.keep_revision(before, round).map_err(internal)?;
        }
        self.follow(uid, traceparent);
        let replaces = rolls && before.places().any(|(.., at)| effect.replaces(at));
        let anew = replaces && self.may_start_anew(before);
        if replaces && !anew {
            self.forget_unfinished(before, &effect, round);
        }
        let etag = wish.etag().map_err(internal)?;
        let (now, incarnation) = (round.now, self.grant().incarnation);
        let message = changed_text(changes);
        self.placements.update(uid, |record| {
            record.etag = etag;
            record.update_time = now;
            take_wish(record, wish, &effect, now);
            add_slots(record, incarnation, now);
            record.push_event(now, "CHANGED", message);
        });
        info!(placement = %before.name(), rolls, fields = changes.len(), "a placement is changed");
        self.shapes.remove(uid);
        self.fleet.set_owner(&Owner::new(&before.tenant, uid, request));
        if spec_changes {
            self.fleet.observe(request);
        }
        round.touched.insert(uid.clone());
        if anew {
            self.start_gang_anew(uid, "a new generation takes its place", round);
        }
        self.retry_waiting(round);
        let record = self.placements.by_uid(uid);
        if record.is_some_and(PlacementRecord::gang_is_gated) {
            // Either what is added starts with what is there, or that gives up its room.
            self.place(uid, round);
            self.gang_has_grown(before, round);
        } else {
            self.place_in_turn(uid, round);
        }
        self.rolls.moved(uid);
        self.advance_roll(uid, round);
        self.renew_seals(uid, round);
        Ok(())
    }

    /// Successors that are not as they should be now are not wanted any more. A gang that has begun to serve is started.
    fn forget_unfinished(&mut self, record: &PlacementRecord, effect: &Effect, round: &mut Round) {
        if record.gang_is_starting() {
            self.placements.update(&record.uid, |record| {
                if let Some(start) = record.gang_start.as_mut() {
                    start.phase = GangPhase::Lifted;
                }
            });
        }
        let unwanted = |slot: &&SlotRecord| {
            let successor = slot.successor.as_ref();
            successor.is_some_and(|successor| effect.replaces(&successor.assignment))
        };
        for slot in record.slots.iter().filter(unwanted) {
            self.drop_successor(
                &record.uid,
                slot.slot,
                Reason::Superseded,
                NEWER_GENERATION,
                round,
            );
        }
    }
}

/// Annotations that programs of this project keep their own notes in.
const OWN_ANNOTATIONS: &str = "annotations.hourglass.eigenlayer.io/";

/// What is changed, for people: without the notes of programs, unless there is nothing else.
fn changed_text(changes: &[FieldChange]) -> String {
    let mut fields: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    if fields.iter().any(|path| !path.starts_with(OWN_ANNOTATIONS)) {
        fields.retain(|path| !path.starts_with(OWN_ANNOTATIONS));
    }
    format!("changed: {}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_programs_are_named_only_where_nothing_else_is_changed() {
        let told = |paths: &[&str]| {
            let changes: Vec<_> = paths
                .iter()
                .map(|path| FieldChange {
                    path: (*path).to_owned(),
                    before: String::new(),
                    after: String::new(),
                })
                .collect();
            changed_text(&changes)
        };
        let note = "annotations.hourglass.eigenlayer.io/applied-content";
        let image = "spec.performer.image";
        assert_eq!(told(&[note, image]), format!("changed: {image}"));
        let of_people = "annotations.example.org/owner";
        assert_eq!(told(&[note, of_people]), format!("changed: {of_people}"));
        assert_eq!(told(&[note]), format!("changed: {note}"));
    }
}
