//! A placement as the store holds it: two values under one folder, so that a report of a cluster never writes the spec
//! again.
//!
//! ```text
//!  placements/<tenant>/<id>/intent    what was asked for and decided: spec, labels, generation, slots, epochs, places
//!  placements/<tenant>/<id>/status    what came of it: state, phases, endpoints, reasons, conditions, events
//! ```
//! **The rule that readers rely on:** a commit that writes (or deletes) an intent writes (or deletes) the status of the
//! same placement as well, right behind it; a status may be written alone. So the two fit at every revision; every change
//! of a placement has exactly one change of a status key, and the placement changed there and then, whole; and in the
//! order of keys the two are neighbours, so that a listing joins them as it goes.

use std::collections::VecDeque;

use hourglass_model::ids::{Epoch, PlacementUid, Slot};
use serde::{Deserialize, Serialize};

use super::codec::{RecordError, decode};
use super::keys::{INTENT, STATUS};
use super::placement::{ConditionRecord, EventRecord, Observed, PlacementRecord, PlacementState, SlotRecord};

/// What was asked for and decided: a placement without its status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentRecord(PlacementRecord);

impl IntentRecord {
    /// The intent of `record`.
    #[must_use]
    pub fn of(record: &PlacementRecord) -> Self {
        let mut slots = record.slots.clone();
        for (_, assignment) in slots.iter_mut().flat_map(SlotRecord::places_mut) {
            assignment.observed = Observed::default();
        }
        Self(PlacementRecord {
            tenant: record.tenant.clone(),
            id: record.id.clone(),
            uid: record.uid.clone(),
            labels: record.labels.clone(),
            annotations: record.annotations.clone(),
            spec: record.spec.clone(),
            generation: record.generation,
            etag: record.etag.clone(),
            create_time: record.create_time,
            update_time: record.update_time,
            delete_time: record.delete_time,
            force_delete: record.force_delete,
            waiting_since: record.waiting_since,
            stopped: record.stopped.clone(),
            gang_start: record.gang_start,
            roll: record.roll.clone(),
            revision_time: record.revision_time,
            retired_epochs: record.retired_epochs.clone(),
            request_keys: record.request_keys.clone(),
            state: PlacementState::default(),
            traceparent: record.traceparent.clone(),
            caused_by: record.caused_by.clone(),
            slots,
            conditions: Vec::new(),
            events: VecDeque::new(),
        })
    }

    /// The whole placement; what is wrong when the two do not belong together.
    fn with(self, status: StatusRecord) -> Result<PlacementRecord, &'static str> {
        let Self(mut record) = self;
        if record.uid != status.uid {
            return Err("its intent and its status have different uids");
        }
        let mut observed = status.slots.into_iter();
        for slot in &mut record.slots {
            let number = slot.slot;
            for (epoch, assignment) in slot.places_mut() {
                match observed.next() {
                    Some(of) if of.slot == number && of.epoch == epoch => {
                        assignment.observed = of.observed;
                    }
                    _ => return Err("a place of its intent has no status"),
                }
            }
        }
        if observed.next().is_some() {
            return Err("its status has a place that its intent does not have");
        }
        record.state = status.state;
        record.conditions = status.conditions;
        record.events = status.events;
        Ok(record)
    }
}

/// What came of a placement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusRecord {
    /// Whose.
    pub uid: PlacementUid,
    /// The state as it was last made durable.
    pub state: PlacementState,
    /// Of every place, in the order of the intent's slots; of one slot the serving one before its successor.
    pub slots: Vec<SlotStatusRecord>,
    /// What waits and why, and since when.
    pub conditions: Vec<ConditionRecord>,
    /// The story, oldest first.
    pub events: VecDeque<EventRecord>,
}

/// What is known of one slot's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotStatusRecord {
    /// Number of the slot.
    pub slot: Slot,
    /// Epoch of the place that it is about.
    pub epoch: Epoch,
    /// What its cluster last said.
    pub observed: Observed,
}

impl StatusRecord {
    /// The status of `record`.
    #[must_use]
    pub fn of(record: &PlacementRecord) -> Self {
        let slots = record.places().map(|(slot, epoch, assignment)| SlotStatusRecord {
            slot,
            epoch,
            observed: assignment.observed.clone(),
        });
        Self {
            uid: record.uid.clone(),
            state: record.state,
            slots: slots.collect(),
            conditions: record.conditions.clone(),
            events: record.events.clone(),
        }
    }
}

/// The placement of which the store held these two values at one revision; none when it held neither. `key` only names
/// it in an error.
///
/// # Errors
/// [`RecordError`] when one is missing or cannot be read, or when they do not belong together.
pub fn join(
    key: &str,
    intent: Option<&[u8]>,
    status: Option<&[u8]>,
) -> Result<Option<PlacementRecord>, RecordError> {
    let (intent, status) = match (intent, status) {
        (None, None) => return Ok(None),
        (Some(intent), Some(status)) => (intent, status),
        (Some(_), None) => return Err(not_whole(key, "it has no status")),
        (None, Some(_)) => return Err(not_whole(key, "it has no intent")),
    };
    let intent: IntentRecord = decode(key, intent)?;
    let joined = intent.with(decode(key, status)?);
    joined.map(Some).map_err(|what| not_whole(key, what))
}

fn not_whole(key: &str, what: &'static str) -> RecordError {
    RecordError::NotWhole {
        key: key.to_owned(),
        what,
    }
}

/// Joins the entries of a listing of placements, which come in the order of their keys and are of one revision.
#[derive(Debug, Default)]
pub struct Listing {
    intent: Option<(String, Vec<u8>)>,
}

impl Listing {
    /// Takes the next entry; the placement that is whole with it.
    ///
    /// # Errors
    /// [`RecordError`] when a placement is not whole or cannot be read.
    pub fn push(&mut self, key: &str, value: &[u8]) -> Result<Option<PlacementRecord>, RecordError> {
        let before = self.intent.take();
        if let Some(folder) = key.strip_suffix(STATUS) {
            let intent = before
                .as_ref()
                .filter(|(of, _)| of.strip_suffix(INTENT) == Some(folder));
            return join(key, intent.map(|(_, value)| value.as_slice()), Some(value));
        }
        if let Some((key, _)) = before {
            return Err(not_whole(&key, "it has no status"));
        }
        self.intent = Some((key.to_owned(), value.to_vec()));
        Ok(None)
    }

    /// The listing is over.
    ///
    /// # Errors
    /// [`RecordError::NotWhole`] when its last placement has no status.
    pub fn finish(self) -> Result<(), RecordError> {
        match self.intent {
            Some((key, _)) => Err(not_whole(&key, "it has no status")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Phase;
    use crate::records::{encode, keys};

    fn placed(id: &str) -> PlacementRecord {
        let observed = Observed {
            phase: Phase::Running,
            ready: true,
            endpoint: "web.avs.svc:9090".to_owned(),
            ..Observed::default()
        };
        let mut record = PlacementRecord {
            state: PlacementState::Ready,
            slots: vec![
                slot(0, "c1", "n1", observed),
                slot(1, "c2", "n1", Observed::default()),
            ],
            ..record("default", id, &format!("uid-{id}"))
        };
        record.push_event(record.create_time, "READY", "it serves".to_owned());
        record
    }

    fn entries(record: &PlacementRecord) -> [(String, Vec<u8>); 2] {
        let intent = keys::placement_intent(&record.tenant, &record.id).unwrap();
        let status = keys::placement_status(&record.tenant, &record.id).unwrap();
        assert_eq!(keys::intent_beside(&status).unwrap(), intent);
        [
            (
                intent.as_str().to_owned(),
                encode("i", &IntentRecord::of(record)).unwrap(),
            ),
            (
                status.as_str().to_owned(),
                encode("s", &StatusRecord::of(record)).unwrap(),
            ),
        ]
    }

    #[test]
    fn a_placement_is_whole_again_after_it_was_stored_in_two() {
        let mut listing = Listing::default();
        let mut stored: Vec<_> = ["one", "one-b", "two"]
            .iter()
            .flat_map(|id| entries(&placed(id)))
            .collect();
        stored.sort();
        let mut read = Vec::new();
        for (key, value) in &stored {
            read.extend(listing.push(key, value).unwrap());
        }
        listing.finish().unwrap();
        read.sort_by(|left, right| left.id.cmp(&right.id));
        assert_eq!(read, [placed("one"), placed("one-b"), placed("two")]);
    }

    #[test]
    fn the_two_values_share_nothing_that_changes() {
        let record = placed("one");
        let mut reported = record.clone();
        reported.state = PlacementState::Degraded;
        reported.slots[0].assignment.as_mut().unwrap().observed.ready = false;
        reported.push_event(reported.create_time, "DEGRADED", "it does not".to_owned());
        assert_eq!(
            entries(&record)[0],
            entries(&reported)[0],
            "a report is no part of the intent"
        );
        let text = String::from_utf8(entries(&reported)[0].1.clone()).unwrap();
        for name in ["observed", "conditions", "events", "state"] {
            assert!(!text.contains(&format!("\"{name}\"")), "{name} in {text}");
        }
    }

    #[test]
    fn a_placement_of_which_one_half_is_missing_or_of_another_is_refused() {
        let [intent, status] = entries(&placed("one"));
        let whole = |entries: &[&(String, Vec<u8>)]| {
            let mut listing = Listing::default();
            for (key, value) in entries {
                listing.push(key, value)?;
            }
            listing.finish()
        };
        assert!(whole(&[&intent, &status]).is_ok());
        let [_, other] = entries(&placed("two"));
        let mut moved = placed("one");
        moved.slots[0].epoch = moved.slots[0].epoch.next();
        let [_, moved] = entries(&moved);
        let mut fewer = placed("one");
        fewer.slots[1].assignment = None;
        let [less, _] = entries(&fewer);
        for bad in [
            &[&intent][..],
            &[&status],
            &[&intent, &other],
            &[&intent, &moved],
            &[&less, &status],
            &[&intent, &intent],
        ] {
            assert!(matches!(whole(bad), Err(RecordError::NotWhole { .. })), "{bad:?}");
        }
        // The right key with the status of another placement.
        let wrong = (status.0.clone(), other.1.clone());
        assert!(matches!(
            whole(&[&intent, &wrong]),
            Err(RecordError::NotWhole { .. })
        ));
    }
}
