//! The GPU must be one of the products wanted.

use std::collections::BTreeSet;

use super::gpu::{Criterion, meets};
use super::{NOTHING, NodeContext, NodeRule};

/// The GPU must be one of the products wanted.
pub(super) struct GpuProduct;

impl NodeRule for GpuProduct {
    fn name(&self) -> &'static str {
        "GpuProduct"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::Product)
            && (context.request.gpu.is_none() || context.node.derived().has_gpu())
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let derived = context.node.derived();
        if !derived.has_gpu() {
            return "has no GPU".to_owned();
        }
        let products: BTreeSet<&str> = derived
            .gpu_products()
            .map(hourglass_model::gpu::Product::name)
            .collect();
        if products.is_empty() {
            return "has GPUs without a product label".to_owned();
        }
        let products: Vec<&str> = products.into_iter().collect();
        format!("has {}", products.join(", "))
    }

    /// GPUs of other products are nearer than GPUs of which nobody knows, and these than none.
    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        let derived = context.node.derived();
        match (derived.has_gpu(), derived.gpu_products().next()) {
            (true, Some(_)) => 0,
            (true, None) => NOTHING / 2,
            (false, _) => NOTHING,
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
