//! What can go wrong, typed; `report` turns it into text.

use std::io;
use std::path::PathBuf;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::client::ConnectFailure;
use crate::context::ContextError;
use crate::exit_code::Exit;
use crate::manifest::ManifestError;

/// A verb could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The words on the command line make no sense together.
    #[error("{0}")]
    Usage(String),
    /// Context file, environment and flags do not make a connection.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The server answered with an error.
    #[error("{doing}: {}", status.message())]
    Refused {
        /// What was being done, as in "create placement/foo".
        doing: String,
        /// What the server said.
        status: Box<Status>,
        /// Trace id of the call, to look for in the server's logs.
        trace_id: String,
    },
    /// No server answered.
    #[error(transparent)]
    Unreachable(#[from] Box<ConnectFailure>),
    /// It is not in the list that the server gave.
    #[error("{what} not found")]
    NotFound {
        /// KIND/NAME.
        what: String,
        /// Where to look.
        hint: String,
    },
    /// What is there does not go together with what was asked.
    #[error("{message}")]
    Conflict {
        /// What collides.
        message: String,
        /// One line a difference.
        details: Vec<String>,
        /// What to do.
        hint: String,
    },
    /// What was waited for did not come.
    #[error("{message}")]
    WaitFailed {
        /// What it was, and how far it came.
        message: String,
        /// One line a condition.
        details: Vec<String>,
        /// What to do.
        hint: String,
    },
    /// `check` found faults; it has printed them itself.
    #[error("{0} found")]
    FaultsFound(String),
    /// A file could not be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// "read" or "write".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An answer could not be put into the asked format.
    #[error("cannot print as {format}: {message}")]
    Format {
        /// "JSON" or "YAML".
        format: &'static str,
        /// Why.
        message: String,
    },
    /// Standard output is gone, as with `| head`: no fault of anyone.
    #[error("standard output was closed")]
    OutputClosed,
    /// Some of several objects failed; each has been reported.
    #[error("{failed} of {all} failed")]
    Several {
        /// How many failed.
        failed: usize,
        /// How many there were.
        all: usize,
        /// The exit code of the first failure.
        exit: Exit,
    },
}

impl CliError {
    /// The exit code that the process ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Context(_) => Exit::Usage,
            Self::Manifest(_) => Exit::Invalid,
            Self::Refused { status, .. } => Exit::of_status(status.code()),
            Self::Unreachable(failure) => failure.exit(),
            Self::NotFound { .. } => Exit::NotFound,
            Self::Conflict { .. } => Exit::Conflict,
            Self::WaitFailed { .. } => Exit::WaitFailed,
            Self::FaultsFound(_) | Self::File { .. } | Self::Format { .. } => Exit::Error,
            Self::OutputClosed => Exit::Ok,
            Self::Several { exit, .. } => *exit,
        }
    }

    /// Whether the server said that the thing is not there.
    pub fn is_not_found(&self) -> bool {
        self.exit() == Exit::NotFound
    }

    /// Whether the server said that the thing is there already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if status.code() == Code::AlreadyExists)
    }

    /// The server's own word for the error (`google.rpc.ErrorInfo.reason`), when it is from the server.
    pub fn reason(&self) -> Option<String> {
        let Self::Refused { status, .. } = self else {
            return None;
        };
        status.get_details_error_info().map(|info| info.reason)
    }
}
