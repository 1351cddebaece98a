//! The decision loop: one task that owns the state of the fleet and decides everything in order.
//!
//! ```text
//!   edge, sessions ──▶ port.rs ──▶ [ bounded queue ] ──▶ run.rs ── one round ──────────────────────────────┐
//!                                                         handlers/*  decide on core.rs (memory)           │
//!                                                         persist.rs  what changed ─▶ store (one commit)   │
//!                                                         round.rs    then: answers, queries               │
//!                                                         orders.rs   then: orders to the agents  ◀────────┘
//! ```
//! No lock is held anywhere; a commit that fails ends the loop and with it the process, which then reads again what is
//! really durable.

pub mod adoption;
mod allowance;
mod assignment;
pub mod avoid;
pub mod changes;
mod claims;
pub mod clusters;
pub mod command;
pub mod core;
pub mod diff;
pub mod explained;
pub mod from_seals;
mod gang;
pub(crate) mod handlers;
pub mod join;
mod learning;
pub mod load;
pub mod memory;
pub mod merge;
pub mod new_uids;
pub mod orders;
pub mod persist;
pub mod placed;
pub mod placements;
pub mod port;
pub mod queue;
pub mod queued_orders;
mod removal_text;
mod render;
pub mod reservations;
pub mod revisions;
pub mod rollout;
pub mod round;
pub mod run;
mod serving;
#[cfg(test)]
mod simulation;
pub mod state;
mod sweep;
mod texts;
pub mod time_budget;
pub mod timers;
mod told;
pub mod tombstones;
pub mod victims;
