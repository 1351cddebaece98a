//! What may be done now to bring a placement to its current generation. Pure.

use hourglass_model::ids::Slot;
use hourglass_model::placement::{Fencing, UpdateStrategy};
use hourglass_model::request::CanonicalRequest;

use super::known::Known;
use crate::records::{PlacementRecord, SlotRecord};

/// Successors of one placement that exist at the same time at most, whatever it allows: all its places are one stored value.
pub const MAX_SUCCESSORS: usize = 16;

/// What binds the replacement of replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whether old and new serve side by side.
    pub strategy: UpdateStrategy,
    /// Replicas that change at the same time.
    pub max_parallel: usize,
    /// Replicas that go on serving.
    pub min_available: usize,
    /// No second one of a replica of which nothing is known now.
    pub strict: bool,
}

impl Limits {
    /// Those of a request.
    #[must_use]
    pub fn of(request: &CanonicalRequest) -> Self {
        let least = request.disruption.map_or(0, |least| least.of(request.replicas));
        Self {
            strategy: request.update.strategy,
            max_parallel: usize::try_from(request.update.max_parallel).unwrap_or(usize::MAX),
            min_available: usize::try_from(least).unwrap_or(usize::MAX),
            strict: request.failover.fencing == Fencing::Strict,
        }
    }

    /// How many of those that serve may be taken away now.
    #[must_use]
    pub fn spare(&self, record: &PlacementRecord, known: &Known) -> usize {
        known.serving(record).saturating_sub(self.min_available)
    }
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The placement wants fewer replicas: this one goes.
    Retire(Slot),
    /// It serves, or has served: it gets a successor.
    Surge(Slot),
    /// It serves, or has served, and is to go before the next one comes.
    Recreate(Slot),
    /// It has never served: nothing is lost when its place is given up for one of the current generation.
    Replace(Slot),
}

/// What may be done now, and what may not although it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// In this order.
    pub steps: Vec<Step>,
    /// Why something else has to wait for more than its turn.
    pub blocked: Option<String>,
}

/// The next steps of `record`.
#[must_use]
pub fn next_steps(record: &PlacementRecord, limits: &Limits, known: &Known) -> Next {
    let mut next = Next::default();
    let mut spare = limits.spare(record, known);
    let wanted = record.replicas();
    // Fewer replicas are no reason to have fewer serve than are still wanted.
    let least = limits.min_available.max(wanted);
    let mut more_than_wanted = known.serving(record).saturating_sub(least);
    let enough = known.serving(record) >= least;
    let (kept, surplus) = record.slots.split_at(wanted.min(record.slots.len()));
    // The highest go first.
    for slot in surplus.iter().rev() {
        // One of which nothing is known may well serve, and is none of those that serve for sure.
        let serves = known.serves(slot);
        let may_serve = serves || (slot.assignment.is_some() && !known.has(slot));
        if !may_serve || (!serves && enough) {
            next.steps.push(Step::Retire(slot.slot));
        } else if serves && more_than_wanted > 0 {
            more_than_wanted -= 1;
            spare = spare.saturating_sub(1);
            next.steps.push(Step::Retire(slot.slot));
        } else {
            next.blocked = Some(format!(
                "replica {} is not wanted any more, and stays until {least} serve without it",
                slot.slot
            ));
            // Slots are numbered without gaps.
            break;
        }
    }
    let leaving = surplus.iter().filter(|slot| slot.successor.is_some());
    let under_way = kept.iter().filter(|slot| is_under_way(record, slot, known));
    let under_way = under_way.count() + leaving.count();
    let mut turns = limits.max_parallel.min(MAX_SUCCESSORS).saturating_sub(under_way);
    // Those that should not stay where they are anyway go first.
    let mut in_turn: Vec<&SlotRecord> = kept.iter().collect();
    in_turn.sort_by_key(|slot| !slot.is_disturbed());
    for slot in in_turn {
        let Some(assignment) = &slot.assignment else {
            continue;
        };
        if record.is_current(assignment) || slot.successor.is_some() {
            continue;
        }
        if turns == 0 {
            break;
        }
        if slot.is_given_up() {
            next.blocked = Some(format!(
                "replica {} of the new generation {}; the old one goes on, also where it has to move, until the placement is \
                 changed, or taken back with `hourglass rollout undo`{}",
                slot.slot,
                slot.failures(),
                slot.last_word()
            ));
            continue;
        }
        if record.comes_back(slot) || (slot.is_disturbed() && known.moves_as_it_is(record, slot)) {
            // It goes on as what is known to serve.
            continue;
        }
        if limits.strict && !known.has(slot) {
            next.blocked = Some(format!(
                "nothing is heard of replica {} on {}, and with failover.fencing STRICT no second one is started while the first \
                 may run",
                slot.slot,
                assignment.place()
            ));
            continue;
        }
        let observed = &assignment.observed;
        // What has served may do so again in a moment: it cannot be spared.
        let has_served = observed.has_served();
        let step = if has_served && limits.strategy == UpdateStrategy::Surge {
            Step::Surge(slot.slot)
        } else if !known.has(slot) {
            // It may well serve: it counts as nothing that could be spared, and as nothing that could be replaced.
            continue;
        } else if !has_served {
            Step::Replace(slot.slot)
        } else if !observed.ready {
            // A gap was asked for, and it serves nobody now.
            Step::Recreate(slot.slot)
        } else if spare > 0 {
            spare -= 1;
            Step::Recreate(slot.slot)
        } else {
            next.blocked = Some(format!(
                "to recreate replica {} would leave fewer than disruption.minAvailable ({}) serving",
                slot.slot, limits.min_available
            ));
            continue;
        };
        turns -= 1;
        next.steps.push(step);
    }
    next
}

/// Replicas that should not stay where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// Those that may get a successor elsewhere.
    pub slots: Vec<Slot>,
    /// How many of them may get one now: as many are replaced at the same time as an update may replace.
    pub at_once: usize,
}

/// The replicas that should move, and how many of them may now. Nothing is taken away for that, so no other bound holds. Those of an
/// earlier generation leave with the update, unless that is stuck: then they move as what they are, also in the stead of a successor that
/// does not come up.
#[must_use]
pub fn next_moves(record: &PlacementRecord, limits: &Limits, known: &Known) -> Moves {
    if record.delete_time.is_some() || record.gang_is_starting() {
        return Moves::default();
    }
    let is_free = |slot: &SlotRecord| slot.successor.is_none() || known.follows_in_vain(record, slot);
    let under_way = record.slots.iter().filter(|slot| !is_free(slot));
    let turns = at_once(limits);
    let moves = |slot: &SlotRecord| {
        let assignment = slot.assignment.as_ref();
        let is_current = assignment.is_some_and(|assignment| record.is_current(assignment));
        (is_current && !slot.is_given_up()) || known.moves_as_it_is(record, slot)
    };
    let wanted = record.wanted_slots();
    Moves {
        slots: wanted
            .filter(|slot| slot.is_disturbed() && is_free(slot) && known.has(slot) && moves(slot))
            .map(|slot| slot.slot)
            .collect(),
        at_once: turns.saturating_sub(under_way.count()),
    }
}

/// Replicas that should not stay where they are, and get no successor: they were given up. Should one of them have lost its place, it
/// has nothing left to stay for.
#[must_use]
pub fn left_behind(record: &PlacementRecord, known: &Known) -> Vec<Slot> {
    if record.delete_time.is_some() || record.gang_is_starting() {
        return Vec::new();
    }
    let wanted = record.wanted_slots();
    wanted
        .filter(|slot| slot.should_move() && slot.is_given_up() && known.has(slot))
        .filter(|slot| !known.moves_as_it_is(record, slot))
        .map(|slot| slot.slot)
        .collect()
}

/// A successor that stands in vain where a move has taken its turn: one of more than there may be at once.
#[must_use]
pub fn one_too_many(record: &PlacementRecord, limits: &Limits, known: &Known) -> Option<Slot> {
    let with = record.slots.iter().filter(|slot| slot.successor.is_some());
    let mut in_vain = record
        .slots
        .iter()
        .filter(|slot| known.follows_in_vain(record, slot));
    let last = in_vain.next_back().map(|slot| slot.slot);
    last.filter(|_| with.count() > at_once(limits))
}

fn at_once(limits: &Limits) -> usize {
    limits.max_parallel.min(MAX_SUCCESSORS)
}

/// The slot is between two generations: it has a successor, or is of the current one and does not serve yet. Slots that
/// wait for a place hold nobody up: what becomes free by the update may be what they need. One that had begun to serve
/// before and does not now is not the update's doing, but reason enough to take nothing more away.
fn is_under_way(record: &PlacementRecord, slot: &SlotRecord, known: &Known) -> bool {
    if slot.successor.is_some() {
        return true;
    }
    let current = slot
        .assignment
        .as_ref()
        .filter(|assignment| record.is_current(assignment));
    current.is_some() && !known.serves(slot)
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{Epoch, Generation};

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::SuccessorRecord;
    use crate::records::placement::{GangPhase, GangStartRecord, Observed, Reason};

    const SURGE: Limits = Limits {
        strategy: UpdateStrategy::Surge,
        max_parallel: 1,
        min_available: 0,
        strict: false,
    };
    const RECREATE: Limits = Limits {
        strategy: UpdateStrategy::Recreate,
        ..SURGE
    };

    fn observed(ready: bool) -> Observed {
        Observed {
            ready,
            ..Observed::default()
        }
    }

    /// Slots by (generation, serves), of generation 2.
    fn rolling(slots: &[(u64, bool)]) -> PlacementRecord {
        let mut record = record("default", "web", "uid-1");
        record.generation = Generation(2);
        record.spec.replicas = Some(i32::try_from(slots.len()).unwrap());
        record.slots = (0..)
            .zip(slots)
            .map(|(number, (generation, ready))| {
                let mut slot = slot(number, "c1", "n1", observed(*ready));
                slot.assignment.as_mut().unwrap().generation = Generation(*generation);
                slot
            })
            .collect();
        record
    }

    fn give_successor(record: &mut PlacementRecord, at: usize) {
        let slot = &mut record.slots[at];
        slot.successor = Some(Box::new(SuccessorRecord {
            epoch: Epoch(slot.epoch.0 + 1),
            assignment: slot.assignment.clone().unwrap(),
            cause: Reason::Superseded,
            message: String::new(),
        }));
    }

    fn disturb(record: &mut PlacementRecord, at: usize) {
        let assignment = record.slots[at].assignment.as_mut().unwrap();
        assignment.observed.disruption = "NODE_CORDONED".to_owned();
    }

    fn observed_of(record: &mut PlacementRecord, at: usize) -> &mut Observed {
        &mut record.slots[at].assignment.as_mut().unwrap().observed
    }

    fn steps(record: &PlacementRecord, limits: &Limits) -> Vec<Step> {
        next(record, limits).steps
    }

    /// With everything known that is said.
    fn next(record: &PlacementRecord, limits: &Limits) -> Next {
        next_steps(record, limits, &Known::of(record, |_, _, _| true))
    }

    /// Those that get a successor first, where there is room for all.
    fn moves(record: &PlacementRecord, limits: &Limits) -> Vec<Slot> {
        let next = next_moves(record, limits, &Known::of(record, |_, _, _| true));
        next.slots.into_iter().take(next.at_once).collect()
    }

    #[test]
    fn what_serves_gets_successors_so_many_at_once_as_it_allows() {
        let mut record = rolling(&[(1, true), (1, true), (1, true)]);
        assert_eq!(steps(&record, &SURGE), [Step::Surge(Slot(0))]);
        let two = Limits {
            max_parallel: 2,
            ..SURGE
        };
        assert_eq!(steps(&record, &two), [Step::Surge(Slot(0)), Step::Surge(Slot(1))]);
        give_successor(&mut record, 1);
        assert_eq!(steps(&record, &SURGE), []);
        assert_eq!(steps(&record, &two), [Step::Surge(Slot(0))]);
    }

    #[test]
    fn the_next_one_waits_until_the_last_one_serves() {
        assert_eq!(steps(&rolling(&[(2, false), (1, true)]), &SURGE), []);
        assert_eq!(
            steps(&rolling(&[(2, true), (1, true)]), &SURGE),
            [Step::Surge(Slot(1))]
        );
        assert_eq!(steps(&rolling(&[(2, true), (2, true)]), &SURGE), []);
    }

    #[test]
    fn what_has_never_served_is_replaced_and_what_has_gets_a_successor() {
        let two = Limits {
            max_parallel: 2,
            ..SURGE
        };
        let mut record = rolling(&[(1, true), (1, false)]);
        assert_eq!(
            steps(&record, &two),
            [Step::Surge(Slot(0)), Step::Replace(Slot(1))]
        );
        observed_of(&mut record, 1).started = true;
        assert_eq!(
            steps(&record, &two),
            [Step::Surge(Slot(0)), Step::Surge(Slot(1))],
            "it may be back in a moment"
        );
        let mut silent = rolling(&[(1, false)]);
        observed_of(&mut silent, 0).silent = true;
        assert_eq!(steps(&silent, &SURGE), [], "it may well serve");
    }

    #[test]
    fn what_has_served_and_does_not_now_is_recreated_only_where_a_gap_was_asked_for() {
        let mut record = rolling(&[(1, false), (1, true)]);
        observed_of(&mut record, 0).started = true;
        let both = Limits {
            max_parallel: 2,
            min_available: 1,
            ..RECREATE
        };
        assert_eq!(
            steps(&record, &both),
            [Step::Recreate(Slot(0))],
            "the one that serves has to stay"
        );
    }

    #[test]
    fn recreation_leaves_so_many_serving_as_must_and_says_when_it_cannot() {
        let record = rolling(&[(1, true), (1, true)]);
        let at_once = Limits {
            max_parallel: 2,
            ..RECREATE
        };
        assert_eq!(
            steps(&record, &at_once),
            [Step::Recreate(Slot(0)), Step::Recreate(Slot(1))]
        );
        let one = Limits {
            min_available: 1,
            ..at_once
        };
        assert_eq!(steps(&record, &one), [Step::Recreate(Slot(0))]);
        let both = next(
            &record,
            &Limits {
                min_available: 2,
                ..at_once
            },
        );
        assert_eq!(both.steps, []);
        assert!(both.blocked.unwrap().contains("minAvailable (2)"));
    }

    #[test]
    fn the_highest_slots_go_when_fewer_are_wanted() {
        let mut record = rolling(&[(2, true), (2, true), (2, true), (2, false)]);
        record.spec.replicas = Some(2);
        let steps_with = |min_available| {
            next(
                &record,
                &Limits {
                    min_available,
                    ..SURGE
                },
            )
        };
        assert_eq!(
            steps_with(2).steps,
            [Step::Retire(Slot(3)), Step::Retire(Slot(2))]
        );
        let held = steps_with(3);
        assert_eq!(held.steps, [Step::Retire(Slot(3))]);
        assert!(held.blocked.is_some());
    }

    #[test]
    fn fewer_replicas_take_nothing_that_serves_until_so_many_serve_without_it() {
        let mut record = rolling(&[(2, false), (2, true), (2, true)]);
        record.spec.replicas = Some(1);
        let held = next(&record, &SURGE);
        assert_eq!(held.steps, [Step::Retire(Slot(2))]);
        assert!(held.blocked.unwrap().contains("until 1 serve without it"));
        observed_of(&mut record, 0).ready = true;
        assert_eq!(
            steps(&record, &SURGE),
            [Step::Retire(Slot(2)), Step::Retire(Slot(1))]
        );
        // What serves nobody goes at once.
        let mut broken = rolling(&[(2, false), (2, false)]);
        broken.spec.replicas = Some(1);
        assert_eq!(steps(&broken, &SURGE), [Step::Retire(Slot(1))]);
    }

    #[test]
    fn one_that_nobody_hears_of_goes_only_when_enough_serve_for_sure() {
        let mut record = rolling(&[(2, false), (2, true)]);
        record.spec.replicas = Some(1);
        record.slots[1].assignment.as_mut().unwrap().observed.silent = true;
        let one = Limits {
            min_available: 1,
            ..SURGE
        };
        let held = next(&record, &one);
        assert_eq!(held.steps, []);
        assert!(held.blocked.is_some());
        record.slots[0].assignment.as_mut().unwrap().observed.ready = true;
        assert_eq!(steps(&record, &one), [Step::Retire(Slot(1))]);
    }

    #[test]
    fn what_is_not_known_is_neither_spared_nor_a_reason_to_replace() {
        let two = |limits: Limits| Limits {
            max_parallel: 2,
            ..limits
        };
        let unheard = Known::default();
        let record = rolling(&[(1, true), (1, false)]);
        assert_eq!(
            next_steps(&record, &two(SURGE), &unheard).steps,
            [Step::Surge(Slot(0))],
            "a successor takes nothing away"
        );
        assert_eq!(next_steps(&record, &two(RECREATE), &unheard).steps, []);
        let only_first = Known::of(&record, |slot, _, _| slot == Slot(0));
        let one = Limits {
            min_available: 1,
            ..two(RECREATE)
        };
        let both_ready = rolling(&[(1, true), (1, true)]);
        assert_eq!(next_steps(&both_ready, &one, &only_first).steps, []);
        assert_eq!(steps(&both_ready, &one), [Step::Recreate(Slot(0))]);
        let mut fewer = rolling(&[(2, true), (2, true)]);
        fewer.spec.replicas = Some(1);
        let one = Limits {
            min_available: 1,
            ..SURGE
        };
        assert_eq!(next_steps(&fewer, &one, &unheard).steps, []);
        assert_eq!(
            next_steps(&fewer, &one, &only_first).steps,
            [Step::Retire(Slot(1))]
        );
    }

    #[test]
    fn with_strict_fencing_what_is_not_known_gets_no_successor_and_that_is_said() {
        let record = rolling(&[(1, true), (1, true)]);
        for limits in [SURGE, RECREATE] {
            let strict = Limits {
                strict: true,
                max_parallel: 2,
                ..limits
            };
            let held = next_steps(&record, &strict, &Known::default());
            assert_eq!(held.steps, []);
            assert!(held.blocked.unwrap().contains("fencing STRICT"));
            // One that is heard of goes on, whatever the other does.
            let only_second = Known::of(&record, |slot, _, _| slot == Slot(1));
            let half = next_steps(&record, &strict, &only_second);
            assert!(
                matches!(half.steps[..], [Step::Surge(Slot(1)) | Step::Recreate(Slot(1))]),
                "{half:?}"
            );
            assert!(half.blocked.is_some());
            let all = next(&record, &strict);
            assert_eq!((all.steps.len(), all.blocked), (2, None));
        }
    }

    #[test]
    fn one_that_failed_to_start_too_often_is_left_as_it_is() {
        for ready in [true, false] {
            let mut record = rolling(&[(1, ready)]);
            observed_of(&mut record, 0).started = true;
            record.slots[0].failed_starts = crate::records::rollout::MAX_FAILED_STARTS;
            let next = next(&record, &SURGE);
            assert_eq!(next.steps, [], "ready: {ready}");
            assert!(next.blocked.unwrap().contains("5 places"));
        }
    }

    #[test]
    fn what_should_not_stay_moves_so_many_at_once_as_an_update_may_replace() {
        let mut record = rolling(&[(2, true), (2, true), (2, false), (2, true)]);
        assert_eq!(moves(&record, &SURGE), []);
        for at in 1..4 {
            disturb(&mut record, at);
        }
        assert_eq!(moves(&record, &SURGE), [Slot(1)]);
        let two = Limits {
            max_parallel: 2,
            min_available: 4,
            ..SURGE
        };
        assert_eq!(
            moves(&record, &two),
            [Slot(1), Slot(2)],
            "be it that it does not serve: nothing is taken away"
        );
        give_successor(&mut record, 1);
        assert_eq!(moves(&record, &two), [Slot(2)]);
        give_successor(&mut record, 0);
        assert_eq!(moves(&record, &two), []);
    }

    #[test]
    fn nothing_moves_that_is_bound_to_its_cluster_only_or_silent_or_has_failed_too_often_or_starts() {
        let mut still = rolling(&[(2, true), (2, true), (2, true)]);
        for at in 0..3 {
            disturb(&mut still, at);
        }
        still.slots[0].assignment.as_mut().unwrap().node = None;
        still.slots[1].assignment.as_mut().unwrap().observed.silent = true;
        still.slots[2].failed_starts = crate::records::rollout::MAX_FAILED_STARTS;
        assert_eq!(moves(&still, &SURGE), []);

        let mut gang = rolling(&[(2, true)]);
        disturb(&mut gang, 0);
        gang.gang_start = Some(GangStartRecord {
            phase: GangPhase::Gated,
            since: jiff::Timestamp::UNIX_EPOCH,
        });
        assert_eq!(moves(&gang, &SURGE), [], "it starts whole or not at all");
        gang.gang_start = None;
        assert_eq!(moves(&gang, &SURGE), [Slot(0)]);
    }

    #[test]
    fn an_update_begins_with_what_should_not_stay_and_takes_it_along() {
        let mut record = rolling(&[(1, true), (1, true), (1, true)]);
        disturb(&mut record, 2);
        assert_eq!(steps(&record, &SURGE), [Step::Surge(Slot(2))]);
        assert_eq!(moves(&record, &SURGE), [], "the update takes it along");
    }
}
