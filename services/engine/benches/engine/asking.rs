//! Asking for places, and how long the answer takes.

use std::time::{Duration, Instant};

use hourglass_engine::{Avoid, DecideInput, Decision, FleetState, SlotWanted};
use hourglass_model::ids::{Epoch, PlacementUid, Slot, TenantId};
use hourglass_model::request::CanonicalRequest;

/// By the index, or by going over all nodes.
pub type Way = fn(&FleetState, &CanonicalRequest, &DecideInput<'_>) -> Decision;

/// What is asked beside the request.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub tenant: &'a TenantId,
    pub placement: Option<&'a PlacementUid>,
    pub preempt: bool,
    pub explain: bool,
}

impl<'a> Question<'a> {
    /// For places alone, of a placement that is not there yet.
    pub fn new(tenant: &'a TenantId) -> Self {
        Self {
            tenant,
            placement: None,
            preempt: false,
            explain: false,
        }
    }

    /// Asks for a place for each replica.
    pub fn ask(&self, state: &FleetState, request: &CanonicalRequest, way: Way) -> (Duration, Decision) {
        let wanted = |slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        };
        let slots: Vec<SlotWanted> = (0..request.replicas).map(wanted).collect();
        let avoid = Avoid::new();
        let input = DecideInput {
            tenant: self.tenant,
            placement: self.placement,
            slots: &slots,
            avoid: &avoid,
            preempt: self.preempt,
            explain: self.explain,
        };
        let begun = Instant::now();
        let decision = way(state, request, &input);
        (begun.elapsed(), decision)
    }
}
