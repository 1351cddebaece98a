//! A GPU must have the memory wanted.

use super::{NodeContext, NodeRule};

fn memory(context: &NodeContext<'_>) -> Option<i64> {
    context.node.derived().gpu.as_ref()?.memory_mib
}

/// A GPU must have the memory wanted.
pub(super) struct GpuMemory;

impl NodeRule for GpuMemory {
    fn name(&self) -> &'static str {
        "GpuMemory"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        let Some(wanted) = context.request.gpu.as_ref().and_then(|gpu| gpu.min_memory_mib) else {
            return true;
        };
        memory(context).is_some_and(|memory| memory >= wanted)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        match memory(context) {
            Some(memory) => format!("its GPUs have {memory} MiB"),
            None => "does not say how much memory its GPUs have (label nvidia.com/gpu.memory)".to_owned(),
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
