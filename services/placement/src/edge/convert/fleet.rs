//! The fleet as a whole, in numbers.

use std::collections::{BTreeMap, HashMap};

use hourglass_engine::totals::{self, Totals};
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_proto::fleet::v1 as proto;

use super::cluster::state_of;
use super::numbers::{int32, int64};
use super::placement_out::node_of;
use super::resources::{gpu_total_out, resource_total_out};
use crate::scheduler::core::Core;

/// How many assignments there are in each cluster and on each node. Borrows all of it: it is counted inside the
/// decision loop, for every listing.
#[derive(Debug, Default)]
pub struct AssignmentCounts<'a> {
    clusters: HashMap<&'a ClusterName, usize>,
    nodes: HashMap<(&'a ClusterName, &'a str), usize>,
}

impl<'a> AssignmentCounts<'a> {
    /// Counts those of all placements.
    pub fn of(core: &'a Core) -> Self {
        let mut counts = Self::default();
        for record in core.placements() {
            for (_, assignment) in record.assigned() {
                *counts.clusters.entry(&assignment.cluster).or_default() += 1;
                *counts
                    .nodes
                    .entry((&assignment.cluster, node_of(assignment)))
                    .or_default() += 1;
            }
        }
        counts
    }

    /// In this cluster.
    pub fn in_cluster(&self, cluster: &ClusterName) -> usize {
        self.clusters.get(cluster).copied().unwrap_or_default()
    }

    /// On this node.
    pub fn on_node(&self, cluster: &ClusterName, node: &NodeName) -> usize {
        self.nodes
            .get(&(cluster, node.as_str()))
            .copied()
            .unwrap_or_default()
    }
}

/// The message of the fleet.
pub fn fleet_out(core: &Core) -> proto::Fleet {
    let Totals {
        nodes,
        nodes_ready,
        resources,
        gpus,
        tees,
        ..
    } = totals::fleet(core.fleet());
    let mut clusters_by_state = BTreeMap::new();
    for cluster in core.clusters().iter() {
        *clusters_by_state
            .entry(state_of(cluster).as_str_name().to_owned())
            .or_default() += 1;
    }
    let mut placements_by_state = BTreeMap::new();
    for record in core.placements() {
        *placements_by_state
            .entry(record.state.as_str().to_owned())
            .or_default() += 1;
    }
    proto::Fleet {
        clusters_by_state,
        nodes: int32(nodes),
        nodes_ready: int32(nodes_ready),
        gpus: gpus.iter().map(gpu_total_out).collect(),
        tees: tees
            .iter()
            .map(|tee| proto::TeeTotal {
                kind: tee.kind.to_string(),
                slots_total: tee.slots_total,
                slots_free: tee.slots_free,
            })
            .collect(),
        placements_by_state,
        resources: resources.iter().map(resource_total_out).collect(),
        inventory_complete: core.clusters().inventory_complete(),
        snapshot_id: int64(core.fleet().snapshot_id().0),
        recovering: core.recovers(),
        replicas_held: int32(core.replicas_held()),
        behind: core.why_behind().unwrap_or_default(),
    }
}
