//! What the log tells of placements: which one, in which trace; and every step of its story once, with the commit.

use hourglass_model::ids::PlacementUid;
use jiff::Timestamp;
use tracing::info;

use super::core::Core;
use crate::records::PlacementRecord;

/// What a line about a placement carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::scheduler) struct About {
    /// `tenants/{t}/placements/{p}`; its uid when it is gone.
    pub placement: String,
    /// Trace of the call that what happens to it follows from, 32 hex digits, or empty.
    pub trace_id: String,
}

impl About {
    fn of(record: &PlacementRecord) -> Self {
        Self {
            placement: record.name(),
            trace_id: record.trace_id().to_owned(),
        }
    }
}

impl Core {
    /// What to say of the placement `uid` in a log line.
    pub(in crate::scheduler) fn about(&self, uid: &PlacementUid) -> About {
        self.placements.by_uid(uid).map_or_else(
            || About {
                placement: uid.to_string(),
                trace_id: String::new(),
            },
            About::of,
        )
    }
}

/// The steps that this round added to the story of `record`, one line each.
pub(in crate::scheduler) fn steps(record: &PlacementRecord, now: Timestamp) {
    for event in record.events.iter().filter(|event| event.time == now) {
        info!(
            placement = record.name(),
            trace_id = event.trace_id,
            step = event.reason,
            "{}",
            event.text()
        );
    }
}

/// Nothing of a placement is left.
pub(in crate::scheduler) fn gone(record: &PlacementRecord) {
    let about = About::of(record);
    info!(
        placement = about.placement,
        trace_id = about.trace_id,
        step = "DELETED",
        "every cluster has confirmed that nothing is left"
    );
}
