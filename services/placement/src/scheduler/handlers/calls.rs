//! What calls about one resource have in common: which one it is, that it is as the caller thinks, and how the call ends.

use hourglass_model::ids::{PlacementId, PlacementUid, TenantId};

use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::persist::refresh;
use crate::scheduler::port::CallError;
use crate::scheduler::round::Round;

impl Core {
    /// The placement that a call is about.
    pub(in crate::scheduler) fn existing(
        &self,
        tenant: &TenantId,
        id: &PlacementId,
    ) -> Result<&PlacementRecord, CallError> {
        self.placements
            .get(tenant, id)
            .ok_or_else(|| CallError::NotFound(format!("tenants/{tenant}/placements/{id}")))
    }

    /// What is decided and ordered for a placement from here on belongs to the trace of this call, when it has one.
    pub(in crate::scheduler) fn follow(&mut self, uid: &PlacementUid, traceparent: Option<&str>) {
        if let Some(traceparent) = traceparent {
            self.placements.update(uid, |record| {
                record.caused_by = Some(traceparent.to_owned());
            });
        }
    }

    /// The end of a call that changed a placement: how that is now. The call is remembered by its `request_id`, when it
    /// has one.
    pub(in crate::scheduler) fn end_call(
        &mut self,
        uid: &PlacementUid,
        request_id: Option<&str>,
        body: String,
        round: &mut Round,
    ) -> Result<PlacementRecord, CallError> {
        let now = round.now;
        let record = self
            .placements
            .update(uid, |record| {
                refresh(record, now);
                record.clone()
            })
            .ok_or(CallError::Unavailable)?;
        if let Some(request_id) = request_id {
            self.remember_placement(request_id, body, &record, round)?;
        }
        Ok(record)
    }
}

/// Refuses a call that was made of another content of `name` than the `current` one.
pub(in crate::scheduler) fn check_etag(
    name: &str,
    current: &str,
    given: Option<&str>,
) -> Result<(), CallError> {
    match given.filter(|given| *given != current) {
        Some(given) => Err(CallError::EtagMismatch {
            name: name.to_owned(),
            current: current.to_owned(),
            given: given.to_owned(),
        }),
        None => Ok(()),
    }
}
