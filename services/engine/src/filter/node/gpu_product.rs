//! The GPU must be one of the products wanted.

use super::{NodeContext, NodeRule};

/// The GPU must be one of the products wanted.
pub(super) struct GpuProduct;

impl NodeRule for GpuProduct {
    fn name(&self) -> &'static str {
        "GpuProduct"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        let Some(wanted) = &context.request.gpu else {
            return true;
        };
        let Some(gpu) = &context.node.derived().gpu else {
            return false;
        };
        wanted.products.is_empty()
            || gpu
                .product
                .as_ref()
                .is_some_and(|have| wanted.products.iter().any(|one| have.matches(one)))
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        match &context.node.derived().gpu {
            None => "has no GPU".to_owned(),
            Some(gpu) => match &gpu.product {
                Some(product) => format!("has {product}"),
                None => "has GPUs without a product label".to_owned(),
            },
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
