//! A Performer's life under the operator, which runs with the roles that the chart ships.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

#[path = "../operator_bed/mod.rs"]
mod operator_bed;

mod deletion;
mod failures;
mod ownership;
mod placement_services;
mod serving;
mod upgrades;
mod watching;
