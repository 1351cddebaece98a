//! What a placement's slots add up to: its state and conditions. Pure; decided in one place.

use std::collections::BTreeSet;

use hourglass_model::request::DEFAULT_PROGRESS_DEADLINE;
use jiff::Timestamp;

use crate::records::not_found::waits_for_recovery;
pub use crate::records::placement::PlacementState;
use crate::records::placement::{
    ConditionKind, ConditionRecord, ConditionStatus, MAX_CONDITION_MESSAGE, Phase, PlacementRecord, Reason,
    cut,
};
use crate::records::{RollRecord, SlotRecord};
use crate::scheduler::timers::after;

/// Numbers that the state follows from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotCounts {
    /// Replicas wanted.
    pub wanted: usize,
    /// With a place.
    pub assigned: usize,
    /// With a place in the store only: their clusters do not run them, and a recovery holds them back.
    pub not_found: usize,
    /// With an object in the cluster.
    pub applied: usize,
    /// Serving, as far as is known now.
    pub ready: usize,
    /// Of those, the ones of the current generation.
    pub current: usize,
    /// Does not come up, or was given up. What a cluster refuses is not among them: it is asked again by itself.
    pub broken: usize,
    /// In clusters that fell silent.
    pub silent: usize,
}

impl SlotCounts {
    /// Counts the slots of `record`.
    #[must_use]
    pub fn of(record: &PlacementRecord) -> Self {
        let mut counts = Self {
            wanted: record.slots.len(),
            ..Self::default()
        };
        for (slot, assignment) in record.assigned() {
            let observed = &assignment.observed;
            let lost = record.is_lost_and_given_up(slot);
            counts.not_found += usize::from(observed.is_not_found());
            counts.assigned += usize::from(!observed.is_not_found() && !lost);
            counts.applied += usize::from(observed.phase.is_applied());
            counts.silent += usize::from(observed.silent);
            let ready = observed.serves();
            counts.ready += usize::from(ready);
            counts.current += usize::from(ready && record.is_current(assignment));
            counts.broken += usize::from(observed.phase == Phase::Broken);
        }
        counts.broken += given_up(record).count();
        counts
    }
}

/// Slots that failed to start, or were refused, so often that they are not tried any more, and have no place, or only one that is
/// lost for good.
fn given_up(record: &PlacementRecord) -> impl Iterator<Item = &SlotRecord> {
    let slots = record.slots.iter();
    slots.filter(|slot| match slot.assignment {
        Some(_) => record.is_lost_and_given_up(slot),
        None => slot.is_tried_no_more(),
    })
}

/// The state of `record`.
#[must_use]
pub fn state_of(record: &PlacementRecord) -> PlacementState {
    if record.delete_time.is_some() {
        return PlacementState::Deleting;
    }
    let counts = SlotCounts::of(record);
    if counts.current == counts.wanted && counts.wanted == record.replicas() {
        PlacementState::Ready
    } else if counts.ready > 0 {
        PlacementState::Degraded
    } else if counts.broken > 0 || record.is_stopped() {
        PlacementState::Failed
    } else if counts.assigned < counts.wanted {
        PlacementState::Pending
    } else if counts.applied < counts.wanted {
        PlacementState::Assigned
    } else {
        PlacementState::Applied
    }
}

/// Sets one condition; `last_transition_time` moves only when the status does. True when anything changed.
pub fn set_condition(
    record: &mut PlacementRecord,
    kind: ConditionKind,
    status: ConditionStatus,
    reason: Reason,
    message: &str,
    now: Timestamp,
) -> bool {
    let message = cut(message.to_owned(), MAX_CONDITION_MESSAGE);
    let Some(condition) = record
        .conditions
        .iter_mut()
        .find(|condition| condition.kind == kind)
    else {
        record.conditions.push(ConditionRecord {
            kind,
            status,
            reason,
            message,
            last_transition_time: now,
        });
        return true;
    };
    if condition.status == status && condition.reason == reason && condition.message == message {
        return false;
    }
    if condition.status != status {
        condition.last_transition_time = now;
    }
    condition.status = status;
    condition.reason = reason;
    condition.message = message;
    true
}

/// Brings the conditions that follow from the slots up to date, and since when it waits; true when anything changed. `Scheduled=False` is set
/// by the decision itself, which knows why nothing fits.
pub fn refresh_conditions(record: &mut PlacementRecord, now: Timestamp) -> bool {
    if record.delete_time.is_some() {
        return only_goes(record, now);
    }
    let counts = SlotCounts::of(record);
    let mut changed = false;
    if record.waits() {
        record.waiting_since.get_or_insert(now);
    } else {
        record.waiting_since = None;
    }
    if counts.assigned == counts.wanted {
        changed |= set_condition(
            record,
            ConditionKind::Scheduled,
            ConditionStatus::True,
            Reason::Decided,
            "every replica has a place",
            now,
        );
    } else if counts.assigned + counts.not_found == counts.wanted {
        // Where others have no place at all, the decision says what they wait for.
        changed |= set_condition(
            record,
            ConditionKind::Scheduled,
            ConditionStatus::False,
            Reason::WaitingForInventory,
            &waits_for_recovery(counts.not_found),
            now,
        );
    }
    changed |= wait_is_told(record, now);
    let slot = given_up(record).next();
    if let Some(slot) = slot {
        let others = if record.gang_is_given_up() {
            ", and the gang starts with all of them or not at all"
        } else {
            ""
        };
        let earlier = slot.earlier.as_ref().map_or_else(String::new, |earlier| {
            let generation = earlier.generation;
            format!("; as generation {generation} it {}", slot.failures_as(generation))
        });
        let beside = if record.assigned().next().is_some() {
            " (a change that pods do not see, as of startDeadline, leaves the others alone)"
        } else {
            ""
        };
        let message = format!(
            "replica {} {}{earlier}{others}; it is tried again when the placement is changed{beside}{}",
            slot.slot,
            slot.failures(),
            slot.last_word()
        );
        changed |= set_condition(
            record,
            ConditionKind::Scheduled,
            ConditionStatus::False,
            Reason::AttemptsExhausted,
            &message,
            now,
        );
    }
    if let Some((status, reason, message)) = updated(record, now) {
        changed |= set_condition(record, ConditionKind::Updated, status, reason, &message, now);
    }
    let (status, reason, message) = dispatched(record, counts);
    changed |= set_condition(record, ConditionKind::Dispatched, status, reason, &message, now);
    let (status, reason, message) = serving(record, counts);
    changed |= set_condition(record, ConditionKind::Serving, status, reason, &message, now);
    changed
}

/// Nothing else counts of a placement that is deleted: whatever its replicas are still seen doing, they go. What that waits for
/// is said by [`released`].
fn only_goes(record: &mut PlacementRecord, now: Timestamp) -> bool {
    record.waiting_since = None;
    let reason = released_reason(record);
    let mut changed = false;
    for kind in [
        ConditionKind::Scheduled,
        ConditionKind::Dispatched,
        ConditionKind::Serving,
        ConditionKind::Updated,
    ] {
        if kind == ConditionKind::Updated && record.condition(kind).is_none() {
            continue;
        }
        let message = "the placement is being deleted";
        changed |= set_condition(record, kind, ConditionStatus::False, reason, message, now);
    }
    if record.condition(ConditionKind::Released).is_none() {
        changed |= released(
            record,
            "waits until every cluster confirms that nothing is left",
            now,
        );
    }
    changed
}

/// What the deletion of `record` waits for; true when that was news.
pub fn released(record: &mut PlacementRecord, message: &str, now: Timestamp) -> bool {
    let (kind, reason) = (ConditionKind::Released, released_reason(record));
    set_condition(record, kind, ConditionStatus::False, reason, message, now)
}

/// A replica that lost its place, or never had one, is not scheduled, also before its turn has come: then the decision says
/// why. True when that was news.
fn wait_is_told(record: &mut PlacementRecord, now: Timestamp) -> bool {
    let told = record.condition(ConditionKind::Scheduled);
    let told = told.is_some_and(|condition| condition.status == ConditionStatus::False);
    if told {
        return false;
    }
    let Some(first) = record.slots.iter().find(|slot| slot.waits()) else {
        return false;
    };
    let message = format!("replica {} has no place yet; its turn comes", first.slot);
    set_condition(
        record,
        ConditionKind::Scheduled,
        ConditionStatus::False,
        Reason::WaitingForPlace,
        &message,
        now,
    )
}

/// Why it goes.
fn released_reason(record: &PlacementRecord) -> Reason {
    let expired = record
        .spec
        .expire_time
        .zip(record.delete_time)
        .is_some_and(|(expire, delete)| expire <= delete);
    if expired {
        Reason::Expired
    } else {
        Reason::WaitingForRemoval
    }
}

/// How far the update to the current generation has come; none of a placement that was never updated.
fn updated(record: &PlacementRecord, now: Timestamp) -> Option<(ConditionStatus, Reason, String)> {
    let Some(roll) = &record.roll else {
        let was_updated = record.condition(ConditionKind::Updated).is_some();
        let message = format!("every replica carries generation {}", record.generation);
        return was_updated.then_some((ConditionStatus::True, Reason::UpToDate, message));
    };
    let current = record
        .assigned()
        .filter(|(_, assignment)| record.is_current(assignment))
        .count();
    let progress = format!(
        "{current} of {} replicas carry generation {}",
        record.slots.len(),
        record.generation
    );
    let blocked = roll.blocked.clone();
    let parts = [Some(progress), blocked, record.what_does_not_start()];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let reason = if now >= progress_deadline(record, roll) {
        Reason::ProgressDeadlineExceeded
    } else if roll.blocked.is_some() {
        Reason::UpdateBlocked
    } else {
        Reason::Updating
    };
    Some((ConditionStatus::False, reason, said))
}

/// By then another replica of an update should serve.
pub fn progress_deadline(record: &PlacementRecord, roll: &RollRecord) -> Timestamp {
    let policy = record.spec.update.as_ref();
    let length = policy
        .and_then(|policy| policy.progress_deadline)
        .unwrap_or(DEFAULT_PROGRESS_DEADLINE);
    after(roll.progress_time, length)
}

fn dispatched(record: &PlacementRecord, counts: SlotCounts) -> (ConditionStatus, Reason, String) {
    let refused = record
        .assigned()
        .find(|(_, assignment)| assignment.observed.phase == Phase::Refused);
    if let Some((slot, assignment)) = refused {
        let next = assignment.observed.next_try.map_or_else(String::new, |time| {
            format!(" at {} and", time.strftime("%Y-%m-%dT%H:%M:%SZ"))
        });
        let message = format!(
            "cluster {} refuses replica {}: {}; it is tried again{next} as soon as the agent connects or the cluster's facts \
             change",
            assignment.cluster, slot.slot, assignment.observed.message
        );
        return (ConditionStatus::False, Reason::ApplyRefused, message);
    }
    let behind = record.behind_victims().count();
    if behind > 0 {
        let victims: BTreeSet<_> = record
            .behind_victims()
            .flat_map(|(_, assignment)| &assignment.waits_for)
            .filter(|claim| claim.placement != record.uid)
            .collect();
        if victims.is_empty() {
            let message = format!(
                "{behind} of {} replicas wait until nothing is left of their earlier places",
                counts.wanted
            );
            return (ConditionStatus::False, Reason::WaitingForRemoval, message);
        }
        let message = format!(
            "{behind} of {} replicas wait until {} others have left their nodes",
            counts.wanted,
            victims.len()
        );
        return (ConditionStatus::False, Reason::WaitingForVictims, message);
    }
    if counts.wanted > 0 && counts.applied == counts.wanted {
        return (
            ConditionStatus::True,
            Reason::ApplyAcknowledged,
            "the clusters hold every Performer object".to_owned(),
        );
    }
    let message = format!(
        "{} of {} Performer objects are in their clusters",
        counts.applied, counts.wanted
    );
    // Nothing is on its way to an agent where all that have a place are there.
    let reason = if counts.not_found > 0 || counts.applied >= counts.assigned {
        Reason::WaitingForPlace
    } else {
        Reason::WaitingForAgent
    };
    (ConditionStatus::False, reason, message)
}

fn serving(record: &PlacementRecord, counts: SlotCounts) -> (ConditionStatus, Reason, String) {
    if counts.ready == counts.wanted {
        return (
            ConditionStatus::True,
            Reason::AllReplicasReady,
            "every replica serves".to_owned(),
        );
    }
    if counts.silent > 0 {
        let message = format!("{} replicas are in clusters that are silent", counts.silent);
        return (ConditionStatus::Unknown, Reason::ClusterSilent, message);
    }
    let why = record
        .assigned()
        .map(|(_, assignment)| &assignment.observed)
        .find(|observed| !observed.ready && !observed.message.is_empty())
        .map(|observed| format!(": {}", observed.message))
        .unwrap_or_default();
    let message = format!("{} of {} replicas serve{why}", counts.ready, counts.wanted);
    let reason = if counts.ready > 0 {
        Reason::SomeReplicasNotReady
    } else if record.assigned().next().is_none() {
        Reason::WaitingForPlace
    } else {
        Reason::WaitingForPerformer
    };
    (ConditionStatus::False, reason, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn observed(phases: &[Phase]) -> PlacementRecord {
        let mut record = record("default", "one", "uid-1");
        record.slots = (0..)
            .zip(phases)
            .map(|(number, phase)| {
                let observed = Observed {
                    phase: *phase,
                    message: "no such namespace".to_owned(),
                    next_try: (*phase == Phase::Refused).then(|| "2026-01-01T00:03:20Z".parse().unwrap()),
                    ..Observed::default()
                };
                slot(number, "c1", "n1", observed)
            })
            .collect();
        refresh_conditions(&mut record, Timestamp::UNIX_EPOCH);
        record
    }

    #[test]
    fn what_a_cluster_refuses_for_now_has_not_failed_and_says_when_it_is_tried_again() {
        let record = observed(&[Phase::Accepted, Phase::Refused]);
        assert_eq!(state_of(&record), PlacementState::Assigned);
        let dispatched = record.condition(ConditionKind::Dispatched).unwrap();
        assert_eq!(dispatched.reason, Reason::ApplyRefused);
        assert!(
            dispatched
                .message
                .contains("no such namespace; it is tried again at 2026-01-01T00:03:20Z and as soon as"),
            "{}",
            dispatched.message
        );
    }

    #[test]
    fn one_without_a_place_is_not_scheduled_whatever_was_said_before() {
        let mut record = observed(&[Phase::Running, Phase::Running]);
        let scheduled = |record: &PlacementRecord| {
            let condition = record.condition(ConditionKind::Scheduled).unwrap();
            (condition.status, condition.reason)
        };
        assert_eq!(scheduled(&record), (ConditionStatus::True, Reason::Decided));
        record.slots[1].assignment = None;
        refresh_conditions(&mut record, Timestamp::UNIX_EPOCH);
        assert_eq!(
            scheduled(&record),
            (ConditionStatus::False, Reason::WaitingForPlace)
        );
        // What the decision has said stays.
        set_condition(
            &mut record,
            ConditionKind::Scheduled,
            ConditionStatus::False,
            Reason::NoCapacity,
            "no room",
            Timestamp::UNIX_EPOCH,
        );
        assert!(!refresh_conditions(&mut record, Timestamp::UNIX_EPOCH));
        assert_eq!(scheduled(&record), (ConditionStatus::False, Reason::NoCapacity));
    }

    #[test]
    fn what_has_no_place_waits_for_one_and_for_no_agent() {
        let mut record = observed(&[Phase::Running, Phase::Dispatching]);
        let reason = |record: &PlacementRecord, kind| record.condition(kind).unwrap().reason;
        assert_eq!(
            reason(&record, ConditionKind::Dispatched),
            Reason::WaitingForAgent
        );
        record.slots[1].assignment = None;
        refresh_conditions(&mut record, Timestamp::UNIX_EPOCH);
        assert_eq!(
            reason(&record, ConditionKind::Dispatched),
            Reason::WaitingForPlace
        );
        assert_ne!(reason(&record, ConditionKind::Serving), Reason::WaitingForPlace);
        record.slots[0].assignment = None;
        refresh_conditions(&mut record, Timestamp::UNIX_EPOCH);
        assert_eq!(reason(&record, ConditionKind::Serving), Reason::WaitingForPlace);
    }

    #[test]
    fn what_does_not_come_up_has_failed() {
        assert_eq!(
            state_of(&observed(&[Phase::Accepted, Phase::Broken])),
            PlacementState::Failed
        );
    }
}
