//! What a binary says about itself, in traces, at `/version` and on the command line.

use serde::Serialize;

/// Name and version of the running binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BuildInfo {
    /// The binary's name, such as `hourglass-placement`; the OpenTelemetry `service.name`.
    pub name: &'static str,
    /// Its semantic version: pass `env!("CARGO_PKG_VERSION")` of the binary's own crate.
    pub version: &'static str,
}

impl BuildInfo {
    /// See the fields.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version }
    }
}
