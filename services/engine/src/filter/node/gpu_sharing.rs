//! Whole GPUs come only from nodes that offer whole ones, shares only from nodes that offer time slices.

use hourglass_model::request::GpuAmount;

use super::{NodeContext, NodeRule};

/// Whole GPUs come only from nodes that offer whole ones, shares only from nodes that offer time slices.
pub(super) struct GpuSharing;

impl NodeRule for GpuSharing {
    fn name(&self) -> &'static str {
        "GpuSharing"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        context.request.gpu.is_none() || context.gpu_units().is_some()
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let whole = context
            .request
            .gpu
            .as_ref()
            .is_some_and(|gpu| matches!(gpu.amount, GpuAmount::Whole(_)));
        let gpu = context.node.derived().gpu.as_ref();
        let text = match gpu {
            Some(gpu) if gpu.mig => "offers MIG devices only",
            Some(gpu) if whole && gpu.sharing.is_some() => "offers time slices only, no whole GPUs",
            Some(_) if whole => "offers no GPUs of the resource asked for",
            _ => "offers no time slices of its GPUs",
        };
        text.to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
