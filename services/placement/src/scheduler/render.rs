//! The concrete performer of an assignment: from the stored wish, the stored offer of its node, and the stored choice of
//! what differs in its cluster. Nothing else goes into it, so the same assignment always gives the same content.

use hourglass_model::ids::NodeName;
use hourglass_model::performer::PerformerSpec;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::render::{NodeOffer, Pin, resolve};
use hourglass_model::request::{AppliedOverrides, CanonicalRequest};

use super::orders::RenderError;
use crate::records::{AssignmentRecord, PlacementRecord};

/// Port of a performer that names none.
pub const DEFAULT_GRPC_PORT: u16 = 9090;

/// What the agent of the assignment's cluster is to run; `spec` is that of its generation.
pub(super) fn performer(
    spec: &PlacementSpec,
    record: &PlacementRecord,
    assignment: &AssignmentRecord,
) -> Result<PerformerSpec, RenderError> {
    let request = record.request_with(spec)?;
    let node = assignment.node.as_ref();
    Ok(concrete(&request, &assignment.offer, node, assignment.overrides))
}

/// The concrete performer on `node` (or anywhere in the cluster), with what differs there.
pub(super) fn concrete(
    request: &CanonicalRequest,
    offer: &NodeOffer,
    node: Option<&NodeName>,
    overrides: AppliedOverrides,
) -> PerformerSpec {
    let pin = node.map_or(Pin::Cluster, |node| Pin::Node(node.clone()));
    overrides.applied_to(resolve(request, offer, &pin), &request.cluster_overrides)
}

/// Port of the performer.
pub(super) fn grpc_port(performer: &PerformerSpec) -> u16 {
    performer
        .config
        .as_ref()
        .and_then(|config| config.grpc_port)
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or(DEFAULT_GRPC_PORT)
}
