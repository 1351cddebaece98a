//! Decisions of the placement engine without a server: scenarios that a person can read, and replays of decisions.
//!
//! ```text
//!  scenario.yaml ─▶ scenario ─▶ fleet ─▶ hourglass-engine ─▶ outcome ─▶ expectation (holds, or says where not)
//!                                                              └─▶ replay.json ─▶ decided again, compared
//! ```
//!
//! - [`scenario`]: the file: a fleet, and steps with what they are expected to give.
//! - [`fleet`]: the fleet of a scenario as the engine sees it.
//! - [`run`]: the steps, one after the other.
//! - [`outcome`]: what a decision came to, in the words that scenarios use.
//! - [`replay`]: one decision with everything that it depends on.
//! - [`difference`]: where two decisions differ, in lines for people.

pub mod difference;
pub mod fleet;
pub mod outcome;
pub mod replay;
pub mod run;
pub mod scenario;

/// What can be wrong with a file or its steps.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file has another form than it should.
    #[error("{path}: {message}")]
    Form {
        /// The file.
        path: String,
        /// What and where.
        message: String,
    },
    /// A part of the fleet or of a step says something impossible.
    #[error("{at}: {message}")]
    Invalid {
        /// Which part, for example `fleet[0].nodes[1].allocatable.cpu`.
        at: String,
        /// What is wrong with it.
        message: String,
    },
}

impl SimulationError {
    pub(crate) fn invalid(at: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self::Invalid {
            at: at.into(),
            message: message.to_string(),
        }
    }
}
