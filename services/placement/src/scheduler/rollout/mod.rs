//! Replicas are replaced one epoch by the next: by an update, moved by hand, or because they should not stay where they are.
//!
//! ```text
//!  SURGE     place (epoch n) serves ─▶ successor (n+1) is decided, applied beside it ─▶ it serves ─▶ it is the place, n goes
//!  RECREATE  the next place (n+1) is decided, in the same room where it fits ─▶ place (epoch n) goes ─▶ nothing of it is left ─▶ n+1 is applied
//! ```
//! [`step::next_steps`] and [`step::next_moves`] say what may be done now: never more at once than `update.maxParallel`, and never so that by our
//! own doing fewer serve than `disruption.minAvailable`, by what agents have said in the sessions that they have now ([`Known`]). [`Rolls`] keeps whom to look at: those of which something moved, and
//! of those that are blocked the ones that a change of the fleet can help.

pub mod counts;
pub mod effect;
pub mod known;
pub mod rolls;
pub mod step;
pub mod wished;

pub use counts::{Outcome, Replacements};
pub use effect::Effect;
pub use known::Known;
pub use rolls::Rolls;
pub use step::{Limits, Step, left_behind, next_moves, next_steps, one_too_many};
pub use wished::{add_slots, take_wish};
