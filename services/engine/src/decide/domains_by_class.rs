//! What a request sees of others without going over all nodes: which domains its spread constraints count is told by classes.

use hourglass_model::request::CanonicalRequest;

use super::DecideInput;
use super::search::Search;
use crate::domains::DomainView;
use crate::state::FleetState;

/// What rules over domains count, and in which domains; none where spread constraints go together with nodes that are called by
/// name, for then only all nodes of the fleet could tell.
pub(super) fn domains_by_class<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
) -> Option<DomainView<'a>> {
    let view = DomainView::new(state, request, *input);
    if !view.needs_eligible() {
        return Some(view);
    }
    let mut memo = state.memo.lock();
    let known = memo.known(state, request, input)?;
    let search = Search::new(state, request, input, known, input.slots.len())?;
    Some(search.into_domains())
}
