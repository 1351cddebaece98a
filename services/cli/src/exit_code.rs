//! What the exit code of the process says. Scripts may rely on these numbers.

use tonic::Code;

/// Exit codes; the numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Ok,
    /// Something failed that none of the others names; `check` found a fault.
    Error,
    /// The command line or the context file is wrong; nothing was sent.
    Usage,
    /// What was asked for is not there.
    NotFound,
    /// A wait ran out of time, or what was waited for can no longer happen.
    WaitFailed,
    /// The server cannot be reached, or is not ready to answer; the outcome of a change is unknown.
    Unreachable,
    /// The credential is missing, wrong, or not allowed to do this.
    Denied,
    /// It is there already with another content, is being deleted, or does not fit (`--fail-fast`).
    Conflict,
    /// The manifest or the request is invalid; the fields are named.
    Invalid,
    /// A limit of rate or of objects was hit.
    Exhausted,
    /// Ctrl-C (not for watches: those end well with it).
    Interrupted,
}

impl Exit {
    const ALL: [Self; 11] = [
        Self::Ok,
        Self::Error,
        Self::Usage,
        Self::NotFound,
        Self::WaitFailed,
        Self::Unreachable,
        Self::Denied,
        Self::Conflict,
        Self::Invalid,
        Self::Exhausted,
        Self::Interrupted,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::WaitFailed => 4,
            Self::Unreachable => 5,
            Self::Denied => 6,
            Self::Conflict => 7,
            Self::Invalid => 8,
            Self::Exhausted => 9,
            // 128 + SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::Error => "failed for a reason that no other code names; `check` found a fault",
            Self::Usage => "the command line or the context file is wrong; nothing was sent",
            Self::NotFound => "what was asked for is not there",
            Self::WaitFailed => "a wait ran out of time, or what was waited for can no longer happen",
            Self::Unreachable => "the server is unreachable or not ready; the outcome of a change is unknown",
            Self::Denied => "the credential is missing, wrong, or not allowed to do this",
            Self::Conflict => "there already with another content, being deleted, or does not fit now",
            Self::Invalid => "the manifest or request is invalid; the fields are named",
            Self::Exhausted => "a limit of rate or of objects was hit; retry later",
            Self::Interrupted => "interrupted by Ctrl-C (a watch that is interrupted ends with 0)",
        }
    }

    /// What a gRPC status means for the caller of the program.
    pub fn of_status(code: Code) -> Self {
        match code {
            Code::Ok => Self::Ok,
            Code::NotFound => Self::NotFound,
            Code::Unavailable | Code::DeadlineExceeded => Self::Unreachable,
            Code::Unauthenticated | Code::PermissionDenied => Self::Denied,
            Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => Self::Conflict,
            Code::InvalidArgument | Code::OutOfRange => Self::Invalid,
            Code::ResourceExhausted => Self::Exhausted,
            Code::Cancelled | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
                Self::Error
            }
        }
    }
}

/// The table of `hourglass help exit-codes`.
pub fn table() -> String {
    Exit::ALL
        .iter()
        .map(|exit| format!("{:>3}  {}\n", exit.code(), exit.meaning()))
        .collect()
}
