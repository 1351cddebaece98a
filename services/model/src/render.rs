//! From a request and what a node offers to the Performer that the operator runs, and to what its pod will ask.
//!
//! The engine charges [`claim_vector`]; the operator builds the pod from [`resolve`]'s result, and
//! [`pod_requests`] of that is the same vector; [`claim_limits`] and [`pod_limits`] are its limits in the same way. A property
//! test holds them together.

mod affinity;
mod devices;
mod offer;
mod requests;
mod resolve;
mod standalone;

pub(crate) use affinity::merge_terms;
pub use offer::{CountedGpus, DeviceGrant, GpuGrant, GrantedDevice, NodeOffer, RuntimeClassGrant, TeeGrant};
pub use requests::{PodRequestError, claim_limits, claim_vector, has_request, pod_limits, pod_requests};
pub use resolve::{Pin, resolve};
pub use standalone::{ClusterHardware, render_standalone};

#[cfg(test)]
mod tests;
