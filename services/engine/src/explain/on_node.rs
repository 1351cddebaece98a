//! Why not on one node, for who asks about no other.

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;

use super::{RejectionSample, RuleRejection};
use crate::decide::{DecideInput, Draft};
use crate::scan::{self, Demands};
use crate::state::FleetState;

/// The rule that keeps the first replica off this node, as an explanation would say it; none where it could go there, and where its
/// cluster is not there or turned away as a whole. Of other nodes only their domains are looked at, where spread constraints count
/// these.
#[must_use]
pub fn why_not_on(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    (cluster, node): (&ClusterName, &NodeName),
) -> Option<RuleRejection> {
    let prepared = scan::prepare(state, request, input, None);
    let draft = Draft::new(&prepared, None);
    let index = prepared
        .eligible
        .iter()
        .position(|eligible| eligible.name == cluster)?;
    let node = prepared.eligible.get(index)?.state.node(node)?;
    let mut demands = Demands::default();
    let spot = draft.spot(&prepared, index, node);
    let verdict = prepared.evaluate(&spot, Some(&draft.domains), &mut demands, None);
    let rejection = verdict.err()?;
    let shortfall = prepared.shortfall(&spot, &draft.domains, rejection, &mut demands);
    Some(RuleRejection {
        rule: rejection.name().to_owned(),
        nodes: 1,
        samples: vec![RejectionSample {
            node: node.name().clone(),
            shortfall,
        }],
    })
}
