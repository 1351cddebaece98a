//! GPUs that are to be in one NVLink clique must be in one at all.

use super::gpu::{Criterion, meets};
use super::{NodeContext, NodeRule};

/// GPUs that are to be in one NVLink clique must be in one at all.
pub(super) struct GpuClique;

impl NodeRule for GpuClique {
    fn name(&self) -> &'static str {
        "GpuClique"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::Clique)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "its GPUs are in no NVLink clique (label nvidia.com/gpu.clique)".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
