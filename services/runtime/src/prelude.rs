//! The names that a `main` needs.

pub use crate::admin::{AdminPages, AdminServer};
pub use crate::args::{AdminArgs, LogArgs, OtlpArgs, PrintConfigArgs};
pub use crate::build_info::BuildInfo;
pub use crate::config_errors::ConfigErrors;
pub use crate::readiness::{Gate, Readiness};
pub use crate::shutdown::Shutdown;
pub use crate::tasks::{OnEnd, Tasks};
pub use crate::telemetry::{Telemetry, TelemetryOptions};
