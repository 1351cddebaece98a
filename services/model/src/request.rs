//! What a request means: one canonical form, or everything that is wrong with it at once.
//!
//! A client can say the same thing in several ways: GPUs in `compute.gpu`, in `performer.hardwareRequirements`, or as a
//! resource of the container. [`canonicalise`] folds them into one; where two of them disagree it names both paths.

mod canonical;
pub(crate) mod check;
pub(crate) mod compute;
mod gpu;
mod performer;
pub(crate) mod rules;
mod tee;
mod types;

pub use canonical::{MAX_PERFORMER_BYTES, MAX_REPLICAS, MAX_SPEC_BYTES, canonicalise};
pub use types::{
    CanonicalRequest, ClusterFilter, GpuAmount, GpuRequest, NodeFilter, PinScope, ShapeId, TeeRequest,
};

#[cfg(test)]
mod tests;
