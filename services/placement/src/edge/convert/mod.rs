//! Messages of the API to what the service works with, and back. No rule about placement is decided here.
//!
//! ```text
//!  in:   placement_in ─▶ spec ─▶ domains, lifecycle, performer ─▶ scheduling, json_value   (violations with paths, all at once)
//!  out:  placement_out, explanation, capacity, cluster, node, device, fleet, token    (never fails)
//! ```
//! Conversions of a specification stand side by side for both directions, in one file per message, so that a new
//! field is either there in both or missing in both; a test sends every field in and out again.

pub mod capacity;
pub mod cluster;
mod device;
#[cfg(test)]
mod docs_tests;
mod domains;
pub mod explanation;
mod field_mask;
pub mod fleet;
mod json_value;
mod lifecycle;
pub mod node;
mod numbers;
pub mod orphan;
mod performer;
pub mod placement_in;
pub mod placement_out;
pub mod resources;
mod scheduling;
mod spec;
#[cfg(test)]
mod spec_tests;
pub mod timestamp;
pub mod token;
pub mod update_in;
pub mod update_out;

pub use spec::{spec_in, spec_out};

/// Text of a message: in proto3 an empty one is an absent one.
fn optional(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
