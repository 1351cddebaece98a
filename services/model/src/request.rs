//! What a request means: one canonical form, or everything that is wrong with it at once.
//!
//! A client can say the same thing in several ways: GPUs in `compute.gpu`, in `performer.hardwareRequirements`, or as a
//! resource of the container. [`canonicalise`] folds them into one; where two of them disagree it names both paths.

mod canonical;
pub(crate) mod check;
pub(crate) mod compute;
mod contradictions;
mod domains;
mod gpu;
mod hugepages;
mod lifecycle;
mod overrides;
mod performer;
mod preferences;
mod prerequisites;
pub(crate) mod rules;
mod tee;
mod types;

pub use canonical::{MAX_PERFORMER_BYTES, MAX_REPLICAS, MAX_SPEC_BYTES, canonicalise};
pub use compute::{MAX_AMOUNT, MAX_MILLI_CPU, MAX_RESOURCE_NAME_BYTES, MAX_RESOURCES};
pub use domains::{MAX_DOMAIN_RULES, PlacementTerm, SpreadConstraint};
pub use lifecycle::{
    DEFAULT_FAILOVER_TOLERATION, DEFAULT_PROGRESS_DEADLINE, DEFAULT_START_DEADLINE, FailoverPolicy,
    MinAvailable, UpdatePolicy, expired,
};
pub use overrides::{AppliedOverrides, ClusterOverride, MAX_OVERRIDES, in_cluster};
pub use preferences::{ClusterPreference, MAX_PREFERENCES, tier};
pub use prerequisites::Prerequisites;
pub use types::{CanonicalRequest, ClusterFilter, GpuAmount, GpuRequest, NodeFilter, ShapeId, TeeRequest};

pub use crate::placement::{
    FailoverMode, Fencing, PinScope, Preemption, Strategy, Topology, UpdateStrategy, WhenUnsatisfiable,
};

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod tests;
