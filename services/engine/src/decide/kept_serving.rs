//! What `disruption` keeps in its place although a higher priority would need the room: for those who explain why something
//! waits. A decision itself never looks at it.

use hourglass_model::placement::Preemption;
use hourglass_model::request::CanonicalRequest;

use super::place::{by_index, place_over_others};
use super::{DecideInput, decide};
use crate::scan::{self, Suppose};
use crate::state::FleetState;

/// Replicas of lower priority that would make room for more of what is wanted if none of their placements had to go on serving
/// (`disruption.minAvailable`); none when that would be of no use.
#[must_use]
pub fn kept_serving(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
) -> Option<usize> {
    let may_move = request.preemption == Preemption::LowerPriority;
    if !may_move || !any_has_to_serve(state, request.priority) {
        return None;
    }
    let wanted = input.slots.len();
    let input = DecideInput {
        preempt: true,
        explain: false,
        ..*input
    };
    let fit = decide(state, request, &input).placed.len();
    if fit >= wanted {
        return None;
    }
    let suppose = Suppose {
        nobody_has_to_serve: true,
        ..Suppose::default()
    };
    let placed = by_index(state, request, &input, suppose).map(|(placed, _)| placed);
    let placed = placed.unwrap_or_else(|| {
        let mut prepared = scan::prepare(state, request, &input, None);
        prepared.suppose(suppose);
        place_over_others(&prepared, wanted)
    });
    let together = request.gang || request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique);
    let found = placed.places.len();
    let helps = found > fit && (!together || found == wanted);
    let replicas: usize = placed.victims.iter().map(|(unit, _)| unit.claims.len()).sum();
    (helps && replicas > 0).then_some(replicas)
}

/// Whether anybody of lower priority than this has to go on serving.
fn any_has_to_serve(state: &FleetState, priority: i32) -> bool {
    let mut movable = state.ledger.movable(priority);
    movable.any(|(_, mut claims)| claims.any(|record| record.claim.owner.min_available.is_some()))
}

#[cfg(test)]
mod tests;
