//! Why an update finds no room for its next replica: at length, kept current, and with what would end it.
//!
//! Why at length goes over all nodes: it is found out when the update stands still, when the reason is another one, and again
//! after a while (`texts::AGAIN`), in the time that explanations have. In between the last text stays.

use std::sync::Arc;

use hourglass_engine::{DecideInput, NoFitReason, RuleRejection, SlotWanted, why_not_on};
use hourglass_model::ids::{PlacementUid, Slot};
use hourglass_model::placement::UpdateStrategy;

use super::place::next_epoch;
use super::successor::{NoSuccessor, bound_to, successor_input};
use crate::records::{PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::queue::Failure;
use crate::scheduler::rollout::Limits;
use crate::scheduler::rollout::rolls::ToldBlocked;
use crate::scheduler::round::Round;

/// What stands in the way of the next step of an update.
#[derive(Clone, Debug)]
pub(super) struct Blocked {
    /// For people.
    pub message: String,
    /// There is no room, and the message says why.
    pub no_room: bool,
}

impl From<String> for Blocked {
    fn from(message: String) -> Self {
        let no_room = false;
        Self { message, no_room }
    }
}

/// What is known, and asked, of why a slot gets no next place.
#[derive(Clone, Debug)]
pub(super) struct AskedWhy {
    pub slot: Slot,
    /// The placement is told of this slot.
    is_told: bool,
    /// Why there is none is to be found out at length.
    pub at_length: bool,
    /// What was said of this slot before, as far as it is known.
    before: Option<NoFitReason>,
}

impl AskedWhy {
    /// There is no place, for another reason than was said, and nobody has found out more.
    pub(super) fn is_other(&self, outcome: &Result<(), NoSuccessor>) -> bool {
        let Err(NoSuccessor::NoFit(failure)) = outcome else {
            return false;
        };
        self.is_told && failure.told().is_none() && self.before.is_some_and(|before| before != failure.reason)
    }
}

impl Core {
    /// What is to be found out, should a slot get no next place; nothing where another one is told of already.
    pub(super) fn asked_why(&self, uid: &PlacementUid, slot: Slot, is_told: bool, round: &Round) -> AskedWhy {
        let told = self.rolls.told(uid).filter(|told| told.slot == slot);
        AskedWhy {
            slot,
            is_told,
            at_length: is_told && told.is_none_or(|told| told.is_old(round.instant)),
            before: told.map(|told| told.reason),
        }
    }

    /// What stands in the way of the next place of a slot, when anything does.
    pub(super) fn why_blocked(
        &mut self,
        uid: &PlacementUid,
        asked: &AskedWhy,
        outcome: Result<(), NoSuccessor>,
        round: &Round,
    ) -> Option<Blocked> {
        match outcome {
            Ok(()) | Err(NoSuccessor::NotNow) => None,
            Err(NoSuccessor::NoFit(failure)) => {
                let message = self.no_room(uid, asked, &failure, round);
                self.rolls.blocked(uid, Arc::from(failure));
                Some(Blocked {
                    message,
                    no_room: true,
                })
            }
            Err(NoSuccessor::Invalid(why)) => Some(why.into()),
        }
    }

    /// The text of now: at length where that was found out, the last one where that still says why.
    fn no_room(&mut self, uid: &PlacementUid, asked: &AskedWhy, failure: &Failure, round: &Round) -> String {
        let slot = asked.slot;
        let record = self.placements.by_uid(uid);
        let stored =
            record.and_then(|record| record.roll.as_ref().filter(|roll| roll.no_room)?.blocked.clone());
        let is_written = failure.told().is_some();
        let is_same = asked.before.is_none_or(|before| before == failure.reason);
        let kept = stored.filter(|_| is_same && !is_written);
        if asked.is_told && (is_written || asked.at_length || !is_same) {
            // What there was no time for is found out when there is.
            let may = is_written || self.explaining.is_left(round.instant);
            let told = ToldBlocked {
                slot,
                reason: failure.reason,
                snapshot: self.fleet.snapshot_id(),
                written: may.then_some(round.instant),
            };
            self.rolls.tell(uid, told);
        }
        if let Some(kept) = kept {
            return kept;
        }
        let why = failure.message();
        let ends = is_written.then(|| self.in_its_place(uid, slot, round)).flatten();
        let ends = ends.map_or_else(String::new, |ends| format!("; {ends}"));
        format!("no room for the successor of replica {slot}: {why}{ends}")
    }

    /// Whether the next replica of a slot would have room once the one before it has gone, and how that is brought about.
    fn in_its_place(&self, uid: &PlacementUid, slot: Slot, round: &Round) -> Option<String> {
        let record = self.placements.by_uid(uid)?;
        let held = record.slot(slot).filter(|held| !held.is_disturbed())?;
        let request = record.request().ok()?;
        let limits = Limits::of(&request);
        if limits.strategy == UpdateStrategy::Recreate {
            return None;
        }
        let going = self.going_with(record, &[held], round);
        self.decide_here(record, &request, held, &going, round)?;
        let own = self.own_node_rule(record, held, round);
        let own = own.and_then(|rule| own_rule_text(&rule)).unwrap_or_default();
        let serving = record.slots.iter().filter(|slot| slot.serves()).count();
        let but = if serving > limits.min_available {
            String::new()
        } else {
            format!(
                ", which disruption.minAvailable ({}) forbids",
                limits.min_available
            )
        };
        Some(format!(
            "{own}with update.strategy RECREATE it takes the place of the one before it, with a gap{but}"
        ))
    }

    /// The rule that keeps the next replica of a slot off the node where the one before it is.
    fn own_node_rule(
        &self,
        record: &PlacementRecord,
        held: &SlotRecord,
        round: &Round,
    ) -> Option<RuleRejection> {
        let of = held.assignment.as_ref()?;
        let spec = self.spec_of(record, record.generation)?;
        let bound = record.request_with(&bound_to(spec, of)?).ok()?;
        let avoid = self.avoided_as(record, record.generation, bound.shape, round.instant);
        let slots = [SlotWanted {
            slot: held.slot,
            epoch: next_epoch(held, self.grant().incarnation),
        }];
        let input = DecideInput {
            explain: true,
            ..successor_input(record, &slots, &avoid)
        };
        let here = (&of.cluster, &of.charged_node);
        self.explaining
            .spend(round.instant, || why_not_on(&self.fleet, &bound, &input, here))
    }
}

/// Where nobody else is in the way, the rule of the placement that keeps its replicas apart.
fn own_rule_text(rule: &RuleRejection) -> Option<String> {
    let field = match rule.rule.as_str() {
        "AntiAffinity" => "antiAffinity",
        "Spread" => "spread",
        _ => return None,
    };
    let sample = rule.samples.first()?;
    Some(format!(
        "its own {field} keeps it from standing beside the one before it ({}: {}); ",
        sample.node, sample.shortfall
    ))
}
