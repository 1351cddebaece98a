//! The whole product on real Kubernetes API servers: a harness for end-to-end tests, and for the demo.
//!
//! Everything here runs as users run it: the server, the agents and the command line are their real binaries, started as
//! child processes; the clusters are those of `hourglass-testbed`; the agents act as the ServiceAccount of the chart,
//! with its roles and no others. In the project's plan this crate stands on top of everything and nothing imports it.
//!
//! ```text
//!   test or demo ──gRPC──▶ hourglass-placement ◀──mTLS── cluster-agent ──▶ kube-apiserver   (one pair a cluster)
//!        └─ hourglass (CLI) ──────┘   └──── OTLP ────▶ otlp::Collector ◀────┘
//! ```
//! | module | job |
//! |---|---|
//! | [`fleet`] | all of it: clusters, server, agents |
//! | [`server`], [`agent`], [`cli`] | one binary each |
//! | [`binaries`] | where they are |
//! | [`manifests`] | what a cluster needs before its agent |
//! | [`api`], [`request`] | a client of the gRPC API, and what it asks for |
//! | [`otlp`] | a receiver of traces |
//! | [`performers`], [`capacity`] | what really is in a cluster |
//! | [`parity`] | the same question to our engine and to the real kube-scheduler |
//! | [`shared`] | one fleet for the tests of a file |
//!
//! All processes end with the value that owns them, and with this process however it ends
//! ([`hourglass_testbed::Process`]). State and logs are in the testbed's folder of the run, which goes with it, except
//! the logs of a run that failed.

pub mod agent;
pub mod api;
pub mod binaries;
pub mod capacity;
pub mod cli;
pub mod fleet;
pub mod manifests;
pub mod otlp;
pub mod parity;
pub mod performers;
mod readiness;
pub mod request;
pub mod server;
pub mod shared;

pub use api::Api;
pub use cli::{Cli, CliOutput};
pub use fleet::{Fleet, FleetBuilder};
pub use hourglass_testbed::{Profile, wait_until};
