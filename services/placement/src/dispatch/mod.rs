//! From durable intent to acknowledged commands, per cluster.
//!
//! Level triggered: what is queued is only *which* slot needs attention; the command is made from the state of the
//! moment it is sent, so a queue can never replay something old. Nothing here survives a session: a new one starts
//! from what the agent says it runs.
//!
//! ```text
//!  decision/tombstone ─▶ queue ─▶ window of unacknowledged commands ─▶ session ─▶ agent
//!                          ▲  FAILED: after a backoff  │ acknowledged
//!                          └────────────────────────────┘
//! ```

pub mod order;
pub mod queue;
pub mod window;

pub use order::{ApplyOrder, Intent, Order, OrderContent, SlotKey, Work};
pub use queue::ClusterQueue;
pub use window::InFlight;
