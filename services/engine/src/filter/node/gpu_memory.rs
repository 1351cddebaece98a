//! A GPU must have the memory wanted.

use super::gpu::{Criterion, before, meets};
use super::{NodeContext, NodeRule, missing};

/// The most that any GPU of the node has, among those that meet the rules before.
fn most(context: &NodeContext<'_>) -> Option<i64> {
    let wanted = context.request.gpu.as_ref()?;
    before(wanted, context.node.derived(), Criterion::Memory)
        .filter_map(|entry| entry.memory_mib)
        .max()
}

/// A GPU must have the memory wanted.
pub(super) struct GpuMemory;

impl NodeRule for GpuMemory {
    fn name(&self) -> &'static str {
        "GpuMemory"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::Memory)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        match most(context) {
            Some(memory) => format!("its GPUs have {memory} MiB"),
            None => "does not say how much memory its GPUs have (label nvidia.com/gpu.memory)".to_owned(),
        }
    }

    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        let wanted = context.request.gpu.as_ref().and_then(|gpu| gpu.min_memory_mib);
        missing(wanted.unwrap_or_default(), most(context).unwrap_or_default())
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
