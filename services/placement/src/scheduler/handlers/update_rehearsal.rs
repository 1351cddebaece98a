//! What a change of a placement would do: fields, moves and victims; nothing changes.

use hourglass_engine::{Decision, SlotWanted};
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::UpdateStrategy;
use hourglass_model::request::CanonicalRequest;

use super::place::{Mode, next_epoch};
use super::successor::Wanted;
use crate::records::{AssignmentRecord, PlacementRecord, SlotRecord};
use crate::scheduler::core::Core;
use crate::scheduler::diff::FieldChange;
use crate::scheduler::memory::internal;
use crate::scheduler::merge::Wish;
use crate::scheduler::persist::refresh;
use crate::scheduler::port::{CallError, PlacementAnswer, ReplicaMove, UpdateAnswer, UpdatePlan};
use crate::scheduler::round::Round;

impl Core {
    /// The placement as it would be, which is `record` before any replica has moved, with what would be done.
    pub(in crate::scheduler) fn rehearse_change(
        &self,
        mut record: PlacementRecord,
        request: &CanonicalRequest,
        changes: Vec<FieldChange>,
        round: &Round,
    ) -> Result<UpdateAnswer, CallError> {
        if !self.clusters.inventory_complete() {
            return Err(CallError::InventoryIncomplete);
        }
        if !changes.is_empty() {
            record.etag = Wish::of(&record).etag().map_err(internal)?;
            record.update_time = round.now;
        }
        let (mut moves, mut victims) = (Vec::new(), Vec::new());
        for slot in record.slots.iter().take(record.replicas()) {
            if let Some((one, decision)) = self.rehearse_move(&record, slot, request, round) {
                moves.push(one);
                victims.extend(self.victims_of(&decision));
            }
        }
        refresh(&mut record, round.now);
        Ok(UpdateAnswer {
            placement: PlacementAnswer {
                record,
                waiting: None,
                victims,
            },
            plan: Some(UpdatePlan { changes, moves }),
        })
    }

    /// Where a replica would go that is outdated or has no place, by which decision; none of one that stays.
    fn rehearse_move(
        &self,
        record: &PlacementRecord,
        slot: &SlotRecord,
        request: &CanonicalRequest,
        round: &Round,
    ) -> Option<(ReplicaMove, Decision)> {
        let wanted = SlotWanted {
            slot: slot.slot,
            epoch: next_epoch(slot, self.grant().incarnation),
        };
        let (from, decision) = match &slot.assignment {
            Some(assignment) if record.is_current(assignment) => return None,
            Some(assignment) => {
                let wanted = Wanted {
                    slot: wanted,
                    of: assignment,
                    elsewhere: slot.is_disturbed(),
                    explain: false,
                };
                let going = self.going_with(record, &[slot], round);
                let here = gives_up_first(record, assignment)
                    .then(|| self.decide_here(record, request, slot, &going, round));
                let decision = here.flatten();
                let decision = decision
                    .unwrap_or_else(|| self.decide_successor(record, request, &wanted, round.instant));
                let from = (assignment.cluster.clone(), assignment.charged_node.clone());
                (Some(from), decision)
            }
            None => {
                let subject = (&record.tenant, Some(&record.uid));
                let mode = Mode {
                    preempt: self.may_preempt(request),
                    explain: false,
                };
                let decision = self.decide(subject, request, &[wanted], mode, round.instant);
                (None, decision)
            }
        };
        let to: Option<(ClusterName, NodeName)> = decision
            .placed
            .first()
            .map(|placed| (placed.cluster.clone(), placed.node.clone()));
        let slot = slot.slot;
        Some((ReplicaMove { slot, from, to }, decision))
    }
}

/// Its place ends before the next one of the slot begins.
fn gives_up_first(record: &PlacementRecord, assignment: &AssignmentRecord) -> bool {
    let update = record.spec.update.as_ref();
    let recreates = update.is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
    recreates || !(assignment.observed.ready || assignment.observed.started)
}
