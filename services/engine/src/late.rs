//! Clusters that a decision leaves out for a moment only.

use hourglass_model::ids::ClusterName;
use hourglass_model::request::CanonicalRequest;

use crate::decide::DecideInput;
use crate::filter::cluster::{ClusterContext, failing};
use crate::state::FleetState;

/// Whether the inventory that a cluster's agent is about to send is all that keeps the cluster from being looked at for a request:
/// every other rule over clusters lets it through, by what was last heard of it. False for one that is looked at, or not known.
#[must_use]
pub fn lacks_only_inventory<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    name: &'a ClusterName,
) -> bool {
    let Some(cluster) = state.cluster(name) else {
        return false;
    };
    let context = ClusterContext::of(state, request, input, (name, cluster));
    let mut failing = failing(&context).peekable();
    failing.peek().is_some() && failing.all(|rule| rule.waits_for_inventory(&context))
}
