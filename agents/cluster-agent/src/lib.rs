//! The cluster agent: the hands of the placement service in one cluster, with the operator inside.
//!
//! ```text
//!                     placement service
//!        Control stream ▲  │ Apply, Remove     ▲ Inventory stream
//!  ┌────────────────────┼──▼───────────────────┼─────────────────────┐
//!  │ identity ─TLS─▶ session ◀─ performers   inventory    lease      │  this crate
//!  │                    │           ▲           ▲      (one works)   │
//!  └────────────────────┼───────────┼───────────┼────────────────────┘
//!          Performer CR ▼     status│           │ nodes, pods, RuntimeClasses
//!                     Kubernetes API server ◀──▶ operator (Deployment, Service, status)
//! ```
//! Session and operator never call each other: they meet in Performer objects. [`config`] is what the cluster's owner
//! decides, and the server cannot widen it. What is pure (the indexes, the feed, lanes, liveness, the Lease's
//! decisions) knows no clock and no network; the rest is thin.
//!
//! In the project's plan this crate stands on `model` (ids, quantities, pod arithmetic), `performer-api` (the custom
//! resource), `proto` (the wire) and `runtime` (what every process needs).

pub mod agent;
pub mod claim;
pub mod config;
pub mod fleet;
pub mod identity;
pub mod inventory;
pub mod kubernetes;
pub mod leading;
pub mod lease;
pub mod metrics;
mod mirror;
pub mod operator;
pub mod order;
pub mod performers;
mod reason;
pub mod session;
