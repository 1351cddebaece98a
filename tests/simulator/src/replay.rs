//! One decision with everything that it depends on: enough to decide it again anywhere, and to see that it comes out
//! the same.

use std::path::Path;

use hourglass_engine::{Avoid, DecideInput, Decision, FleetDump, FleetState, SlotWanted, decide};
use hourglass_model::ids::{ClusterName, NodeName, PlacementUid, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::canonicalise;
use serde::{Deserialize, Serialize};

use crate::SimulationError;

/// A decision and what it was made on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replay {
    /// Whose placement it is.
    pub tenant: TenantId,
    /// The placement; absent for one that does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<PlacementUid>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// The request.
    pub spec: PlacementSpec,
    /// The slots that were to be placed.
    pub slots: Vec<SlotWanted>,
    /// Clusters and nodes that were to be avoided, with why and since when.
    pub avoid: Vec<(ClusterName, Option<NodeName>, String)>,
    /// The fleet.
    pub fleet: FleetDump,
    /// What was decided.
    pub decision: Decision,
}

impl Replay {
    /// Decides again; the answer should be [`Replay::decision`].
    ///
    /// # Errors
    /// When the request is not valid.
    pub fn decide(&self) -> Result<Decision, SimulationError> {
        let request = canonicalise(&self.spec, &self.labels).map_err(|violations| {
            let first = violations.first();
            SimulationError::invalid(
                first.map_or("spec", |violation| violation.path.as_str()),
                first.map_or("is not valid", |violation| violation.message.as_str()),
            )
        })?;
        let state = FleetState::from_dump(self.fleet.clone());
        let avoid: Avoid = self
            .avoid
            .iter()
            .map(|(cluster, node, why)| ((cluster.clone(), node.clone()), why.clone().into()))
            .collect();
        let input = DecideInput {
            tenant: &self.tenant,
            placement: self.placement.as_ref(),
            slots: &self.slots,
            avoid: &avoid,
            preempt: true,
            explain: true,
        };
        Ok(decide(&state, &request, &input))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or has another form.
    pub fn read(path: &Path) -> Result<Self, SimulationError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| SimulationError::Read {
            path: name.clone(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|error| SimulationError::Form {
            path: name,
            message: error.to_string(),
        })
    }
}
