//! Touched placements become writes: intent, status, tombstones and remembered requests of one placement in one unit.
//! The rule of [`stored`](crate::records::stored) is kept here: no intent is written or deleted without its status.

use hourglass_model::ids::PlacementUid;
use hourglass_store::Key;
use jiff::{Timestamp, ToSpan};

use super::changes::ChangeError;
use super::clusters::Liveness;
use super::core::Core;
use super::round::Round;
use super::state::{refresh_conditions, state_of};
use crate::dispatch::SlotKey;
use crate::records::{IntentRecord, PlacementRecord, StatusRecord, encode, keys};

/// Prefix of the keys that say when a remembered request may be forgotten.
pub const REQUEST_EXPIRY: &str = "request-expiry/";
/// Requests are remembered this long after their placement is gone.
const REQUEST_MEMORY_HOURS: i64 = 24;

impl Core {
    /// Turns everything that the round touched into writes. Placements whose deletion is complete are taken out here.
    ///
    /// # Errors
    /// [`ChangeError`]; the loop then stops before anything is told to anybody.
    pub fn persist(&mut self, round: &mut Round) -> Result<(), ChangeError> {
        for uid in std::mem::take(&mut round.touched) {
            round.status_touched.remove(&uid);
            self.persist_whole(&uid, round)?;
        }
        for uid in std::mem::take(&mut round.status_touched) {
            self.persist_status(&uid, round)?;
        }
        Ok(())
    }

    fn persist_whole(&mut self, uid: &PlacementUid, round: &mut Round) -> Result<(), ChangeError> {
        let unit = uid.as_str();
        let tombstones_key = keys::tombstones(uid)?;
        let tombstones = match self.tombstones.record(uid) {
            Some(record) => Some(encode(tombstones_key.as_str(), record)?),
            None => None,
        };
        let had_tombstones = self.stored_tombstones.contains(uid);
        if tombstones.is_some() || had_tombstones {
            if tombstones.is_some() {
                self.stored_tombstones.insert(uid.clone());
            } else {
                self.stored_tombstones.remove(uid);
            }
            round.changes.write(unit, tombstones_key, tombstones);
        }
        if self.is_released(uid)
            && let Some(record) = self.placements.remove(uid)
        {
            super::told::gone(&record);
            self.shapes.remove(uid);
            self.avoided.forget_placement(uid);
            self.queue.ended(uid);
            self.put_off_since.remove(uid);
            self.rolls.ended(uid);
            self.forget_revisions(uid, round)?;
            for slot in &record.slots {
                self.observe_times.remove(&SlotKey::of(uid, slot.slot));
            }
            for key in [
                keys::placement_intent(&record.tenant, &record.id)?,
                keys::placement_status(&record.tenant, &record.id)?,
            ] {
                round.changes.write(unit, key, None);
            }
            return forget_requests_later(&record, round);
        }
        self.forget_old_revisions(uid, round)?;
        let now = round.now;
        self.placements.update(uid, |record| {
            refresh(record, now);
            record.drop_old_attempts();
        });
        if let Some(record) = self.placements.by_uid(uid) {
            let key = keys::placement_intent(&record.tenant, &record.id)?;
            let value = encode(key.as_str(), &IntentRecord::of(record))?;
            round.changes.write(unit, key, Some(value));
        }
        self.persist_status(uid, round)
    }

    fn persist_status(&mut self, uid: &PlacementUid, round: &mut Round) -> Result<(), ChangeError> {
        let now = round.now;
        self.placements.update(uid, |record| refresh(record, now));
        self.tell_removal(uid, now);
        let Some(record) = self.placements.by_uid(uid) else {
            return Ok(());
        };
        super::told::steps(record, now);
        let key = keys::placement_status(&record.tenant, &record.id)?;
        let value = encode(key.as_str(), &StatusRecord::of(record))?;
        round.changes.write(uid.as_str(), key, Some(value));
        Ok(())
    }

    /// Deletion was asked for and every cluster that has to confirm has.
    fn is_released(&self, uid: &PlacementUid) -> bool {
        // What was not found yet may still run somewhere: forgotten, it would be adopted when it comes back.
        if self.is_partly_held(uid) {
            return false;
        }
        let Some(record) = self
            .placements
            .by_uid(uid)
            .filter(|record| record.delete_time.is_some())
        else {
            return false;
        };
        let open = self
            .tombstones
            .record(uid)
            .map_or(&[][..], |tombstones| tombstones.open.as_slice());
        open.iter().all(|tombstone| {
            record.force_delete
                && self
                    .clusters
                    .get(&tombstone.cluster)
                    .is_none_or(|cluster| cluster.liveness == Liveness::Unreachable)
        })
    }
}

/// Brings conditions and state up to date with the slots; a change of the state is an event.
pub(in crate::scheduler) fn refresh(record: &mut PlacementRecord, now: Timestamp) {
    refresh_conditions(record, now);
    let state = state_of(record);
    if state != record.state {
        let message = format!("state is {} after {}", state.as_str(), record.state.as_str());
        record.state = state;
        record.push_event(now, state.as_str(), message);
    }
}

fn forget_requests_later(record: &PlacementRecord, round: &mut Round) -> Result<(), ChangeError> {
    record
        .request_keys
        .iter()
        .try_for_each(|request| forget_later(record.uid.as_str(), request, round))
}

/// The request under the key `request` is forgotten a day from now, by the sweep.
///
/// # Errors
/// [`ChangeError`] when a key cannot be made.
pub(in crate::scheduler) fn forget_later(
    unit: &str,
    request: &str,
    round: &mut Round,
) -> Result<(), ChangeError> {
    let due = round.now + REQUEST_MEMORY_HOURS.hours();
    // Sorted by time, so that the sweep reads only what is due.
    let key = Key::new(&format!(
        "{REQUEST_EXPIRY}{:020}/{}",
        due.as_second(),
        request.replace('/', ":")
    ))?;
    round.changes.write(unit, key, Some(request.as_bytes().to_vec()));
    Ok(())
}
