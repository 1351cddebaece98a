//! A GPU must have the compute capability wanted.

use hourglass_model::gpu::ComputeCapability;

use super::gpu::{Criterion, before, meets};
use super::{NodeContext, NodeRule, missing};

/// The most that any GPU of the node has, among those that meet the rules before.
fn most(context: &NodeContext<'_>) -> Option<ComputeCapability> {
    let wanted = context.request.gpu.as_ref()?;
    before(wanted, context.node.derived(), Criterion::ComputeCapability)
        .filter_map(|entry| entry.compute_capability)
        .max()
}

/// A GPU must have the compute capability wanted.
pub(super) struct GpuComputeCapability;

impl NodeRule for GpuComputeCapability {
    fn name(&self) -> &'static str {
        "GpuComputeCapability"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::ComputeCapability)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        match most(context) {
            Some(have) => format!("its GPUs have compute capability {have}"),
            None => "does not say the compute capability of its GPUs (label nvidia.com/gpu.compute.major)"
                .to_owned(),
        }
    }

    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        let wanted = context.request.gpu.as_ref();
        let wanted = wanted.and_then(|gpu| gpu.min_compute_capability);
        let number =
            |one: ComputeCapability| i64::from(one.major).saturating_mul(1_000) + i64::from(one.minor);
        missing(
            wanted.map(number).unwrap_or_default(),
            most(context).map(number).unwrap_or_default(),
        )
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
