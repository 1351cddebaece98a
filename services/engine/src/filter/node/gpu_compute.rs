//! A GPU must have the compute capability wanted.

use hourglass_model::gpu::ComputeCapability;

use super::{NodeContext, NodeRule};

fn capability(context: &NodeContext<'_>) -> Option<ComputeCapability> {
    context.node.derived().gpu.as_ref()?.compute_capability
}

/// A GPU must have the compute capability wanted.
pub(super) struct GpuComputeCapability;

impl NodeRule for GpuComputeCapability {
    fn name(&self) -> &'static str {
        "GpuComputeCapability"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        let wanted = context
            .request
            .gpu
            .as_ref()
            .and_then(|gpu| gpu.min_compute_capability);
        wanted.is_none_or(|wanted| capability(context).is_some_and(|have| have >= wanted))
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        match capability(context) {
            Some(have) => format!("its GPUs have compute capability {have}"),
            None => "does not say the compute capability of its GPUs (label nvidia.com/gpu.compute.major)"
                .to_owned(),
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
