//! The order in which waiting placements get their turn, and what gives them one.
//!
//! ```text
//!  something changes in the fleet ──▶ happened ──▶ Queue::happened ─┐
//!  a placement begins to wait ─────────────────▶ Queue::began ──────┴─▶ sweep over the turns (priority, then age), a slice
//!                                                                       each round ──▶ place: decided, or Failure (why not)
//! ```
//! Nothing is tried by the clock: a placement gets a turn when something happened that can help against what it was last
//! answered (the engine's hints). A sweep over all turns is spread over rounds, so that commands are not kept waiting by a
//! long queue; of placements that are alike, the first that fits nowhere answers for all of them.

pub mod failure;
pub mod happened;
pub mod pass;
pub mod turns;

pub use failure::{Alike, Failure, Told, WaitingNote, in_short};
pub use happened::Happened;
pub use pass::Queue;
pub use turns::{Turn, Turns};
