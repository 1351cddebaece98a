//! Nodes, from the inventory in memory.

use hourglass_engine::{NodeState, device_holders, totals, unnamed_devices};
use hourglass_model::ids::ClusterName;
use hourglass_model::resource_name::NodeResource;
use hourglass_proto::fleet::v1 as proto;

use super::cluster::taint_out;
use super::device::node_device_out;
use super::numbers::int32;
use super::resources::{gpu_total_out, node_resources_out};
use crate::scheduler::core::Core;

/// The message of a node of `cluster`.
pub fn node_out(core: &Core, cluster: &ClusterName, node: &NodeState, assignments: usize) -> proto::Node {
    let devices = device_holders(core.fleet(), cluster, node);
    let unnamed = unnamed_devices(node);
    let name = NodeResource {
        cluster: cluster.clone(),
        node: node.name().clone(),
    };
    proto::Node {
        name: name.to_string(),
        labels: node.labels(),
        taints: node.taints().iter().map(taint_out).collect(),
        unschedulable: node.unschedulable(),
        ready: node.ready(),
        resources: node_resources_out(node.allocatable(), &node.free()),
        gpu_product: gpu_product(node),
        tee_kinds: tee_kinds(node),
        assignments: int32(assignments),
        gpus: totals::over([node]).gpus.iter().map(gpu_total_out).collect(),
        devices: devices
            .iter()
            .map(|device| node_device_out(core, device))
            .collect(),
        devices_used_unnamed: int32(unnamed.used),
        devices_promised_unnamed: int32(unnamed.promised),
    }
}

/// Product of the node's GPUs, the first where it has several, empty without any.
pub fn gpu_product(node: &NodeState) -> String {
    let product = node.derived().gpu_products().next();
    product
        .map(|product| product.name().to_owned())
        .unwrap_or_default()
}

fn tee_kinds(node: &NodeState) -> Vec<String> {
    node.derived()
        .tee_kinds
        .iter()
        .map(|kind| kind.as_str().to_owned())
        .collect()
}
