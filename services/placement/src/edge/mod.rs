//! The gRPC edge: it checks who calls and what they say, calls the port of the decision loop, and converts.
//!
//! ```text
//!  layers ─▶ auth ─▶ placement_service, fleet_service, agent_service ─▶ convert ─▶ scheduler::port
//!                          │ List: filter, paging      │ enroll                     sessions (agents' streams)
//!                          └ watch ─▶ store            └ errors: one map to statuses
//! ```
//! Nothing about placement is decided here, and nothing but the edge knows the messages of the API.

pub mod agent_service;
pub mod auth;
pub mod clock;
pub mod convert;
pub mod enroll;
pub mod errors;
pub mod filter;
pub mod fleet_service;
pub mod layers;
pub mod names;
pub mod paging;
pub mod placement_service;
mod router;
#[cfg(test)]
mod service_tests;
#[cfg(test)]
pub(crate) mod testing;
pub mod violations;
pub mod watch;

pub use router::{EdgeContext, EdgeError, serve};
