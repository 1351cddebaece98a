//! A placement with its slots and what is known of them, as the decision loop works on it. The store holds it as two
//! values side by side (`stored`): what stands only in the second is left out of the first.
//!
//! ```text
//!  PlacementRecord ─┬─▶ SlotRecord (slot), one a replica ─▶ AssignmentRecord (assignment) ─▶ Observed, what its cluster says
//!                   └─▶ ConditionRecord (condition)
//! ```
//! What stands in them as text is bounded (bounds): a record is one stored value.

mod assignment;
mod bounds;
mod condition;
mod last_word;
mod no_pod;
mod slot;

use std::collections::{BTreeMap, VecDeque};

use hourglass_model::ids::{ClaimId, Epoch, Generation, PlacementId, PlacementUid, Slot, TenantId};
use hourglass_model::placement::PlacementSpec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::assignment::{AssignmentRecord, Gate, Observed, Phase};
pub use self::bounds::{
    MAX_CONDITION_MESSAGE, MAX_DISRUPTION, MAX_ENDPOINT, MAX_MESSAGE, MAX_REASON, bounded, cut,
};
pub use self::condition::{ConditionKind, ConditionRecord, ConditionStatus, Reason};
pub use self::no_pod::REFUSED_FOR;
pub use self::slot::{AttemptRecord, MAX_ATTEMPTS, MAX_ATTEMPTS_TOGETHER, SlotRecord};
use super::rollout::RollRecord;

/// Events kept for a placement; older ones are dropped.
pub const MAX_EVENTS: usize = 32;

/// Everything durable about one placement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacementRecord {
    /// Owner.
    pub tenant: TenantId,
    /// Name under the owner.
    pub id: PlacementId,
    /// Never used again, also when the name is.
    pub uid: PlacementUid,
    /// Labels of the caller.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the caller.
    pub annotations: BTreeMap<String, String>,
    /// The wish.
    pub spec: PlacementSpec,
    /// Content changes so far.
    pub generation: Generation,
    /// Covers spec, labels and annotations only.
    pub etag: String,
    /// When it was accepted.
    pub create_time: Timestamp,
    /// Last change of spec, labels or annotations.
    pub update_time: Timestamp,
    /// Set once deletion was asked for.
    pub delete_time: Option<Timestamp>,
    /// Deletion does not wait for clusters that are unreachable.
    #[serde(default)]
    pub force_delete: bool,
    /// Since when a replica waits for a place; none when all have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// Why its waiting replicas are not tried any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedRecord>,
    /// How far the common start of a gang's replicas has come; none while it has no places, and for what is no gang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gang_start: Option<GangStartRecord>,
    /// How far the update to the current generation has come; none when none is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollRecord>,
    /// Since when the spec is as it is; none of one that was never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_time: Option<Timestamp>,
    /// Highest epochs of slots that were given up by a smaller number of replicas: they go on from there, should they come
    /// back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired_epochs: BTreeMap<Slot, Epoch>,
    /// Keys of remembered requests that name it; they are kept for a day after it is gone.
    #[serde(default)]
    pub request_keys: Vec<String>,
    /// The state as it was last made durable: a change of it is an event.
    #[serde(default, skip_serializing_if = "PlacementState::is_default")]
    pub state: PlacementState,
    /// W3C context of the call that created it.
    pub traceparent: Option<String>,
    /// W3C context of the last call that changed it or moved a replica of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<String>,
    /// One per replica, by slot number.
    pub slots: Vec<SlotRecord>,
    /// What waits and why, and since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionRecord>,
    /// The story, oldest first, bounded by [`MAX_EVENTS`].
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub events: VecDeque<EventRecord>,
}

/// State of a placement, as the API names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PlacementState {
    /// At least one replica has no place and none serves.
    #[default]
    Pending,
    /// Every replica has a place.
    Assigned,
    /// Every replica's object is in its cluster.
    Applied,
    /// Every replica serves.
    Ready,
    /// Some serve, not all.
    Degraded,
    /// None serves, and one will not without a change.
    Failed,
    /// On its way out.
    Deleting,
}

impl PlacementState {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// UPPER_SNAKE, as the API and the events say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Assigned => "ASSIGNED",
            Self::Applied => "APPLIED",
            Self::Ready => "READY",
            Self::Degraded => "DEGRADED",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
        }
    }
}

/// A placement that waited in vain: it is not tried any more as long as its spec stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppedRecord {
    /// Why.
    pub reason: Reason,
    /// Generation of the spec that is not tried any more.
    pub generation: Generation,
    /// When.
    pub time: Timestamp,
}

/// The common start of a gang's replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GangStartRecord {
    /// How far it has come.
    pub phase: GangPhase,
    /// Since when it is behind its gates, or these may go: that it has started does not change it.
    pub since: Timestamp,
}

/// Steps of a gang's start, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GangPhase {
    /// The replicas are made behind a scheduling gate; the clusters admit them, or one of them does not.
    Gated,
    /// All were admitted: the gates are being lifted, durably.
    Lifting,
    /// All were lifted and have a node: from here on a replica that is lost is replaced by itself.
    Lifted,
}

/// One step of the story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// When.
    pub time: Timestamp,
    /// UPPER_SNAKE.
    pub reason: String,
    /// For people.
    pub message: String,
    /// 32 hex digits, or empty.
    pub trace_id: String,
    /// The replica that it is about, where somebody asks for that; the message is about it, and does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
}

impl EventRecord {
    /// The message, with the replica that it is about.
    #[must_use]
    pub fn text(&self) -> String {
        match self.slot {
            Some(slot) => format!("replica {slot}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

impl PlacementRecord {
    /// A placement that was accepted now and wants nothing yet, without slots.
    #[must_use]
    pub fn new(tenant: TenantId, id: PlacementId, uid: PlacementUid, now: Timestamp) -> Self {
        Self {
            tenant,
            id,
            uid,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec: PlacementSpec::default(),
            generation: Generation(1),
            etag: String::new(),
            create_time: now,
            update_time: now,
            delete_time: None,
            force_delete: false,
            waiting_since: None,
            stopped: None,
            gang_start: None,
            roll: None,
            revision_time: None,
            retired_epochs: BTreeMap::new(),
            request_keys: Vec::new(),
            state: PlacementState::Pending,
            traceparent: None,
            caused_by: None,
            slots: Vec::new(),
            conditions: Vec::new(),
            events: VecDeque::new(),
        }
    }

    /// `tenants/{tenant}/placements/{id}`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("tenants/{}/placements/{}", self.tenant, self.id)
    }

    /// W3C context that what is decided and ordered now belongs to: that of the last call that changed it or moved a replica of
    /// it, else of the one that created it.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.caused_by.as_deref().or(self.traceparent.as_deref())
    }

    /// Trace of its [`cause`](Self::cause), 32 hex digits, or empty.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.cause()
            .and_then(|parent| parent.split('-').nth(1))
            .unwrap_or_default()
    }

    /// One of its conditions.
    #[must_use]
    pub fn condition(&self, kind: ConditionKind) -> Option<&ConditionRecord> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Appends to the story and drops what is over the bound.
    pub fn push_event(&mut self, time: Timestamp, reason: &str, message: String) {
        self.push(time, reason, None, message);
    }

    /// The same about one replica: [`last_event_of`](Self::last_event_of) finds it again.
    pub fn push_event_of(&mut self, slot: Slot, time: Timestamp, reason: &str, message: String) {
        self.push(time, reason, Some(slot), message);
    }

    /// The last event of this reason about one replica, as far as the story goes back.
    #[must_use]
    pub fn last_event_of(&self, slot: Slot, reason: &str) -> Option<&EventRecord> {
        let mut events = self.events.iter().rev();
        events.find(|event| event.slot == Some(slot) && event.reason == reason)
    }

    fn push(&mut self, time: Timestamp, reason: &str, slot: Option<Slot>, message: String) {
        let event = EventRecord {
            time,
            reason: reason.to_owned(),
            message: bounded(message),
            trace_id: self.trace_id().to_owned(),
            slot,
        };
        self.events.push_back(event);
        while self.events.len() > MAX_EVENTS {
            self.events.pop_front();
        }
    }

    /// A replica has no place, and one is looked for.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.delete_time.is_none()
            && !self.is_stopped()
            && !self.gang_is_given_up()
            && self.slots.iter().any(SlotRecord::waits)
    }

    /// A gang of which nothing runs, and of which a replica is tried no more: it starts whole or not at all, so none of the
    /// others is tried either.
    #[must_use]
    pub fn gang_is_given_up(&self) -> bool {
        self.spec.gang
            && self.assigned().next().is_none()
            && self.slots.iter().any(SlotRecord::is_tried_no_more)
    }

    /// Some replica has no place, and for none of those one is looked for any more.
    #[must_use]
    pub fn is_tried_no_more(&self) -> bool {
        let lacks = self.without_place().next().is_some();
        self.gang_is_given_up() || (lacks && self.without_place().all(SlotRecord::is_tried_no_more))
    }

    /// Some replica serves, as far as is known now.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.slots.iter().any(SlotRecord::serves)
    }

    /// Some replica serves, has before, or is not heard of now: it may serve whatever is known.
    #[must_use]
    pub fn may_serve(&self) -> bool {
        self.places()
            .any(|(.., assignment)| assignment.observed.may_serve())
    }

    /// It is not tried any more as it is.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
            .as_ref()
            .is_some_and(|stopped| stopped.generation == self.generation)
    }

    /// Slots whose place has others on their way out of it.
    pub fn behind_victims(&self) -> impl Iterator<Item = (&SlotRecord, &AssignmentRecord)> {
        let lives = self.delete_time.is_none();
        self.assigned()
            .filter(move |(_, assignment)| lives && !assignment.waits_for.is_empty())
    }

    /// Those of them that may take another place instead. Where a slot's own earlier place has to end first, the next one is not
    /// started anywhere before.
    pub fn behind_others(&self) -> impl Iterator<Item = (&SlotRecord, &AssignmentRecord)> {
        self.behind_victims().filter(|(slot, assignment)| {
            let mut waits_for = assignment.waits_for.iter();
            !waits_for.any(|claim| claim.placement == self.uid && claim.slot == slot.slot)
        })
    }

    /// Nothing stands in the way of its places any more, if that is so. Only now can the last of a gang's replicas be admitted: the
    /// time for that begins.
    pub fn has_room(&mut self, now: Timestamp) {
        if self.behind_victims().next().is_none() && self.gang_is_gated() {
            self.gang_start = Some(GangStartRecord {
                phase: GangPhase::Gated,
                since: now,
            });
        }
    }

    /// The claim of a place of it.
    #[must_use]
    pub fn claim_id(&self, slot: Slot, epoch: Epoch) -> ClaimId {
        ClaimId {
            placement: self.uid.clone(),
            slot,
            epoch,
        }
    }

    /// It takes part in the turns: a place is looked for, or one that it has may be exchanged for room that is free.
    #[must_use]
    pub fn takes_turns(&self) -> bool {
        self.waits() || self.behind_others().next().is_some()
    }

    /// Why a replica that waits has lost its place to a placement of higher priority; none when none has.
    #[must_use]
    pub fn preempted(&self) -> Option<&str> {
        self.without_place()
            .filter_map(|slot| slot.attempts.last().filter(|last| last.epoch == slot.epoch))
            .find(|last| last.reason == Reason::Preempted)
            .map(|last| last.message.as_str())
    }

    /// Its replicas start together, behind scheduling gates; or have, be it that one of them is left.
    #[must_use]
    pub fn starts_together(&self) -> bool {
        self.spec.gang && (self.slots.len() > 1 || self.gang_start.is_some())
    }

    /// A gang that has started: its replicas are replaced one by one, and what is missing joins the others.
    #[must_use]
    pub fn gang_runs(&self) -> bool {
        self.starts_together() && !self.gang_is_starting() && self.assigned().next().is_some()
    }

    /// Its replicas are about to start together, and have not all started yet.
    #[must_use]
    pub fn gang_is_starting(&self) -> bool {
        self.gang_start
            .is_some_and(|start| start.phase < GangPhase::Lifted)
    }

    /// The gates of its replicas may go, or have gone.
    #[must_use]
    pub fn gang_was_lifted(&self) -> bool {
        self.gang_start
            .is_some_and(|start| start.phase > GangPhase::Gated)
    }

    /// Since when the gates of its replicas may go.
    #[must_use]
    pub fn gang_lift_time(&self) -> Option<Timestamp> {
        let lifted = self.gang_start.filter(|start| start.phase > GangPhase::Gated);
        lifted.map(|start| start.since)
    }

    /// A replica of it has served, or has to be taken for one that has: no other one is a reason to take it away.
    #[must_use]
    pub fn has_served(&self) -> bool {
        self.assigned()
            .any(|(_, assignment)| assignment.observed.has_served())
    }

    /// Its replicas are behind their gates, and not all of them were admitted yet.
    #[must_use]
    pub fn gang_is_gated(&self) -> bool {
        self.gang_start
            .is_some_and(|start| start.phase == GangPhase::Gated)
    }

    /// Drops the oldest attempts that are more than all slots together may keep.
    pub fn drop_old_attempts(&mut self) {
        let mut ends: Vec<(Timestamp, usize)> = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            ends.extend(slot.attempts.iter().map(|attempt| (attempt.end_time, index)));
        }
        let Some(surplus) = ends.len().checked_sub(MAX_ATTEMPTS_TOGETHER) else {
            return;
        };
        ends.sort_unstable();
        for (_, index) in ends.into_iter().take(surplus) {
            // Those of one slot stand in the order in which they ended.
            if let Some(slot) = self.slots.get_mut(index).filter(|slot| !slot.attempts.is_empty()) {
                slot.attempts.remove(0);
            }
        }
    }

    /// Slots without a place, be it that none is looked for any more.
    pub fn without_place(&self) -> impl Iterator<Item = &SlotRecord> {
        self.slots.iter().filter(|slot| slot.assignment.is_none())
    }

    /// Slots with a place.
    pub fn assigned(&self) -> impl Iterator<Item = (&SlotRecord, &AssignmentRecord)> {
        self.slots
            .iter()
            .filter_map(|slot| slot.assignment.as_ref().map(|assignment| (slot, assignment)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};

    #[test]
    fn an_event_about_one_replica_is_found_again_and_one_of_an_earlier_version_is_read() {
        let (now, one, two) = (Timestamp::UNIX_EPOCH, Slot(1), Slot(2));
        let mut placement = record("default", "one", "uid-1");
        placement.push_event_of(one, now, "MOVED", "by hand".to_owned());
        placement.push_event_of(two, now, "MOVED", "by a program".to_owned());
        placement.push_event(now, "MOVED", "replica 1: told by an earlier version".to_owned());
        placement.push_event_of(one, now, "STAYED", "after all".to_owned());
        let text = serde_json::to_string(&placement).unwrap();
        let read: PlacementRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(read, placement);
        assert_eq!(read.last_event_of(one, "MOVED").unwrap().message, "by hand");
        assert_eq!(read.last_event_of(Slot(3), "MOVED"), None);
        let said: Vec<String> = read.events.iter().map(EventRecord::text).collect();
        assert_eq!(said[0], "replica 1: by hand");
        assert_eq!(said[2], "replica 1: told by an earlier version");
        let plain = serde_json::to_string(&read.events[2]).unwrap();
        assert!(!plain.contains("slot"), "{plain}");
    }

    #[test]
    fn of_all_attempts_the_latest_are_kept() {
        let mut placement = record("default", "one", "uid-1");
        for number in 0..40 {
            let mut slot = slot(number, "c1", "n1", Observed::default());
            let place = slot.assignment.clone();
            for minute in 0..3 {
                slot.assignment = place.clone();
                let end = Timestamp::from_second(60 * minute).unwrap();
                slot.end_attempt(Reason::NodeRejected, String::new(), end);
            }
            placement.slots.push(slot);
        }
        placement.drop_old_attempts();
        let kept: Vec<i64> = placement
            .slots
            .iter()
            .flat_map(|slot| {
                slot.attempts
                    .iter()
                    .map(|attempt| attempt.end_time.as_second() / 60)
            })
            .collect();
        let of = |minute: i64| kept.iter().filter(|kept| **kept == minute).count();
        assert_eq!((of(0), of(1), of(2)), (0, 24, 40));
        placement.drop_old_attempts();
        assert_eq!(kept.len(), MAX_ATTEMPTS_TOGETHER);
    }
}
