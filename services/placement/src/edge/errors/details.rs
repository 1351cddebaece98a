//! A failure on its way to a status, with the bounds of its details.

use std::collections::HashMap;
use std::time::Duration;

use hourglass_model::Violation;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

/// `domain` of every `google.rpc.ErrorInfo` of ours.
pub const DOMAIN: &str = "hourglass.eigenlayer.io";
/// The encoded `google.rpc.Status` stays below this.
pub const MAX_DETAILS_BYTES: usize = 4096;

/// For the violations, out of [`MAX_DETAILS_BYTES`]; the rest is for message, ErrorInfo and ResourceInfo.
const MAX_LIST_BYTES: usize = 2400;
const MAX_MESSAGE_BYTES: usize = 600;
const MAX_TEXT_BYTES: usize = 400;
/// Tags and lengths around two texts of a list.
const OVERHEAD_BYTES: usize = 16;

/// Why, for programs: the `reason` of `google.rpc.ErrorInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Fields break rules; `google.rpc.BadRequest` lists them.
    InvalidFields,
    /// No bearer token, or no client certificate.
    CredentialsMissing,
    /// A bearer token or certificate that is not ours.
    CredentialsInvalid,
    /// Known, and not allowed.
    NotAllowed,
    /// `google.rpc.ResourceInfo` names it.
    ResourceNotFound,
    /// The name is taken.
    ResourceAlreadyExists,
    /// The request_id was used with another body.
    RequestIdReused,
    /// Someone else changed the resource.
    EtagMismatch,
    /// `fail_fast`, and nothing fits now.
    DoesNotFit,
    /// Too few inventories are in to say.
    InventoryIncomplete,
    /// The join token is wrong.
    JoinTokenInvalid,
    /// The join token is too old.
    JoinTokenExpired,
    /// The join token has no uses left.
    JoinTokenUsed,
    /// The join token was withdrawn.
    JoinTokenRevoked,
    /// The join token is for another cluster.
    JoinTokenForOtherCluster,
    /// The cluster name belongs to another identity.
    ClusterNameTaken,
    /// The certificate request asks for what cannot be given.
    CertificateRequestInvalid,
    /// Agent and server speak different versions.
    NoCommonProtocol,
    /// A message over the size limit.
    MessageTooLarge,
    /// A bound on objects or on calls.
    LimitReached,
    /// The state does not allow it.
    PreconditionFailed,
    /// A resume token that leads nowhere any more: list again.
    ResumeTokenExpired,
    /// The first message of a Control stream is no Hello, or none came.
    HelloMissing,
    /// Hello names another cluster than the certificate.
    IdentityMismatch,
    /// The session of an agent is over.
    SessionOver,
    /// A message on an agent's stream that the protocol does not have.
    MessageInvalid,
    /// The agent does not read its stream.
    AgentTooSlow,
    /// The client does not read its stream.
    ClientTooSlow,
    /// The caller's deadline has passed.
    DeadlineExceeded,
    /// Cannot be answered now.
    ServiceUnavailable,
    /// A defect or a damaged store; the log has it.
    Internal,
}

impl Reason {
    /// As it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFields => "INVALID_FIELDS",
            Self::CredentialsMissing => "CREDENTIALS_MISSING",
            Self::CredentialsInvalid => "CREDENTIALS_INVALID",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::ResourceNotFound => "RESOURCE_NOT_FOUND",
            Self::ResourceAlreadyExists => "RESOURCE_ALREADY_EXISTS",
            Self::RequestIdReused => "REQUEST_ID_REUSED",
            Self::EtagMismatch => "ETAG_MISMATCH",
            Self::DoesNotFit => "DOES_NOT_FIT",
            Self::InventoryIncomplete => "INVENTORY_INCOMPLETE",
            Self::JoinTokenInvalid => "JOIN_TOKEN_INVALID",
            Self::JoinTokenExpired => "JOIN_TOKEN_EXPIRED",
            Self::JoinTokenUsed => "JOIN_TOKEN_USED",
            Self::JoinTokenRevoked => "JOIN_TOKEN_REVOKED",
            Self::JoinTokenForOtherCluster => "JOIN_TOKEN_FOR_OTHER_CLUSTER",
            Self::ClusterNameTaken => "CLUSTER_NAME_TAKEN",
            Self::CertificateRequestInvalid => "CERTIFICATE_REQUEST_INVALID",
            Self::NoCommonProtocol => "NO_COMMON_PROTOCOL",
            Self::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Self::LimitReached => "LIMIT_REACHED",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::ResumeTokenExpired => "RESUME_TOKEN_EXPIRED",
            Self::HelloMissing => "HELLO_MISSING",
            Self::IdentityMismatch => "IDENTITY_MISMATCH",
            Self::SessionOver => "SESSION_OVER",
            Self::MessageInvalid => "MESSAGE_INVALID",
            Self::AgentTooSlow => "AGENT_TOO_SLOW",
            Self::ClientTooSlow => "CLIENT_TOO_SLOW",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// What a status is made of.
#[derive(Clone, Debug)]
pub struct Failure {
    code: Code,
    reason: Reason,
    message: String,
    metadata: HashMap<String, String>,
    fields: Vec<Violation>,
    preconditions: Vec<(String, String, String)>,
    resource: Option<(&'static str, String)>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// One with a message for people that says what to do.
    pub fn new(code: Code, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            fields: Vec::new(),
            preconditions: Vec::new(),
            resource: None,
            retry_after: None,
        }
    }

    /// INVALID_ARGUMENT with every violation.
    pub fn invalid(fields: Vec<Violation>) -> Self {
        let message = match fields.as_slice() {
            [] => "the request is invalid".to_owned(),
            [only] => only.to_string(),
            [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
        };
        Self {
            fields,
            ..Self::new(Code::InvalidArgument, Reason::InvalidFields, message)
        }
    }

    /// A defect or a damaged store. What it is stands in the log, not in the answer.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let error = hourglass_runtime::error_chain(error);
        tracing::error!(error, "a call failed inside the service");
        Self::new(
            Code::Internal,
            Reason::Internal,
            "the placement service failed inside; its log says why",
        )
    }

    /// Says more exactly why.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    /// Adds a fact for programs.
    #[must_use]
    pub fn fact(mut self, key: &str, value: impl Into<String>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Names what is missing, taken or changed.
    #[must_use]
    pub fn resource(mut self, kind: &'static str, name: impl Into<String>) -> Self {
        self.resource = Some((kind, name.into()));
        self
    }

    /// Adds what would have to hold: its kind, what it is about, and what to do.
    #[must_use]
    pub fn precondition(
        mut self,
        kind: impl Into<String>,
        subject: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        self.preconditions
            .push((kind.into(), subject.into(), text.into()));
        self
    }

    /// Says that a retry makes sense, and when.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    fn details(self) -> ErrorDetails {
        let metadata: HashMap<String, String> = self
            .metadata
            .into_iter()
            .map(|(key, value)| (key, cut(&value, MAX_TEXT_BYTES / 2)))
            .collect();
        let mut details = ErrorDetails::with_error_info(self.reason.as_str(), DOMAIN, metadata);
        let mut room = MAX_LIST_BYTES;
        if !self.fields.is_empty() {
            details.set_bad_request(bounded_fields(self.fields, &mut room));
        }
        if !self.preconditions.is_empty() {
            details.set_precondition_failure(bounded_preconditions(self.preconditions, &mut room));
        }
        if let Some((kind, name)) = self.resource {
            details.set_resource_info(kind, cut(&name, MAX_TEXT_BYTES), "", "");
        }
        if let Some(delay) = self.retry_after {
            details.set_retry_info(Some(delay));
        }
        details
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let (code, message) = (failure.code, cut(&failure.message, MAX_MESSAGE_BYTES));
        Self::with_error_details(code, message, failure.details())
    }
}

fn bounded_fields(fields: Vec<Violation>, room: &mut usize) -> Vec<FieldViolation> {
    let total = fields.len();
    let mut kept = Vec::new();
    for violation in fields {
        let (path, message) = (
            cut(&violation.path, MAX_TEXT_BYTES),
            cut(&violation.message, MAX_TEXT_BYTES),
        );
        let Some(left) = room.checked_sub(path.len() + message.len() + OVERHEAD_BYTES) else {
            kept.push(FieldViolation::new(
                "",
                format!("and {} more", total - kept.len()),
            ));
            break;
        };
        *room = left;
        kept.push(FieldViolation::new(path, message));
    }
    kept
}

fn bounded_preconditions(all: Vec<(String, String, String)>, room: &mut usize) -> Vec<PreconditionViolation> {
    let total = all.len();
    let mut kept = Vec::new();
    for (kind, subject, text) in all {
        let (kind, subject, text) = (
            cut(&kind, MAX_TEXT_BYTES),
            cut(&subject, MAX_TEXT_BYTES),
            cut(&text, MAX_TEXT_BYTES),
        );
        let Some(left) = room.checked_sub(kind.len() + subject.len() + text.len() + OVERHEAD_BYTES) else {
            kept.push(PreconditionViolation::new(
                "",
                "",
                format!("and {} more", total - kept.len()),
            ));
            break;
        };
        *room = left;
        kept.push(PreconditionViolation::new(kind, subject, text));
    }
    kept
}

/// The text, cut at a character boundary so that it has at most `bytes` bytes.
fn cut(text: &str, bytes: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= bytes {
        return text.to_owned();
    }
    let room = bytes.saturating_sub(ELLIPSIS.len());
    let end = (0..=room)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    format!("{}{ELLIPSIS}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::fields;

    #[test]
    fn every_violation_is_listed() {
        let status: Status = Failure::invalid(vec![
            Violation::new("spec.replicas", "must be positive"),
            Violation::new("labels[a b]", "is no label key"),
        ])
        .into();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "spec.replicas: must be positive (and 1 more)");
        assert_eq!(fields(&status), ["spec.replicas", "labels[a b]"]);
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("INVALID_FIELDS", DOMAIN)
        );
    }

    #[test]
    fn details_stay_bounded_and_say_how_much_is_missing() {
        let many = (0..500)
            .map(|n| Violation::new(format!("spec.hosts[{n}]"), "é".repeat(n * 10)))
            .collect();
        let status: Status = Failure::invalid(many).into();
        assert!(
            status.details().len() < MAX_DETAILS_BYTES,
            "{}",
            status.details().len()
        );
        let details = status.get_error_details();
        let fields = &details.bad_request().unwrap().field_violations;
        let last = fields.last().unwrap();
        assert_eq!(last.description, format!("and {} more", 500 - (fields.len() - 1)));
    }

    #[test]
    fn everything_at_once_stays_bounded() {
        let long = "x".repeat(10_000);
        let mut failure = Failure::new(Code::FailedPrecondition, Reason::DoesNotFit, &long)
            .fact("summary", &long)
            .fact("snapshot", &long)
            .resource("Placement", &long)
            .retry_after(Duration::from_secs(1));
        for _ in 0..100 {
            failure = failure.precondition(&long, &long, &long);
        }
        let status: Status = failure.into();
        assert!(
            status.details().len() < MAX_DETAILS_BYTES,
            "{}",
            status.details().len()
        );
        assert!(status.get_error_details().retry_info().is_some());
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("ééé", 5), "é…");
        assert!(cut(&"é".repeat(100), 51).len() <= 51);
    }
}
