//! A confidential GPU must be ready for confidential computing.

use super::gpu::{Criterion, meets};
use super::{NodeContext, NodeRule};

/// A confidential GPU must be ready for confidential computing.
pub(super) struct GpuConfidential;

impl NodeRule for GpuConfidential {
    fn name(&self) -> &'static str {
        "GpuConfidential"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::Confidential)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let _ = context;
        "its GPUs are not in confidential computing mode (label nvidia.com/cc.ready.state)".to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
