//! The session with the placement service: the agent dials out, says what runs, executes commands, and reports.
//!
//! ```text
//! supervise ──connect, Hello, Welcome──▶ control loop ◀──LeaseGrant, Apply, LiftGate, Remove, Adopt, Resync── server
//!    ▲  backoff                             │ heartbeat > running > acks > reports
//!    └──────── end of a session             ├── Commands: one lane per slot, many at once ──▶ API server
//!                                           └── Inventory stream, on a connection of its own
//! ```
//! Only commands of the current session and its leader's order are obeyed; the highest order obeyed is written down
//! before the first command of a leader is. Nothing is ever removed because it is missing somewhere.

mod adopt;
mod answer;
mod api_error;
mod apply;
mod command;
mod commands;
mod connect;
mod control;
mod error;
mod existing;
mod handshake;
mod lanes;
mod lift_gate;
mod liveness;
mod object;
mod outbox;
mod remove;
mod standing;
mod supervise;

use std::sync::Arc;

use hourglass_runtime::readiness::Gate;

use crate::config::FleetConfig;
use crate::inventory::Inventory;
use crate::metrics::Metrics;
use crate::performers::Performers;

pub use error::{SessionEnd, SessionError};
pub use standing::Obeyed;
pub use supervise::{Holder, supervise};

/// Versions of the protocol that this agent speaks; what each of them means stands in `agent.proto`.
pub const PROTOCOL_VERSIONS: [u32; 2] = [1, 2];

/// Largest message that is accepted from the server, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// What every session of this process shares.
#[derive(Clone)]
pub struct SessionContext {
    /// Our part in the fleet.
    pub fleet: Arc<FleetConfig>,
    /// UID of the cluster.
    pub cluster_uid: Arc<str>,
    /// The cluster's API server.
    pub client: kube::Client,
    /// Nodes and pods.
    pub inventory: Arc<Inventory>,
    /// Performer objects.
    pub performers: Arc<Performers>,
    /// Metrics of the process.
    pub metrics: Metrics,
    /// Opened when the first session is established.
    pub established: Gate,
}
