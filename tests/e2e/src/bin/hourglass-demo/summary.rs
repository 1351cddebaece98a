//! `summary.json`: what the demo did, in figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use hourglass_proto::fleet::v1::Placement;
use serde::Serialize;

use crate::percentiles::Percentiles;

/// All figures of one run.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Whether every step held.
    pub ok: bool,
    /// Steps in order.
    pub steps: Vec<StepRecord>,
    /// The placements that were shown (not those of the measurement), as they were at the end.
    pub placements: Vec<PlacementRecord>,
    /// From the call of CreatePlacement until a watch in the member cluster showed the Performer object.
    pub create_to_cr_visible_ms: Option<Percentiles>,
    /// From the call of CreatePlacement until WatchPlacements said READY.
    pub create_to_ready_ms: Option<Percentiles>,
    /// Placements of the measurement that were on their way at the same time.
    pub measured_in_flight: usize,
    /// Resident memory after the measurement.
    pub resident_memory_mib: ResidentMemory,
    /// Versions of what ran.
    pub versions: BTreeMap<String, String>,
    /// Cores of this machine.
    pub cores: usize,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepRecord {
    /// Its name.
    pub name: String,
    /// Whether it held.
    pub ok: bool,
    /// Time it took.
    pub ms: u64,
    /// Why it did not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One placement.
#[derive(Debug, Serialize)]
pub struct PlacementRecord {
    /// Resource name.
    pub name: String,
    /// State.
    pub state: String,
    /// Cluster of the first replica.
    pub cluster: String,
    /// Node of the first replica.
    pub node: String,
    /// Where each replica is, cluster/node.
    pub replicas: Vec<String>,
}

/// Resident memory, MiB.
#[derive(Debug, Default, Serialize)]
pub struct ResidentMemory {
    /// Placement service.
    pub server: f64,
    /// Agents by cluster.
    pub agents: BTreeMap<String, f64>,
}

impl Summary {
    /// Writes the file and the folders above it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        }
        let text = serde_json::to_string_pretty(self)?;
        fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }
}

impl PlacementRecord {
    /// As it is now.
    pub fn of(placement: &Placement) -> Self {
        let replicas: Vec<String> = placement
            .assignments
            .iter()
            .map(|assignment| format!("{}/{}", assignment.cluster, assignment.node))
            .collect();
        let first = placement.assignments.first();
        Self {
            name: placement.name.clone(),
            state: placement.state().as_str_name().to_owned(),
            cluster: first
                .map(|assignment| assignment.cluster.clone())
                .unwrap_or_default(),
            node: first
                .map(|assignment| assignment.node.clone())
                .unwrap_or_default(),
            replicas,
        }
    }
}
