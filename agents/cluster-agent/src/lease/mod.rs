//! Which of several agents of one cluster works: the holder of a Kubernetes Lease.
//!
//! # Invariant
//! What an agent does as holder has an effect only while no other agent is holder, or is harmless beside it:
//!
//! - An agent that the API server answers is holder only as long as its renewals are accepted: it ends when it sees
//!   another holder, and at [`RENEW_DEADLINE`] after the last accepted renewal, before [`LEASE_DURATION`] lets another
//!   one begin.
//! - An agent that gets no answer stays holder. In an outage of the API server nobody else can take the Lease either,
//!   and the session with the placement service must outlive that. Where the agent alone was cut off, another one may
//!   take over, but then:
//!   - commands go to one of them: the placement service takes no session of an agent with a lower transition count
//!     than that of the newest one;
//!   - changes of the cluster go through the API server that the agent does not reach. When it does again, its next
//!     try, seconds later, shows it the new holder. In between both may write, and write the same: server-side apply
//!     of what follows from the same objects, under one field manager, and deletions bound to UIDs.

mod keeper;
mod record;

pub use keeper::{LeaseError, LeaseKeeper};
pub use record::{
    Decision, Failure, LEASE_DURATION, Observed, RENEW_DEADLINE, Record, decide, remains_holder,
};

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
