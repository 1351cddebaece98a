//! The concrete performer of an assignment, from the stored wish and the stored offer of its node.

use hourglass_model::performer::PerformerSpec;
use hourglass_model::render::{NodeOffer, Pin, resolve};
use hourglass_model::request::canonicalise;

use super::orders::RenderError;
use crate::records::{AssignmentRecord, PlacementRecord};

/// Port of a performer that names none.
pub const DEFAULT_GRPC_PORT: u16 = 9090;

/// What the agent of the assignment's cluster is to run.
pub(super) fn performer(
    record: &PlacementRecord,
    assignment: &AssignmentRecord,
) -> Result<PerformerSpec, RenderError> {
    concrete(record, &assignment.offer, assignment.node.as_ref())
}

/// The concrete performer on `node` (or anywhere in the cluster).
pub(super) fn concrete(
    record: &PlacementRecord,
    offer: &NodeOffer,
    node: Option<&hourglass_model::ids::NodeName>,
) -> Result<PerformerSpec, RenderError> {
    let request = canonicalise(&record.spec, &record.labels).map_err(|violations| {
        RenderError::Request(
            violations
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
        )
    })?;
    let pin = node.map_or(Pin::Cluster, |node| Pin::Node(node.clone()));
    Ok(resolve(&request, offer, &pin))
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
