//! Moments at which something is to be done about a placement: an ordered set, so that nobody looks through all of them.
//!
//! Nothing of it is stored: every moment follows from a placement's record, so a start arms all of them again. A timer
//! that has fired stays quiet until its moment becomes another one.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use hourglass_model::ids::PlacementUid;
use hourglass_model::request::DEFAULT_START_DEADLINE;
use jiff::{SignedDuration, Timestamp};

use super::reservations::ReservationPolicy;
use super::state::progress_deadline;
use crate::records::placement::{GangPhase, REFUSED_FOR};
use crate::records::{AssignmentRecord, PlacementRecord};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// It has waited for a place for as long as it wants to.
    QueueTimeout,
    /// Its time is over.
    Expire,
    /// Every replica of the gang should have been admitted by now.
    GangAdmission,
    /// It has waited so long that it may get nodes kept.
    Reservation,
    /// A replica should have become ready by now, or its cluster has refused it for long enough.
    Start,
    /// Others should have left the place of a replica by now.
    Victims,
    /// Another replica of an update should serve by now.
    Progress,
}

/// Lengths of time that are the operator's to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePolicy {
    /// A gang whose replicas were not all admitted by then is taken back.
    pub gang_admission: Duration,
    /// Who gets nodes kept, and when.
    pub reservation: ReservationPolicy,
}

impl Default for QueuePolicy {
    fn default() -> Self {
        Self {
            gang_admission: Duration::from_secs(60),
            reservation: ReservationPolicy::default(),
        }
    }
}

/// The moments of one placement, as it is now.
pub fn moments(
    record: &PlacementRecord,
    policy: &QueuePolicy,
) -> impl Iterator<Item = (TimerKind, Timestamp)> + use<> {
    let lives = record.delete_time.is_none();
    let expire = record.spec.expire_time.filter(|_| lives);
    let queue_timeout = record
        .waiting_since
        .filter(|_| record.waits() && !record.may_serve())
        .zip(record.spec.queue_timeout)
        .map(|(since, length)| after(since, length));
    let gang_admission = record
        .gang_start
        .filter(|start| lives && start.phase == GangPhase::Gated)
        .map(|start| after(start.since, policy.gang_admission));
    let reservation = record
        .waiting_since
        .filter(|_| record.waits() && policy.reservation.most > 0)
        .map(|since| after(since, policy.reservation.after));
    [
        (TimerKind::Expire, expire),
        (TimerKind::QueueTimeout, queue_timeout),
        (TimerKind::GangAdmission, gang_admission),
        (TimerKind::Reservation, reservation),
        (TimerKind::Start, next_give_up_time(record).filter(|_| lives)),
        (TimerKind::Victims, next_leave_deadline(record)),
        (
            TimerKind::Progress,
            record
                .roll
                .as_ref()
                .filter(|_| lives)
                .map(|roll| progress_deadline(record, roll)),
        ),
    ]
    .into_iter()
    .filter_map(|(kind, time)| Some((kind, time?)))
}

/// Whether a place is given up when it does not become ready: not one that has, or of which nothing can be known now, or that
/// waits for others to leave its room. Of a gang that starts only what has no node when it should, and the gang with it: behind
/// the gates it has a deadline of its own, and what has its node waits for the nodes of the others.
pub fn may_give_up(record: &PlacementRecord, assignment: &AssignmentRecord) -> bool {
    let observed = &assignment.observed;
    let waits_for_others = record.gang_is_gated() || (record.gang_is_starting() && !observed.node.is_empty());
    !(observed.may_serve() || observed.is_not_found() || waits_for_others) && assignment.waits_for.is_empty()
}

/// By then the place should have become ready. Nothing starts behind the gate of a gang: the time begins when that is lifted.
pub fn start_deadline(record: &PlacementRecord, assignment: &AssignmentRecord) -> Option<Timestamp> {
    let length = record.spec.start_deadline.unwrap_or(DEFAULT_START_DEADLINE);
    let decided = assignment.room_time.unwrap_or(assignment.decide_time);
    let since = record
        .gang_lift_time()
        .map_or(decided, |lifted| lifted.max(decided));
    may_give_up(record, assignment).then(|| after(since, length))
}

/// From then on its cluster has refused the place for so long that no more is to be expected; none while it does not refuse it.
pub fn refusal_end(record: &PlacementRecord, assignment: &AssignmentRecord) -> Option<Timestamp> {
    let since = assignment.observed.refused_since;
    let since = since.filter(|_| may_give_up(record, assignment))?;
    Some(after(since, REFUSED_FOR))
}

fn next_give_up_time(record: &PlacementRecord) -> Option<Timestamp> {
    let of = |assignment| {
        let start_deadline = start_deadline(record, assignment);
        start_deadline.into_iter().chain(refusal_end(record, assignment))
    };
    record.places().flat_map(|(.., assignment)| of(assignment)).min()
}

/// Pods have this long to end at least, whatever their successor is in a hurry for: usually they have half a minute.
pub const TO_LEAVE: Duration = Duration::from_secs(300);

/// How long a replica waits for others to leave the place that it was promised: as long as a start may take, and long enough
/// for them to end.
pub fn time_to_leave(record: &PlacementRecord) -> Duration {
    let length = record.spec.start_deadline.unwrap_or(DEFAULT_START_DEADLINE);
    length.max(TO_LEAVE)
}

/// By then they should have left.
pub fn leave_deadline(record: &PlacementRecord, assignment: &AssignmentRecord) -> Timestamp {
    after(assignment.decide_time, time_to_leave(record))
}

fn next_leave_deadline(record: &PlacementRecord) -> Option<Timestamp> {
    let behind = record.behind_others();
    behind
        .map(|(_, assignment)| leave_deadline(record, assignment))
        .min()
}

/// `length` after `time`, or as late as there is.
pub fn after(time: Timestamp, length: Duration) -> Timestamp {
    SignedDuration::try_from(length)
        .ok()
        .and_then(|length| time.checked_add(length).ok())
        .unwrap_or(Timestamp::MAX)
}

/// All timers, the next one first.
#[derive(Debug, Default)]
pub struct Timers {
    due: BTreeSet<(Timestamp, PlacementUid, TimerKind)>,
    /// What is armed or has fired.
    known: HashMap<PlacementUid, Vec<(TimerKind, Timestamp)>>,
}

impl Timers {
    /// From now on these are the moments of a placement.
    pub fn arm(&mut self, uid: &PlacementUid, moments: impl Iterator<Item = (TimerKind, Timestamp)>) {
        let wanted: Vec<_> = moments.collect();
        let known = self.known.get(uid).map_or(&[][..], Vec::as_slice);
        if *known == *wanted {
            return;
        }
        for (kind, time) in known.iter().filter(|one| !wanted.contains(one)) {
            self.due.remove(&(*time, uid.clone(), *kind));
        }
        for (kind, time) in wanted.iter().filter(|one| !known.contains(one)) {
            self.due.insert((*time, uid.clone(), *kind));
        }
        if wanted.is_empty() {
            self.known.remove(uid);
        } else {
            self.known.insert(uid.clone(), wanted);
        }
    }

    /// The placement is gone.
    pub fn forget(&mut self, uid: &PlacementUid) {
        self.arm(uid, std::iter::empty());
    }

    /// Takes out what is due, the earliest first, so many at most.
    pub fn take_due(&mut self, now: Timestamp, at_most: usize) -> Vec<(PlacementUid, TimerKind)> {
        let mut fired = Vec::new();
        while fired.len() < at_most && self.due.first().is_some_and(|(time, ..)| *time <= now) {
            fired.extend(self.due.pop_first().map(|(_, uid, kind)| (uid, kind)));
        }
        fired
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::record;
    use crate::records::placement::GangStartRecord;

    fn uid(text: &str) -> PlacementUid {
        PlacementUid::new(text).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_due_comes_in_its_order_and_within_the_bound() {
        let mut timers = Timers::default();
        timers.arm(&uid("late"), [(TimerKind::Expire, at(30))].into_iter());
        timers.arm(&uid("early"), [(TimerKind::QueueTimeout, at(10))].into_iter());
        timers.arm(&uid("middle"), [(TimerKind::Expire, at(20))].into_iter());
        assert_eq!(timers.take_due(at(9), 10), []);
        assert_eq!(
            timers.take_due(at(25), 1),
            [(uid("early"), TimerKind::QueueTimeout)]
        );
        assert_eq!(timers.take_due(at(25), 10), [(uid("middle"), TimerKind::Expire)]);
    }

    #[test]
    fn a_timer_that_has_fired_is_quiet_until_its_moment_is_another() {
        let mut timers = Timers::default();
        let moment = |second| [(TimerKind::Expire, at(second))].into_iter();
        timers.arm(&uid("a"), moment(10));
        assert_eq!(timers.take_due(at(10), 10).len(), 1);
        timers.arm(&uid("a"), moment(10));
        assert_eq!(timers.take_due(at(10), 10), []);
        timers.arm(&uid("a"), moment(11));
        assert_eq!(timers.take_due(at(11), 10).len(), 1);
    }

    #[test]
    fn a_moment_that_is_not_wanted_any_more_does_not_come() {
        let mut timers = Timers::default();
        timers.arm(&uid("a"), [(TimerKind::Expire, at(10))].into_iter());
        timers.forget(&uid("a"));
        assert_eq!(timers.take_due(at(100), 10), []);
        assert!(timers.known.is_empty(), "nothing of it is kept");
    }

    #[test]
    fn the_moments_follow_from_the_record() {
        let policy = QueuePolicy::default();
        let mut record = record("default", "web", "uid-1");
        record.spec.expire_time = Some(at(500));
        record.spec.queue_timeout = Some(Duration::from_secs(30));
        let kinds = |record: &PlacementRecord| moments(record, &policy).collect::<Vec<_>>();
        assert_eq!(
            kinds(&record),
            [(TimerKind::Expire, at(500))],
            "nothing of it waits"
        );
        record.slots = vec![crate::records::SlotRecord::waiting(
            hourglass_model::ids::Slot(0),
            1,
        )];
        record.waiting_since = Some(at(100));
        assert_eq!(
            kinds(&record),
            [
                (TimerKind::Expire, at(500)),
                (TimerKind::QueueTimeout, at(130)),
                (TimerKind::Reservation, at(400)),
            ]
        );
        record.gang_start = Some(GangStartRecord {
            phase: GangPhase::Gated,
            since: at(10),
        });
        assert_eq!(kinds(&record)[2], (TimerKind::GangAdmission, at(70)));
        record.delete_time = Some(at(1));
        assert_eq!(kinds(&record), []);
    }
}
