//! Which of several agents of one cluster works: the holder of a Kubernetes Lease.
//!
//! The holder stays holder while it cannot reach the API server: nobody else can take the Lease either then, and the
//! session with the placement service must outlive an outage of the API server. It stops when it sees that somebody
//! else has the Lease. Should both work for a moment (the holder alone was cut off from the API server), the server
//! takes the one with the higher transition count, and the other can change nothing in a cluster it does not reach.

mod keeper;
mod record;

pub use keeper::{LeaseError, LeaseKeeper};
pub use record::{Decision, Observed, Record, decide};

/// Name of the Lease object.
pub const LEASE_NAME: &str = "hourglass-cluster-agent";

/// Whether this agent works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseState {
    /// Nothing is known yet.
    Unknown,
    /// Another agent works; this one stands by.
    Waiting,
    /// This agent works.
    Held {
        /// How often the Lease changed hands; orders the agents of a cluster.
        transitions: i32,
    },
}
