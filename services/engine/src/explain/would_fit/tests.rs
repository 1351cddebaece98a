//! What is told would help does help: it is done, and decided again.

mod case;
mod fleet_changes;
mod follow;
mod random;
mod request_changes;
