//! Failures of the decision loop as statuses.

use std::time::Duration;

use hourglass_engine::Explanation;
use tonic::{Code, Status};

use super::details::{Failure, Reason};
use crate::scheduler::port::{CallError, JoinRefusal};

/// After a start, inventories arrive within seconds.
const INVENTORY_RETRY: Duration = Duration::from_secs(2);
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(1);
/// Most counts end within a second.
const COUNT_RETRY: Duration = Duration::from_secs(1);

/// The status of a call that the decision loop refused.
pub fn status(error: &CallError) -> Status {
    failure(error).into()
}

impl From<CallError> for Status {
    fn from(error: CallError) -> Self {
        status(&error)
    }
}

fn failure(error: &CallError) -> Failure {
    let message = error.to_string();
    match error {
        CallError::Invalid(violations) => Failure::invalid(violations.clone()),
        CallError::NotFound(name) => {
            Failure::new(Code::NotFound, Reason::ResourceNotFound, message).resource(kind_of(name), name)
        }
        CallError::AlreadyExists(name) => {
            Failure::new(Code::AlreadyExists, Reason::ResourceAlreadyExists, message)
                .resource(kind_of(name), name)
        }
        CallError::RequestIdReused(name) => {
            Failure::new(Code::AlreadyExists, Reason::RequestIdReused, message).resource(kind_of(name), name)
        }
        CallError::EtagMismatch { name, current, given } => {
            Failure::new(Code::Aborted, Reason::EtagMismatch, message)
                .fact("current_etag", current)
                .fact("given_etag", given)
                .resource(kind_of(name), name)
        }
        CallError::DoesNotFit(explanation) => does_not_fit(message, explanation),
        CallError::FitsNowhere(_) => Failure::new(Code::FailedPrecondition, Reason::DoesNotFit, message),
        CallError::InventoryIncomplete => {
            Failure::new(Code::Unavailable, Reason::InventoryIncomplete, message).retry_after(INVENTORY_RETRY)
        }
        // It was not created, and may be asked for again once they have had their turn.
        CallError::OthersFirst => Failure::new(Code::Unavailable, Reason::ServiceUnavailable, message)
            .retry_after(UNAVAILABLE_RETRY),
        CallError::JoinRefused(refusal) => join_refused(message, refusal),
        CallError::Exhausted(_) => Failure::new(Code::ResourceExhausted, Reason::LimitReached, message),
        CallError::TooManyCounts => {
            Failure::new(Code::ResourceExhausted, Reason::LimitReached, message).retry_after(COUNT_RETRY)
        }
        CallError::Precondition(_) => {
            Failure::new(Code::FailedPrecondition, Reason::PreconditionFailed, message)
        }
        CallError::Unavailable => Failure::new(Code::Unavailable, Reason::ServiceUnavailable, message)
            .retry_after(UNAVAILABLE_RETRY),
    }
}

/// A version of the agent protocol that both sides speak does not exist; says which side to upgrade.
pub fn no_common_protocol(offered: &[u32], spoken: &[u32]) -> Status {
    let list = |versions: &[u32]| versions.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let newer_agent = offered.iter().min() > spoken.iter().max();
    let side = if newer_agent {
        "the placement service"
    } else {
        "the agent"
    };
    let message = format!(
        "no common version of the agent protocol: the agent speaks {}, this server {}; upgrade {side}",
        if offered.is_empty() {
            "none".to_owned()
        } else {
            list(offered)
        },
        list(spoken),
    );
    Failure::new(Code::FailedPrecondition, Reason::NoCommonProtocol, message)
        .fact("offered", list(offered))
        .fact("spoken", list(spoken))
        .into()
}

fn join_refused(message: String, refusal: &JoinRefusal) -> Failure {
    let (code, reason) = match refusal {
        JoinRefusal::WrongToken => (Code::Unauthenticated, Reason::JoinTokenInvalid),
        JoinRefusal::Expired => (Code::Unauthenticated, Reason::JoinTokenExpired),
        JoinRefusal::Used => (Code::Unauthenticated, Reason::JoinTokenUsed),
        JoinRefusal::Revoked => (Code::Unauthenticated, Reason::JoinTokenRevoked),
        JoinRefusal::OtherCluster(_) => (Code::PermissionDenied, Reason::JoinTokenForOtherCluster),
        JoinRefusal::NameTaken(_) => (Code::AlreadyExists, Reason::ClusterNameTaken),
    };
    let failure = Failure::new(code, reason, message);
    match refusal {
        JoinRefusal::OtherCluster(cluster) | JoinRefusal::NameTaken(cluster) => {
            failure.resource("Cluster", format!("clusters/{cluster}"))
        }
        JoinRefusal::WrongToken | JoinRefusal::Expired | JoinRefusal::Used | JoinRefusal::Revoked => failure,
    }
}

/// What stands in the way, one precondition per cluster; the whole explanation comes from ExplainPlacement.
fn does_not_fit(message: String, explanation: &Explanation) -> Failure {
    let mut failure = Failure::new(Code::FailedPrecondition, Reason::DoesNotFit, message)
        .fact("snapshot_id", explanation.snapshot.to_string());
    if let Some(change) = &explanation.would_fit_if {
        failure = failure.fact("would_fit_if", change.clone());
    }
    for cluster in &explanation.clusters {
        let subject = format!("clusters/{}", cluster.cluster);
        if let Some(rule) = &cluster.excluded_by {
            failure = failure.precondition(rule.clone(), subject, cluster.message.clone());
            continue;
        }
        for rejection in &cluster.rejections {
            let samples = rejection
                .samples
                .iter()
                .map(|sample| format!("{}: {}", sample.node, sample.shortfall));
            let text = format!(
                "{} nodes; {}",
                rejection.nodes,
                samples.collect::<Vec<_>>().join("; ")
            );
            failure = failure.precondition(rejection.rule.clone(), subject.clone(), text);
        }
    }
    failure
}

/// Kind of the resource with this name, for `google.rpc.ResourceInfo`.
fn kind_of(name: &str) -> &'static str {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        ["tenants", _, "placements", _] => "Placement",
        ["clusters", _] => "Cluster",
        ["clusters", _, "nodes", _] => "Node",
        ["joinTokens", _] => "JoinToken",
        _ => "Resource",
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::Violation;
    use hourglass_model::ids::ClusterName;
    use tonic_types::StatusExt as _;

    use super::*;

    const NAME: &str = "tenants/default/placements/web";

    fn cluster() -> ClusterName {
        ClusterName::new("eu-1").unwrap()
    }

    #[test]
    fn each_error_has_its_code_and_reason() {
        let mismatch = CallError::EtagMismatch {
            name: NAME.to_owned(),
            current: "b".to_owned(),
            given: "a".to_owned(),
        };
        for (error, code, reason) in [
            (
                CallError::Invalid(vec![Violation::new("spec", "is wrong")]),
                Code::InvalidArgument,
                "INVALID_FIELDS",
            ),
            (
                CallError::NotFound(NAME.to_owned()),
                Code::NotFound,
                "RESOURCE_NOT_FOUND",
            ),
            (
                CallError::AlreadyExists(NAME.to_owned()),
                Code::AlreadyExists,
                "RESOURCE_ALREADY_EXISTS",
            ),
            (
                CallError::RequestIdReused(NAME.to_owned()),
                Code::AlreadyExists,
                "REQUEST_ID_REUSED",
            ),
            (mismatch, Code::Aborted, "ETAG_MISMATCH"),
            (
                CallError::InventoryIncomplete,
                Code::Unavailable,
                "INVENTORY_INCOMPLETE",
            ),
            (
                CallError::Exhausted("full".to_owned()),
                Code::ResourceExhausted,
                "LIMIT_REACHED",
            ),
            (
                CallError::Precondition("not now".to_owned()),
                Code::FailedPrecondition,
                "PRECONDITION_FAILED",
            ),
            (CallError::Unavailable, Code::Unavailable, "SERVICE_UNAVAILABLE"),
            (CallError::TooManyCounts, Code::ResourceExhausted, "LIMIT_REACHED"),
            (
                CallError::JoinRefused(JoinRefusal::WrongToken),
                Code::Unauthenticated,
                "JOIN_TOKEN_INVALID",
            ),
            (
                CallError::JoinRefused(JoinRefusal::Expired),
                Code::Unauthenticated,
                "JOIN_TOKEN_EXPIRED",
            ),
            (
                CallError::JoinRefused(JoinRefusal::Used),
                Code::Unauthenticated,
                "JOIN_TOKEN_USED",
            ),
            (
                CallError::JoinRefused(JoinRefusal::Revoked),
                Code::Unauthenticated,
                "JOIN_TOKEN_REVOKED",
            ),
            (
                CallError::JoinRefused(JoinRefusal::OtherCluster(cluster())),
                Code::PermissionDenied,
                "JOIN_TOKEN_FOR_OTHER_CLUSTER",
            ),
            (
                CallError::JoinRefused(JoinRefusal::NameTaken(cluster())),
                Code::AlreadyExists,
                "CLUSTER_NAME_TAKEN",
            ),
        ] {
            let status = status(&error);
            assert_eq!(status.code(), code, "{reason}");
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, reason);
            let temporary = code == Code::Unavailable || matches!(error, CallError::TooManyCounts);
            assert_eq!(
                details.retry_info().is_some(),
                temporary,
                "{reason}: a delay only where a retry helps"
            );
        }
    }

    #[test]
    fn without_a_common_protocol_the_older_side_is_named() {
        assert!(
            no_common_protocol(&[1], &[2, 3])
                .message()
                .contains("upgrade the agent")
        );
        assert!(
            no_common_protocol(&[4, 5], &[2, 3])
                .message()
                .contains("upgrade the placement service")
        );
        assert!(no_common_protocol(&[], &[1]).message().contains("speaks none"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let status = status(&CallError::NotFound(NAME.to_owned()));
        let details = status.get_error_details();
        let resource = details.resource_info().unwrap();
        assert_eq!(
            (resource.resource_type.as_str(), resource.resource_name.as_str()),
            ("Placement", NAME)
        );
    }
}
