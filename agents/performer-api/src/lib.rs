//! The Performer custom resource (`performers.hourglass.eigenlayer.io/v1alpha1`) as Rust types.
//!
//! This crate is the only contract between those who create Performers (executors, the fleet's agent session,
//! people with `kubectl`) and the operator that turns them into Deployments and Services. They never call each
//! other: they meet in objects of this type, in labels and annotations of [`names`], in a Kubernetes API server.
//!
//! The CustomResourceDefinition that clusters install is generated from these types ([`crd::crd_yaml`]) and checked
//! in at `charts/hourglass-agent/crds/performers.yaml`; a test compares the two, so a field cannot exist on one
//! side only. The crate holds shapes and names: no client, no I/O.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a panic is how a test reports failure"
    )
)]

pub mod crd;
pub mod names;
mod spec;
mod status;

pub use spec::{
    DeviceClaim, EnvironmentFrom, EnvironmentSource, HardwareRequirements, ImagePullPolicy, Performer,
    PerformerConfig, PerformerNetworkPolicy, PerformerProbes, PerformerScheduling, PerformerSecurityContext,
    PerformerSpec, PerformerUpdate, ProbeKind, ProbeTimes, UpdateStrategy,
};
pub use status::{PerformerPhase, PerformerStatus};
