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

pub mod config;
pub mod dispatch;
pub mod edge;
pub mod metrics;
pub mod pki;
pub mod records;
pub mod scheduler;
pub mod server;
pub mod sessions;
