//! ExplainPlacement: against the snapshot of now.

use std::time::Instant;

use hourglass_engine::{DecideInput, Explanation, SlotWanted, explain};
use hourglass_model::ids::{Epoch, PlacementUid, Slot, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::canonicalise;

use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, ExplainSubject};

impl Core {
    /// Why there, or why not anywhere. For an existing placement: its slots without a place; when all have one, what
    /// another replica of it would meet.
    ///
    /// # Errors
    /// [`CallError::NotFound`] or [`CallError::Invalid`].
    pub fn explain(&self, subject: &ExplainSubject) -> Result<Explanation, CallError> {
        match subject {
            ExplainSubject::Existing(tenant, id) => {
                let name = || CallError::NotFound(format!("tenants/{tenant}/placements/{id}"));
                let record = self.placements.get(tenant, id).ok_or_else(name)?;
                let mut wanted: Vec<SlotWanted> = record
                    .slots
                    .iter()
                    .filter(|slot| slot.assignment.is_none())
                    .map(|slot| SlotWanted {
                        slot: slot.slot,
                        epoch: slot.epoch.next(),
                    })
                    .collect();
                if wanted.is_empty() {
                    wanted.push(SlotWanted {
                        slot: Slot(0),
                        epoch: Epoch(1),
                    });
                }
                let wish = (&record.spec, &record.labels);
                let mut explanation = self.explain_slots(tenant, Some(&record.uid), wish, &wanted)?;
                self.explain_held(record, &mut explanation);
                Ok(explanation)
            }
            ExplainSubject::New { tenant, labels, spec } => {
                let replicas = u32::try_from(spec.replicas.unwrap_or(1)).unwrap_or(1);
                let wanted: Vec<SlotWanted> = (0..replicas)
                    .map(|slot| SlotWanted {
                        slot: Slot(slot),
                        epoch: Epoch(1),
                    })
                    .collect();
                self.explain_slots(tenant, None, (spec, labels), &wanted)
            }
        }
    }

    fn explain_slots(
        &self,
        tenant: &TenantId,
        placement: Option<&PlacementUid>,
        (spec, labels): (&PlacementSpec, &Labels),
        slots: &[SlotWanted],
    ) -> Result<Explanation, CallError> {
        let request = canonicalise(spec, labels).map_err(CallError::Invalid)?;
        let avoid = self.avoided.for_shape(request.shape, Instant::now());
        Ok(explain(
            &self.fleet,
            &request,
            &DecideInput {
                tenant,
                placement,
                slots,
                avoid: &avoid,
                preempt: false,
                explain: true,
            },
        ))
    }
}
