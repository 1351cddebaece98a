//! The common start of a gang's replicas: a pure function from what is known of it to what has to be done next.
//!
//! ```text
//!  every slot has a place ─▶ GATED ── all admitted ─▶ LIFTING ── all have a node ─▶ LIFTED
//!                             │ a refusal, or too late   │ refused by a cluster's scheduler, or one has no node in time
//!                             └──────────▶ all are taken back; the gang waits again ◀──┘
//! ```
//! The phase is durable before anything is ordered that follows from it, so a restart goes on where it was: what is still
//! behind its gate although the gang was lifted is told again, whenever its agent says so. In LIFTED the gang runs: what is
//! missing then is replaced by itself, and joins without a gate; the others serve on meanwhile. Only when none of them does
//! any more is the gang taken back, to start whole. A gang of which one has begun to serve has started: from then on no member
//! is taken away because another one cannot start.

use hourglass_model::ids::Slot;

use crate::records::placement::{GangPhase, Gate, Phase};
use crate::records::{AssignmentRecord, PlacementRecord};

/// What the start of a gang needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To hear more.
    Wait,
    /// Its replicas are behind gates, and no start is noted: they were adopted. It begins with this phase, and goes on from it.
    Begin(GangPhase),
    /// This replica cannot start where it is, for this reason: all are taken back.
    BackOut(Slot, String),
    /// A replica has no place, for this reason, and not all have started: all are taken back.
    Incomplete(&'static str),
    /// Every replica was admitted: their gates may go.
    Lift,
    /// Every replica has a node, or one of them has begun to serve.
    Started,
    /// The gang was lifted, and these are still behind their gates.
    LiftAgain(Vec<Slot>),
}

/// The next step of `record`.
#[must_use]
pub fn next_step(record: &PlacementRecord) -> Step {
    if !record.starts_together() || record.delete_time.is_some() {
        return Step::Wait;
    }
    let Some(start) = record.gang_start else {
        return found(record);
    };
    let placed = record.assigned().count();
    let complete = placed == record.slots.len();
    if record.gang_is_starting()
        && !record.has_served()
        && let Some((slot, message)) = refused(record)
    {
        return Step::BackOut(slot, message);
    }
    match start.phase {
        // A gate that is lifted although this store does not know of it: the gang was complete once, and the store is older.
        GangPhase::Gated if was_lifted(record) => Step::Lift,
        // What was found, and not heard of yet, may serve.
        GangPhase::Gated if record.has_served() => Step::Wait,
        GangPhase::Gated if placed > 0 && !complete => Step::Incomplete(why_incomplete(record)),
        GangPhase::Gated if complete && gates(record).all(|gate| gate == Gate::Admitted) => Step::Lift,
        GangPhase::Gated => Step::Wait,
        GangPhase::Lifting if record.has_served() => Step::Started,
        GangPhase::Lifting if complete && record.assigned().all(|(_, at)| is_bound(at)) => Step::Started,
        GangPhase::Lifting | GangPhase::Lifted => lift_again(record),
    }
}

/// One that joined later never had a gate.
fn is_bound(assignment: &AssignmentRecord) -> bool {
    let observed = &assignment.observed;
    let free = observed.gate == Gate::Lifted || assignment.ungated;
    observed.ready || (free && !observed.node.is_empty())
}

/// The gang was complete once: a gate of it is lifted, or a replica joined it without one.
fn was_lifted(record: &PlacementRecord) -> bool {
    record
        .assigned()
        .any(|(_, assignment)| assignment.observed.gate == Gate::Lifted || assignment.ungated)
}

fn gates(record: &PlacementRecord) -> impl Iterator<Item = Gate> {
    record.assigned().map(|(_, assignment)| assignment.observed.gate)
}

/// Slots that were not admitted yet.
pub fn not_admitted(record: &PlacementRecord) -> impl Iterator<Item = Slot> {
    record
        .assigned()
        .filter(|(_, assignment)| !matches!(assignment.observed.gate, Gate::Admitted | Gate::Lifted))
        .map(|(slot, _)| slot.slot)
}

/// A gang that was adopted. Replicas without gates are of before there were any, or have joined one that ran.
fn found(record: &PlacementRecord) -> Step {
    if gates(record).all(|gate| gate == Gate::Unknown) {
        Step::Wait
    } else if was_lifted(record) {
        Step::Begin(GangPhase::Lifting)
    } else {
        Step::Begin(GangPhase::Gated)
    }
}

/// Why a gang behind its gates is not whole. One that has grown waits for all that are wanted now: it starts with none less,
/// and keeps no room for a part.
fn why_incomplete(record: &PlacementRecord) -> &'static str {
    let lost = record.without_place().any(|slot| {
        let last = slot.attempts.last();
        last.is_some_and(|last| last.epoch == slot.epoch)
    });
    if lost {
        "another replica of the gang lost its place"
    } else {
        "more replicas are wanted than before, and not all of them fit beside those that have their places"
    }
}

fn refused(record: &PlacementRecord) -> Option<(Slot, String)> {
    record.assigned().find_map(|(slot, assignment)| {
        let observed = &assignment.observed;
        let refused = observed.gate == Gate::Denied || observed.phase == Phase::Refused;
        refused.then(|| {
            let message = format!(
                "cluster {} refuses replica {}: {}",
                assignment.cluster, slot.slot, observed.message
            );
            (slot.slot, message)
        })
    })
}

fn lift_again(record: &PlacementRecord) -> Step {
    let gated: Vec<Slot> = record
        .assigned()
        .filter(|(_, assignment)| assignment.observed.gate == Gate::Admitted)
        .map(|(slot, _)| slot.slot)
        .collect();
    if gated.is_empty() {
        Step::Wait
    } else {
        Step::LiftAgain(gated)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::SlotRecord;
    use crate::records::placement::{GangStartRecord, Observed, Reason};

    fn gang(phase: Option<GangPhase>, observed: [Observed; 2]) -> PlacementRecord {
        let mut record = record("default", "gang", "uid-1");
        record.spec.gang = true;
        record.slots = observed
            .into_iter()
            .zip(0..)
            .map(|(observed, number)| slot(number, "c1", "n1", observed))
            .collect();
        record.gang_start = phase.map(|phase| GangStartRecord {
            phase,
            since: Timestamp::UNIX_EPOCH,
        });
        record
    }

    fn at(gate: Gate, node: &str) -> Observed {
        Observed {
            gate,
            node: node.to_owned(),
            ..Observed::default()
        }
    }

    #[test]
    fn gates_are_lifted_when_every_replica_was_admitted_and_not_before() {
        let step = |gates: [Gate; 2]| {
            let observed = gates.map(|gate| at(gate, ""));
            next_step(&gang(Some(GangPhase::Gated), observed))
        };
        assert_eq!(step([Gate::Unknown, Gate::Admitted]), Step::Wait);
        assert_eq!(step([Gate::Creating, Gate::Admitted]), Step::Wait);
        assert_eq!(step([Gate::Admitted, Gate::Admitted]), Step::Lift);
        assert!(matches!(
            step([Gate::Denied, Gate::Admitted]),
            Step::BackOut(Slot(0), _)
        ));
    }

    #[test]
    fn a_refused_object_takes_the_gang_back() {
        let refused = Observed {
            phase: Phase::Refused,
            ..Observed::default()
        };
        let observed = [at(Gate::Admitted, ""), refused];
        assert!(matches!(
            next_step(&gang(Some(GangPhase::Gated), observed)),
            Step::BackOut(Slot(1), _)
        ));
    }

    #[test]
    fn what_is_still_gated_is_told_again_until_all_have_a_node() {
        let step = |phase, one, two| next_step(&gang(Some(phase), [one, two]));
        let (gated, bound) = (at(Gate::Admitted, ""), at(Gate::Lifted, "n1"));
        assert_eq!(
            step(GangPhase::Lifting, gated.clone(), bound.clone()),
            Step::LiftAgain(vec![Slot(0)])
        );
        assert_eq!(
            step(GangPhase::Lifting, at(Gate::Lifted, ""), bound.clone()),
            Step::Wait,
            "the cluster's scheduler has not said yes yet"
        );
        assert_eq!(
            step(GangPhase::Lifting, bound.clone(), bound.clone()),
            Step::Started
        );
        assert_eq!(
            step(GangPhase::Lifted, bound, gated),
            Step::LiftAgain(vec![Slot(1)]),
            "a replaced one"
        );
    }

    #[test]
    fn a_gang_that_lost_a_member_before_its_start_is_taken_back() {
        let mut lost = gang(
            Some(GangPhase::Gated),
            [at(Gate::Admitted, ""), at(Gate::Admitted, "")],
        );
        lost.slots[0].end_attempt(Reason::NodeRejected, String::new(), Timestamp::UNIX_EPOCH);
        let Step::Incomplete(why) = next_step(&lost) else {
            panic!("{:?}", next_step(&lost))
        };
        assert!(why.contains("lost its place"), "{why}");
        lost.gang_start.as_mut().unwrap().phase = GangPhase::Lifted;
        assert_eq!(
            next_step(&lost),
            Step::LiftAgain(vec![Slot(1)]),
            "one that runs is not taken back for it"
        );
    }

    #[test]
    fn a_gang_that_grows_before_its_start_keeps_no_room_for_a_part() {
        let gates = || [at(Gate::Admitted, ""), at(Gate::Admitted, "")];
        let mut grown = gang(Some(GangPhase::Gated), gates());
        grown.slots.push(SlotRecord::waiting(Slot(2), 1));
        let Step::Incomplete(why) = next_step(&grown) else {
            panic!("{:?}", next_step(&grown))
        };
        assert!(why.contains("more replicas are wanted"), "{why}");
    }

    #[test]
    fn an_adopted_gang_goes_on_where_its_gates_are() {
        let step = |gates: [Gate; 2]| next_step(&gang(None, gates.map(|gate| at(gate, ""))));
        assert_eq!(
            step([Gate::Unknown, Gate::Unknown]),
            Step::Wait,
            "made without gates"
        );
        assert_eq!(
            step([Gate::Unknown, Gate::Admitted]),
            Step::Begin(GangPhase::Gated)
        );
        assert_eq!(
            step([Gate::Lifted, Gate::Admitted]),
            Step::Begin(GangPhase::Lifting),
            "it was complete once"
        );
    }

    #[test]
    fn an_adopted_gang_of_which_a_member_was_replaced_has_started_when_all_have_nodes() {
        let mixed = |phase, replaced: Observed| {
            let mut mixed = gang(phase, [at(Gate::Lifted, "n1"), replaced]);
            mixed.slots[1].assignment.as_mut().unwrap().ungated = true;
            next_step(&mixed)
        };
        let joined = |node| at(Gate::Unknown, node);
        assert_eq!(mixed(None, joined("n2")), Step::Begin(GangPhase::Lifting));
        assert_eq!(mixed(Some(GangPhase::Gated), joined("n2")), Step::Lift);
        assert_eq!(mixed(Some(GangPhase::Lifting), joined("")), Step::Wait);
        assert_eq!(mixed(Some(GangPhase::Lifting), joined("n2")), Step::Started);
    }

    #[test]
    fn no_member_of_a_gang_that_has_begun_to_serve_is_taken_back_for_another() {
        let refused = || Observed {
            phase: Phase::Refused,
            ..Observed::default()
        };
        let serves = || Observed {
            ready: true,
            ..at(Gate::Lifted, "n1")
        };
        let step = |phase, one, two| next_step(&gang(Some(phase), [one, two]));
        assert_eq!(step(GangPhase::Lifting, serves(), refused()), Step::Started);
        assert_eq!(
            step(GangPhase::Lifted, serves(), refused()),
            Step::Wait,
            "it goes on without it"
        );
        // Found, and not heard of yet.
        let step_of_found = step(GangPhase::Gated, Observed::found(), at(Gate::Denied, ""));
        assert_eq!(step_of_found, Step::Wait);
        let mut incomplete = gang(
            Some(GangPhase::Gated),
            [Observed::found(), at(Gate::Admitted, "")],
        );
        incomplete.slots[1].end_attempt(Reason::NodeRejected, String::new(), Timestamp::UNIX_EPOCH);
        assert_eq!(next_step(&incomplete), Step::Wait);
    }

    #[test]
    fn only_replicas_that_start_together_have_a_start() {
        let observed = || [at(Gate::Admitted, ""), at(Gate::Admitted, "")];
        let mut single = gang(None, observed());
        single.slots.truncate(1);
        assert_eq!(next_step(&single), Step::Wait);
        let mut loose = gang(None, observed());
        loose.spec.gang = false;
        assert_eq!(next_step(&loose), Step::Wait);
        let mut going = gang(Some(GangPhase::Gated), observed().map(|_| at(Gate::Admitted, "")));
        going.delete_time = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(next_step(&going), Step::Wait);
    }
}
