//! ComputeCapacity: how many more would fit, against the snapshot of now.

use std::time::Instant;

use hourglass_engine::{CapacityAnswer, DecideInput, capacity};
use hourglass_model::request::canonicalise;

use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, CountCapacity};

impl Core {
    /// How many more replicas fit beside everything that is there. Changes nothing.
    ///
    /// # Errors
    /// [`CallError::Invalid`], and [`CallError::InventoryIncomplete`] while a count would be too low because clusters
    /// have not said yet what they have.
    pub fn capacity(&self, question: &CountCapacity) -> Result<CapacityAnswer, CallError> {
        let request = canonicalise(&question.spec, &question.labels).map_err(CallError::Invalid)?;
        if !self.clusters.inventory_complete() {
            return Err(CallError::InventoryIncomplete);
        }
        let begin = Instant::now();
        let avoid = self.avoided.of(request.shape, None, begin);
        let input = DecideInput {
            tenant: &question.tenant,
            placement: None,
            slots: &[],
            avoid: &avoid,
            preempt: false,
            explain: true,
        };
        Ok(capacity(
            &self.fleet,
            &request,
            &input,
            question.limit,
            &mut || begin.elapsed() < self.answering,
        ))
    }
}
