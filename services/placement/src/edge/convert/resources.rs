//! Totals of resources and GPUs, and those of one node.

use hourglass_engine::totals::{GpuTotal, ResourceTotal};
use hourglass_model::resources::ResourceVector;
use hourglass_proto::fleet::v1 as proto;

/// The message of a total.
pub fn resource_total_out(total: &ResourceTotal) -> proto::ResourceTotal {
    proto::ResourceTotal {
        resource: total.resource.to_string(),
        allocatable: total.allocatable,
        free: total.free,
        largest_free_on_a_node: total.largest_free,
    }
}

/// The message of a total of GPUs.
pub fn gpu_total_out(total: &GpuTotal) -> proto::GpuTotal {
    proto::GpuTotal {
        product: total.product.clone(),
        total: total.total,
        free: total.free,
        largest_free_block: total.largest_block,
        shared: total.shared,
        mig_profile: total
            .mig_profile
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        shared_gpus: total.shared_gpus,
    }
}

/// What one node has and has left.
pub fn node_resources_out(allocatable: &ResourceVector, free: &ResourceVector) -> Vec<proto::ResourceTotal> {
    allocatable
        .iter()
        .map(|(resource, allocatable)| {
            let free = free.get(resource);
            proto::ResourceTotal {
                resource: resource.to_string(),
                allocatable,
                free,
                largest_free_on_a_node: free,
            }
        })
        .collect()
}
