//! The placement service: takes placements, decides where they run, and sees to it that they do.
//!
//! ```text
//!   clients ─▶ edge/ ──────────▶ scheduler/ ──▶ hourglass-store (durable)
//!                                 │  ▲  └─────▶ hourglass-engine (capacity, decisions; in memory)
//!                       dispatch/ ▼  │
//!   agents ─▶ edge/ ─▶ sessions/ ────┘
//! ```
//! | module | job |
//! |---|---|
//! | [`config`] | flags, checked all at once |
//! | [`server`] | puts the parts together; starts and stops them in order |
//! | [`edge`] | gRPC: authenticate, validate, call the port, convert; nothing else |
//! | [`scheduler`] | the one decision loop that owns the state |
//! | [`records`] | what the store holds |
//! | [`dispatch`] | from durable intent to acknowledged commands, per cluster |
//! | [`sessions`] | the agents' streams |
//! | [`pki`] | the server's secrets |
//! | [`metrics`] | what it counts |
//!
//! # When the store is lost or restored
//! `--raise-incarnation` begins a *recovery*, `--end-recovery` ends it; the guide for people is `docs/recovery.md`. In
//! between, the store is taken to know less than the clusters run:
//! - a cluster with a certificate of our authority that the store does not know is taken back, cordoned;
//! - a performer that the store does not know is adopted when its seal verifies ([`scheduler::adoption`]): record, slot and
//!   claim in one commit, then an Adopt under the new (incarnation, term). What cannot be verified is an orphan;
//! - a slot of an earlier incarnation that was not found is *held*: neither placed nor applied, for its cluster may not
//!   be back yet, and only a person knows which clusters there were;
//! - a cluster takes no decisions before it has said what it runs, so that an adopted performer never finds its room taken.
//!
//! What a tombstone or a later epoch of the store supersedes is removed by the usual order; nothing else ever is.

pub mod config;
pub mod dispatch;
pub mod edge;
pub mod metrics;
pub mod pki;
pub mod records;
pub mod scheduler;
pub mod server;
pub mod sessions;
