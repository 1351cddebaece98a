//! How a session ends.

use std::time::Duration;

use hourglass_runtime::error_chain;
use hourglass_runtime::tls::client::ClientError;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{MAX_MESSAGE_BYTES, PROTOCOL_VERSIONS};
use crate::order::Order;

/// Reason (`google.rpc.ErrorInfo`) of a server that has no session to give for now: its store is older than what this agent
/// has obeyed, or another agent of the cluster is connected. Its state can change at any moment, without a change here.
const NOT_NOW: &str = "PRECONDITION_FAILED";

/// How rustls names a certificate from a CA that is not trusted (`rustls::CertificateError::UnknownIssuer`).
const UNKNOWN_ISSUER: &str = "UnknownIssuer";

/// A session ended as this side wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// The process ends, or the Lease was lost.
    Stopped,
    /// There is a new certificate: the next session uses it.
    IdentityChanged,
}

/// A session could not begin, or broke.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The address or certificates cannot be used.
    #[error(transparent)]
    Endpoint(#[from] ClientError),
    /// Nobody answers, or TLS fails.
    #[error("cannot connect to {server}: {reason}{}", connect_remedy(.reason))]
    Connect {
        /// URL of the server.
        server: String,
        /// Everything that is known about why.
        reason: String,
    },
    /// The server took too long.
    #[error("the server did not {0} in time")]
    Deadline(&'static str),
    /// The server ended the stream with an error.
    #[error("the server refused or broke the session: {}{}", describe(.0), remedy(.0))]
    Status(Box<Status>),
    /// The server ended the stream.
    #[error("the server ended the session")]
    Ended,
    /// The first message was no Welcome.
    #[error("the server answered Hello with something else than Welcome")]
    NoWelcome,
    /// The server chose a version that was not offered.
    #[error(
        "the server wants protocol version {chosen}; this agent speaks {PROTOCOL_VERSIONS:?}: use matching versions"
    )]
    Version {
        /// What it chose.
        chosen: u32,
    },
    /// The server is one that was replaced.
    #[error(
        "the server speaks for {offered}, but {obeyed} was obeyed already: it is a deposed leader or an old copy"
    )]
    Deposed {
        /// Whom it speaks for.
        offered: Order,
        /// Whom this agent has obeyed.
        obeyed: Order,
    },
    /// Nothing came for longer than the lease.
    #[error("nothing came from the server for {0:?}")]
    ServerSilent(Duration),
    /// The server does not take what is sent to it.
    #[error("the server has not read a heartbeat for {0:?}")]
    ServerNotReading(Duration),
    /// A command's task broke.
    #[error("a command broke off: {0}")]
    Command(#[from] tokio::task::JoinError),
}

impl From<Status> for SessionError {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

impl SessionError {
    /// Whether trying again soon is of little use: somebody has to change something first.
    pub fn needs_somebody(&self) -> bool {
        match self {
            Self::Endpoint(_) | Self::Version { .. } | Self::NoWelcome => true,
            Self::Status(status) => {
                matches!(
                    status.code(),
                    Code::InvalidArgument
                        | Code::AlreadyExists
                        | Code::PermissionDenied
                        | Code::Unauthenticated
                        | Code::FailedPrecondition
                        | Code::OutOfRange
                        | Code::Unimplemented
                ) && !is_not_now(status)
            }
            Self::Connect { .. }
            | Self::Deadline(_)
            | Self::Ended
            | Self::Deposed { .. }
            | Self::ServerSilent(_)
            | Self::ServerNotReading(_)
            | Self::Command(_) => false,
        }
    }

    /// A short fixed word for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Endpoint(_) => "configuration",
            Self::Connect { .. } => "connect",
            Self::Deadline(_) => "deadline",
            Self::Status(_) => "status",
            Self::Ended => "ended",
            Self::NoWelcome | Self::Version { .. } => "protocol",
            Self::Deposed { .. } => "deposed",
            Self::ServerSilent(_) => "server_silent",
            Self::ServerNotReading(_) => "server_not_reading",
            Self::Command(_) => "command",
        }
    }
}

fn is_not_now(status: &Status) -> bool {
    status.code() == Code::FailedPrecondition
        && status
            .get_details_error_info()
            .is_some_and(|info| info.reason == NOT_NOW)
}

fn describe(status: &Status) -> String {
    let reason = status
        .get_details_error_info()
        .map(|info| format!(" ({})", info.reason))
        .unwrap_or_default();
    let message = if status.message().is_empty() {
        error_chain(status)
    } else {
        status.message().to_owned()
    };
    format!("{:?}: {message}{reason}", status.code())
}

fn remedy(status: &Status) -> String {
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            "; if this cluster was removed from the fleet, give the agent a fresh join token and an empty state".to_owned()
        }
        // The message says what to do at the server.
        Code::FailedPrecondition if is_not_now(status) => String::new(),
        Code::FailedPrecondition => {
            format!("; this agent speaks protocol versions {PROTOCOL_VERSIONS:?}: use matching versions of agent and server")
        }
        Code::OutOfRange => format!("; messages of more than {MAX_MESSAGE_BYTES} bytes are not accepted"),
        Code::Unimplemented => "; is --server the address of a placement service of this version?".to_owned(),
        _ => String::new(),
    }
}

/// Once joined, the agent believes the fleet's CA certificates only, which the server gave it.
fn connect_remedy(reason: &str) -> &'static str {
    if reason.contains(UNKNOWN_ISSUER) {
        "; the server's certificate comes from another CA than that of the fleet that this agent joined: restore the \
         server's pki directory from its backup, or, if the fleet was set up anew, empty what --identity-secret or \
         --state-dir names and start the agent with a fresh join token"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn what_only_a_person_can_change_is_told_with_its_remedy() {
        let no_version = SessionError::from(Status::failed_precondition("no common protocol version"));
        assert!(no_version.needs_somebody());
        let text = no_version.to_string();
        assert!(
            text.contains("no common protocol version") && text.contains("versions [1, 2]"),
            "{text}"
        );
        assert!(!SessionError::from(Status::unavailable("no leader")).needs_somebody());
        assert!(!SessionError::ServerSilent(Duration::from_secs(1)).needs_somebody());
    }

    #[test]
    fn a_server_whose_store_is_behind_is_asked_again_soon_and_its_remedy_is_not_ours() {
        let refused = |reason: &str| {
            let mut details = ErrorDetails::new();
            details.set_error_info(reason, "hourglass.eigenlayer.io", HashMap::new());
            let message = "its state is older than theirs";
            SessionError::from(Status::with_error_details(
                Code::FailedPrecondition,
                message,
                details,
            ))
        };
        let behind = refused("PRECONDITION_FAILED");
        assert!(!behind.needs_somebody());
        let text = behind.to_string();
        assert!(
            text.contains("older than theirs") && !text.contains("matching versions"),
            "{text}"
        );
        let no_version = refused("NO_COMMON_PROTOCOL");
        assert!(no_version.needs_somebody() && no_version.to_string().contains("matching versions"));
    }
}
