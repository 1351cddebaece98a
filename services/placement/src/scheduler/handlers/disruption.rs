//! Replicas that somebody is about to take away, or whose node is being emptied, as their agents report it.

use hourglass_model::ids::Slot;
use jiff::Timestamp;

use crate::records::PlacementRecord;

/// Tells in the story of a placement that a replica should move, or may stay after all. `place` is where it is; `before` and
/// `now` are what was and is reported, empty where there is nothing.
pub(super) fn tell(
    record: &mut PlacementRecord,
    slot: Slot,
    place: &str,
    (before, now): (&str, &str),
    time: Timestamp,
) {
    match (before, now) {
        _ if before == now => {}
        (before, "") => record.push_event(
            time,
            "DISRUPTION_ENDED",
            format!("replica {slot} may stay on {place}: {before} is over"),
        ),
        (_, now) => record.push_event(
            time,
            "DISRUPTION",
            format!("replica {slot} should not stay on {place}: {now}"),
        ),
    }
}
