//! What the packing score learns from: every request that arrives, and after a start the latest ones that the store knows.

use hourglass_model::request::CanonicalRequest;

use super::core::Core;
use crate::records::PlacementRecord;

/// Requests that are learnt from after a start. What was learnt halves every few thousand replicas, so that older ones
/// would hardly count.
const LATEST: usize = 16_384;

impl Core {
    /// Learns from the latest placements in the order in which they came.
    pub(in crate::scheduler) fn learn_from_stored(&mut self) {
        let mut records: Vec<&PlacementRecord> = self.placements.iter(None).collect();
        records.sort_by(|one, other| (one.create_time, &one.uid).cmp(&(other.create_time, &other.uid)));
        let older = records.len().saturating_sub(LATEST);
        // One whose request is not valid any more says so where it waits.
        let requests: Vec<CanonicalRequest> = records
            .into_iter()
            .skip(older)
            .filter_map(|record| record.request().ok())
            .collect();
        for request in &requests {
            self.fleet.observe(request);
        }
    }
}
