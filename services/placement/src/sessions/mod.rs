//! Agents dialled in: their two streams, translated into commands of the decision loop and orders from it.
//!
//! ```text
//!   Control   ──▶ hello.rs (negotiate) ─▶ control.rs (read loop, write loop) ─▶ Command::Session
//!   Inventory ──▶ inventory.rs (assemble a snapshot, number deltas, grant credits) ─▶ Command::Inventory
//! ```
//! A session is two tasks owned by the server's task owner; a stream that stops reading is cut, never buffered.

pub mod control;
pub mod convert;
mod device_convert;
pub mod inventory;
mod inventory_convert;
mod last_seen;
mod outbound;

pub use last_seen::LastSeen;
